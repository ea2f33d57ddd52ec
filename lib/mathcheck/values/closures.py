"""Compiles terms to closures that compute their values.

A closure takes the environment, which knows the indices, and the context, which knows the symbols
and whether something is perturbed for a derivative.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any, Protocol

import numpy as np

from mathcheck.meaning import terms
from mathcheck.meaning.symbols import Symbol
from mathcheck.meaning.terms import Term, free_letters
from mathcheck.text.document import Section
from mathcheck.text.errors import CasesError, EvalError, UndefinedError
from mathcheck.text.printer import latex
from mathcheck.text.tree import Binary, Node
from mathcheck.values.arrays import Eye, best, extreme, turned
from mathcheck.values.branches import MET, note_length
from mathcheck.values.coverage import by_value
from mathcheck.values.inline import Code, Env, Writer
from mathcheck.values.limits import integral_code, sum_of_series
from mathcheck.values.matrices import (
    Ends,
    arith_code,
    blocks_code,
    collect_code,
    element_code,
    identity_code,
    length_code,
    map_code,
    matrix_product,
    ones_code,
    part_code,
    power_code,
    product_code,
    stack_code,
)
from mathcheck.values.numbers import Value, real
from mathcheck.values.sums import Loop, plan, split


class Context(Protocol):
    """What a closure must know of the symbols."""

    def lookup(self, symbol: Symbol, indices: tuple[int, ...], node: Node) -> Value:
        """Returns a symbol's value at some indices."""

    def size(self, root: Section, letter: str, index: int | None, node: Node) -> int:
        """Returns a size."""

    def spend(self, steps: int, node: Node) -> None:
        """Counts steps that are about to be taken."""

    def note(self, site: int, outcome: object) -> None:
        """Takes in how a place has decided."""

    def bounds(self, symbol: Symbol, axis: int, before: tuple[int, ...]) -> tuple[int, int]:
        """Returns the first and the last index of an axis."""

    def describe(self, symbol: Symbol, axis: int) -> str:
        """Returns how the table writes what an axis runs over."""

    def call(self, symbol: Symbol, primes: int, arguments: tuple[Value, ...], node: Node) -> Value:
        """Returns a function's value."""

    def derivative(
        self,
        term: terms.Derivative,
        of: Code,
        of_at: tuple[int, ...],
        by: tuple[int, ...],
        env: Env,
    ) -> Value:
        """Returns a derivative."""

    def second(
        self,
        term: terms.Second,
        of: Code,
        of_at: tuple[int, ...],
        by: tuple[int, ...],
        again: tuple[int, ...],
        env: Env,
    ) -> Value:
        """Returns a second derivative."""

    def at_point(self, term: terms.At, body: Code, values: tuple[Value, ...], env: Env) -> Value:
        """Returns a value where some symbols have other values."""


