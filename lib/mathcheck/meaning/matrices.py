r"""Tells matrices from arrays of numbers: whether $Q^2$ is $Q Q$, and $|Q|$ a determinant.

What is written of a square matrix is meant of matrices. Where it may as well be meant element by
element the message says both readings, and how to write each of them.
"""

from collections.abc import Callable

from mathcheck.meaning import terms
from mathcheck.meaning.blocks import side
from mathcheck.meaning.symbols import ONE, Symbol
from mathcheck.meaning.terms import Term
from mathcheck.text import tree
from mathcheck.text.errors import TreeError
from mathcheck.text.tree import Node

Lengths = tuple[object, object]


def is_square(term: Term) -> bool | None:
    """Tells whether a matrix has as many rows as columns by what the table says, None if unsaid."""
    match term:
        case terms.Arith(2, _, "+" | "-", left, right):
            if any(
                isinstance(side, terms.Identity | terms.SizedIdentity) for side in (left, right)
            ):
                return True
    rows, columns = lengths(term)
    if rows is None or columns is None:
        return None
    return rows == columns


def lengths(term: Term) -> Lengths:
    """Returns how many rows and columns a matrix has, as the table writes them; None if unsaid."""
    match term:
        case terms.Ref(2, _, symbol):
            rows, columns = symbol.axes[-2:]
            return _length(rows.first, rows.last), _length(columns.first, columns.last)
        case terms.Transpose(2, _, argument):
            rows_, columns_ = lengths(argument)
            return columns_, rows_
        case terms.Product(2, _, "matmul", left, right):
            one, two = lengths(left), lengths(right)
            one = two if isinstance(left, terms.Identity) else one
            two = one if isinstance(right, terms.Identity) else two
            return one[0], two[1]
        case terms.Map(2, _, _, argument):
            return lengths(argument)
        case terms.Power(2, _, base):
            return lengths(base)
        case terms.Arith(2, _, _, left, right):
            sides = [s for s in (left, right) if s.rank == 2 and not isinstance(s, terms.Identity)]
            known = [each for each in map(lengths, sides) if None not in each]
            return known[0] if known else (None, None)
        case terms.Reduce(2, _, _, _, _, body) | terms.At(2, _, body):
            return lengths(body)
        case terms.SizedIdentity(_, _, size):
            return (_length(ONE, size.node),) * 2
        case terms.Product(2, _, "outer", left, right):
            return _vector(left), _vector(right)
        case terms.Stack(2, _, rows):
            return len(rows), len(rows[0])
        case terms.Blocks(2):
            length = side(term, _block_lengths)
            return length, length
        case terms.Derivative(2, _, _, of, by):
            both = (_vector(of), _vector(by))
            return both if of.rank == 1 else (None, None)
    return None, None


def _block_lengths(entry: Term) -> Lengths:
    """Returns how many rows and columns an entry has; a vector that is no row stands upright."""
    match entry:
        case terms.Transpose(1, _, argument):
            return 1, _vector(argument)
        case Term(0):
            return 1, 1
        case Term(1):
            return _vector(entry), 1
    return lengths(entry)


def _vector(term: Term) -> object:
    if isinstance(term, terms.Ref) and term.rank == 1:
        axis = term.symbol.axes[-1]
        return _length(axis.first, axis.last)
    if isinstance(term, terms.Ones) and term.length is not None:
        if isinstance(term.length, terms.Length):
            of = term.length.argument
            return lengths(of)[term.length.axis] if of.rank == 2 else _vector(of)
        return _length(ONE, term.length.node)
    return None


def _length(first: Node, last: Node) -> object:
    return first, last


def power(base: Term, exponent: Term, node: Node) -> Term | None:
    """Returns the power of a matrix; None where it is one of numbers, element by element.

    Raises:
        TreeError: where it may be either.
    """
    square = is_square(base)
    if square is False and not _is_negative(exponent):
        return None
    if square is False:
        raise TreeError("only a square matrix has an inverse", node.start)
    if square and _is_whole(exponent):
        return terms.Power(2, node, base, exponent)
    if square is None:
        meant = "is this a power of a matrix or of its elements?"
        raise TreeError(f"{meant} Write a product, or ^{{\\odot …}}", node.start)
    meant = "a square matrix to a power that is no whole number"
    raise TreeError(f"{meant}: of its elements it is ^{{\\odot …}}", exponent.node.start)


def _is_whole(exponent: Term) -> bool:
    """Tells whether an exponent is a whole number by its form."""
    match exponent:
        case terms.Literal(_, _, value):
            return value.is_integer()
        case terms.Local() | terms.Size():
            return True
        case terms.Ref(_, _, symbol):
            return symbol.domain == "integer" or symbol.whole is not None
        case terms.Map(_, _, "neg", argument):
            return _is_whole(argument)
        case terms.Arith(_, _, "+" | "-" | "*", left, right):
            return _is_whole(left) and _is_whole(right)
    return False


