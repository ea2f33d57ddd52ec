r"""Reads displayed equations and tables of symbols, whatever the text around them is written in.

An equation stands between `$$` and `$$`, between `\[` and `\]`, or in an environment of LaTeX,
`align` and the like, wherever on a line it begins.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

from mathcheck.text.document import Cell, Document, Equation, Line, Opening, Row, Section, Table
from mathcheck.text.errors import MathError, Place
from mathcheck.text.parser import is_known

# Environments that display one equation, and those that display rows of them.
_SINGLE = ("equation", "displaymath", "math", "dmath")
_ROWS = (
    "align",
    "gather",
    "multline",
    "flalign",
    "alignat",
    "xalignat",
    "eqnarray",
    "IEEEeqnarray",
)
ENVIRONMENT = rf"\\begin\s*\{{((?:{'|'.join([*_SINGLE, *_ROWS])})\*?)\}}"
# What displays equations too, in one of these nobody looks for any.
UNREAD = r"\\begin\s*\{(?P<unread>empheq|(?:sub)?numcases|dgroup|dseries|darray)\*?\}"
_BARE = re.compile(rf"\\(begin|end)(\s*)\{{({'|'.join(_SINGLE)})\*?\}}(\s*\[[^\]]*\])?")
# Environments that mean what `aligned` means; what stands behind their names is no mathematics.
_AS_ALIGNED = re.compile(
    r"\\(begin|end)(\s*)\{(multline|flalign|x?alignat|eqnarray|IEEEeqnarray)\*?\}"
    r"((?<=at\})\s*\{\d+\}|(?<=at\*\})\s*\{\d+\}|(?<=IEEEeqnarray\})\s*\{\w*\}"
    r"|(?<=IEEEeqnarray\*\})\s*\{\w*\})?"
)
_LABEL = re.compile(r"\\label\s*\{([^{}]*)\}")
_STRUCTURE = re.compile(r"\\begin\s*\{[^}]*\}|\\end\s*\{[^}]*\}|\\\\|(?<!\\)&")
_MOST_ROWS = 1000
_FIELDS = ("symbol", "code", "shape", "meaning")  # the columns of a symbols table
# What gives a command another meaning: what it stands for then follows in braces, or may follow
# otherwise.
DEFINES = r"(?:(?:re|provide)?newcommand|DeclareMathOperator|DeclareRobustCommand|[gex]?def)\*?"
_CHANGES = (
    r"let|futurelet|mathchardef|chardef|DeclareMathSymbol|DeclarePairedDelimiter\w*"
    r"|(?:New|Renew|Provide|Declare)(?:Expandable)?DocumentCommand"
)
CHANGES = rf"\\(?P<changes>{_CHANGES}|{DEFINES})\s*\{{?\s*"
_RENAMES = re.compile(rf"{CHANGES}\\(?P<renamed>[a-zA-Z]+)")
_CLOSING = {"$$": "$$", "\\[": "\\]", "\\\\[": "\\\\]", "\\\\\\[": "\\\\\\]"}
_ANY_ENVIRONMENT = re.compile(r"\\begin\s*\{(\w+\*?)\}")
_SCRIPT_ENDS = "</script>"
# What an equation says, if it says anything: `\[1\]` is a footnote's number.
_SAYS = re.compile(r"[=<>\\]")


class DisplayReader(ABC):
    """Goes through the lines of a text and takes in its sections, tables and equations.

    Attributes:
        at: the line that is read; `column` how far.
    """

    def __init__(
        self, document: Document, lines: list[Line], openings: Mapping[int, list[Opening]]
    ) -> None:
        """Begins at the first line.

        Args:
            document: takes in what is found.
            lines: of the text.
            openings: the sections that begin before a line without a heading.
        """
        self.document = document
        self.lines = lines
        self.section = Section("", 0, 1, None)
        document.sections.append(self.section)
        self.at = 0
        self.column = 0
        self._openings = openings
        self._base = 0
        self._opened = -1  # the last line before which sections were opened
        self._shown = -1  # the line in which the last equation opens

    def read(self) -> Document:
        """Reads all lines."""
        while self.at < len(self.lines):
            if self.column == 0 and self._opened < self.at:
                self._opened = self.at
                for opening in self._openings.get(self.at, ()):
                    self._base = 0
                    self._enter(opening.title, opening.level)
                    self._base = opening.level
            self._step()
        self._end()
        return self.document

    @abstractmethod
    def _step(self) -> None:
        """Reads on at the current place."""

    @abstractmethod
    def _interrupts(self, line: str) -> bool:
        """Tells whether a line cannot stand in an equation, since something else begins there."""

    @abstractmethod
    def _remarks(self) -> dict[str, str]:
        """Reads the comments behind an equation: `unchecked`, `no code`, with their reasons."""

    def _end(self) -> None:  # noqa: B027 (most texts need nothing here)
        """Notes what is still open at the end."""

    def _text(self) -> str:
        return self.lines[self.at].text

    def _next_line(self) -> None:
        self.at += 1
        self.column = 0

    def _place(self, at: int, column: int) -> Place:
        if at >= len(self.lines):
            at, column = len(self.lines) - 1, 0
        return Place(self.document.path, *self.lines[at].at(column))

    def _problem(self, message: str, at: int, column: int) -> None:
        self.document.problems.append(MathError(message, self._place(at, column)))

    def _enter(self, title: str, level: int) -> None:
        level += self._base
        parent: Section | None = self.section
        while parent is not None and parent.level >= level:
            parent = parent.parent
        self.section = Section(title, level, self.lines[self.at].number, parent)
        self.document.sections.append(self.section)

    def _unread(self, found: re.Match[str]) -> None:
        message = f"\\begin{{{found['unread']}}} is not read: write align, or cases in brackets"
        self._problem(message, self.at, found.start())
        self.column = found.end()

    def _renamed(self, name: str, at: int, column: int) -> None:
        """Refuses that a command that is known gets another meaning."""
        if is_known(name):
            message = f"\\{name} gets another meaning here, which is not read: take another name"
            self._problem(message, at, column)

    # --- tables ----------------------------------------------------------------------------------

    def _add_table(self, names: list[str], rows: list[tuple[int, list[Cell]]], first: int) -> None:
        """Takes in a symbols table.

        Args:
            names: what its columns are called.
            rows: the line of each row, and its cells.
            first: its first line.
        """
        governed = self.section
        if governed.title.casefold() == "symbols" and governed.parent is not None:
            governed = governed.parent
        found = []
        if len(rows) > _MOST_ROWS:
            message = (
                f"this symbols table has {len(rows):,} rows, more than {_MOST_ROWS:,}: "
                "divide the text, a table for each of its sections"
            )
            self._problem(message, first, 0)
            rows = rows[:_MOST_ROWS]
        twice = {name for name in names if name in _FIELDS and names.count(name) > 1}
        for name in sorted(twice):
            self._problem(f"this symbols table has two columns called {name}", first, 0)
        for at, cells in rows:
            if len(cells) != len(names):
                message = (
                    f"this row of the symbols table has {len(cells)} cells, its header has "
                    f"{len(names)}"
                )
                place = cells[-1].place if cells else self._place(at, 0)
                self.document.problems.append(MathError(message, place))
                continue
            by_name = dict(zip(names, cells, strict=True))
            empty = Cell("", cells[0].place)
            found.append(Row(*(by_name.get(name, empty) for name in _FIELDS)))
        self.document.tables.append(
            Table(
                section=governed,
                rows=tuple(found),
                place=self._place(first, 0),
                last=self.lines[min(self.at, len(self.lines)) - 1].number,
                number=len(self.document.tables),
            )
        )

    # --- equations -------------------------------------------------------------------------------

    def _display(self, opening: str, column: int) -> None:
        r"""Reads an equation.

        Args:
            opening: its sign, `$$`, `\[`, `\begin{align}`.
            column: where in the current line that stands.
        """
        environment = _ANY_ENVIRONMENT.fullmatch(opening)
        closing = (
            f"\\end{{{environment[1]}}}" if environment else _CLOSING.get(opening, _SCRIPT_ENDS)
        )
        start = column if environment else column + len(opening)
        search = column + len(opening)
        first = self.at
        pieces: list[tuple[Line, int, str]] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if self.at > first:
                if self._interrupts(line.text):
                    break
                start = search = self._margin(line.text)
            end = _find(self._set(line.text), closing, search)
            if end >= 0:
                stop = end + len(closing) if environment else end
                pieces.append((line, start, line.text[start:stop]))
                self.column = end + len(closing)
                self._take(opening, pieces, first, column)
                return
            pieces.append((line, start, line.text[start:]))
            self._next_line()
        self._problem(f"this {opening} is never closed", first, column)
        if self.at == first:
            self._next_line()

    def _set(self, line: str) -> str:
        """Returns what is set of a line, as long as that is."""
        return line

    def _margin(self, line: str) -> int:
        return len(line) - len(line.lstrip(" \t"))

    def _take(
        self, opening: str, pieces: list[tuple[Line, int, str]], first: int, column: int
    ) -> None:
        """Takes in what was found, unless it is no equation."""
        tex = "\n".join(piece for _, _, piece in pieces)
        if opening == "\\[" and not _SAYS.search(tex):
            alone = not self.lines[first].text[:column].strip(" \t>")
            if not alone or self._text()[self.column :].strip():
                return  # an escaped bracket
        outer = self._label_behind()
        self._add(pieces, first, column, outer)

    def _label_behind(self) -> str | None:
        """Reads a label that stands behind the closing sign."""
        return None

    def _add(
        self,
        pieces: list[tuple[Line, int, str]],
        first: int,
        column: int,
        outer: str | None = None,
        remarks: Mapping[str, str] | None = None,
    ) -> None:
        last = len(pieces) - 1
        pieces = self._expanded(
            [(line, at, text + "\n" * (n < last)) for n, (line, at, text) in enumerate(pieces)]
        )
        tex = "".join(piece for _, _, piece in pieces)
        starts = [0]
        for _, _, piece in pieces[:-1]:
            starts.append(starts[-1] + len(piece))
        for found in _RENAMES.finditer(tex):
            self._renamed(found["renamed"], first, column)
        labels = self._labels(tex, outer, first, column)
        said = self._remarks() if remarks is None else remarks
        for kind, why in said.items():
            if not why:
                self._problem(f"the comment '{kind}' gives no reason", self.at - 1, 0)
        line, at = self.lines[first].at(column)
        self.document.equations.append(
            Equation(
                tex=_plain(_LABEL.sub(_blank, tex)),
                section=self.section,
                labels=labels,
                unchecked=said.get("unchecked"),
                no_code=said.get("no code"),
                line=line,
                column=at,
                path=self.document.path,
                follows=self._shown == line,
                _starts=tuple(starts),
                _lines=tuple((line, start) for line, start, _ in pieces),
            )
        )
        self._shown = line

    def _expanded(self, pieces: list[tuple[Line, int, str]]) -> list[tuple[Line, int, str]]:
        """Puts in what the author's own commands stand for, where a text can have them."""
        return pieces

    def _labels(
        self, tex: str, outer: str | None, first: int, column: int
    ) -> tuple[tuple[int, str], ...]:
        """Returns the labels; each row of an environment may have one."""
        found = [(match.start(), match[1].strip()) for match in _LABEL.finditer(tex)]
        found += [(len(tex), outer)] if outer else []
        if len(found) < 2:
            return tuple((0, label) for _, label in found)
        rows = _row_starts(tex)
        labels: dict[int, str] = {}
        for offset, label in found:
            row = max((start for start in rows if start <= offset), default=0)
            if row in labels:
                message = f"two labels in one equation: {labels[row]}, {label}"
                self._problem(message, first, column)
            labels.setdefault(row, label)
        return tuple(sorted(labels.items()))


