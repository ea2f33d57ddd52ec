r"""Looks at the edges that a claim names: `a \ge 0` says that it holds at a = 0 as well.

At the edge of a case a derivative may be none, and a fraction. Elsewhere such a point is drawn
again, as one that nobody meant; where the claim itself counts it in, it has to hold there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from mathcheck.claims.comparison import Comparison, points
from mathcheck.claims.equations import Claim
from mathcheck.meaning import terms
from mathcheck.meaning.symbols import Symbol
from mathcheck.meaning.terms import Term, free_letters
from mathcheck.text.errors import EvalError, TooClose, UndefinedError
from mathcheck.text.printer import latex
from mathcheck.values.closures import compile_term, index_code
from mathcheck.values.derivatives import PlainContext
from mathcheck.values.inline import Env
from mathcheck.values.numbers import real
from mathcheck.values.one_draw import World
from mathcheck.values.settings import allowed

_REAL = {"real", "nonzero"}
_BOUNDED = {"positive", "negative", "interval"}
_DISCRETE = {"integer", "constant", "binary", "sign", "one-hot"}
_MOST_POINTS = 3  # at which an edge is looked at, where the claim has indices


@dataclass(frozen=True)
class Edge:
    """A symbol that a comparison allows to equal something, and what that is."""

    symbol: terms.Ref
    at: Term
    test: terms.Compare


def named_edges(claim: Claim) -> Iterator[Edge]:
    """Yields the edges that a claim counts in.

    Of what the text defines, a text may define the slope at an edge too: these claims have none.
    Nor has an indicator that asks whether two drawn values are equal: the largest is where it is.
    """
    if any(_of_a_symbol(part) for side in (claim.left, claim.right) for part in side.walk()):
        return
    stated = [claim.left, claim.right, *([] if claim.condition is None else [claim.condition])]
    for test in (part for term in stated for part in term.walk()):
        if not isinstance(test, terms.Compare) or test.op not in (">=", "<=", "=="):
            continue
        for one, other in ((test.left, test.right), (test.right, test.left)):
            fixed = not any(isinstance(part, terms.Ref) for part in other.walk())
            if _is_drawn(one, claim, _REAL) and (fixed or test.op != "=="):
                assert isinstance(one, terms.Ref)
                yield Edge(one, other, test)


def _of_a_symbol(part: Term) -> bool:
    return isinstance(part, terms.Derivative | terms.Second) and isinstance(
        part.of, terms.Ref | terms.Call
    )


def _is_drawn(term: Term, claim: Claim, domains: set[str]) -> bool:
    if not isinstance(term, terms.Ref) or term.rank or term.symbol.domain not in domains:
        return False
    symbol, letters = term.symbol, set(claim.free)
    leads = any(symbol.leads(axis) for axis in range(symbol.rank))
    defined = symbol in claim.state.definitions or symbol in claim.state.facts.defined
    inside = {letter for index in term.indices for letter in free_letters(index)} <= letters
    return inside and not (leads or defined or symbol.symmetric or symbol.point)


def equalities(claim: Claim) -> list[terms.Compare]:
    """Returns what a claim's condition wants to be equal, that is drawn and may be any number."""
    parts = [] if claim.condition is None else claim.condition.walk()
    return [part for part in parts if isinstance(part, terms.Compare) and _seldom(part, claim)]


def _seldom(test: terms.Compare, claim: Claim) -> bool:
    if test.op != "==":
        return False
    symbols = claim.state.reach_of(test)
    called = any(isinstance(part, terms.Call | terms.Derivative) for part in test.walk())
    return called or any(symbol.domain not in _DISCRETE for symbol in symbols)


def check_met(claim: Claim, comparison: Comparison, contexts: list[PlainContext]) -> None:
    r"""Compares both sides where a condition such as `a = b^2` is met, by setting a to that.

    Raises:
        EvalError: the condition is an equation that would have to be solved.
    """
    for test in equalities(claim):
        if _size_of(test.left) is not None and _size_of(test.left) == _size_of(test.right):
            continue  # draws of numbers that are all as large as one another meet it
        edge = next((each for each in _solved(test, claim)), None)
        if edge is None:
            message = (
                "random values seldom meet this condition, so it is not decided: "
                "write it as a = …, for something that is drawn"
            )
            raise EvalError(message, test.node)
        for context in contexts:
            check_edge(edge, claim, comparison, context)


def _size_of(term: Term) -> float | None:
    r"""Returns which power of a drawn number's size a term is, for `|a|` and `a^2`."""
    match term:
        case terms.Map(0, _, "abs", terms.Ref()):
            return 1.0
        case terms.Arith(0, _, "**", terms.Ref(), terms.Literal(_, _, exponent)):
            return exponent
    return None


def _solved(test: terms.Compare, claim: Claim) -> Iterator[Edge]:
    """Yields what of an equation is a drawn symbol alone, and so can be set to the rest."""
    for one, other in ((test.left, test.right), (test.right, test.left)):
        if _is_drawn(one, claim, _REAL | _BOUNDED):
            assert isinstance(one, terms.Ref)
            if one.symbol not in claim.state.reach_of(other):
                yield Edge(one, other, test)


