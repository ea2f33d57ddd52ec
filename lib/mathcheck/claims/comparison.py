"""Compares the two sides of a claim at every index."""

import math
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from mathcheck.claims.draw_plan import any_function, constant, is_of_sizes
from mathcheck.claims.equations import Claim
from mathcheck.claims.fine_numbers import may_be_fine
from mathcheck.claims.fractions import fraction
from mathcheck.meaning import terms
from mathcheck.meaning.terms import Term, free_letters
from mathcheck.text import tree
from mathcheck.text.errors import EvalError, ShapeError, UndefinedError
from mathcheck.values.arrays import Eye
from mathcheck.values.budget import MOST_STEPS
from mathcheck.values.closures import compile_term, range_code, remembering
from mathcheck.values.derivatives import PlainContext
from mathcheck.values.draws import Manner
from mathcheck.values.inline import Code, Env
from mathcheck.values.precise import Precise
from mathcheck.values.precise_wholes import PreciseWhole
from mathcheck.values.rounding import Magnitudes, largest

TOLERANCE = 1e-9


# A claim with more indices than this, a large Jacobian, is checked at as many, picked at random.
MOST_POINTS = 5000


# So many points are looked at first. Where the sides differ by this much of the largest value there
# the claim is false, and the other points need not be computed.
_FIRST = 12
_FAR = 1e-3


# What rounding leaves is this part of what was added up.
_ROUNDING = 1e-13
# What is this much smaller than the largest value of a claim is compared as if it were as large:
# derivatives do not say what they were added up of, nor do numbers of many orders of magnitude.
_SCALE = 1e-3
# Numbers that are written out are computed to the last bits: 0.999999999 is not 1.
_EXACT, _LAST_BITS = 1e-13, 1e-14
# A draw that is not a usual one is to falsify at large; nine digits are for the usual ones.
_ROUGH = 1e-6
# There a derivative may be what is left of terms that nearly cancel, and does not say how large.
_ROUGH_DERIVATIVE = 1e-4
_FAR_OUT = {"large", "huge", "vast", "spread", "near"}
_NOTHING, _NOTHING_OF_A_DERIVATIVE = 1e-20, 1e-12
# Whole numbers below this are counted, and not measured: 4 000 000 001 is not 4 000 000 000.
_COUNTED = 1e13
_MOST_ROUGH_POINTS = 60


# So near to one another two floats may be the same number, or not.
_DOUBTFUL = 1e-6
# Eighty digits are computed at so many points of a draw.
_MOST_PRECISE = 4
# Of arrays and derivatives at so many of all draws, with no more steps than so many.
_MOST_WHOLES, _MOST_STEPS, _MOST_STEPS_AT_A_POINT = 8, 30_000, 15_000
_ORDERS = {
    "=": operator.eq,
    "\\ne": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "\\le": operator.le,
    "\\ge": operator.ge,
}


_WRITTEN = terms.Literal | terms.Arith | terms.Map


