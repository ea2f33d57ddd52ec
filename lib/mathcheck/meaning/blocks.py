r"""Matrices whose entries are matrices: $\begin{pmatrix} A & B \\ C & D \end{pmatrix}$.

A vector stands as a column, its transpose as a row. A 0 is a block of zeros, an identity matrix is
square; what stands beside them, above and below says how large they are.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from mathcheck.meaning import terms
from mathcheck.meaning.terms import Term

Length = TypeVar("Length")
Place = tuple[int, int]


def is_zero(entry: Term) -> bool:
    """Tells whether an entry is a block of zeros, as large as it has to be."""
    return isinstance(entry, terms.Literal) and entry.value == 0


def is_identity(entry: Term) -> bool:
    """Tells whether an entry is a multiple of the identity, by its form."""
    match entry:
        case terms.Map(2, _, "neg", argument):
            return is_identity(argument)
        case terms.Arith(2, _, "*" | "/", left, right):
            return is_identity(left) or is_identity(right)
    return isinstance(entry, terms.Identity)


class Lengths(Generic[Length]):
    """How many rows and columns the blocks have.

    Args:
        down: how many blocks stand in a column.
        across: how many blocks stand in a row.
        differ: what is done where two blocks do not fit; it gets the place of the one that says
            otherwise, and of the one that said it first.

    Attributes:
        rows: of the blocks of each row; None where nothing says so.
        columns: of the blocks of each column.
    """

    def __init__(self, down: int, across: int, differ: Callable[[Place, Place], None]) -> None:
        self.rows: list[Length | None] = [None] * down
        self.columns: list[Length | None] = [None] * across
        self._differ = differ
        self._said: dict[tuple[bool, int], Place] = {}

    def note(self, i: int, j: int, height: Length | None, width: Length | None) -> None:
        """Takes down what one block says."""
        for across, at, length in ((False, i, height), (True, j, width)):
            known = self.columns if across else self.rows
            if length is None:
                continue
            if known[at] is None:
                known[at], self._said[across, at] = length, (i, j)
            elif known[at] != length:
                self._differ((i, j), self._said[across, at])

    def spread(self, squares: Iterable[Place]) -> None:
        """Makes square what is square, as far as its neighbours say how large it is."""
        squares = list(squares)
        for _ in squares:  # each pass settles one, at least
            for i, j in squares:
                self.note(i, j, self.columns[j], self.rows[i])


def told(
    term: terms.Blocks, of: Callable[[Term], tuple[Length | None, Length | None]]
) -> Lengths[Length]:
    """Returns how many rows and columns the blocks of a matrix have, as far as they say it.

    Args:
        term: the matrix.
        of: tells the rows and columns of a block, None where that is unsaid.
    """
    found: Lengths[Length] = Lengths(len(term.rows), len(term.rows[0]), lambda here, there: None)
    squares = []
    for i, row in enumerate(term.rows):
        for j, entry in enumerate(row):
            if is_identity(entry):
                squares.append((i, j))
            elif not is_zero(entry):
                found.note(i, j, *of(entry))
    found.spread(squares)
    return found


def side(term: terms.Blocks, of: Callable[[Term], tuple[object, object]]) -> object:
    """Returns how many rows a matrix of blocks has if it has as many columns, else None."""
    found = told(term, of)
    if None in found.rows or Counter(found.rows) != Counter(found.columns):
        return None
    return tuple(found.rows)
