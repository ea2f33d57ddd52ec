r"""Resolves values at a point, `\left. y \right|_{x=1}` and `y \Big|_{x=1}`.

What stands at the bar holds for what is before it, derivatives and all: a derivative is taken
first, and then its value. Where nothing shows how far a bar reaches back, it is refused.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeGuard

from mathcheck.meaning import products, terms
from mathcheck.meaning.functions import arguments
from mathcheck.meaning.operators import operator_of
from mathcheck.meaning.resolving import Resolving
from mathcheck.meaning.symbols import letter_of
from mathcheck.meaning.terms import Term
from mathcheck.text import tree
from mathcheck.text.errors import TreeError
from mathcheck.text.printer import latex
from mathcheck.text.tree import Node

_REAL = {"real", "positive", "negative", "nonzero", "interval"}
# What ends, to a reader, where it began: a bar behind it is of it alone.
_WHOLE = (
    tree.Group
    | tree.Derivative
    | tree.Differential
    | tree.Fence
    | tree.Matrix
    | tree.Cases
    | tree.Run
)


def evaluated(node: tree.Evaluated, resolver: Resolving) -> Term:
    """Resolves a value at a point."""
    body = resolver.term(node.body)
    places: list[tuple[terms.Ref, Term]] = []
    for item in node.at:
        if not isinstance(item, tree.Relation) or item.ops != ("=",):
            raise TreeError("what is set where? Write x = … at the bar", item.start)
        by = resolver.term(item.sides[0])
        if not isinstance(by, terms.Ref) or by.indices or by.symbol.domain not in _REAL:
            name = latex(item.sides[0])
            message = f"{name} cannot be set at a bar: it is no real symbol of the table, whole"
            raise TreeError(message, item.start)
        if any(by.symbol is other.symbol for other, _ in places):
            raise TreeError(f"{by.symbol.name} is set twice", item.start)
        if by.symbol.symmetric or any(by.symbol.leads(axis) for axis in range(by.rank)):
            raise TreeError(f"{by.symbol.name} cannot be set at a bar", item.start)
        value = resolver.term(item.sides[1])
        if value.rank not in (0, by.rank):
            raise TreeError(f"{by.symbol.name} has other axes than this", item.sides[1].start)
        places.append((by, value))
    return terms.At(body.rank, node, body, tuple(places))


def between(node: tree.Evaluated, running: Node | None, resolver: Resolving) -> Term:
    r"""Resolves a difference between two ends, `y \Big|_{x=0}^{x=1}`.

    Args:
        node: the value with its ends.
        running: over what an integral beside it runs: that is meant where no end names a symbol.
        resolver: the resolver of the equation.
    """
    assert node.above is not None
    if len(node.at) != 1:
        raise TreeError("one lower end, where several stand", node.start)
    named = [end.sides[0] for end in (node.at[0], node.above) if _names(end)]
    if len(named) == 1:
        raise TreeError("name both ends, or neither: _{x=0}^{x=1}", node.above.start)
    by = named[0] if named else running
    if by is None:
        message = "of what are these the ends? Write \\Big|_{x=0}^{x=1}"
        raise TreeError(message, node.start)
    if any(name != by for name in named):
        raise TreeError("the two ends are of different symbols", node.above.start)
    low, high = (end.sides[1] if _names(end) else end for end in (node.at[0], node.above))
    above, below = (_at(by, end, node, resolver) for end in (high, low))
    return products.add("-", above, below, node)


def _at(by: Node, end: Node, node: tree.Evaluated, resolver: Resolving) -> Term:
    """Resolves a value at one end; a letter that no table has is the letter of an integral."""
    if (letter := _unknown_letter(by, resolver)) is None:
        there = tree.Relation((by, end), ("=",), start=end.start, end=end.end)
        return evaluated(replace(node, at=(there,), above=None), resolver)
    value = resolver.term(end)
    resolver.bindings.open([letter])
    body = resolver.term(node.body)
    resolver.bindings.close()
    if letter not in terms.free_letters(body):
        raise TreeError(f"this does not depend on {letter}", node.start)
    if value.rank or body.rank:
        raise TreeError("a difference between two ends is of numbers here", node.start)
    return terms.Let(0, node, letter, value, body)


def _unknown_letter(by: Node, resolver: Resolving) -> str | None:
    letter = letter_of(by)
    if letter is None or resolver.scope.has_letter(letter) or letter in resolver.scope.sizes:
        return None
    if resolver.bindings.is_bound(letter):
        raise TreeError(f"{letter} is bound already: take another letter", by.start)
    return letter


def _names(end: Node) -> TypeGuard[tree.Relation]:
    return isinstance(end, tree.Relation) and end.ops == ("=",) and len(end.sides) == 2


def ends_of_brackets(script: tree.Script, running: Node | None) -> tree.Evaluated | None:
    r"""Returns `[y]_0^1` as a difference between two ends, None where it is an element's power."""
    match script:
        case tree.Script(tree.Group((body,), "[]"), (lower,), upper, 0) if upper is not None:
            if running is not None or (_names(lower) and _names(upper)):
                at = {"start": script.start, "end": script.end}
                return tree.Evaluated(body, (lower,), False, upper, **at)
    return None


def with_bar(factors: tuple[Node, ...], is_function: Callable[[Node], bool]) -> tuple[Node, ...]:
    r"""Returns factors in which a bar takes all that it is of, `f(x)` or `\frac{d}{dx} y`.

    Args:
        factors: what stands side by side.
        is_function: tells whether a factor names a function.

    Raises:
        TreeError: where that is open.
    """
    found = next((i for i, x in enumerate(factors) if _is_open(x)), 0)
    if not found:
        return factors
    head, bar, rest = factors[:found], factors[found], factors[found + 1 :]
    assert isinstance(bar, tree.Evaluated)
    applied = is_function(head[-1]) and arguments(bar.body) is not None
    start = 0 if operator_of(head[0]) is not None else found - 1 if applied else found
    if start == found:
        _check(bar, all(isinstance(x, tree.Number) for x in head))
        return factors
    whole = tree.Run((*head[start:], bar.body), start=head[start].start, end=bar.body.end)
    new = replace(bar, body=whole, start=whole.start)
    return (*head[:start], new, *with_bar(rest, is_function))


def check_reach(node: Node) -> None:
    r"""Refuses a bar behind the last term of a sum or a product: is it of all before it?

    Raises:
        TreeError: it may be.
    """
    if isinstance(node, tree.Evaluated) and node.open:
        _check(node, False)
    elif isinstance(node, tree.Run) and _is_open(node.factors[-1]):
        first, last = node.factors[0], node.factors[-1]
        assert isinstance(last, tree.Evaluated)
        _check(last, operator_of(first) is not None)
    elif isinstance(node, tree.Negative):
        check_reach(node.body)


def _check(bar: tree.Evaluated, nothing_before: bool) -> None:
    if not nothing_before and not isinstance(bar.body, _WHOLE):
        message = "how far does this bar reach back? Write \\left. before what it is of"
        raise TreeError(f"{message}, and \\right| here", bar.start)


def _is_open(node: Node) -> bool:
    return isinstance(node, tree.Evaluated) and node.open