def compile_term(term: Term) -> Code:
    """Returns the closure of a term."""
    writer = Writer(compile_term, index_code)
    source = writer.inline(term)
    if source is not None:
        return writer.function(source)
    match term:
        case terms.Call(_, node, symbol, primes, arguments):
            codes = [compile_term(a) for a in arguments]
            return lambda env, ctx: ctx.call(
                symbol, primes, tuple(c(env, ctx) for c in codes), node
            )
        case terms.Map(_, _, _, argument):
            return map_code(term, compile_term(argument))
        case terms.Collect(_, node, function, argument):
            return collect_code(function, compile_term(argument), argument.rank, node)
        case terms.Arith(_, _, _, left, right):
            brackets, factors = split(term)
            if brackets:
                return _bracketed(brackets, factors)
            return arith_code(term, compile_term(left), compile_term(right))
        case terms.Product(_, node, kind, left, right):
            return product_code(kind, compile_term(left), compile_term(right), term)
        case terms.Transpose(rank, _, argument):
            inside = compile_term(argument)
            return inside if rank == 1 else lambda env, ctx: turned(inside(env, ctx))
        case terms.Part(_, node, whole, places):
            return part_code(whole.symbol, compile_term(whole), [_ends(p) for p in places], node)
        case terms.Let(_, _, letter, value, body):
            number, of_letter = compile_term(value), compile_term(body)
            return lambda env, ctx: of_letter({**env, letter: number(env, ctx)}, ctx)
        case terms.Element(_, node, argument, indices):
            return element_code(compile_term(argument), [index_code(i) for i in indices], node)
        case terms.Integral():
            return integral_code(term, compile_term)
        case terms.Length(_, node, argument, axis):
            return length_code(compile_term(argument), axis, node)
        case terms.At(_, _, body, places):
            values = [compile_term(value) for _, value in places]
            at_point = compile_term(body)
            return lambda env, ctx: ctx.at_point(
                term, at_point, tuple(value(env, ctx) for value in values), env
            )
        case terms.Second(_, _, _, of, by, again):
            first_at, second_at = _indices(by), _indices(again)
            of_code, of_at = compile_term(of), _indices(of) if isinstance(of, terms.Ref) else _none
            return lambda env, ctx: ctx.second(
                term, of_code, of_at(env, ctx), first_at(env, ctx), second_at(env, ctx), env
            )
        case terms.Power(_, node, base, exponent):
            return power_code(compile_term(base), index_code(exponent), node)
        case terms.Ones(_, node, _, length):
            return ones_code(None if length is None else index_code(length), node)
        case terms.SizedIdentity(_, node, length):
            return identity_code(index_code(length), node)
        case terms.Identity():
            return lambda env, ctx: Eye(1)
        case terms.Stack(_, _, rows):
            stack = stack_code([[compile_term(entry) for entry in row] for row in rows])
            return stack if term.rank == 2 else lambda env, ctx: stack(env, ctx)[0]
        case terms.Blocks():
            return blocks_code(term, compile_term)
        case terms.Reduce():
            return _remembering(term, _sum(term) if term.op == "sum" else _reduce(term))
        case terms.All(_, _, parts):
            tests = [compile_term(part) for part in parts]
            return lambda env, ctx: int(all(t(env, ctx) for t in tests))
        case terms.Choose():
            return _choose(term)
    raise AssertionError(f"a term that nothing computes: {term}")


def _none(env: Env, ctx: Any) -> tuple[int, ...]:
    return ()


def _indices(term: terms.Ref) -> Callable[[Env, Any], tuple[int, ...]]:
    """Returns the closure of a symbol's indices."""
    codes = [index_code(index) for index in term.indices]
    return lambda env, ctx: tuple(code(env, ctx) for code in codes)


def _ends(place: Term | tuple[Term, Term] | None) -> Ends:
    """Returns the closures of the ends of a slice, or of an index."""
    match place:
        case None:
            return None
        case (first, last):
            return index_code(first), index_code(last)
    return index_code(place)


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


def _choose(term: terms.Choose) -> Code:
    codes = [
        (compile_term(value), None if guard is None else compile_term(guard))
        for value, guard in term.rows
    ]
    site = id(term)

    def choose(env: Env, ctx: Any) -> Value:
        holding = [
            row for row, (_, guard) in enumerate(codes) if guard is not None and guard(env, ctx)
        ]
        if not holding and codes[-1][1] is None:
            holding = [len(codes) - 1]
        if not holding:
            raise CasesError(f"none of the cases holds{_where(term, env, ctx)}", term.node)
        ctx.note(site, holding[0])
        value = codes[holding[0]][0](env, ctx)
        for row in holding[1:]:
            if not np.allclose(np.real(codes[row][0](env, ctx)), np.real(value), rtol=1e-9, atol=0):
                first, second = (latex(_guard(term, at).node) for at in (holding[0], row))
                message = f"the cases `{first}` and `{second}` both hold, with different values"
                raise CasesError(message + _where(term, env, ctx), term.node)
        return value

    return choose


def _guard(term: terms.Choose, row: int) -> Term:
    guard = term.rows[row][1]
    assert guard is not None
    return guard


def _where(term: terms.Choose, env: Env, ctx: Any) -> str:
    """Says for which values none or two of the cases hold."""
    guards = [guard for _, guard in term.rows if guard is not None]
    parts = {
        latex(part.node): part
        for guard in guards
        for part in guard.walk()
        if isinstance(part, terms.Ref | terms.Local) and not part.rank
    }
    found = [f"{name} = {real(compile_term(part)(env, ctx)):.6g}" for name, part in parts.items()]
    return f" at {', '.join(found)}" if found else ""


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

    def remembered(env: Env, ctx: Any) -> tuple[int, int]:
        known: dict[object, tuple[int, int]] = ctx.world.ranges
        if bounds not in known:
            known[bounds] = bounds(env, ctx)
        return known[bounds]

    varies = first or last or any(before for _, before in uses)
    return bounds if varies else remembered


