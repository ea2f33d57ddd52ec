"""Compiles terms to closures that compute their values.

A closure takes the environment, which knows the indices, and the context, which knows the symbols
and whether something is perturbed for a derivative.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from mathcheck import terms
from mathcheck.arrays import EvalError, Eye, ShapeError, as_number, best, collect, extreme, turned
from mathcheck.numbers import COMPARISONS, MAPS, OPERATIONS, Value, divide, matmul, real
from mathcheck.printer import latex
from mathcheck.reader import Section
from mathcheck.sums import Loop, plan, split
from mathcheck.symbols import Symbol
from mathcheck.terms import Term
from mathcheck.tree import Binary, Node

Env = dict[str, Any]


class Context(Protocol):
    """What a closure must know of the symbols."""

    def lookup(self, symbol: Symbol, indices: tuple[int, ...], node: Node) -> Value:
        """Returns a symbol's value at some indices."""

    def size(self, root: Section, letter: str, index: int | None, node: Node) -> int:
        """Returns a size."""

    def bounds(self, symbol: Symbol, axis: int, before: tuple[int, ...]) -> tuple[int, int]:
        """Returns the first and the last index of an axis."""

    def describe(self, symbol: Symbol, axis: int) -> str:
        """Returns how the table writes what an axis runs over."""

    def call(self, symbol: Symbol, primes: int, arguments: tuple[Value, ...], node: Node) -> Value:
        """Returns a function's value."""

    def derivative(
        self,
        term: terms.Derivative,
        of: "Code",
        of_at: "Code | None",
        by: tuple[int, ...],
        env: Env,
    ) -> Value:
        """Returns a derivative."""


Code = Callable[[Env, Any], Value]


def compile_term(term: Term) -> Code:
    """Returns the closure of a term."""
    match term:
        case terms.Literal(_, _, value):
            number = int(value) if float(value).is_integer() and abs(value) < 1e15 else value
            return lambda env, ctx: number
        case terms.Local(_, _, letter):
            return lambda env, ctx: env[letter]
        case terms.Size(_, node, letter, None, root):
            return lambda env, ctx: ctx.size(root, letter, None, node)
        case terms.Size(_, node, letter, index, root):
            assert index is not None
            inner = index_code(index)
            return lambda env, ctx: ctx.size(root, letter, inner(env, ctx), node)
        case terms.Ref(_, node, symbol, indices):
            return _ref(symbol, indices, node)
        case terms.Call(_, node, symbol, primes, arguments):
            codes = [compile_term(a) for a in arguments]
            return lambda env, ctx: ctx.call(
                symbol, primes, tuple(c(env, ctx) for c in codes), node
            )
        case terms.Map(_, _, function, argument):
            return _map(function, compile_term(argument))
        case terms.Collect(_, node, function, argument):
            return _collect(function, compile_term(argument), argument.rank, node)
        case terms.Arith():
            return _arith(term)
        case terms.Product(_, node, kind, left, right):
            return _product(kind, compile_term(left), compile_term(right), term)
        case terms.Transpose(rank, _, argument):
            inside = compile_term(argument)
            return inside if rank == 1 else lambda env, ctx: turned(inside(env, ctx))
        case terms.Element(_, node, argument, indices):
            return _element(compile_term(argument), [index_code(i) for i in indices], node)
        case terms.Identity():
            return lambda env, ctx: Eye(1)
        case terms.Stack(_, _, rows):
            stack = _stack([[compile_term(entry) for entry in row] for row in rows])
            return stack if term.rank == 2 else lambda env, ctx: stack(env, ctx)[0]
        case terms.Reduce():
            return _sum(term) if term.op == "sum" else _reduce(term)
        case terms.Derivative():
            return _derivative(term)
        case terms.Compare(_, _, op, left, right):
            test, a, b = COMPARISONS[op], compile_term(left), compile_term(right)
            return lambda env, ctx: test(a(env, ctx), b(env, ctx))
        case terms.All(_, _, parts):
            tests = [compile_term(part) for part in parts]
            return lambda env, ctx: int(all(t(env, ctx) for t in tests))
        case terms.Choose(_, node, rows):
            return _choose(rows, node)
    raise AssertionError(f"a term that nothing computes: {term}")