def _is_negative(exponent: Term) -> bool:
    return isinstance(exponent, terms.Map) and exponent.function == "neg"


def check_exponential(exponent: Term, node: Node) -> None:
    """Refuses `e^Q`: the exponential of a matrix is not that of its elements."""
    if exponent.rank == 2 and is_square(exponent) is not False:
        meant = "is this the exponential of a matrix or of its elements?"
        raise TreeError(f"{meant} For the elements write \\exp(…)", node.start)


def check_bars(body: Term, node: Node) -> None:
    """Refuses `|Q|`: a determinant to some, the elements without their signs to others."""
    if body.rank == 2:
        meant = "is this a determinant or are these the elements without their signs?"
        raise TreeError(f"{meant} Write \\det, or |…| with indices", node.start)


def check_identity(left: Term, right: Term, node: Node) -> None:
    """Refuses a size called I beside a matrix: it may be meant as the identity."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, terms.Size) and one.letter == "I" and other.rank:
            message = "is I the size or the identity? Write \\mathbf{I} for the identity"
            raise TreeError(f"{message}, or call the size by another letter", one.node.start)


def product(body: Term, node: Node) -> str:
    r"""Returns how a `\prod` is computed: of numbers, or of matrices from left to right."""
    if not body.rank:
        return "prod"
    if body.rank == 2:
        return "matprod"
    raise TreeError("a product of vectors: is it element by element? Write indices", node.start)


def check_one_based(value: Term, node: Node) -> None:
    """Refuses `[v]_1` where the table counts the elements of v from another number."""
    for part in value.walk():
        if isinstance(part, terms.Ref) and part.rank:
            for axis in part.symbol.axes[len(part.indices) :]:
                if axis.first != tree.Number("1"):
                    name = part.symbol.name
                    message = f"{name} does not count from 1: which element is this? Write {name}_…"
                    raise TreeError(message, node.start)


def is_row(term: Term) -> bool:
    r"""Tells whether a vector stands as a row, `v^\\top`."""
    match term:
        case terms.Ones(_, _, turned):
            return turned
        case terms.At(1, _, body):
            return is_row(body)
        case terms.Transpose(rank, _, argument):
            return rank == 1 and not is_row(argument)
        case terms.Product(1, _, "matmul", left, _):
            return is_row(left)
        case terms.Collect(1, _, "sum_rows"):
            return True
        case terms.Map(1, _, "neg", argument):
            return is_row(argument)
        case terms.Arith(1, _, _, left, right):
            return (left.rank == 1 and is_row(left)) or (right.rank == 1 and is_row(right))
        case terms.Reduce(1, _, _, _, _, body):
            return is_row(body)
    return False


def stands(term: Term, is_defined: Callable[[Symbol], bool]) -> str | None:
    r"""Returns whether a vector is a row, `v^\top`, or a column, `Q v`; None if it may be either.

    Args:
        term: the vector.
        is_defined: tells whether the text defines a symbol: it may have defined a row.
    """

    def of(part: Term) -> str | None:
        return stands(part, is_defined) if part.rank == 1 else None

    if term.rank != 1:
        return None
    match term:
        case terms.Ref(_, _, symbol, ()):
            return None if is_defined(symbol) else "column"
        case terms.Ones(_, _, turned):
            return "row" if turned else "column"
        case terms.Transpose(_, _, argument):
            return {"row": "column", "column": "row"}.get(of(argument) or "")
        case terms.Product(_, _, "matmul", left, right):
            return "column" if right.rank == 1 else "row" if is_row(left) else None
        case terms.Derivative(_, _, _, value, by):
            return "column" if not value.rank or not by.rank else None
        case terms.At(_, _, part) | terms.Map(_, _, _, part) | terms.Reduce(_, _, _, _, _, part):
            return of(part)
        case terms.Collect(_, _, "sum_rows" | "sum_columns" as sums):
            return "row" if sums == "sum_rows" else "column"
        case terms.Collect(_, _, "softmax", part):
            return of(part)
        case terms.Arith(_, _, _, left, right):
            found = {of(left), of(right)} - {None}
            return found.pop() if len(found) == 1 else None
    return None


def check_standing(left: Term, right: Term, is_defined: Callable[[Symbol], bool]) -> None:
    r"""Refuses `v^\top = v`, and a row and a column in one sum, though their elements fit."""
    for part in (*left.walk(), *right.walk()):
        if isinstance(part, terms.Arith):
            _check_alike(part.left, part.right, is_defined)
    _check_alike(left, right, is_defined)


def _check_alike(left: Term, right: Term, is_defined: Callable[[Symbol], bool]) -> None:
    one, other = stands(left, is_defined), stands(right, is_defined)
    if one and other and one != other:
        message = f"the left side is a {one}, this a {other}: one of them wants ^\\top"
        raise TreeError(message, right.node.start)
