"""Reads a Markdown file into what the checker needs: sections, symbols tables, equations.

Only displayed equations are read, `$$` to `$$`, wherever they stand: in the text, in a list, in an
indented block. Fenced code is passed over. A comment on the lines after an equation says what
holds for it: `<!-- unchecked: why -->`, `<!-- no code: why -->`.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from mathcheck.text.errors import MathError, Place

_FENCE = re.compile(r"\s*(?:>\s?)*(`{3,}|~{3,})")
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*(?:#+\s*)?(?:\{[^}]*\}\s*)?$")
_LABEL = re.compile(r"\\label\s*\{([^{}]*)\}")
_COMMENT = re.compile(r"\s*<!--\s*(unchecked|no code)\s*(?::\s*(.*?))?\s*-->\s*$")
_OTHER_DISPLAY = re.compile(r"[\s>]*(\\\[|\\begin\{(?:equation|align|gather|multline)\*?\})")
_MARGIN = re.compile(r"[ \t>]*")


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
        tex: what stands between the dollars; margins are cut off, labels are blanked.
        section: where it stands.
        label: its id, `eq:linear-dW`, if it has one.
        unchecked: why it is not to be checked, if it is not.
        no_code: why no line of code carries it, if none does.
        line: the line of the opening dollars.
    """

    tex: str
    section: Section
    label: str | None
    unchecked: str | None
    no_code: str | None
    line: int
    path: str
    # For each line of tex: the offset of its start, and the place of its first character.
    _starts: tuple[int, ...]
    _places: tuple[tuple[int, int], ...]

    @property
    def id(self) -> str:
        """Returns the label, or where the equation stands."""
        return self.label or f"{self.path}:{self.line}"

    def place(self, offset: int) -> Place:
        """Maps an offset in `tex` to a place in the file."""
        row = bisect_right(self._starts, max(0, min(offset, len(self.tex)))) - 1
        line, column = self._places[row]
        return Place(self.path, line, column + offset - self._starts[row])


@dataclass
class Document:
    """A Markdown file, read."""

    path: str
    text: str
    sections: list[Section] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    equations: list[Equation] = field(default_factory=list)
    problems: list[MathError] = field(default_factory=list)


def read(path: str, text: str) -> Document:
    """Reads a Markdown file.

    Args:
        path: its name, for messages.
        text: its content.

    Returns:
        The document. What could not be read stands in its `problems`.
    """
    return _Reader(path, text).read()