@dataclass
class Found:
    """Both sides at one point.

    Attributes:
        size: how large the things are that they add up, if that matters.
        undefined: why the left or the right side has no value there.
        order: -1, 0 or 1, which of them is larger, where eighty digits say it and floats do not.
    """

    env: Env
    left: Any
    right: Any
    size: float = 0.0
    undefined: tuple[str | None, str | None] = (None, None)
    order: int | None = None


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
        sides = (claim.left, claim.right)
        self._magnitudes = Magnitudes()
        self._derives = any(isinstance(p, terms.Derivative) for s in sides for p in s.walk())
        self._of_numbers = not any(map(claim.state.reach_of, sides))
        sized = any(isinstance(part, terms.Size) for s in sides for part in s.walk())
        self._fixed = self._of_numbers and not claim.free and not sized
        self._written_out = all(isinstance(part, _WRITTEN) for s in sides for part in s.walk())
        self._tolerance = _EXACT if self._written_out else TOLERANCE
        self._fractions = [fraction(side) for side in sides]
        self._fine = may_be_fine(claim)
        self._wholes = 0  # how many points of arrays and derivatives are known to many digits
        self._steps_left = _MOST_STEPS  # for more of them
        self._larger: set[bool] = set()  # whether the left side was, at any point
        self.met = False  # whether the condition was met in any usual draw
        self.rough = False  # whether two sides have been compared to nine digits and no more

    def evaluate(self, ctx: PlainContext, usual: bool, quick: bool = False) -> list[Found]:
        """Returns both sides at the points of a draw, at some of them if it is not a usual one.

        Args:
            ctx: the values of the draw.
            usual: whether it is a usual one.
            quick: whether floats are enough, wherever they do not tell two sides apart.
        """
        ctx.world.budget.renew()
        places = list(points(self.claim, ctx))
        most = MOST_POINTS if usual else _MOST_ROUGH_POINTS
        if len(places) > most:
            chosen = np.random.default_rng(len(places)).permutation(len(places))[:most]
            places = [places[at] for at in sorted(chosen)]
        step = max(1, len(places) // _FIRST)
        found = [self._evaluate_next(env, ctx) for env in places[::step]]
        # Under a condition the usual draws may have no point, |a| < 10^{-6}; others may overflow.
        everywhere = usual or self.claim.op != "=" or self.claim.condition is not None
        for each in [] if quick else found[:_MOST_PRECISE]:
            if each.order is None and (everywhere or not _finite(each)):
                each.order = self._order(each, ctx)
        if step > 1 and not self._far_apart(found):
            found += [self._evaluate_next(env, ctx) for at, env in enumerate(places) if at % step]
        return found

    def _evaluate_next(self, env: Env, ctx: PlainContext) -> Found:
        if ctx.world.budget.is_full:
            ctx.forget()
        return self.evaluate_at(env, ctx)

    def evaluate_at(self, env: Env, ctx: PlainContext) -> Found:
        """Returns both sides at one point of a draw."""
        left, no_left = _value(self.left, env, ctx)
        right, no_right = _value(self.right, env, ctx)
        if no_left is not None or no_right is not None:
            return Found(env, left, right, undefined=(no_left, no_right))
        counted = type(left) is int and type(right) is int and self.claim.op != "\\approx"
        order = (left > right) - (left < right) if counted else None
        if isinstance(left, int | float) and isinstance(right, int | float):
            left, right = _as_float(left), _as_float(right)
        else:
            left, right = _shaped(left, right, self.claim)
        found = Found(env, left, right, order=order)
        if self.claim.op == "=" and not self._error(found, 0.0)[0] <= self._tolerance:
            found.size = self._size(env, ctx)
        return found

    def _order(self, found: Found, ctx: PlainContext) -> int | None:
        """Returns which side is larger, where floats do not tell them apart.

        Where they do and many digits do not, what was added up has been too large for these.
        """
        order = self._precise_order(found, ctx)
        if order == 0 and isinstance(found.left, float) and isinstance(found.right, float):
            gap = abs(found.left - found.right)
            near = TOLERANCE * max(abs(found.left), abs(found.right))
            if near < gap < math.inf and gap > _ROUNDING * self._size(found.env, ctx):
                return None
        return order

    def _precise_order(self, found: Found, ctx: PlainContext) -> int | None:
        left, right = found.left, found.right
        if any(found.undefined) or self.claim.op == "\\approx" or None not in self._fractions:
            return None
        if not isinstance(left, float) or not isinstance(right, float):
            return self._order_of_wholes(found, ctx) if self.claim.op == "=" else None
        near = abs(left - right) <= _DOUBTFUL * max(abs(left), abs(right))
        doubtful = near or self.claim.op == "="
        order = (left > right) - (left < right)
        fails = self.claim.op != "=" and not _ORDERS[self.claim.op](order, 0)
        if not doubtful and not fails:
            return None
        if fails:
            found.size = self._size(found.env, ctx)
        precise = Precise(ctx)
        try:
            one = precise.value(self.claim.left, found.env)
            other = precise.value(self.claim.right, found.env)
        except UndefinedError as error:
            found.undefined = str(error), None
            return None
        if one is None or other is None:
            return self._order_of_wholes(found, ctx) if doubtful else None
        order = precise.order(one, other)
        strict = self.claim.op in ("<", ">", "\\ne")
        if strict and not order and not precise.exact:
            return 0 if self._fixed else None  # what is drawn may be so far out
        return order

    def _order_of_wholes(self, found: Found, ctx: PlainContext) -> int | None:
        """Returns the same of arrays and derivatives, where nine digits may not be enough."""
        if not self._fine or self._steps_left <= 0 or self._wholes == _MOST_WHOLES:
            return None
        precise = PreciseWhole(ctx, min(self._steps_left, _MOST_STEPS_AT_A_POINT))
        one = precise.value(self.claim.left, found.env)
        other = None if one is None else precise.value(self.claim.right, found.env)
        self._steps_left -= precise.steps
        if one is None or other is None:
            return None
        self._wholes += 1
        order = precise.order(one, other)
        return None if not order and self.claim.op in ("<", ">", "\\ne") else order

    def _size(self, env: Env, ctx: PlainContext) -> float:
        return max(self._magnitude(side, env, ctx) for side in (self.claim.left, self.claim.right))

    def _magnitude(self, term: Term, env: Env, ctx: PlainContext) -> float:
        try:
            return self._magnitudes.of(term, remembering(env), ctx)
        except (EvalError, UndefinedError, ArithmeticError):
            return 0.0

    def _far_apart(self, found: list[Found]) -> bool:
        """Tells whether sides differ so much that no scale of other points could excuse it."""
        scale = _scale(found)
        return self.claim.op == "=" and any(
            not self._error(each, scale)[0] < _FAR for each in found if not any(each.undefined)
        )

    def add(self, found: list[Found], manner: Manner, usual: bool) -> None:
        """Compares what one draw gave."""
        scale = _scale(found)
        self.met |= usual and bool(found)
        self.nothing = self.nothing and scale == 0
        for each in found:
            if any(each.undefined):
                self._undefined(each, usual)
            elif usual or _finite(each) or each.order is not None:
                self._compare(each, scale, manner, usual)
        if usual:
            self.largest = max(self.largest, scale)

    def _undefined(self, found: Found, usual: bool) -> None:
        """A point at which a side has no value: both sides may lack one, though not always."""
        if (usual or not all(found.undefined)) and not self.message:
            side = "left" if found.undefined[0] is not None else "right"
            why = found.undefined[0] or found.undefined[1]
            where = _where(found.env)
            self.message = f"the {side} side has no value {where}: {why}{_DECLARE}"

    def _compare(self, found: Found, scale: float, manner: Manner, usual: bool) -> None:
        self.points += int(np.size(found.left))
        self._larger.update((np.asarray(found.left) > np.asarray(found.right)).ravel().tolist())
        undecided = found.order is None and None in self._fractions
        self.rough |= (usual or not self.met) and undecided and self.claim.op == "="
        # Where its condition keeps a claim from all usual draws, the others are what there is.
        fully = usual or not self.met
        if fully:
            part = (_LAST_BITS if self._written_out else _ROUNDING) / self._tolerance
            excused = max(found.size * part, scale * _SCALE * self._derives)
        else:
            least = _NOTHING_OF_A_DERIVATIVE if self._derives else _NOTHING
            excused = max(found.size * _ROUNDING / _ROUGH, scale * _SCALE, least / _ROUGH)
        error, allowed = self._error(found, excused, manner)
        if not fully and self.claim.op in ("=", "\\approx"):
            allowed = max(allowed, _ROUGH_DERIVATIVE if self._derives else _ROUGH)
        elif not error <= self.worst:
            self.worst = error
        if not error <= allowed and not self.message:
            self.message = _difference(self.claim, found.env, found.left, found.right)

    def _error(
        self, found: Found, scale: float, manner: Manner | None = None
    ) -> tuple[float, float]:
        """Returns how far apart two sides are, and how far they may be."""
        op, left, right = self.claim.op, found.left, found.right
        # Where σ(x), or a sum of many terms, may be 1 to the last bit, and yet below it.
        far = manner is not None and (manner.kind in _FAR_OUT or isinstance(manner.sizes, tuple))
        # At an edge such as π/2 a float is meant to be that very number.
        at_edge = manner is None or manner.kind == "edge"
        if found.order is not None and not (at_edge and op in ("<", ">", "\\ne")):
            return (0.0 if _ORDERS[op](found.order, 0) else math.inf), 0.0
        plain = isinstance(left, float) and isinstance(right, float)
        if op == "=" and plain and math.isfinite(left) and math.isfinite(right):
            if None not in self._fractions:
                return (0.0 if self._fractions[0] == self._fractions[1] else math.inf), 0.0
            size = max(abs(left), abs(right), scale)
            whole = left.is_integer() and right.is_integer()
            if self._of_numbers and whole and size < _COUNTED:
                return (0.0 if left == right else math.inf), self._tolerance
            return (abs(left - right) / size if left != right else 0.0), self._tolerance
        a, b = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
        if op == "\\approx":
            gap = np.abs(a - b)
            allowed = approximation(self.claim)
            return float(np.max(gap / np.maximum(allowed, 1e-300))), 1.0
        if op != "=":
            return (0.0 if self._ordered(a, b, scale, far) else 1.0), 0.0
        if not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
            return math.nan, TOLERANCE
        size = np.maximum(np.maximum(np.abs(a), np.abs(b)), scale)
        gap = np.abs(a - b)
        return float(
            np.max(np.where(gap == 0, 0.0, gap / np.where(size == 0, 1.0, size)))
        ), TOLERANCE

    def _ordered(self, a: Any, b: Any, scale: float, far: bool) -> bool:
        """Tells whether an inequality holds; infinite numbers are in no order that counts."""
        for side, value in ((self.claim.left, a), (self.claim.right, b)):
            if not np.all(np.isfinite(value)) and not _is_infinite(side):
                return False
        slack = TOLERANCE * np.maximum(np.maximum(np.abs(a), np.abs(b)), scale)
        slack = np.where(np.isfinite(slack), slack, 0.0)
        for nought, other in ((a, self.claim.right), (b, self.claim.left)):
            if constant(other):  # no rounding is between 0 and a number, however small
                slack = np.where(nought == 0, 0.0, slack)
        strict = slack if far else 0.0
        tests: dict[str, Callable[[], Any]] = {
            "<": lambda: (a < b) | (a - b <= strict) & (strict > 0),
            ">": lambda: (a > b) | (b - a <= strict) & (strict > 0),
            "\\le": lambda: a <= b + slack,
            "\\ge": lambda: a >= b - slack,
            "\\ne": lambda: (a != b) | (strict > 0),
        }
        return bool(np.all(tests[self.claim.op]()))

    @property
    def doubtful_sizes(self) -> bool:
        """Whether what is said not to be equal are sizes that may be equal where none was drawn."""
        parts = (part for side in (self.claim.left, self.claim.right) for part in side.walk())
        counts = any(isinstance(part, terms.Size | terms.Reduce | terms.Local) for part in parts)
        if self.claim.op != "\\ne" or not counts or not is_of_sizes(self.claim):
            return False
        numbers = (constant(self.claim.left), constant(self.claim.right))
        return len(self._larger) > 1 or any(n is not None and abs(n) > 1 for n in numbers)

    def result(self) -> tuple[float, int, str]:
        """Returns worst error, points and what is wrong."""
        if not self.points and not self.message:
            return math.inf, 0, "this claim holds nowhere: its condition leaves no index"
        empty = self.nothing and not _states_zero(self.claim)
        if not self.message and empty and self.claim.op in ("=", "\\approx"):
            return 0.0, self.points, "this claim cannot fail: both sides are always 0"
        if (
            self.claim.op == "\\approx"
            and not self.message
            and np.min(approximation(self.claim)) >= self.largest > 0
        ):
            return self.worst, self.points, "this claim cannot fail: so wide a tolerance allows all"
        return self.worst, self.points, self.message


_DECLARE = ". Give what is drawn a range in which both sides have one, or the claim a condition"


def _value(code: Code, env: Env, ctx: PlainContext) -> tuple[Any, str | None]:
    """Returns the value of a side, or why it has none."""
    try:
        return code(env, ctx), None
    except UndefinedError as error:
        return math.nan, str(error)


def _as_float(number: float) -> float:
    """Returns a number as a float, infinity for a whole one that is too large."""
    try:
        return float(number)
    except OverflowError:
        return math.copysign(math.inf, number)


def _finite(found: Found) -> bool:
    return bool(np.all(np.isfinite(found.left)) and np.all(np.isfinite(found.right)))


def _is_infinite(side: Term) -> bool:
    """Tells whether a side is infinity itself."""
    match side:
        case terms.Map(_, _, "neg", argument):
            return _is_infinite(argument)
        case terms.Literal(_, _, value):
            return math.isinf(value)
    return False


def points(claim: Claim, ctx: PlainContext) -> Iterator[Env]:
    """The indices at which a claim is to hold, in one draw."""
    letters = _ordered(claim)
    codes = {letter: range_code(claim.free[letter], claim.left.node) for letter in letters}
    tests: list[tuple[set[str], Code]] = []
    if claim.condition is not None:
        condition = claim.condition
        parts = condition.parts if isinstance(condition, terms.All) else (condition,)
        tests = [(free_letters(part), compile_term(part)) for part in parts]

    if claim.condition is None:
        apart = [letter for letter in letters if not _before(claim.free[letter])]
        lengths = (high - low + 1 for low, high in (codes[letter]({}, ctx) for letter in apart))
        if (many := math.prod(max(length, 0) for length in lengths)) > MOST_STEPS:
            ctx.spend(many, claim.left.node)

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
        letter: set().union(*map(free_letters, _before(run)))
        for letter, run in claim.free.items()
        if letter in used
    }
    ordered: list[str] = []
    while len(ordered) < len(needs):
        ready = [x for x in needs if x not in ordered and needs[x] <= {*ordered, x}]
        ordered.append(ready[0] if ready else next(x for x in needs if x not in ordered))
    return ordered


