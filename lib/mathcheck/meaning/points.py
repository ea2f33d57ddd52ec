r"""Resolves values at a point, `\left. y \right|_{x=1}` and `y \Big|_{x=1}`.

What stands at the bar holds for what is before it, derivatives and all: a derivative is taken
first, and then its value. Where nothing shows how far a bar reaches back, it is refused.
"""

from collections.abc import Callable

from mathcheck.meaning import terms
from mathcheck.meaning.functions import arguments
from mathcheck.meaning.operators import operator_of
from mathcheck.meaning.resolving import Resolving
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
    new = tree.Evaluated(whole, bar.at, bar.open, start=whole.start, end=bar.end)
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
