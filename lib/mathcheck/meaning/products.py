"""Builds sums and products of terms: which are element by element and which are of matrices."""

from fractions import Fraction
from typing import TypeGuard

from mathcheck.meaning import matrices, terms
from mathcheck.meaning.matrices import check_exponential, check_identity, is_row
from mathcheck.meaning.ones import is_column_of_ones, joined, matched, of_ones, open_axes
from mathcheck.meaning.terms import Term
from mathcheck.text import tree
from mathcheck.text.errors import TreeError
from mathcheck.text.tree import Node


def add(op: str, left: Term, right: Term, node: Node) -> Term:
    """Returns a sum or a difference."""
    for side in (left, right):
        if isinstance(side.node, tree.Binary) and side.node.op == "\\bmod":
            raise TreeError("how far does \\bmod reach? Write brackets", side.node.start)
    check_identity(left, right, node)
    return elementwise(op, left, right, node)


def elementwise(op: str, left: Term, right: Term, node: Node) -> Term:
    """Returns an operation element by element; the smaller rank is broadcast."""
    left, right = matched(left, right)
    return terms.Arith(max(left.rank, right.rank), node, op, left, right)


def multiply(op: str, left: Term, right: Term, node: Node) -> Term:
    """Returns the product or quotient that the operator and the ranks mean."""
    op = "\\odot" if op == "\\circ" else op
    if op in ("/", "\\oslash"):
        return elementwise("/", left, right, node)
    if op == "\\bmod":
        return elementwise("mod", left, right, node)
    check_identity(left, right, node)
    if op == "\\otimes":
        return _kronecker(left, right, node)
    if (sums := of_ones(left, right, node)) is not None:
        return sums
    if op not in ("", "\\cdot", "\\times", "\\odot"):
        hint = "write \\cdot, not *" if op == "*" else f"{op} is not read here"
        raise TreeError(hint, right.node.start)
    if (number := _row_times_column(left, right, node)) is not None:
        return number
    if op == "\\odot" or not left.rank or not right.rank:
        return elementwise("*", left, right, node)
    if left.rank > 2 or right.rank > 2:
        raise TreeError("a product of arrays with three or more axes: write indices", node.start)
    if isinstance(left, terms.Blocks):
        right = as_vector(right, 1)
    if left.rank == right.rank == 1:
        return _vectors(op, left, right, node)
    if right.rank == 1 and is_row(right) and not _is_identity(left):
        raise TreeError("a matrix times a row vector: is a transpose missing?", right.node.start)
    if right.rank == 2 and is_column_of_ones(left):
        message = "a column of ones before a matrix: is a transpose missing?"
        raise TreeError(message, left.node.start)
    left, right = _joined(left, right, node)
    return terms.Product(left.rank + right.rank - 2, node, "matmul", left, right)


def _row_times_column(left: Term, right: Term, node: Node) -> Term | None:
    """Returns the number that a written row times a written column is, None for what is neither."""
    if not (isinstance(left, terms.Stack) and isinstance(right, terms.Stack)):
        return None
    if (left.rank, right.rank, len(left.rows), len(right.rows[0])) != (2, 2, 1, 1):
        return None
    return terms.Product(0, node, "inner", as_vector(left, 1), as_vector(right, 1))


def _joined(left: Term, right: Term, node: Node) -> tuple[Term, Term]:
    """Returns two factors whose inner axes are as long as one another."""
    left, right = joined(left, right)
    if left.rank - 1 in open_axes(left):
        raise TreeError("how long is this vector of ones? Write the sum", node.start)
    return left, right


def blocks(rows: tuple[tuple[Term, ...], ...], node: Node) -> Term:
    """Returns a matrix of blocks, or the long vector that stands in one column or one row.

    Raises:
        TreeError: an entry has three or more axes, or is a size that may be meant as the identity.
    """
    entries = [entry for row in rows for entry in row]
    for entry in entries:
        if entry.rank > 2:
            message = "an entry of a matrix is a number, a vector or a matrix"
            raise TreeError(message, entry.node.start)
        for other in entries:
            check_identity(entry, other, node)
    if all(entry.rank < 2 for entry in entries):
        standing = [not is_row(entry) for entry in entries if entry.rank]
        if all(standing) and all(len(row) == 1 for row in rows):
            return terms.Blocks(1, node, rows)
        if not any(standing) and len(rows) == 1:
            column = terms.Blocks(1, node, tuple((entry,) for entry in entries))
            return terms.Transpose(1, node, column)
    return terms.Blocks(2, node, rows)


