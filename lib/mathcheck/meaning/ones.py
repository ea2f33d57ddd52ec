r"""Vectors of ones, `\mathbf 1`, and what says how long they are.

`\mathbf 1_N` says it itself. Beside a matrix, `\mathbf 1^\top B`, it is the sum of its columns.
Elsewhere an axis that is made of ones is *open* until something stands beside it that has one: the
other term of a sum, the other factor of a product, the index of an element, the other side.
"""

from dataclasses import replace

from mathcheck.meaning import terms
from mathcheck.meaning.resolving import Resolving
from mathcheck.meaning.symbols import letter_of
from mathcheck.meaning.terms import Term
from mathcheck.text import tree
from mathcheck.text.errors import TreeError
from mathcheck.text.printer import latex
from mathcheck.text.tree import Node

ONES = ("\\mathbf{1}", "\\mathbb{1}")
IDENTITIES = ("I", "\\mathbf{I}", "\\mathbb{I}")


def open_axes(term: Term) -> frozenset[int]:
    """Returns the axes of a value that may have any length."""
    match term:
        case terms.Ones(_, _, _, None):
            return frozenset({0})
        case terms.Map(_, _, _, argument):
            return open_axes(argument)
        case terms.Transpose(rank, _, argument):
            return frozenset(rank - 1 - axis for axis in open_axes(argument))
        case terms.Arith(rank, _, _, left, right):
            sides = [side for side in (left, right) if side.rank == rank]
            return frozenset.intersection(*map(open_axes, sides)) if rank else frozenset()
        case terms.Product(_, _, "outer", left, right):
            return open_axes(left) | frozenset(1 + axis for axis in open_axes(right))
        case terms.Product(_, _, "matmul", left, right):
            inside = left.rank - 1
            rows = frozenset(axis for axis in open_axes(left) if axis < inside)
            return rows | frozenset(inside + axis - 1 for axis in open_axes(right) if axis)
    return frozenset()


def is_column_of_ones(term: Term) -> bool:
    """Tells whether a vector is a multiple of ones that stands upright, by its form."""
    match term:
        case terms.Map(1, _, "neg", argument):
            return is_column_of_ones(argument)
        case terms.Arith(1, _, "*" | "/", left, right):
            return is_column_of_ones(left) or is_column_of_ones(right)
    return isinstance(term, terms.Ones) and not term.turned


def fitted(term: Term, axis: int, length: Term) -> Term:
    """Returns a value whose open axis has a length."""
    if axis not in open_axes(term):
        return term
    match term:
        case terms.Ones():
            return replace(term, length=length)
        case terms.Map(_, _, _, argument):
            return replace(term, argument=fitted(argument, axis, length))
        case terms.Transpose(rank, _, argument):
            return replace(term, argument=fitted(argument, rank - 1 - axis, length))
        case terms.Arith(_, _, _, left, right):
            return replace(term, left=fitted(left, axis, length), right=fitted(right, axis, length))
        case terms.Product(_, _, "outer", left, right):
            if axis == 0:
                return replace(term, left=fitted(left, 0, length))
            return replace(term, right=fitted(right, 0, length))
        case terms.Product(_, _, "matmul", left, right):
            inside = left.rank - 1
            if axis < inside:
                return replace(term, left=fitted(left, axis, length))
            return replace(term, right=fitted(right, axis - inside + 1, length))
    return term


def matched(left: Term, right: Term) -> tuple[Term, Term]:
    """Returns two values that stand side by side in a sum, each as long as the other says."""
    if left.rank != right.rank:
        return left, right
    return _like(left, right), _like(right, left)


def _like(term: Term, other: Term) -> Term:
    for axis in open_axes(term) - open_axes(other):
        term = fitted(term, axis, length_of(other, axis))
    return term


def joined(left: Term, right: Term) -> tuple[Term, Term]:
    """Returns two factors whose inner axes meet in a product."""
    last = left.rank - 1
    ends, starts = last in open_axes(left), 0 in open_axes(right)
    if ends and not starts:
        left = fitted(left, last, length_of(right, 0))
    elif starts and not ends:
        right = fitted(right, 0, length_of(left, last))
    return left, right


def length_of(term: Term, axis: int) -> Term:
    """Returns how long an axis of a value is."""
    if isinstance(term, terms.Ones) and term.length is not None:
        return term.length
    return terms.Length(0, term.node, term, axis)


def of_ones(left: Term, right: Term, node: Node) -> Term | None:
    r"""Returns the sums that a product with a `\mathbf 1` is, None if it is none."""
    match left, right:
        case terms.Ones(_, _, True, None), Term(rank=rank) if rank and 0 not in open_axes(right):
            return terms.Collect(rank - 1, node, "sum" if rank == 1 else "sum_rows", right)
        case Term(rank=2), terms.Ones(_, _, False, None) if 1 not in open_axes(left):
            return terms.Collect(1, node, "sum_columns", left)
    return None


def special_array(name: str, sub: tuple[Node, ...], node: Node, resolver: Resolving) -> Term:
    r"""Resolves a vector of ones or an identity matrix, `\mathbf 1_N` and `I_3` with sizes."""
    ones = name in ONES
    if not sub:
        return terms.Ones(1, node) if ones else terms.Identity(2, node)
    match sub[0]:
        case tree.Binary("\\times", rows, columns) if ones or rows == columns:
            sizes = [rows, columns]
        case tree.Binary("\\times"):
            raise TreeError("an identity matrix has as many rows as columns", node.start)
        case _:
            sizes = [sub[0]]
    if any(
        (letter_of(part) or "") in resolver.index_letters - resolver.scope.sizes for part in sizes
    ):
        raise TreeError(f"is this a size? No table says how long {latex(node)} is", node.start)
    lengths = [resolver.index(size) for size in sizes]
    if not ones:
        return terms.SizedIdentity(2, node, lengths[0])
    rows_of_ones, *turned = (
        terms.Ones(1, node, bool(at), length) for at, length in enumerate(lengths)
    )
    return terms.Product(2, node, "outer", rows_of_ones, turned[0]) if turned else rows_of_ones