class _Reader:
    def __init__(self, path: str, text: str) -> None:
        self.document = Document(path, text)
        self.lines = _without_long_comments(text).split("\n")
        self.section = Section("", 0, 1, None)
        self.document.sections.append(self.section)
        self.at = 0

    def read(self) -> Document:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if fence := _FENCE.match(line):
                self._skip_fence(fence[1])
            elif heading := _HEADING.match(line):
                self._enter(heading)
            elif _is_header(line) and self.at + 1 < len(self.lines):
                self._read_table()
            elif other := _OTHER_DISPLAY.match(line):
                message = f"write a displayed equation between $$ and $$, not with {other[1]}"
                self._problem(message, self.at + 1, other.start(1) + 1)
                self.at += 1
            elif "$$" in _without_code(line):
                self._read_equation(line, _without_code(line).index("$$"))
            else:
                self.at += 1
        return self.document

    def _problem(self, message: str, line: int, column: int) -> None:
        place = Place(self.document.path, line, column)
        self.document.problems.append(MathError(message, place))

    def _skip_fence(self, mark: str) -> None:
        opened = self.at
        self.at += 1
        while self.at < len(self.lines):
            closing = _FENCE.match(self.lines[self.at])
            self.at += 1
            if closing and closing[1][0] == mark[0] and len(closing[1]) >= len(mark):
                return
        self._problem(f"this {mark} is never closed", opened + 1, 1)

    def _enter(self, heading: re.Match[str]) -> None:
        level = len(heading[1])
        parent: Section | None = self.section
        while parent is not None and parent.level >= level:
            parent = parent.parent
        self.section = Section(heading[2], level, self.at + 1, parent)
        self.document.sections.append(self.section)
        self.at += 1

    def _read_table(self) -> None:
        governed = self.section
        if governed.title.casefold() == "symbols" and governed.parent is not None:
            governed = governed.parent
        place = Place(self.document.path, self.at + 1, 1)
        names = [cell.text.casefold() for cell in self._cells()]
        self.at += 2
        rows = []
        while self.at < len(self.lines) and self.lines[self.at].lstrip(" >\t").startswith("|"):
            cells = self._cells()
            if len(cells) != len(names):
                column = cells[-1].place.column if cells else 1
                self._problem(
                    f"this row of the symbols table has {len(cells)} cells, its header has "
                    f"{len(names)}",
                    self.at + 1,
                    column,
                )
            else:
                by_name = dict(zip(names, cells, strict=True))
                empty = Cell("", cells[0].place)
                fields = ("symbol", "code", "shape", "meaning")
                rows.append(Row(*(by_name.get(name, empty) for name in fields)))
            self.at += 1
        number = len(self.document.tables)
        self.document.tables.append(Table(governed, tuple(rows), place, self.at, number))

    def _cells(self) -> list[Cell]:
        """Splits the current line at its bars; those inside `$…$` and backticks are no bars."""
        line = self.lines[self.at]
        bars = [m.start() for m in re.finditer(r"\|", _masked(line))]
        if bars and not line[bars[-1] + 1 :].strip():
            bars = bars[:-1]
        cells = []
        for bar, end in zip(bars, [*bars[1:], len(line.rstrip().removesuffix("|"))], strict=True):
            text = line[bar + 1 : end]
            column = bar + 2 + len(text) - len(text.lstrip())
            place = Place(self.document.path, self.at + 1, column)
            cells.append(Cell(text.strip().replace("\\|", "|"), place))
        return cells

    def _read_equation(self, line: str, opening: int) -> None:
        first = self.at
        pieces: list[str] = []
        places: list[tuple[int, int]] = []
        column = opening + 2
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if self.at > first:
                margin = _MARGIN.match(line)
                column = margin.end() if margin else 0
                if _HEADING.match(line) or _FENCE.match(line):
                    break
            closing = line.find("$$", column)
            pieces.append(line[column:] if closing < 0 else line[column:closing])
            places.append((self.at + 1, column + 1))
            self.at += 1
            if closing >= 0:
                self._add_equation(pieces, places, first + 1, opening + 1)
                if (second := line.find("$$", closing + 2)) >= 0:
                    self._problem("a second $$…$$ on one line", self.at, second + 1)
                return
        self._problem("this $$ is never closed", first + 1, opening + 1)

    def _add_equation(
        self, pieces: list[str], places: list[tuple[int, int]], line: int, column: int
    ) -> None:
        tex = "\n".join(pieces)
        labels = _LABEL.findall(tex)
        if len(labels) > 1:
            self._problem(f"two labels in one equation: {labels[0]}, {labels[1]}", line, column)
        starts = [0]
        for piece in pieces[:-1]:
            starts.append(starts[-1] + len(piece) + 1)
        comments = self._comments()
        for kind, why in comments.items():
            if not why:
                self._problem(f"the comment '{kind}' gives no reason", self.at, 1)
        self.document.equations.append(
            Equation(
                tex=_LABEL.sub(lambda match: " " * len(match[0]), tex),
                section=self.section,
                label=labels[0].strip() if labels else None,
                unchecked=comments.get("unchecked"),
                no_code=comments.get("no code"),
                line=line,
                path=self.document.path,
                _starts=tuple(starts),
                _places=tuple(places),
            )
        )

    def _comments(self) -> dict[str, str]:
        comments: dict[str, str] = {}
        while self.at < len(self.lines) and (match := _COMMENT.match(self.lines[self.at])):
            comments[match[1]] = match[2] or ""
            self.at += 1
        return comments


def _is_header(line: str) -> bool:
    return bool(re.match(r"[\s>]*\|\s*symbol\s*\|", line, re.IGNORECASE))


def _without_code(line: str) -> str:
    return re.sub(r"`[^`]*`", lambda match: " " * len(match[0]), line)


def _masked(line: str) -> str:
    """Blanks the mathematics and the code of a line, and escaped bars, keeping its length."""
    return re.sub(r"`[^`]*`|\$[^$]*\$|\\\|", lambda match: " " * len(match[0]), line)


def _without_long_comments(text: str) -> str:
    """Blanks HTML comments but for those about equations, keeping every line's length."""

    def blank(match: re.Match[str]) -> str:
        if _COMMENT.match(match[0]):
            return match[0]
        return re.sub(r"[^\n]", " ", match[0])

    return re.sub(r"<!--.*?-->", blank, text, flags=re.DOTALL)
