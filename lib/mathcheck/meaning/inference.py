r"""Finds how large the value of a term is, from the tables and the form of the term.

So a symbol that the text defines needs no row: `y \coloneqq W x` is as long as W has rows.
"""

from mathcheck.meaning import terms
from mathcheck.meaning.scopes import Scope
from mathcheck.meaning.symbols import ONE, Symbol
from mathcheck.meaning.terms import Term
from mathcheck.text import tree
from mathcheck.text.tree import Node

# From where to where an index runs.
Size = tuple[Node, Node]


def sizes_of(term: Term, scope: Scope) -> tuple[Size, ...] | None:
    """Returns what the axes of a value run over, None if the form of the term does not say."""
    if term.rank == 0:
        return ()
    match term:
        case terms.Ref(_, _, symbol, indices):
            return _axes(symbol, len(indices), scope)
        case terms.Map(_, _, _, argument):
            return sizes_of(argument, scope)
        case terms.Arith(_, _, _, left, right):
            return _broadcast(sizes_of(left, scope), sizes_of(right, scope))
        case terms.Collect(rank, _, _, argument) if rank == argument.rank:
            return sizes_of(argument, scope)
        case terms.Transpose(_, _, argument):
            inside = sizes_of(argument, scope)
            return None if inside is None else inside[::-1]
        case terms.Product(_, _, kind, left, right):
            return _product(kind, sizes_of(left, scope), sizes_of(right, scope))
        case terms.Derivative(_, _, _, of, by):
            top, bottom = sizes_of(of, scope), sizes_of(by, scope)
            return None if top is None or bottom is None else (*top, *bottom)
        case terms.Stack(1, _, rows):
            return ((ONE, _number(len(rows[0]))),)
        case terms.Stack(2, _, rows):
            return (ONE, _number(len(rows))), (ONE, _number(len(rows[0])))
        case terms.Reduce(_, _, _, _, _, body):
            return sizes_of(body, scope)
        case terms.Choose(rank, _, rows):
            found = [sizes_of(value, scope) for value, _ in rows if value.rank == rank]
            return found[0] if all(sizes == found[0] for sizes in found) else None
    return None


def _axes(symbol: Symbol, given: int, scope: Scope) -> tuple[Size, ...] | None:
    axes = range(given, symbol.rank)
    if any(symbol.leads(axis) for axis in axes):
        return None  # as long as another index says
    return tuple(scope.bounds(symbol.axes[axis]) for axis in axes)


def _broadcast(
    left: tuple[Size, ...] | None, right: tuple[Size, ...] | None
) -> tuple[Size, ...] | None:
    if left is None or right is None:
        return None
    longer, shorter = (left, right) if len(left) >= len(right) else (right, left)
    ahead = len(longer) - len(shorter)
    single = (ONE, ONE)
    rest = zip(longer[ahead:], shorter, strict=True)
    return (*longer[:ahead], *(b if a == single else a for a, b in rest))


def _product(
    kind: str, left: tuple[Size, ...] | None, right: tuple[Size, ...] | None
) -> tuple[Size, ...] | None:
    if left is None or right is None:
        return None
    match kind:
        case "matmul":
            return (*left[:-1], *right[1:])
        case "outer":
            return (*left, *right)
    return None


def _number(value: int) -> Node:
    return tree.Number(str(value))
