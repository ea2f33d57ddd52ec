r"""Resolves slices: `x_{1:3}`, `X_{:,j}`, `X_{n,:}`."""

from mathcheck.meaning import terms
from mathcheck.meaning.resolving import Resolving
from mathcheck.meaning.symbols import ONE, Symbol
from mathcheck.meaning.terms import Term, Use
from mathcheck.text import tree
from mathcheck.text.errors import TreeError
from mathcheck.text.tree import Node


def part(symbol: Symbol, items: tuple[Node, ...], node: Node, resolver: Resolving) -> Term:
    """Resolves a symbol with slices among its indices; both ends of a slice count.

    Raises:
        TreeError: where the slice may be meant as in code, without its last element.
    """
    if len(items) != symbol.rank:
        message = f"{symbol.name} has another number of axes, {symbol.rank}, than this slice"
        raise TreeError(message, node.start)
    places: list[Term | tuple[Term, Term] | None] = []
    for axis, item in enumerate(items):
        if symbol.leads(axis):
            raise TreeError(f"a slice of {symbol.name} is not read here", item.start)
        if not isinstance(item, tree.Slice):
            places.append(_index(symbol, axis, item, resolver))
        elif item.first is None and item.last is None:
            places.append(None)
        elif item.first is None or item.last is None:
            raise TreeError("from where to where? Write both ends of the slice", item.start)
        elif symbol.axes[axis].first != ONE:
            message = (
                f"{symbol.name} does not count from 1: is the last element of this slice in it?"
            )
            raise TreeError(f"{message} Write the indices", item.start)
        else:
            first, last = (_index(symbol, axis, end, resolver) for end in (item.first, item.last))
            places.append((first, last))
    rank = sum(place is None or isinstance(place, tuple) for place in places)
    return terms.Part(rank, node, terms.Ref(symbol.rank, node, symbol, ()), tuple(places))


def _index(symbol: Symbol, axis: int, node: Node, resolver: Resolving) -> Term:
    index = resolver.index(node)
    if isinstance(index, terms.Local):
        resolver.bindings.note(index.letter, Use(symbol, axis, (), node))
    return index