@dataclass(frozen=True)
class End:
    """A number that a symbol may be by its row, at one end of its range."""

    symbol: Symbol
    at: float


def stated_ends(claim: Claim, world: World) -> Iterator[End]:
    """Yields the ends of the ranges, as of `in [0, 1]`, of what a claim depends on.

    Of a derivative there are none: at the end of a range it is one-sided.
    """
    sides = (claim.left, claim.right)
    kinds = terms.Derivative | terms.Second
    if any(isinstance(part, kinds) for side in sides for part in side.walk()):
        return
    symbols = set().union(*(claim.state.reach_of(side) for side in sides))
    for symbol in sorted(symbols, key=lambda each: (each.name, each.table.number)):
        leads = any(symbol.leads(axis) for axis in range(symbol.rank))
        if symbol in claim.state.definitions or leads or symbol.symmetric:
            continue
        if symbol.domain in ("interval", "integer"):
            closed = symbol.closed if symbol.domain == "interval" else (True, True)
            for end, counts in zip(world.interval(symbol), closed, strict=True):
                if counts:
                    yield End(symbol, end)


def check_end(end: End, claim: Claim, context: PlainContext) -> None:
    """Looks whether both sides have a value where a symbol is at an end of its range.

    Raises:
        EvalError: a side has none.
    """
    world, symbol = context.world, end.symbol
    whole = int if symbol.domain == "integer" else float
    values = np.full(world.shape(symbol), whole(end.at))
    moved = PlainContext(world.with_values({symbol: values}), context.state)
    for env in islice(points(claim, moved), _MOST_POINTS):
        for side in (claim.left, claim.right):
            try:
                value = compile_term(side)(env, moved)
            except TooClose:
                return
            except UndefinedError as error:
                raise _no_value(end, side, str(error)) from None
            if not np.all(np.isfinite(value)):
                raise _no_value(end, side, "it is not finite")


def _no_value(end: End, side: Term, why: str) -> EvalError:
    message = (
        f"by its row {end.symbol.name} may be {end.at:g}, where this has no value ({why}): "
        f"leave the end out, as in (0, 1), or give the claim a condition"
    )
    return EvalError(message, side.node)


def check_edge(edge: Edge, claim: Claim, comparison: Comparison, context: PlainContext) -> None:
    """Compares both sides where a symbol is at an edge, all else being as in a usual draw.

    Raises:
        EvalError: a side has no value there.
    """
    letters = free_letters(edge.at)
    if not letters <= set(claim.free):
        return
    everywhere = replace(claim, condition=None)
    for env in list(islice(points(everywhere, context), _MOST_POINTS)):
        try:
            moved = _moved(edge, env, context)
            if moved is None or not _holds(claim, env, moved):
                continue
            found = comparison.evaluate_at(env, moved)
        except TooClose:
            raise _none_there(edge, claim) from None
        sides = (found.left, found.right)
        if any(found.undefined) or not all(np.all(np.isfinite(side)) for side in sides):
            raise _none_there(edge, claim)
        comparison.add([found], context.world.manner, True)


def _holds(claim: Claim, env: Env, context: PlainContext) -> bool:
    if claim.condition is None:
        return True
    return bool(compile_term(claim.condition)(env, context))


def _moved(edge: Edge, env: Env, context: PlainContext) -> PlainContext | None:
    """Returns the values of a draw in which the symbol is at the edge; None if it cannot be."""
    world, symbol = context.world, edge.symbol.symbol
    at = [index_code(index)(env, context) for index in edge.symbol.indices]
    lows = [world.bounds(symbol, axis, ())[0] for axis in range(symbol.rank)]
    places = np.ndindex(world.shape(symbol))
    values = [
        world.random(symbol, tuple(i + low for i, low in zip(place, lows, strict=True)))
        for place in places
    ]
    array = np.array(values, dtype=float).reshape(world.shape(symbol))
    array[tuple(i - low for i, low in zip(at, lows, strict=True))] = real(
        compile_term(edge.at)(env, context)
    )
    if not np.all(allowed(symbol, array, world)):
        return None
    return PlainContext(world.with_values({symbol: array}), context.state)


def _none_there(edge: Edge, claim: Claim) -> EvalError:
    derived = any(
        isinstance(part, terms.Derivative | terms.Second)
        for side in (claim.left, claim.right)
        for part in side.walk()
    )
    what = "derivative" if derived else "value"
    name, edge_at = latex(edge.symbol.node), latex(edge.at.node)
    strict = {">=": ">", "<=": "<"}.get(edge.test.op)
    advice = f": is {strict} meant?" if strict else ""
    message = f"`{latex(edge.test.node)}` counts in {name} = {edge_at}, where there is no {what}"
    return EvalError(message + advice, edge.test.node)
