r"""Reads LaTeX files: sections, displayed equations, and a `tabular` whose header says Symbol.

The author's own commands, of `\newcommand` and the like, are written out in equations.
Comments and what stands verbatim are passed over. A comment on the lines after an equation says
what holds for it: `% unchecked: why`, `% no code: why`.
"""

import re
from collections.abc import Iterator, Mapping

from mathcheck.text.colors import is_seen
from mathcheck.text.displays import CHANGES, DEFINES, ENVIRONMENT, UNREAD, DisplayReader
from mathcheck.text.document import Cell, Document, Line, Opening
from mathcheck.text.errors import MathError, Place
from mathcheck.text.groups import Groups, in_model
from mathcheck.text.overlaid import overlaid
from mathcheck.text.parser import is_known

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
# A branch that \fi ends; others have arguments instead.
_BRANCH = r"if(?!(?:f|thenelse|toggle|bool|blank|strequal|strempty)(?![a-zA-Z]))[a-zA-Z]*"
_NEW_BRANCH = r"\\newif\s*\\[a-zA-Z]+"
# What gives a command another meaning; what is more than one command for another is not followed.
_CHANGED = rf"{CHANGES}\\(?P<changed>[a-zA-Z]+)(?:\s*=?\s*\\(?P<to>[a-zA-Z]+))?"
# A sign that is no word, a space or the end of a row, gets another meaning.
_SIGN_CHANGED = rf"{CHANGES}(?:\\[,;:!> \\|]|~)".replace("(?P<changes>", "(?:")
_KNOWN_ENVIRONMENTS = (
    r"equation|align|gather|multline|eqnarray|flalign|alignat|displaymath|math|aligned|split"
    r"|gathered|alignedat|d?cases|array|[pbvBV]?matrix"
)
_TOKEN = re.compile(
    rf"(?P<display>\$\$|(?<!\\)\\\[|{ENVIRONMENT})"
    rf"|{UNREAD}|\\(?P<short>b(?:e|ea|eq|eqn|eqa))(?![a-zA-Z])"
    rf"|\\begin\s*\{{(?P<verbatim>(?:{_VERBATIM})\*?)\}}"
    rf"|\\begin\s*\{{(?P<table>(?:{_TABLES})\*?)\}}"
    rf"|\\(?P<level>{'|'.join(_LEVELS)})\*?\s*(?:\[[^\]]*\])?\s*\{{(?P<title>[^{{}}]*)"
    rf"|\\verb\*?(?P<bar>[^a-zA-Z*\s])|{_NEW_BRANCH}|\\(?P<branch>if0(?!\d)|{_BRANCH})"
    r"|(?P<last>\\end\s*\{document\}|\\endinput(?![a-zA-Z]))"
    rf"|(?P<anything>{_SIGN_CHANGED}|\\renewenvironment\*?\s*\{{(?:{_KNOWN_ENVIRONMENTS})\*?\}}"
    r"|\\(?:pdfliteral|special|nullfont|fontsize\{[0-2](?:\.\d*)?(?:pt)?\}|catcode|mathcode|csname|scantokens|everymath|everydisplay|lowercase|uppercase)"
    rf"(?![a-zA-Z]))|{_CHANGED}|(?P<escape>\\.)|(?P<comment>%)"
)
_COMMAND = re.compile(
    rf"\\{DEFINES}\s*\{{?\s*\\(?P<name>[a-zA-Z]+)\s*\}}?"
    r"\s*(?:\[(?P<count>\d)\]|(?P<marks>(?:#\d)+))?\s*(?=\{)"
)
_DISPLAYS = re.compile(rf"\$\$|(?<!\\)\\[\[\]]|\\end\s*\{{|{ENVIRONMENT}")
_BRANCHES = re.compile(rf"{_NEW_BRANCH}|\\(?P<sign>(?:fi|else)(?![a-zA-Z])|{_BRANCH})")
_USE = re.compile(r"\\([a-zA-Z]+)")
_MOST_NESTED, _LONGEST = 20, 20_000  # commands in one another, characters of an equation
_BEGINS = re.compile(r"\\begin\s*\{document\}")
_REMARK = re.compile(r"\s*%+\s*(unchecked|no code)\s*(?::\s*(.*?))?\s*$")
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")
_RULES = re.compile(r"\\(?:[hc]line|toprule|midrule|bottomrule)(?:\{[^}]*\})?")
_MASKED = re.compile(r"\\&|\$[^$]*\$|\\(?:texttt|verb)\{[^}]*\}")
_IN_OPTION = re.compile(r"\\[a-zA-Z]+\*?\s*\[[^\[\]]*$")
_COLORED = re.compile(r"(\\(?:textcolor|color)\s*)\{([^{}]*)\}")
_MAKES_COLOR = re.compile(
    r"\\(?:definecolor|providecolor|colorlet)\s*\{(?P<name>[^{}]*)\}\s*"
    r"(?:\{(?P<model>[^{}]*)\}\s*)?\{(?P<spec>[^{}]*)\}"
)
_CODE = re.compile(r"\\(?:texttt|code|verb|lstinline)\s*\{([^}]*)\}")


