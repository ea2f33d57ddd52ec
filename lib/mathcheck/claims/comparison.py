"""Compares the two sides of a claim at every index."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from mathcheck.claims.equations import Claim
from mathcheck.meaning import terms
from mathcheck.meaning.terms import Term, free_letters
from mathcheck.text import tree
from mathcheck.text.errors import EvalError, ShapeError
from mathcheck.values.arrays import Eye
from mathcheck.values.closures import compile_term, range_code
from mathcheck.values.derivatives import PlainContext
from mathcheck.values.inline import Code, Env

TOLERANCE = 1e-9


# A claim with more indices than this, a large Jacobian, is checked at as many, picked at random.
MOST_POINTS = 5000


# So many points are looked at first. Where the sides differ by this much of the largest value there
# the claim is false, and the other points need not be computed.
_FIRST = 12
_FAR = 1e-3


# What is this much smaller than the largest value of a claim is compared as if it were as large.
_SCALE = 1e-3


class Comparison:
    """Compares the two sides of a claim over all draws."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.left = compile_term(claim.left)
        self.right = compile_term(claim.right)
        self.points = 0
        self.worst = 0.0
        self.message = ""
        self.largest = 0.0
        self.nothing = True  # whether all that was seen is exactly 0

    def evaluate(self, ctx: PlainContext) -> list[tuple[Env, Any, Any, float]]:
        """Returns indices, left side, right side and the size of what they are sums of."""
        ctx.world.budget.renew()
        places = list(points(self.claim, ctx))
        if len(places) > MOST_POINTS:
            chosen = np.random.default_rng(len(places)).permutation(len(places))[:MOST_POINTS]
            places = [places[at] for at in sorted(chosen)]
        step = max(1, len(places) // _FIRST)
        found = [self._at(env, ctx) for env in places[::step]]
        if step > 1 and not self._far_apart(found):
            found += [self._at(env, ctx) for at, env in enumerate(places) if at % step]
        return found

    def _at(self, env: Env, ctx: PlainContext) -> tuple[Env, Any, Any, float]:
        left, right = self.left(env, ctx), self.right(env, ctx)
        if isinstance(left, int | float) and isinstance(right, int | float):
            left, right = float(left), float(right)
        else:
            left, right = _shaped(left, right, self.claim)
        size = 0.0
        largest = max(_largest(left), _largest(right))
        if largest < 1e-9 and np.any(np.asarray(left) != np.asarray(right)):
            size = max(magnitude(self.claim.left, env, ctx), magnitude(self.claim.right, env, ctx))
        return env, left, right, size

    def _far_apart(self, found: list[tuple[Env, Any, Any, float]]) -> bool:
        """Tells whether sides differ so much that no scale of other points could excuse it."""
        return self.claim.op == "=" and any(
            not self._error(left, right, _scale(found))[0] < _FAR for _, left, right, _ in found
        )

    def add(self, found: list[tuple[Env, Any, Any, float]]) -> None:
        """Compares what one draw gave."""
        scale = _scale(found)
        self.nothing = self.nothing and scale == 0
        self.largest = max(self.largest, scale)
        for env, left, right, size in found:
            self.points += int(np.size(left))
            error, allowed = self._error(left, right, max(size, scale * _SCALE))
            if not error <= self.worst:
                self.worst = error
            if not error <= allowed and not self.message:
                self.message = _difference(self.claim, env, left, right)

    def _error(self, left: Any, right: Any, scale: float) -> tuple[float, float]:
        op = self.claim.op
        plain = isinstance(left, float) and isinstance(right, float)
        if op == "=" and plain and math.isfinite(left) and math.isfinite(right):
            size = max(abs(left), abs(right), scale)
            return (abs(left - right) / size if left != right else 0.0), TOLERANCE
        a, b = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
        if op == "\\approx":
            gap = np.abs(a - b)
            allowed = approximation(self.claim)
            return float(np.max(gap / np.maximum(allowed, 1e-300))), 1.0
        if op != "=":
            tests: dict[str, Callable[[Any, Any], Any]] = {
                "<": np.less,
                ">": np.greater,
                "\\le": lambda x, y: x <= y + TOLERANCE * np.maximum(np.abs(y), scale),
                "\\ge": lambda x, y: x >= y - TOLERANCE * np.maximum(np.abs(y), scale),
                "\\ne": np.not_equal,
            }
            return (0.0 if np.all(tests[op](a, b)) else 1.0), 0.0
        if not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
            return math.nan, TOLERANCE
        size = np.maximum(np.maximum(np.abs(a), np.abs(b)), scale)
        gap = np.abs(a - b)
        return float(
            np.max(np.where(gap == 0, 0.0, gap / np.where(size == 0, 1.0, size)))
        ), TOLERANCE

    def result(self) -> tuple[float, int, str]:
        """Returns worst error, points and what is wrong."""
        if not self.points:
            return math.inf, 0, "this claim holds nowhere: its condition leaves no index"
        empty = self.nothing and not _states_zero(self.claim)
        if not self.message and empty and self.claim.op in ("=", "\\approx"):
            return 0.0, self.points, "this claim cannot fail: both sides are always 0"
        if self.claim.op == "\\approx" and np.min(approximation(self.claim)) >= self.largest > 0:
            return self.worst, self.points, "this claim cannot fail: so wide a tolerance allows all"
        return self.worst, self.points, self.message


def points(claim: Claim, ctx: PlainContext) -> Iterator[Env]:
    """The indices at which a claim is to hold, in one draw."""
    letters = _ordered(claim)
    codes = {letter: range_code(claim.free[letter], claim.left.node) for letter in letters}
    tests: list[tuple[set[str], Code]] = []
    if claim.condition is not None:
        condition = claim.condition
        parts = condition.parts if isinstance(condition, terms.All) else (condition,)
        tests = [(free_letters(part), compile_term(part)) for part in parts]

    def walk(at: int, env: Env) -> Iterator[Env]:
        bound = set(letters[:at])
        for needs, test in tests:
            if needs <= bound and (not at or letters[at - 1] in needs) and not test(env, ctx):
                return
        if at == len(letters):
            yield dict(env)
            return
        low, high = codes[letters[at]](env, ctx)
        ctx.spend(high - low + 1, claim.left.node)
        for index in range(low, high + 1):
            env[letters[at]] = index
            yield from walk(at + 1, env)
        env.pop(letters[at], None)

    yield from walk(0, {})


def _ordered(claim: Claim) -> list[str]:
    """Returns the free indices, those that others' ranges depend on first."""
    used = free_letters(claim.left) | free_letters(claim.right)
    needs = {
        letter: {x for use in run.uses for before in use.before for x in free_letters(before)}
        for letter, run in claim.free.items()
        if letter in used
    }
    ordered: list[str] = []
    while len(ordered) < len(needs):
        ready = [x for x in needs if x not in ordered and needs[x] <= {*ordered, x}]
        ordered.append(ready[0] if ready else next(x for x in needs if x not in ordered))
    return ordered


def _shaped(left: Any, right: Any, claim: Claim) -> tuple[Any, Any]:
    if isinstance(left, Eye) and not isinstance(right, Eye):
        left = left.like(right)
    if isinstance(right, Eye) and not isinstance(left, Eye):
        right = right.like(left)
    if isinstance(left, Eye) or isinstance(right, Eye):
        raise EvalError("the identity matrix needs a size here", claim.left.node)
    a, b = np.shape(left), np.shape(right)
    if claim.left.rank and claim.right.rank and a[:-1] != b[:-1]:
        node = claim.right.node
        raise ShapeError("the left side is {}, this is {}", node, a[:-1], b[:-1])
    if claim.left.rank and not claim.right.rank:
        right = np.broadcast_to(right, a)
    if claim.right.rank and not claim.left.rank:
        left = np.broadcast_to(left, b)
    return left, right


def _states_zero(claim: Claim) -> bool:
    """Tells whether a claim says that a symbol of the text is 0: its definition could differ."""
    left, right = claim.left, claim.right
    return (
        isinstance(left, terms.Ref)
        and left.symbol in claim.state.definitions
        and isinstance(right, terms.Literal)
    )


def _scale(found: list[tuple[Env, Any, Any, float]]) -> float:
    """Returns the largest value of some points."""
    return max((max(_largest(a), _largest(b), s) for _, a, b, s in found), default=0.0)


def _largest(value: Any) -> float:
    if isinstance(value, float):
        return abs(value) if math.isfinite(value) else 0.0
    size = float(np.max(np.abs(value))) if np.size(value) else 0.0
    return size if math.isfinite(size) else 0.0


def magnitude(term: Term, env: Env, ctx: PlainContext) -> float:
    """Returns how large the things are that a term adds up, for sums that cancel."""
    match term:
        case terms.Arith(_, _, "+" | "-", left, right):
            return max(magnitude(left, env, ctx), magnitude(right, env, ctx))
        case terms.Arith(_, _, "*", left, right):
            return magnitude(left, env, ctx) * magnitude(right, env, ctx)
        case terms.Arith(_, _, "/", left, right):
            below = _largest(compile_term(right)(env, ctx))
            return magnitude(left, env, ctx) / below if below else 0.0
        case terms.Map(_, _, "neg" | "abs", argument):
            return magnitude(argument, env, ctx)
        case terms.Reduce(_, node, "sum", over, _, body):
            low, high = range_code(over, node)(env, ctx)
            inner = [{**env, over.letter: index} for index in range(low, high + 1)]
            return max((magnitude(body, each, ctx) for each in inner), default=0.0)
    value = compile_term(term)(env, ctx)
    return 0.0 if isinstance(value, Eye) else _largest(value)


def approximation(claim: Claim) -> Any:
    """Returns how far apart the two sides of an approximation may be."""
    stated = claim.statement.tolerances[claim.link]
    if stated is not None:
        return stated
    for side in (claim.statement.sides[claim.link + 1], claim.statement.sides[claim.link]):
        digits = _digits(side)
        if digits is not None:
            return digits
    raise EvalError(
        r"how near is ≈? One side is a number with its digits, or a note says \text{within 0.01}",
        claim.right.node,
    )


def _digits(node: tree.Node) -> Any:
    match node:
        case tree.Number(text):
            decimals = len(text.partition(".")[2])
            return 0.5 * 10.0**-decimals * (1 + 1e-9)
        case tree.Negative(body):
            return _digits(body)
        case tree.Group((single,)):
            return _digits(single)
        case tree.Binary("\\times" | "\\cdot", left, tree.Script(tree.Number("10"), (), power)):
            exponent = _whole(power)
            digits = _digits(left)
            return None if exponent is None or digits is None else digits * 10.0**exponent
        case tree.Matrix(rows):
            found = [[_digits(entry) for entry in row] for row in rows]
            if any(entry is None for row in found for entry in row):
                return None
            return np.array(found)[:, :, None]
    return None


def _whole(node: tree.Node | None) -> int | None:
    match node:
        case tree.Number(text) if text.isdecimal():
            return int(text)
        case tree.Negative(tree.Number(text)) if text.isdecimal():
            return -int(text)
    return None


def _difference(claim: Claim, env: Env, left: Any, right: Any) -> str:
    where = ", ".join(f"{letter} = {value}" for letter, value in env.items())
    a, b = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    if a.ndim:
        gap = np.nan_to_num(np.abs(a - b), nan=math.inf)
        worst = np.unravel_index(int(np.argmax(gap)), gap.shape)
        a, b = a[worst], b[worst]
        element = ", ".join(str(int(i) + 1) for i in worst[:-1])
        where = f"{where}, element ({element})".lstrip(", ")
    where = f"at {where}" if where else "here"
    symbol = claim.left.symbol if isinstance(claim.left, terms.Ref) else None
    hint = ""
    undefined = symbol is not None and symbol not in claim.state.definitions
    if symbol is not None and undefined and not claim.link and claim.op == "=":
        hint = f"; nothing defines {symbol.name}: is \\coloneqq meant?"
    relation = {"=": "equal", "\\approx": "near enough"}.get(claim.op, f"{claim.op}")
    values = f"the left side is {float(a):.6g}, the right side {float(b):.6g}"
    return f"not {relation}: {where} {values}{hint}"
