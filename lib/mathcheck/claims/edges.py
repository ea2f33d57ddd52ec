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
from mathcheck.meaning.terms import Term, free_letters
from mathcheck.text.errors import EvalError, TooClose
from mathcheck.text.printer import latex
from mathcheck.values.closures import compile_term, index_code
from mathcheck.values.derivatives import PlainContext
from mathcheck.values.inline import Env
from mathcheck.values.numbers import real

_REAL = {"real", "nonzero"}
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
    Nor has an indicator that compares two drawn values: many write the slope of a maximum so.
    """
    if any(_of_a_symbol(part) for side in (claim.left, claim.right) for part in side.walk()):
        return
    sides = [(part, False) for side in (claim.left, claim.right) for part in side.walk()]
    guards = [] if claim.condition is None else [(part, True) for part in claim.condition.walk()]
    for test, governs in (*sides, *guards):
        if not isinstance(test, terms.Compare) or test.op not in (">=", "<=", "=="):
            continue
        for one, other in ((test.left, test.right), (test.right, test.left)):
            fixed = not any(isinstance(part, terms.Ref) for part in other.walk())
            if _is_drawn(one, claim) and (fixed or (governs and test.op != "==")):
                assert isinstance(one, terms.Ref)
                yield Edge(one, other, test)


def _of_a_symbol(part: Term) -> bool:
    return isinstance(part, terms.Derivative | terms.Second) and isinstance(
        part.of, terms.Ref | terms.Call
    )


def _is_drawn(term: Term, claim: Claim) -> bool:
    if not isinstance(term, terms.Ref) or term.rank or term.symbol.domain not in _REAL:
        return False
    symbol, letters = term.symbol, set(claim.free)
    leads = any(symbol.leads(axis) for axis in range(symbol.rank))
    defined = symbol in claim.state.definitions or symbol in claim.state.facts.defined
    inside = {letter for index in term.indices for letter in free_letters(index)} <= letters
    return inside and not (leads or defined or symbol.symmetric or symbol.point)


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
            found = comparison.evaluate_at(env, moved) if _holds(claim, env, moved) else None
        except TooClose:
            raise _none_there(edge, claim) from None
        if found is None:
            continue
        sides = (found.left, found.right)
        if any(found.undefined) or not all(np.all(np.isfinite(side)) for side in sides):
            raise _none_there(edge, claim)
        comparison.add([found], context.world.manner, True)


def _holds(claim: Claim, env: Env, context: PlainContext) -> bool:
    if claim.condition is None:
        return True
    return bool(compile_term(claim.condition)(env, context))


def _moved(edge: Edge, env: Env, context: PlainContext) -> PlainContext:
    """Returns the values of a draw in which the symbol is at the edge."""
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