def index_code(term: Term) -> Callable[[Env, Any], int]:
    """Returns the closure of an index: its value is a whole number."""
    code = compile_term(term)

    def index(env: Env, ctx: Any) -> int:
        value = code(env, ctx)
        if type(value) is int:
            return value
        number = real(value)
        if not number.is_integer():
            raise EvalError(f"the index {number:g} is no whole number", term.node)
        return int(number)

    return index


def _ref(symbol: Symbol, indices: tuple[Term, ...], node: Node) -> Code:
    codes = [index_code(i) for i in indices]
    if not codes:
        return lambda env, ctx: ctx.lookup(symbol, (), node)
    if len(codes) == 1:
        (only,) = codes
        return lambda env, ctx: ctx.lookup(symbol, (only(env, ctx),), node)
    if len(codes) == 2:
        one, two = codes
        return lambda env, ctx: ctx.lookup(symbol, (one(env, ctx), two(env, ctx)), node)
    return lambda env, ctx: ctx.lookup(symbol, tuple(c(env, ctx) for c in codes), node)


def _map(function: str, argument: Code) -> Code:
    apply = MAPS[function]

    def mapped(env: Env, ctx: Any) -> Value:
        value = argument(env, ctx)
        if isinstance(value, Eye):
            return Eye(apply(value.factor))
        return apply(value)

    return mapped


def _arith(term: terms.Arith) -> Code:
    apply = OPERATIONS[term.op]
    brackets, factors = split(term)
    if brackets:
        return _bracketed(brackets, factors)
    left, right, op = compile_term(term.left), compile_term(term.right), term.op
    if not term.rank:
        return lambda env, ctx: apply(left(env, ctx), right(env, ctx))

    def arrays(env: Env, ctx: Any) -> Value:
        a, b = left(env, ctx), right(env, ctx)
        if isinstance(a, Eye) or isinstance(b, Eye):
            return _with_eye(op, a, b, term)
        if term.left.rank and term.right.rank:
            _check_broadcast(a, b, term)
        return apply(a, b)

    return arrays


def _bracketed(brackets: list[Term], factors: list[Term]) -> Code:
    """A product that is 0 where a bracket is, whatever else stands in it."""
    tests = [compile_term(bracket) for bracket in brackets]
    product = _factors(factors)

    def bracketed(env: Env, ctx: Any) -> Value:
        for test in tests:
            if not test(env, ctx):
                return 0
        return product(env, ctx)

    return bracketed


def _with_eye(op: str, a: Value, b: Value, term: terms.Arith) -> Value:
    if op == "*" and not (isinstance(a, Eye) and isinstance(b, Eye)):
        eye, other, rank = (a, b, term.right.rank) if isinstance(a, Eye) else (b, a, term.left.rank)
        return Eye(eye.factor * other) if not rank else eye.like(other) * other
    if op == "/" and not term.right.rank:
        return Eye(divide(a.factor, b))
    if op in "+-":
        if isinstance(a, Eye) and isinstance(b, Eye):
            return Eye(OPERATIONS[op](a.factor, b.factor))
        matrices = term.left.rank == term.right.rank == 2
        if matrices:
            return OPERATIONS[op](
                a.like(b) if isinstance(a, Eye) else a, b.like(a) if isinstance(b, Eye) else b
            )
    raise EvalError("the identity matrix cannot stand here", term.node)


def _check_broadcast(a: Value, b: Value, term: terms.Arith) -> None:
    one, two = a.shape[:-1], b.shape[:-1]
    for x, y in zip(reversed(one), reversed(two), strict=False):
        if x != y and x != 1 and y != 1:
            signs = {"+": "adds", "-": "subtracts", "*": "multiplies", "/": "divides"}
            verb = signs.get(term.op, "combines")
            raise ShapeError(f"this {verb} arrays of shape {{}} and {{}}", term.node, one, two)