class LatexReader(DisplayReader):
    """Reads a LaTeX file."""

    def __init__(
        self, document: Document, lines: list[Line], openings: Mapping[int, list[Opening]]
    ) -> None:
        super().__init__(document, lines, openings)
        self._commands: dict[
            str, tuple[int, str]
        ] = {}  # how many arguments, and what it stands for
        self._changed: set[str] = set()  # commands of which nobody knows what they stand for
        self._copied: dict[str, str] = {}  # and those that stand for what another one did
        self._colors = dict(_made_colors([_uncommented(line.text) for line in lines]))
        self._groups = Groups(self._colors)
        self._followed = (0, 0)  # how far the braces of the text have been followed
        begins = (at for at, line in enumerate(lines) if _BEGINS.search(_uncommented(line.text)))
        self._begins = next(begins, -1)  # the line before which nothing is set
        self._check_overlaid()

    def _step(self) -> None:
        if command := _COMMAND.search(self._text(), self.column):
            before = _TOKEN.search(self._text(), self.column)
            if before is None or before.start() >= command.start():
                self._define(command)
                return
        found = _TOKEN.search(self._text(), self.column)
        if found is None or found["comment"]:
            self._next_line()
        elif found["display"]:
            self._check_shown(found.start())
            self._display(found["display"], found.start())
            self._followed = self.at, self.column
        elif found["unread"]:
            self._unread(found)
        elif found["short"]:
            message = f"\\{found['short']} is not defined in this file: write \\begin{{equation}}"
            self._problem(message, self.at, found.start())
            self.column = found.end()
        elif found["verbatim"]:
            self._follow(found.start())
            self._skip_verbatim(found["verbatim"])
            self._followed = self.at, self.column
        elif found["anything"]:
            message = f"what {found['anything']} changes is not read"
            self._problem(message, self.at, found.start())
            self.column = found.end()
        elif found["changed"]:
            self._change(found)
        elif found["table"]:
            self._table(found["table"], found.end())
        elif found["branch"]:
            self._branch(found)
        elif found["last"]:  # what follows is not set
            self.at = len(self.lines)
        elif found["level"]:
            self._enter(found["title"].strip(), _LEVELS[found["level"]])
            self.column = found.end()
        elif found["bar"]:
            end = self._text().find(found["bar"], found.end())
            self.column = found.end() if end < 0 else end + 1
        else:
            self.column = found.end()

    def _set(self, line: str) -> str:
        return _uncommented(line)

    def _interrupts(self, line: str) -> bool:
        found = _TOKEN.search(line)
        return found is not None and found["level"] is not None

    def _take(
        self, opening: str, pieces: list[tuple[Line, int, str]], first: int, column: int
    ) -> None:
        kept = [(line, start, _uncommented(text)) for line, start, text in pieces]
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

    # --- what is set ----------------------------------------------------------------------------

    def _follow(self, column: int) -> None:
        """Follows the braces of the text up to a place in the current line."""
        at, start = self._followed
        while at < self.at:
            self._groups.read(f"{_uncommented(self.lines[at].text)[start:]}\n")
            at, start = at + 1, 0
        self._groups.read(_uncommented(self._text())[start:column])
        self._followed = self.at, column

    def _check_shown(self, column: int) -> None:
        """Refuses mathematics that is not set, or may not be."""
        self._follow(column)
        if _IN_OPTION.search(_uncommented(self._text())[:column]):
            message = "is the mathematics in this option set? Take it out of the brackets"
            self._problem(message, self.at, column)
        elif self.at < self._begins:
            message = "this stands before \\begin{document}, and is not set"
            self._problem(message, self.at, column)
        elif (hiding := self._groups.hides()) is not None:
            message = f"no reader may see the mathematics that {hiding} holds: take it out"
            self._problem(message, self.at, column)

    def _check_overlaid(self) -> None:
        """Refuses what may set one thing over another, if there is mathematics in the file."""
        plain = [_uncommented(line.text) for line in self.lines]
        displays = [at for at, line in enumerate(plain) if _DISPLAYS.search(line)]
        for at, column, said in overlaid(plain, self._begins, displays) if displays else ():
            message = f"{said.strip()} may set one thing over another: leave it out"
            self._problem(message, at, column)

    def _recolored(self, text: str) -> str:
        r"""Writes red for the colours that a text makes itself and that are seen; none moves."""

        def red(use: re.Match[str]) -> str:
            spec = self._colors.get(use[2].strip())
            if spec is None or not is_seen(spec) or len(use[2]) < 3:
                return use[0] if spec is None else f"{use[1]}{{{'?' * len(use[2])}}}"
            return f"{use[1]}{{{'red'.ljust(len(use[2]))}}}"

        return _COLORED.sub(red, text) if self._colors else text

    # --- the author's own commands ---------------------------------------------------------------

    def _define(self, command: re.Match[str]) -> None:
        """Takes in a command; its text may go on over some lines."""
        lines = [line.text for line in self.lines[self.at : self.at + 20]]
        text = "\n".join([_uncommented(line) for line in lines])
        body = _braces(text, command.end())
        self.column = command.end()
        if body is None:
            return
        end = command.end() + len(body) + 2
        self.at += text.count("\n", 0, end)
        self.column = end - (text.rfind("\n", 0, end) + 1)
        count = int(command["count"] or len(command["marks"] or "") // 2)
        if "DeclareMathOperator" in command[0]:
            body = f"\\operatorname{{{body}}}"
        is_there = command["name"] in self._commands or is_known(command["name"])
        if "providecommand" in command[0] and is_there:
            return
        self._commands[command["name"]] = count, body.strip()
        self._forget_copies(command["name"])
        if _DISPLAYS.search(body):
            self._write_out(command["name"], count, body.strip())

    def _change(self, found: re.Match[str]) -> None:
        r"""Takes in `\\let\\a=\\b`; of any other change what comes of it is not known."""
        name, other = found["changed"], found["to"]
        self.column = found.start("changed") - 1 if name == "csname" else found.end()
        self._forget_copies(name)
        if found["changes"] == "let" and other and other not in self._changed:
            self._commands[name] = self._commands.get(other, (0, f"\\{other}"))
            self._copied[name] = other
        else:
            self._changed.add(name)

    def _forget_copies(self, name: str) -> None:
        """Notes that what stands for a command stands for what that was before."""
        self._changed.discard(name)
        self._changed.update(copy for copy, of in self._copied.items() if of == name)

    def _write_out(self, name: str, count: int, body: str) -> None:
        r"""Writes out a command that begins or ends an equation, `\be`, in all that follows."""
        use = re.compile(rf"\\{name}(?![a-zA-Z])")
        for at in range(self.at, len(self.lines)):
            start = self.column if at == self.at else 0
            while found := use.search(self.lines[at].text, start):
                if count:
                    message = f"\\{name} sets an equation that is its argument, which is not read"
                    self._problem(message, at, found.start())
                    return
                self.lines[at] = _replaced(self.lines[at], found, body)
                start = found.start() + len(body)

    def _expanded(self, pieces: list[tuple[Line, int, str]]) -> list[tuple[Line, int, str]]:
        pieces = [(line, start, self._recolored(text)) for line, start, text in pieces]
        if not self._commands and not self._changed:
            return pieces
        found: list[tuple[Line, int, str]] = []
        length = 0
        for piece in pieces:
            for part in self._expand(*piece, 0):
                found.append(part)
                length += len(part[2]) + 1
                if length > _LONGEST:
                    line, start, _ = pieces[0]
                    place = Place(self.document.path, *line.at(start))
                    message = "this becomes too long once its commands are written out"
                    self.document.problems.append(MathError(message, place))
                    return pieces
        return found

    def _expand(
        self, line: Line, start: int, text: str, depth: int
    ) -> Iterator[tuple[Line, int, str]]:
        """Yields the parts of a text; what a command stands for is all where the command is."""
        done = 0
        for use in _USE.finditer(text):
            if use[1] in self._changed:
                place = Place(
                    self.document.path, *line.at(min(start + use.start(), len(line.text)))
                )
                message = f"\\{use[1]} has been given another meaning, which is not read"
                self.document.problems.append(MathError(message, place))
            if use[1] not in self._commands or use.start() < done or depth > _MOST_NESTED:
                continue
            count, body = self._commands[use[1]]
            at = use.end(1)
            given: list[str] = []
            while len(given) < count and (found := _argument(text, at)) is not None:
                given.append(found[0])
                at = found[1]
            if len(given) < count:
                continue
            for number, argument in enumerate(given, start=1):
                body = body.replace(f"#{number}", argument)
            if len(body) > _LONGEST:
                continue
            yield line, start + done, text[done : use.start()]
            body = self._recolored(body)
            here = Line(body, *_fixed(line, start + use.start()))
            yield from self._expand(here, 0, f"{body} ", depth + 1)
            done = at
        yield line, start + done, text[done:]

    def _branch(self, found: re.Match[str]) -> None:
        r"""Goes behind `\iffalse … \fi` or `\iffalse … \else`; other branches are refused."""
        start, lines = (self.at, found.start()), []
        is_left_out = found["branch"] in ("iffalse", "if0")
        self.column = found.end()
        depth = 1
        for at in range(self.at, len(self.lines)):
            line = _uncommented(self.lines[at].text)
            for sign in _BRANCHES.finditer(line, self.column if at == self.at else 0):
                if sign["sign"] not in (None, "else"):
                    depth += -1 if sign["sign"] == "fi" else 1
                if not depth or (depth == 1 and sign["sign"] == "else" and is_left_out):
                    lines.append(line[: sign.start()])
                    if is_left_out:
                        self.at, self.column = at, sign.end()
                    elif _DISPLAYS.search("\n".join(lines)[found.end() :]):
                        message = f"is what stands behind this \\{found['branch']} set? Show it"
                        self._problem(message, *start)
                    return
            lines.append(line)
        if is_left_out:
            self._problem(f"this \\{found['branch']} is never closed", *start)

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
        self._check_shown(start)
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


def _made_colors(lines: list[str]) -> Iterator[tuple[str, str]]:
    r"""Yields the colours that a text makes, `\definecolor{a}{rgb}{1, 0, 0}`, as CSS writes them.

    Of one that it makes twice the one that is not seen counts.
    """
    found: dict[str, str] = {}
    for made in _MAKES_COLOR.finditer("\n".join(lines)):
        name, spec = made["name"].strip(), in_model(made["spec"], f"[{made['model'] or ''}]")
        # Of its own colours in a mixture no more is known than that they are not dark.
        spec = re.sub(r"[a-zA-Z]\w*", lambda own: "orange" if own[0] in found else own[0], spec)
        if name not in found or is_seen(found[name]):
            found[name] = spec
    yield from found.items()


def _uncommented(line: str) -> str:
    return _COMMENT.sub(lambda match: match[1].ljust(len(match[0])), line)


def _braces(text: str, start: int) -> str | None:
    """Returns what stands in the braces that open at a place, None if none do, or never close."""
    if text[start : start + 1] != "{":
        return None
    depth = 0
    for at in range(start, len(text)):
        if text[at] in "{}" and text[at - 1 : at] != "\\":
            depth += 1 if text[at] == "{" else -1
            if depth == 0:
                return text[start + 1 : at]
    return None


def _argument(text: str, start: int) -> tuple[str, int] | None:
    """Returns an argument of a command and where it ends: what is in braces, or one sign."""
    at = start + len(text[start:]) - len(text[start:].lstrip())
    if (inside := _braces(text, at)) is not None:
        return inside, at + len(inside) + 2
    sign = re.compile(r"\\[a-zA-Z]+|\\.|[^{}\\\s]").match(text, at)
    return (sign[0], sign.end()) if sign else None


def _replaced(line: Line, found: re.Match[str], text: str) -> Line:
    """Returns a line in which something is put; all of that stands where it is put."""
    start, end = found.span()
    columns = [line.at(offset)[1] for offset in range(len(line.text) + 1)]
    put = columns[:start] + [columns[start]] * len(text) + columns[end:]
    return Line(line.text[:start] + text + line.text[end:], line.number, tuple(put))


def _fixed(line: Line, offset: int) -> tuple[int, tuple[int, ...]]:
    """Returns number and columns of a line that stands at one place from its start to its end."""
    number, column = line.at(offset)
    return number, (column,)


def _name(cell: str) -> str:
    r"""Returns what a column is called, without what sets it, `\textbf{Symbol}`."""
    return re.sub(r"\\\w+|[{}*_\s]", "", cell).casefold().removesuffix("s")
