"""Reads files that hold mathematics: Markdown, notebooks, LaTeX, Python's docstrings."""

import ast
import io
import json
import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path, PurePath
from typing import Any, TypeGuard

from mathcheck.text.displays import DisplayReader
from mathcheck.text.document import Document, Line, Opening
from mathcheck.text.errors import MathError, Place
from mathcheck.text.latex import LatexReader
from mathcheck.text.markdown import MarkdownReader
from mathcheck.text.unseen import MATHEMATICS

Openings = dict[int, list[Opening]]
Lines = tuple[list[Line], Openings]

SUFFIXES = (".md", ".markdown", ".qmd", ".rmd", ".ipynb", ".tex", ".py")
_SHOWN = re.compile(r"%%(?:latex|markdown|html)\b")
_RUNS = re.compile(r"%%(?:javascript|js)\b")
_REMOVING = {
    *("remove-cell", "remove_cell", "remove-input", "remove_input", "hidden", "nbsphinx-hidden"),
    *("remove-output", "remove_output", "hide", "hide_cell", "exclude", "ignore", "skip"),
    *("no-print", "noprint", "no-export", "noexport"),
}
_HEADERS_REMOVING = _REMOVING - {"hide"} | {"skip", "notes", "source_hidden"}
_SCRIPT = "this cell runs a script, which may change what the notebook shows: leave it out"
_UNSEEN_CELL = "no reader sees the mathematics in this cell"
_JSON_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_JSON_ESCAPE = re.compile(r"\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL)
_PYTHON_STRING = re.compile(r"(?P<prefix>\w*)(?P<quotes>\"\"\"|'''|\"|')", re.DOTALL)
_PYTHON_ESCAPE = re.compile(
    r"\\(?:\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|.)|.", re.DOTALL
)
_MARKDOWN_CELL = re.compile(r"# ?%%.*\[(?:markdown|md)\]")


def read(path: str, text: str) -> Document:
    """Reads a file.

    Args:
        path: its name, for messages. Its ending says what it is: a notebook (`.ipynb`), LaTeX
            (`.tex`), Python (`.py`), and else Markdown.
        text: its content.

    Returns:
        The document. What could not be read stands in its `problems`.
    """
    document = Document(path, text)
    kind = PurePath(path).suffix.lower()
    reader: type[DisplayReader] = LatexReader if kind == ".tex" else MarkdownReader
    try:
        if kind == ".ipynb":
            lines, openings = _notebook(document)
        elif kind == ".py":
            lines, openings = _docstrings(document)
        else:
            split = text.split("\n")
            lines = [Line(line.rstrip("\r"), number) for number, line in enumerate(split, start=1)]
            openings = {}
    except MathError as error:
        document.problems.append(error)
        lines, openings = [], {}
    return reader(document, lines, openings).read()


def read_file(path: str | Path, name: str | None = None) -> Document:
    """Reads a file from the disk; one that is not UTF-8 is a problem of the document.

    Args:
        path: where it is.
        name: what it is called in messages, if not by its path.

    Raises:
        OSError: there is no such file.
    """
    content = Path(path).read_bytes()
    name = name or str(path)
    try:
        return read(name, decoded(name, content))
    except MathError as error:
        document = read(name, "")
        document.text = content.decode("utf-8", "replace")
        document.problems[:] = [error]
        return document


def decoded(path: str, content: bytes) -> str:
    """Returns the text of a file.

    Raises:
        MathError: it is not UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        message = f"the byte {content[error.start]:#04x} is not UTF-8: save the file as UTF-8"
        raise MathError(message, Place(path, line, column)) from None


# --- notebooks ----------------------------------------------------------------------------------


def _notebook(document: Document) -> Lines:
    """Returns the lines of a notebook's Markdown cells, each where the file's JSON has it."""
    text = document.text
    start = Place(document.path, 1, 1)
    strings = list(_JSON_STRING.finditer(text))
    # The same JSON with the number of each string in its place tells which string stands where.
    numbers = iter(range(len(strings)))
    try:
        json.loads(text)
        outline = json.loads(_JSON_STRING.sub(lambda _: f'"{next(numbers)}"', text))
        cells = _get(outline, strings, "cells")
        sources = [
            (kind, pieces, _is_removed(cell, strings))
            for cell in cells
            for kind in [_said(_get(cell, strings, "cell_type"), strings)]
            for pieces in [_pieces(_get(cell, strings, "source"))]
            if kind in ("markdown", "raw")
            or _begins(_SHOWN, pieces, strings)
            or _begins(_RUNS, pieces, strings)
        ]
    except json.JSONDecodeError as error:
        place = Place(document.path, error.lineno, error.colno)
        raise MathError(f"this is no notebook: {error.msg}", place) from None
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        message = "this is no notebook of format 4: its cells are not where they should be"
        raise MathError(message, start) from None
    starts = _line_starts(text)
    lines: list[Line] = []
    scripts: list[MathError] = []
    for kind, pieces, removed in sources:
        letters = [letter for piece in pieces for letter in _json_letters(strings[int(piece)])]
        shown = _lines_of(letters, starts)
        if _has_mathematics(shown) and (removed or kind == "raw"):
            message = (
                f"{_UNSEEN_CELL}, which a tag removes: show it"
                if removed
                else "the mathematics in a raw cell is not read: make it one of Markdown"
            )
            document.problems.append(MathError(message, Place(document.path, *shown[0].at(0))))
        if shown and _RUNS.match(shown[0].text):
            scripts.append(MathError(_SCRIPT, Place(document.path, *shown[0].at(0))))
        elif kind != "raw":
            lines.extend(shown)
            lines.append(Line("", lines[-1].number if lines else 1))
    if _has_mathematics(lines):
        document.problems.extend(scripts)
    return lines, {}


def _has_mathematics(lines: list[Line]) -> bool:
    return bool(MATHEMATICS.search("\n".join(line.text for line in lines)))


def _get(outline: Any, strings: list[re.Match[str]], key: str) -> Any:
    for name, value in reversed(outline.items()):  # of two of one name the last counts
        if _said(name, strings) == key:
            return value
    raise LookupError(key)


def _said(value: Any, strings: list[re.Match[str]]) -> Any:
    """Returns what a value is, with its strings in the place of their numbers."""
    match value:
        case str():
            return json.loads(strings[int(value)][0])
        case list():
            return [_said(each, strings) for each in value]
        case dict():
            return {_said(key, strings): _said(each, strings) for key, each in value.items()}
    return value


def _pieces(source: Any) -> list[str]:
    """Returns the strings that a cell's text is made of."""
    pieces = [source] if isinstance(source, str) else source
    if not isinstance(pieces, list) or not all(isinstance(piece, str) for piece in pieces):
        raise TypeError("the text of a cell is a string, or several")
    return pieces


def _is_removed(cell: Any, strings: list[re.Match[str]]) -> bool:
    """Tells whether a cell has a tag, or a setting, that takes it out of the page."""
    try:
        said = _said(_get(cell, strings, "metadata"), strings)
    except LookupError:
        return False
    jupyter = said.get("jupyter", {})
    return (
        not _REMOVING.isdisjoint(said.get("tags", ()))
        or said.get("nbsphinx") == "hidden"
        or said.get("hidden") is True
        or bool({"source_hidden", "outputs_hidden"} & {key for key, on in jupyter.items() if on})
        or said.get("slideshow", {}).get("slide_type") in ("skip", "notes")
    )


def _begins(magic: re.Pattern[str], pieces: list[str], strings: list[re.Match[str]]) -> bool:
    """Tells whether a cell of code begins with what shows or runs what stands in it, `%%latex`."""
    return bool(pieces) and bool(magic.match(_said(pieces[0], strings)))


def _json_letters(string: re.Match[str]) -> Iterator[tuple[str, int]]:
    """Yields each character of a string of JSON, and where it is written."""
    for match in _JSON_ESCAPE.finditer(string[1]):
        letter = match[0]
        if letter.startswith("\\"):
            letter = json.loads(f'"{letter}"')
        yield letter, string.start(1) + match.start()


# --- Python -------------------------------------------------------------------------------------


def _docstrings(document: Document) -> Lines:
    """Returns the lines of the strings that stand alone, and of the Markdown cells of Jupytext.

    Each module, class and function is a section, so that a table in its docstring governs it.
    """
    text = document.text
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line, column = getattr(error, "lineno", None) or 1, getattr(error, "offset", None) or 1
        message = f"this cannot be read as Python: {getattr(error, 'msg', error)}"
        raise MathError(message, Place(document.path, line, column)) from None
    except (RecursionError, MemoryError):
        raise MathError("this is nested too deep", Place(document.path, 1, 1)) from None
    starts = _line_starts(text)
    found: list[tuple[int, int, object]] = []  # where it stands, its level, what it is
    walk: list[tuple[ast.AST, int]] = [(module, 1)]
    while walk:
        node, level = walk.pop()
        for child in ast.iter_child_nodes(node):
            deeper = level
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                deeper = level + 1
                found.append((_offset(text, starts, child), deeper, child.name))
            elif _is_string(child):
                found.append((_offset(text, starts, child), level, child.value))
            walk.append((child, deeper))
    for number, line in enumerate(text.split("\n")):
        if _MARKDOWN_CELL.match(line):
            found.append((starts[number], 1, number))
    lines: list[Line] = []
    openings: Openings = {0: [Opening(PurePath(document.path).stem, 1)]}
    level = 1
    for _, deep, what in sorted(found, key=lambda each: each[0]):
        if isinstance(what, str):
            openings.setdefault(len(lines), []).append(Opening(what, deep))
            level = deep
            continue
        if deep < level:  # back from a function to what it stands in
            openings.setdefault(len(lines), []).append(Opening("", deep + 1))
            level = deep
        if isinstance(what, int):
            split = text.split("\n")
            new = list(_comment_cell(split, what))
            words = {*re.findall(r"[\w-]+", split[what])}
            if not _HEADERS_REMOVING.isdisjoint(words) and _has_mathematics(new):
                message = f"{_UNSEEN_CELL}, which its first line removes: show it"
                document.problems.append(MathError(message, Place(document.path, what + 1, 1)))
        else:
            assert isinstance(what, ast.Constant)
            new = _dedented(_lines_of(list(_python_letters(text, starts, what)), starts))
        lines.extend(new)
        lines.append(Line("", new[-1].number if new else 1))
    return lines, openings


def _is_string(node: ast.AST) -> TypeGuard[ast.Expr]:
    """Tells whether a statement is a string and nothing else."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _offset(text: str, starts: list[int], node: ast.expr | ast.stmt, end: bool = False) -> int:
    """Returns where a node begins or ends, counted in characters; `ast` counts bytes."""
    line, column = node.lineno, node.col_offset
    if end:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        line, column = node.end_lineno, node.end_col_offset
    start = starts[line - 1]
    stop = starts[line] if line < len(starts) else len(text)
    return start + len(text[start:stop].encode()[:column].decode(errors="ignore"))


def _python_letters(text: str, starts: list[int], node: ast.Constant) -> Iterator[tuple[str, int]]:
    """Yields each character of a string of Python, and where it is written."""
    first, last = _offset(text, starts, node), _offset(text, starts, node, end=True)
    source = text[first:last]
    begins = _line_starts(source)
    # Brackets round it: several strings side by side may stand in several lines.
    tokens = tokenize.generate_tokens(io.StringIO(f"({source}\n)").readline)
    for token in tokens:
        if token.type != tokenize.STRING:
            continue
        row, column = token.start
        at = begins[row - 1] + column - (1 if row == 1 else 0)
        match = _PYTHON_STRING.match(token.string)
        assert match is not None
        inner = token.string[match.end() : -len(match["quotes"])]
        raw = "r" in match["prefix"].lower()
        for piece in (re.compile(".", re.DOTALL) if raw else _PYTHON_ESCAPE).finditer(inner):
            letter = piece[0]
            if letter.startswith("\\") and not raw:
                letter = "" if letter == "\\\n" else _escape(letter)
            yield letter, first + at + match.end() + piece.start()


def _escape(written: str) -> str:
    r"""Returns what an escape stands for; `\m` stands for itself."""
    known = "\\'\"abfnrtv01234567xuUN"
    if written[1] not in known:
        return written
    value = ast.literal_eval(f'"{written}"' if written != '\\"' else "'\"'")
    return str(value)


def _dedented(lines: list[Line]) -> list[Line]:
    """Takes away the margin that all lines but the first have in common."""
    margins = [len(line.text) - len(line.text.lstrip()) for line in lines[1:] if line.text.strip()]
    margin = min(margins, default=0)
    return [*lines[:1], *(_cut(line, margin) for line in lines[1:])]


def _cut(line: Line, margin: int) -> Line:
    margin = min(margin, len(line.text))
    columns = line.columns
    rest = columns + margin if isinstance(columns, int) else columns[margin:]
    return Line(line.text[margin:], line.number, rest)


def _comment_cell(lines: list[str], opened: int) -> Iterator[Line]:
    """Yields the lines of a Markdown cell that is written in comments."""
    for number in range(opened + 1, len(lines)):
        line = lines[number]
        if not line.startswith("#") or line.startswith(("# %%", "#%%")):
            return
        start = 2 if line.startswith("# ") else 1
        yield Line(line[start:].rstrip("\r"), number + 1, start + 1)


# --- both ---------------------------------------------------------------------------------------


def _line_starts(text: str) -> list[int]:
    return [0, *(match.end() for match in re.finditer("\n", text))]


def _lines_of(letters: list[tuple[str, int]], starts: list[int]) -> list[Line]:
    """Puts characters together to lines, each of which knows where its characters are written."""
    lines: list[Line] = []
    text: list[str] = []
    offsets: list[int] = []
    end = letters[-1][1] + 1 if letters else 0
    for letter, offset in [*letters, ("\n", end)]:
        offsets += [offset] * max(len(letter), 1 if letter == "\n" else 0)
        if letter != "\n":
            text.append(letter)
            continue
        number = bisect_right(starts, offsets[0])
        columns = tuple(offset - starts[number - 1] + 1 for offset in offsets)
        plain = all(after == before + 1 for before, after in pairwise(columns))
        line = "".join(text).removesuffix("\r")
        lines.append(Line(line, number, columns[0] if plain else columns))
        text, offsets = [], []
    return lines