def _product(kind: str, left: Code, right: Code, term: terms.Product) -> Code:
    def product(env: Env, ctx: Any) -> Value:
        a, b = left(env, ctx), right(env, ctx)
        if isinstance(a, Eye):
            return Eye(a.factor * b.factor) if isinstance(b, Eye) else b * a.factor
        if isinstance(b, Eye):
            return a * b.factor
        if kind == "outer":
            return a[:, None, :] * b[None, :, :]
        inner = a.shape[-2], b.shape[0]
        if inner[0] != inner[1]:
            what = f"`{latex(_last_factor(term.left, term.node))} {latex(term.right.node)}`"
            message = what.replace("{", "{{").replace("}", "}}") + " multiplies {} by {}"
            raise ShapeError(message, term.node, a.shape[:-1], b.shape[:-1])
        if kind == "inner":
            return as_number((a * b).sum(axis=0))
        value = matmul(a, b)
        return value if term.rank else as_number(value)

    return product


def _last_factor(term: Term, run: Node) -> Node:
    """Returns what stands last in the left part of a product of several."""
    while term.node is run and isinstance(term, terms.Product | terms.Arith):
        term = term.right
    return term.node


def _element(argument: Code, indices: list[Callable[[Env, Any], int]], node: Node) -> Code:
    def element(env: Env, ctx: Any) -> Value:
        value = argument(env, ctx)
        at = tuple(i(env, ctx) for i in indices)
        if isinstance(value, Eye):
            return value.factor if at[0] == at[1] else 0
        if not all(1 <= i <= n for i, n in zip(at, value.shape, strict=False)):
            raise EvalError(f"the element {at} of an array of shape {value.shape[:-1]}", node)
        return as_number(value[tuple(i - 1 for i in at)])

    return element


def _stack(rows: list[list[Code]]) -> Code:
    def stacked(env: Env, ctx: Any) -> Value:
        values = [[np.atleast_1d(code(env, ctx)) for code in row] for row in rows]
        lanes = max(value.shape[0] for row in values for value in row)
        return np.array([[np.broadcast_to(v, (lanes,)) for v in row] for row in values])

    return stacked


def _collect(function: str, argument: Code, rank: int, node: Node) -> Code:
    def collected(env: Env, ctx: Any) -> Value:
        value = argument(env, ctx)
        if isinstance(value, Eye):
            raise EvalError(f"the {function} of the identity matrix", node)
        return collect(function, value, rank) if rank else MAPS["abs"](value)

    return collected


def _choose(rows: tuple[tuple[Term, Term | None], ...], node: Node) -> Code:
    codes = [
        (compile_term(value), None if guard is None else compile_term(guard))
        for value, guard in rows
    ]

    def choose(env: Env, ctx: Any) -> Value:
        for value, guard in codes:
            if guard is None or guard(env, ctx):
                return value(env, ctx)
        raise EvalError("none of the cases holds", node)

    return choose


def _part_of(one: terms.Use | None, other: terms.Use) -> bool:
    """Tells whether an axis is a part of another by what the table says: I of I + J."""
    if one is None:
        return False
    short, long = one.symbol.axes[one.axis].last, other.symbol.axes[other.axis].last
    composite = isinstance(long, Binary) and long.op == "+"
    return composite and any(part == short for part in long.walk())


def _describe(use: terms.Use | None, ctx: Any) -> str:
    assert use is not None
    return f"{ctx.describe(use.symbol, use.axis)} as an index of {use.symbol.name}"