def _before(run: terms.Range) -> list[Term]:
    """Returns what the range of an index depends on."""
    bounds = [bound for bound in (run.first, run.last) if bound is not None]
    return bounds + [before for use in run.uses for before in use.before]


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
    """Tells whether a claim says that a defined symbol or a remainder is 0: it could differ."""
    if not isinstance(claim.right, terms.Literal):
        return False
    match claim.left:
        case terms.Ref(_, _, symbol):
            return symbol in claim.state.definitions
        case terms.Arith(_, _, "mod"):
            return True
    return False


def _scale(found: list[Found]) -> float:
    """Returns the largest value of some points."""
    return max((max(largest(each.left), largest(each.right)) for each in found), default=0.0)


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
        case tree.Percent(text):
            return _digits(tree.Number(text)) / 100
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


def _where(env: Env, element: str = "") -> str:
    at = [f"{letter} = {value}" for letter, value in env.items()]
    return f"at {', '.join([*at, element] if element else at)}" if at or element else "here"


def _difference(claim: Claim, env: Env, left: Any, right: Any) -> str:
    element = ""
    a, b = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    if a.ndim:
        gap = np.nan_to_num(np.abs(a - b), nan=math.inf)
        worst = np.unravel_index(int(np.argmax(gap)), gap.shape)
        a, b = a[worst], b[worst]
        element = f"element ({', '.join(str(int(i) + 1) for i in worst[:-1])})"
    where = _where(env, element)
    symbol = claim.left.symbol if isinstance(claim.left, terms.Ref) else None
    hint = ""
    undefined = symbol is not None and symbol not in claim.state.definitions
    if symbol is not None and undefined and not claim.link and claim.op == "=":
        hint = f"; nothing defines {symbol.name}: is \\coloneqq meant?"
    if claim.op != "=" and (name := any_function(claim)):
        hint += f"; {name} may be any function, a bound on it cannot be decided"
    relation = {"=": "equal", "\\approx": "near enough"}.get(claim.op, f"{claim.op}")
    one, other = f"{float(a):.6g}", f"{float(b):.6g}"
    if one == other:
        one, other = f"{float(a):.16g}", f"{float(b):.16g}"
    values = f"the left side is {one}, the right side {other}"
    if one == other:
        values += " but for what 16 digits do not show"
    return f"not {relation}: {where} {values}{hint}"