def _kronecker(left: Term, right: Term, node: Node) -> Term:
    if left.rank == right.rank == 2:
        return terms.Product(2, node, "kron", left, right)
    if left.rank == right.rank == 1:
        message = "\\otimes of two vectors is a matrix to some and a long vector to others"
        raise TreeError(f"{message}: write u v^\\top", node.start)
    raise TreeError("\\otimes is of two matrices here", node.start)


def _vectors(op: str, left: Term, right: Term, node: Node) -> Term:
    if is_row(left) and not is_row(right):
        return terms.Product(0, node, "inner", *_joined(left, right, node))
    if is_row(right) and not is_row(left):
        return terms.Product(2, node, "outer", left, right)
    if op == "\\cdot":
        return terms.Product(0, node, "inner", *_joined(left, right, node))
    raise TreeError(
        "two vectors side by side: write \\odot, \\cdot, or a transpose on one", right.node.start
    )


def _is_identity(term: Term) -> bool:
    return isinstance(term, terms.Identity)


def power(base: Term, exponent: Term, node: Node) -> Term:
    """Returns a power, element by element."""
    if exponent.rank and base.rank and exponent.rank != base.rank:
        raise TreeError("an array to the power of an array", exponent.node.start)
    if base.rank == 2 and (matrix := matrices.power(base, exponent, node)) is not None:
        return matrix
    if (fraction := _odd_fraction(exponent)) is not None:
        top, bottom = fraction
        degree = terms.Literal(0, exponent.node, float(bottom))
        whole = elementwise("root", base, degree, node)
        power_of = terms.Literal(0, exponent.node, float(top))
        return whole if top == 1 else elementwise("**", whole, power_of, node)
    if isinstance(base, terms.Literal) and base.value == _EULER:
        check_exponential(exponent, node)
        return terms.Map(exponent.rank, node, "exp", exponent)
    return terms.Arith(max(base.rank, exponent.rank), node, "**", base, exponent)


_EULER = 2.718281828459045


def _odd_fraction(exponent: Term) -> tuple[int, int] | None:
    r"""Returns p and q of `\\frac{p}{q}` with an odd q: of these negative numbers have a power."""
    match exponent:
        case terms.Map(0, _, "neg", argument):
            inner = _odd_fraction(argument)
            return None if inner is None else (-inner[0], inner[1])
        case terms.Arith(0, _, "/", top, terms.Literal(_, _, q)):
            sign, top = (-1, top.argument) if _is_negated(top) else (1, top)
            if isinstance(top, terms.Literal) and q.is_integer() and top.value.is_integer():
                value = Fraction(sign * int(top.value), int(q)) if q else Fraction(0)
                if value.denominator > 1 and value.denominator % 2:
                    return value.numerator, value.denominator
    return None


def _is_negated(term: Term) -> TypeGuard[terms.Map]:
    return isinstance(term, terms.Map) and term.function == "neg"


def inner(left: Term, right: Term, node: Node) -> Term:
    """Returns the inner product of two vectors, or of the elements of two matrices."""
    if left.rank != right.rank or left.rank not in (1, 2):
        raise TreeError("an inner product of two arrays with as many axes", node.start)
    return terms.Collect(0, node, "sum", elementwise("*", left, right, node))


def transpose(term: Term, node: Node) -> Term:
    """Returns a matrix turned round."""
    if isinstance(term, terms.Ones):
        return terms.Ones(1, node, not term.turned, term.length)
    if term.rank not in (1, 2):
        what = "a number" if not term.rank else f"an array with {term.rank} axes"
        raise TreeError(f"the transpose of {what}", node.start)
    if isinstance(term, terms.Stack) and term.rank == 2:
        return terms.Stack(2, node, tuple(zip(*term.rows, strict=True)))
    return terms.Transpose(term.rank, node, term)


def as_vector(term: Term, rank: int) -> Term:
    """Returns a literal of one row or one column as the vector that it means beside one."""
    if rank != 1 or not isinstance(term, terms.Stack):
        return term
    if len(term.rows) == 1:
        return terms.Stack(1, term.node, term.rows)
    if all(len(row) == 1 for row in term.rows):
        return terms.Stack(1, term.node, (tuple(row[0] for row in term.rows),))
    return term
