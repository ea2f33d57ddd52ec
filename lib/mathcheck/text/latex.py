r"""Reads LaTeX files: sections, displayed equations, and a `tabular` whose header says Symbol.

Comments and what stands verbatim are passed over. A comment on the lines after an equation says
what holds for it: `% unchecked: why`, `% no code: why`.
"""

import re

from mathcheck.text.displays import ENVIRONMENT, DisplayReader
from mathcheck.text.document import Cell

_LEVELS = {
    "part": 1,
    "chapter": 2,
    "section": 3,
    "subsection": 4,
    "subsubsection": 5,
    "paragraph": 6,
}
_VERBATIM = r"verbatim|Verbatim|lstlisting|minted|comment|filecontents"
_TABLES = r"tabular|tabularx|longtable|tabulary|array"
_TOKEN = re.compile(
    rf"(?P<display>\$\$|(?<!\\)\\\[|{ENVIRONMENT})"
    rf"|\\begin\s*\{{(?P<verbatim>(?:{_VERBATIM})\*?)\}}"
    rf"|\\begin\s*\{{(?P<table>(?:{_TABLES})\*?)\}}"
    rf"|\\(?P<level>{'|'.join(_LEVELS)})\*?\s*(?:\[[^\]]*\])?\s*\{{(?P<title>[^{{}}]*)"
    r"|\\verb\*?(?P<bar>[^a-zA-Z*\s])|(?P<escape>\\.)|(?P<comment>%)"
)
_REMARK = re.compile(r"\s*%+\s*(unchecked|no code)\s*(?::\s*(.*?))?\s*$")
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")
_RULES = re.compile(r"\\(?:[hc]line|toprule|midrule|bottomrule)(?:\{[^}]*\})?")
_MASKED = re.compile(r"\\&|\$[^$]*\$|\\(?:texttt|verb)\{[^}]*\}")
_CODE = re.compile(r"\\(?:texttt|code|verb|lstinline)\s*\{([^}]*)\}")


class LatexReader(DisplayReader):
    """Reads a LaTeX file."""

    def _step(self) -> None:
        found = _TOKEN.search(self._text(), self.column)
        if found is None or found["comment"]:
            self._next_line()
        elif found["display"]:
            self._display(found["display"], found.start())
        elif found["verbatim"]:
            self._skip_verbatim(found["verbatim"])
        elif found["table"]:
            self._table(found["table"], found.end())
        elif found["level"]:
            self._enter(found["title"].strip(), _LEVELS[found["level"]])
            self.column = found.end()
        elif found["bar"]:
            end = self._text().find(found["bar"], found.end())
            self.column = found.end() if end < 0 else end + 1
        else:
            self.column = found.end()

    def _interrupts(self, line: str) -> bool:
        found = _TOKEN.search(line)
        return found is not None and found["level"] is not None

    def _take(self, opening, pieces, first, column):  # type: ignore[no-untyped-def]
        kept = []
        for line, start, text in pieces:
            code = _COMMENT.sub(lambda match: match[1].ljust(len(match[0])), text)
            kept.append((line, start, code))
        super()._take(opening, kept, first, column)

    def _remarks(self) -> dict[str, str]:
        said: dict[str, str] = {}
        at = self.at
        rest = self._text()[self.column :] if at < len(self.lines) else ""
        if match := _REMARK.match(rest):
            said[match[1]] = match[2] or ""
        elif rest.strip():
            return said
        at += 1
        while at < len(self.lines) and (match := _REMARK.match(self.lines[at].text)):
            said[match[1]] = match[2] or ""
            at += 1
        if said:
            self.at, self.column = at, 0
        return said

    def _skip_verbatim(self, name: str) -> None:
        opened = self.at
        closing = f"\\end{{{name}}}"
        while self.at < len(self.lines):
            end = self._text().find(closing, self.column)
            if end >= 0:
                self.column = end + len(closing)
                return
            self._next_line()
        self._problem(f"this \\begin{{{name}}} is never closed", opened, 0)

    # --- tables ----------------------------------------------------------------------------------

    def _table(self, name: str, start: int) -> None:
        """Reads a table if it is one of symbols; its equations are read if it is another."""
        closing = f"\\end{{{name}}}"
        end = self.at
        while end < len(self.lines) and closing not in self.lines[end].text:
            end += 1
        rows = self._rows(start, end)
        self.column = start
        if end == len(self.lines) or not rows or _name(rows[0][1][0].text) != "symbol":
            return
        first = self.at
        self.at, self.column = end, self.lines[end].text.index(closing) + len(closing)
        names = [_name(cell.text) for cell in rows[0][1]]
        self._add_table(names, rows[1:], first)

    def _rows(self, start: int, end: int) -> list[tuple[int, list[Cell]]]:
        """Returns the rows of a table: one a line, each of which ends in two backslashes."""
        rows = []
        for at in range(self.at, min(end + 1, len(self.lines))):
            text = self.lines[at].text
            line = " " * start + text[start:] if at == self.at else text
            line = _COMMENT.sub(lambda match: match[1], line)
            line = _RULES.sub(lambda match: " " * len(match[0]), line)
            masked = _MASKED.sub(lambda match: " " * len(match[0]), line)
            stop = masked.find("\\\\")
            if stop < 0 or "&" not in masked[:stop]:
                continue
            cells = []
            begin = 0
            for bar in [*(m.start() for m in re.finditer("&", masked[:stop])), stop]:
                cell = line[begin:bar]
                place = self._place(at, begin + len(cell) - len(cell.lstrip()))
                cells.append(Cell(_CODE.sub(r"`\1`", cell).strip().replace("\\&", "&"), place))
                begin = bar + 1
            rows.append((at, cells))
        return rows


def _name(cell: str) -> str:
    r"""Returns what a column is called, without what sets it, `\textbf{Symbol}`."""
    return re.sub(r"\\\w+|[{}*_\s]", "", cell).casefold().removesuffix("s")