def _find(line: str, closing: str, start: int) -> int:
    r"""Finds a closing sign; `\\]` is no `\]`, and `\end {align}` is an end."""
    if closing.startswith("\\end"):
        match = re.compile(re.escape(closing).replace(r"end\{", r"end\s*\{")).search(line, start)
        return match.start() if match else -1
    end = line.find(closing, start)
    while end > 0 and closing == "\\]" and line[end - 1] == "\\":
        end = line.find(closing, end + 2)
    return end


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _plain(tex: str) -> str:
    """Writes the environments that the grammar does not know as those it does; no place moves."""

    def aligned(match: re.Match[str]) -> str:
        return f"\\{match[1]}{{aligned}}".ljust(len(match[0]))

    if re.search(r"eqnarray", tex):
        tex = _two_columns(tex)
    return _AS_ALIGNED.sub(aligned, _BARE.sub(_blank, tex))


def _row_starts(tex: str) -> list[int]:
    """Returns the offsets at which the rows of the outermost environment begin."""
    starts = [0]

    def row(match: re.Match[str]) -> None:
        starts.append(match.end())

    _walk(tex, {"\\\\": row})
    return starts


def _two_columns(tex: str) -> str:
    """Blanks the second sign of each row of an `eqnarray`, which sets `a &=& b` for `a &= b`."""
    letters = list(tex)
    seen = 0

    def column(match: re.Match[str]) -> None:
        nonlocal seen
        seen += 1
        if seen == 2:
            letters[match.start()] = " "

    def row(match: re.Match[str]) -> None:
        nonlocal seen
        seen = 0

    _walk(tex, {"&": column, "\\\\": row})
    return "".join(letters)


def _walk(tex: str, actions: Mapping[str, Callable[[re.Match[str]], None]]) -> None:
    """Calls an action for each sign that stands in the outermost environment."""
    depth = 0
    for match in _STRUCTURE.finditer(tex):
        if match[0].startswith("\\begin"):
            depth += 1
        elif match[0].startswith("\\end"):
            depth -= 1
        elif depth == 1 and match[0] in actions:
            actions[match[0]](match)
