"""What is read out of a file: its lines, its sections, its symbols tables, its equations."""

from bisect import bisect_right
from dataclasses import dataclass, field

from mathcheck.text.errors import MathError, Place


@dataclass(frozen=True)
class Line:
    """A line that is read, and where it stands in its file.

    Attributes:
        text: the line, as its reader sees it.
        number: in which line of the file it stands.
        columns: the column of its first character; or that of each character and of the end, where
            the file writes a character as several, as in a string with backslashes.
    """

    text: str
    number: int
    columns: int | tuple[int, ...] = 1

    def at(self, offset: int) -> tuple[int, int]:
        """Returns line and column of a character in the file."""
        if isinstance(self.columns, int):
            return self.number, self.columns + offset
        return self.number, self.columns[min(offset, len(self.columns) - 1)]


@dataclass(frozen=True)
class Opening:
    """A section that begins before a line, though no heading says so: a function's docstring."""

    title: str
    level: int


@dataclass(frozen=True, eq=False)
class Section:
    """A heading and what stands below it, up to the next heading of its level."""

    title: str
    level: int
    line: int
    parent: "Section | None"

    def within(self, other: "Section") -> bool:
        """Tells whether this section is the other one or stands inside it."""
        section: Section | None = self
        while section is not None and section is not other:
            section = section.parent
        return section is other


@dataclass(frozen=True)
class Cell:
    """The text of a table's cell, and where it begins."""

    text: str
    place: Place


@dataclass(frozen=True)
class Row:
    """A row of a symbols table."""

    symbol: Cell
    code: Cell
    shape: Cell
    meaning: Cell


@dataclass(frozen=True)
class Table:
    """A symbols table and the section that it governs.

    Attributes:
        place: its first line; `last` is its last.
        number: which table of the text this is.
    """

    section: Section
    rows: tuple[Row, ...]
    place: Place
    last: int
    number: int


@dataclass(frozen=True)
class Equation:
    """A displayed equation.

    Attributes:
        tex: what stands between its signs; margins are cut off, labels are blanked.
        section: where it stands.
        labels: its ids, `eq:linear-dW`, each with the offset of the row that it names.
        unchecked: why it is not to be checked, if it is not.
        no_code: why no line of code carries it, if none does.
        line: the line of the opening sign; `column` likewise.
        follows: whether another equation opens in the same line, before it.
    """

    tex: str
    section: Section
    labels: tuple[tuple[int, str], ...]
    unchecked: str | None
    no_code: str | None
    line: int
    column: int
    path: str
    follows: bool
    # For each line of tex: the offset of its start, the line, and the offset of its start in it.
    _starts: tuple[int, ...]
    _lines: tuple[tuple[Line, int], ...]

    @property
    def label(self) -> str | None:
        """Its first label, if it has one."""
        return self.labels[0][1] if self.labels else None

    @property
    def id(self) -> str:
        """Returns the label, or where the equation stands."""
        return self.id_at(0)

    def label_at(self, offset: int) -> str | None:
        """Returns the label of the row at an offset in `tex`."""
        found = [label for start, label in self.labels if start <= offset]
        return found[-1] if found else self.label

    def id_at(self, offset: int) -> str:
        """Returns the label of a row, or where the equation stands."""
        where = f"{self.path}:{self.line}" + (f":{self.column}" if self.follows else "")
        return self.label_at(offset) or where

    def place(self, offset: int) -> Place:
        """Maps an offset in `tex` to a place in the file."""
        row = bisect_right(self._starts, max(0, min(offset, len(self.tex)))) - 1
        line, start = self._lines[row]
        return Place(self.path, *line.at(start + offset - self._starts[row]))


@dataclass
class Document:
    """A file, read."""

    path: str
    text: str
    sections: list[Section] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    equations: list[Equation] = field(default_factory=list)
    problems: list[MathError] = field(default_factory=list)