def range_code(over: terms.Range, node: Node) -> Callable[[Env, Any], tuple[int, int]]:
    """Returns the closure of an index's first and last value."""
    uses = [(use, [index_code(i) for i in use.before]) for use in over.uses]
    first = None if over.first is None else index_code(over.first)
    last = None if over.last is None else index_code(over.last)

    def bounds(env: Env, ctx: Any) -> tuple[int, int]:
        if first is not None and last is not None:
            return first(env, ctx), last(env, ctx)
        found: tuple[int, int] | None = None
        one: terms.Use | None = None
        for use, before in uses:
            at = tuple(i(env, ctx) for i in before)
            here = ctx.bounds(use.symbol, use.axis, at)
            if found is None or here == found:
                found, one = here, use
            elif over.filtered:
                found = min(found[0], here[0]), max(found[1], here[1])
            elif _part_of(one, use):
                pass
            elif one is not None and _part_of(use, one):
                found, one = here, use
            else:
                raise EvalError(
                    f"{over.letter} runs over {_describe(one, ctx)}, "
                    f"but over {_describe(use, ctx)}",
                    use.node,
                )
        if found is None:
            raise EvalError(f"what does {over.letter} run over? Nothing says it", node)
        low = first(env, ctx) if first is not None else found[0]
        return low, last(env, ctx) if last is not None else found[1]

    return bounds


def _sum(term: terms.Reduce) -> Code:
    nest = plan(term)
    tests = [compile_term(test) for test in nest.tests]
    step = _adding(_factors(nest.factors))
    for loop in reversed(nest.loops):
        step = _looping(loop, step)

    def total(env: Env, ctx: Any) -> Value:
        for test in tests:
            if not test(env, ctx):
                return 0
        return step(dict(env), ctx, 0)

    return total


# Adds to a total what comes of the indices that are known and all further ones.
_Step = Callable[[Env, Any, Value], Value]


def _adding(code: Code) -> _Step:
    return lambda env, ctx, total: total + code(env, ctx)


def _looping(loop: Loop, inner: _Step) -> _Step:
    letter = loop.sum.range.letter
    bounds = range_code(loop.sum.range, loop.sum.node)
    tests = [compile_term(test) for test in loop.tests]

    def step(env: Env, ctx: Any, total: Value) -> Value:
        low, high = bounds(env, ctx)
        for index in range(low, high + 1):
            env[letter] = index
            for test in tests:
                if not test(env, ctx):
                    break
            else:
                total = inner(env, ctx, total)
        return total

    return step


def _factors(factors: Sequence[Term]) -> Code:
    codes = [compile_term(factor) for factor in factors]
    if len(codes) == 1:
        return codes[0]

    def product(env: Env, ctx: Any) -> Value:
        result: Value = 1
        for code in codes:
            result = result * code(env, ctx)
        return result

    return product


def _reduce(term: terms.Reduce) -> Code:
    letter, op, node = term.range.letter, term.op, term.node
    bounds = range_code(term.range, term.node)
    tests = [compile_term(c) for c in term.conditions]
    body = compile_term(term.body)

    def values(env: Env, ctx: Any) -> list[Value]:
        low, high = bounds(env, ctx)
        inner = dict(env)
        found = []
        for index in range(low, high + 1):
            inner[letter] = index
            if not tests or all(test(inner, ctx) for test in tests):
                found.append(body(inner, ctx))
        return found

    def product(env: Env, ctx: Any) -> Value:
        return math.prod(values(env, ctx))

    def most(env: Env, ctx: Any) -> Value:
        found = values(env, ctx)
        if not found:
            raise EvalError(f"the {op} of nothing", node)
        return extreme(found, op)

    def where(env: Env, ctx: Any) -> Value:
        low, _ = bounds(env, ctx)
        return best([real(value) for value in values(env, ctx)], op == "argmax") + low

    return {"prod": product, "max": most, "min": most}.get(op, where)


def _derivative(term: terms.Derivative) -> Code:
    of = compile_term(term.of)
    at = [index_code(i) for i in term.of.indices] if isinstance(term.of, terms.Ref) else []
    by = [index_code(i) for i in term.by.indices]

    def derivative(env: Env, ctx: Any) -> Value:
        of_at = tuple(i(env, ctx) for i in at)
        return ctx.derivative(term, of, of_at, tuple(i(env, ctx) for i in by), env)

    return derivative
