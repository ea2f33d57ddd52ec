r"""Finds how large the value of a term is, from the tables and the form of the term.

So a symbol that the text defines needs no row: `y \coloneqq W x` is as long as W has rows.
"""

from functools import reduce

from mathcheck.meaning import terms
from mathcheck.meaning.blocks import told
from mathcheck.meaning.matrices import is_row
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
        case terms.Reduce(1, _, "list", terms.Range(_, Term(node=first), Term(node=last))):
            return ((ONE, last),) if first == ONE else None
        case terms.Reduce(_, _, _, _, _, body) | terms.At(_, _, body):
            return sizes_of(body, scope)
        case terms.Ones(_, _, _, terms.Length(_, _, argument, axis)):
            inside = sizes_of(argument, scope)
            return None if inside is None else (inside[axis],)
        case terms.Ones(_, _, _, Term() as length):
            return ((ONE, length.node),)
        case terms.SizedIdentity(_, _, length):
            return ((ONE, length.node),) * 2
        case terms.Blocks(rank):
            whole = _blocks(term, scope)
            return whole if whole is None else whole[:rank]
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


def _blocks(term: terms.Blocks, scope: Scope) -> tuple[Size, ...] | None:
    """Returns the sizes of a matrix of blocks: those of the blocks, added up."""

    def of(entry: Term) -> tuple[Node | None, Node | None]:
        inside = sizes_of(entry, scope)
        if inside is None:
            return None, None
        lengths = [_count(*size) for size in inside]
        match lengths:
            case []:
                return _number(1), _number(1)
            case [length]:
                lying = is_row(entry) and term.rank == 2
                return (_number(1), length) if lying else (length, _number(1))
        return lengths[0], lengths[1]

    found = told(term, of)
    sizes = []
    for parts in (found.rows, found.columns):
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        sizes.append((ONE, reduce(lambda a, b: tree.Binary("+", a, b), known)))
    return tuple(sizes)


def _count(first: Node, last: Node) -> Node:
    """Returns how many there are from one index to another."""
    if first == ONE:
        return last
    return tree.Binary("+", tree.Binary("-", last, tree.Group((first,), "()")), ONE)


def _number(value: int) -> Node:
    return tree.Number(str(value))