# Where an environment has what the sums inside of a sum have come to: no letter is called so.
_KEPT = ""
_MOST_KEPT = 20_000
# In steps of a finite sum.
_COST_OF_A_TERM = 4
_LONGEST = 2**20_000


def remembering(env: Env) -> Env:
    """Returns indices with which no sum is computed twice for the same ones."""
    return env if _KEPT in env else {**env, _KEPT: {}}


def _remembering(term: terms.Reduce, code: Code) -> Code:
    """Computes a sum inside of others once for all indices that it does not depend on."""
    letters = sorted(free_letters(term))
    site = object()

    def remembered(env: Env, ctx: Any) -> Value:
        kept = env.get(_KEPT)
        if kept is None:
            return code(remembering(env), ctx)
        key = (site, ctx, *map(env.get, letters))
        try:
            known = kept.get(key)
        except TypeError:  # a function's parameter, moved for a derivative
            return code(env, ctx)
        if known is None:
            known = code(env, ctx)
            if len(kept) < _MOST_KEPT:
                kept[key] = known
        return known

    return remembered


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
    site = id(loop.sum)

    def step(env: Env, ctx: Any, total: Value) -> Value:
        low, high = bounds(env, ctx)
        ctx.spend(high - low + 1, loop.sum.node)
        note_length(ctx, site, low, high)
        met = False
        for index in range(low, high + 1):
            env[letter] = index
            for test in tests:
                if not test(env, ctx):
                    break
            else:
                met = True
                total = inner(env, ctx, total)
        if met:
            ctx.note(site, MET)
        return total

    return step


def _factors(factors: Sequence[Term]) -> Code:
    writer = Writer(compile_term, index_code)
    return writer.function(" * ".join(map(writer.value, factors)) or "1")


def _multiplied(values: list[Value]) -> Value:
    """Multiplies; whole numbers stay whole, while they are not too long to be computed with."""
    total: Value = 1
    for value in values:
        total = total * value
        if type(total) is int and abs(total) > _LONGEST:
            raise OverflowError
    return total


def _reduce(term: terms.Reduce) -> Code:
    letter, op, node = term.range.letter, term.op, term.node
    bounds = range_code(term.range, term.node)
    tests = [compile_term(c) for c in term.conditions]
    body = compile_term(term.body)
    site = id(term)

    def values(env: Env, ctx: Any) -> list[Value]:
        low, high = bounds(env, ctx)
        ctx.spend(high - low + 1, node)
        note_length(ctx, site, low, high)
        inner = dict(env)
        found = []
        for index in range(low, high + 1):
            inner[letter] = index
            if not tests or all(test(inner, ctx) for test in tests):
                found.append(body(inner, ctx))
        if found:
            ctx.note(site, MET)
        return found

    def product(env: Env, ctx: Any) -> Value:
        return _multiplied(values(env, ctx))

    def matrices(env: Env, ctx: Any) -> Value:
        found = values(env, ctx)
        return reduce(matrix_product, found) if found else Eye(1)

    chosen = any(by_value(condition) for condition in term.conditions)

    def most(env: Env, ctx: Any) -> Value:
        found = values(env, ctx)
        if not found and chosen:  # by what is drawn: with these values there is no such element
            raise UndefinedError(f"the {op} of nothing")
        if not found:
            raise EvalError(f"the {op} of nothing", node)
        return extreme(found, op)

    def where(env: Env, ctx: Any) -> Value:
        low, _ = bounds(env, ctx)
        return best([real(value) for value in values(env, ctx)], op == "argmax") + low

    def listed(env: Env, ctx: Any) -> Value:
        found = [np.atleast_1d(value) for value in values(env, ctx)]
        if not found:
            raise EvalError("a list of nothing", node)
        return np.stack(np.broadcast_arrays(*found))

    def series(env: Env, ctx: Any) -> Value:
        low, _ = bounds(env, ctx)
        inner = dict(env)

        def at(index: int) -> Value:
            ctx.spend(_COST_OF_A_TERM, node)
            inner[letter] = index
            counts = not tests or all(test(inner, ctx) for test in tests)
            return body(inner, ctx) if counts else 0

        return sum_of_series(at, low, node)

    codes = {
        "prod": product,
        "matprod": matrices,
        "max": most,
        "min": most,
        "argmax": where,
        "argmin": where,
        "series": series,
        "list": listed,
    }
    return codes[op]
