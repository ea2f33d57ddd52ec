"""A chapter as a notebook: its text, its equations, the code that it shows, its examples.

Solutions are left out, and what is folded on the page is not folded. It runs alone: the part of the
library that its cells import is in its first cell. It has its outputs already, those of the page.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from textwrap import dedent
from typing import Any

import nbformat

from book.known.bibliography import CITATION, Bibliography, Publication, keys_of
from book.known.equations import EQREF, LABEL, Source, portable, relative_url
from book.known.extract import PACKAGES, Modules
from book.known.source import MARK, Library, mark_ids
from book.made.cells import Cell, Cells
from book.made.folder import packed

__all__ = ["Chapter", "chapter_notebook", "parts", "with_library"]

_FENCE = re.compile(r"^( *)(`{3,})(\w*)")
_ASKED = ".asked"  # a field for an answer, which only a page can check
_PASTED = 'python title="to paste"'
_SHOWN = re.compile(r"^( *)::: ([\w.]+)$")
_FOLD = re.compile(r'^( *)(?:\?\?\?|!!!)\+? (\w+)(?: "(.*)")?$')
_HEADING = re.compile(r"^(#+ .*?)(?: *\{[^}]*\})?$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FIGURE = re.compile(
    r'<figure class="figure" ([^>]*)>\n<figcaption[^>]*>(.*?)</figcaption>\n</figure>'
)
_QUOTED = re.compile(r'<div class="quoted" data-equation="([^"]+)"></div>')
_BOX = re.compile(r'^ *<div class="origins"[^>]*></div>\n?', re.MULTILINE)
_NAME = re.compile(r'data-figure="([^"]+)"')
_DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
_LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")
_TERM = re.compile(r"^(?!:)(\S[^\n]*)\n(?=:   )", re.MULTILINE)
_ITEM = re.compile(r"^:   ", re.MULTILINE)
_LINES = 100  # characters of a line of the archive
_AT_TOP = (
    "This notebook is made from the chapter{link}. It runs from top to bottom with NumPy alone. "
    "The next cell unpacks the part of the book's library that later cells import{data}; what the "
    "chapter shows stands in cells of its own, and what you change there is what later cells use. "
    "Figures are on the chapter's page. Exercises are here, their solutions there."
)
_UNPACK = '''\
# The part of the book's library that this notebook imports, packed. Nothing is fetched.
import base64, io, sys, tempfile, zipfile

PACKED = """
{packed}
"""
folder = tempfile.mkdtemp(prefix="backprop-")
zipfile.ZipFile(io.BytesIO(base64.b64decode(PACKED))).extractall(folder)
sys.path.insert(0, folder)'''


@dataclass(frozen=True)
class Chapter:
    """What a notebook is made of.

    Attributes:
        source: the page.
        markdown: its text, results put in.
        numbers: of the book's equations, by label.
        formulas: their TeX.
        addresses: where each page's file is in the site, by its place in docs/.
    """

    source: Source
    markdown: str
    numbers: Mapping[str, str]
    formulas: Mapping[str, str]
    addresses: Mapping[str, str]


@dataclass(frozen=True)
class _Part:
    """A part of a page: `text`, `shown` code by its name, `examples`, or those of a `solution`.

    What stands there to be pasted, whole and without prompts, is `pasted`.
    """

    kind: str
    text: str


def chapter_notebook(
    chapter: Chapter,
    library: Library,
    modules: Modules,
    literature: Bibliography,
    work: Publication,
) -> str:
    """The notebook, as its file has it.

    Args:
        chapter: of which it is made.
        library: where the code is that it shows.
        modules: of the packages.
        literature: what it may cite.
        work: how the book is cited, and where it is.
    """
    text = _Text(chapter, literature, work.url)
    cells = Cells(modules)
    made: list[Cell | str] = []
    for part in parts(chapter.markdown):
        if part.kind == "solution":
            cells.leave_out(part.text)
        elif part.kind == "examples":
            made += cells.examples(part.text)
        elif part.kind == "pasted":
            made.append(cells.pasted(part.text))
        elif part.kind == "shown" and (found := library.definition(part.text)) is not None:
            made.append(text.numbered(cells.shown(found)))
        elif part.kind == "shown":
            made.append(f"The method `{part.text}` is on the chapter's page.")
        elif told := text.told(part.text):
            made.append(told)
    if references := text.references():
        made.append(references)
    opening = [_imports(cells.wanted)] if cells.wanted else []
    code = [each.source for each in made if isinstance(each, Cell)]
    files = modules.extract("\n".join([*opening, *code]))
    whole = [_code(each) if isinstance(each, Cell) else _say(each) for each in made]
    whole[1:1] = [
        _at_top(chapter.source, files, work),
        *([_unpacking(files)] if files else []),
        *(_code(Cell(source)) for source in opening),
    ]
    return _written(whole)


def with_library(ipynb: str, modules: Modules) -> str:
    """A notebook that carries the part of the library that it imports, to run outside of here.

    Args:
        ipynb: the notebook's file.
        modules: of the packages.
    """
    notebook = nbformat.reads(ipynb, 4)
    code = [count for count, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    files = modules.extract("\n".join(notebook.cells[count].source for count in code))
    if files:
        cell = _unpacking(files)
        cell.id = "library"
        notebook.cells.insert(code[0], cell)
    return str(nbformat.writes(notebook)) + "\n"


def parts(markdown: str) -> Iterator[_Part]:
    """The parts of a page, in order; what is folded comes unfolded, under its title."""
    waiting: list[str] = []

    def told() -> Iterator[_Part]:
        if any(line.strip() for line in waiting):
            yield _Part("text", "\n".join(waiting))
        waiting.clear()

    lines = markdown.split("\n")
    position = 0
    while position < len(lines):
        line = lines[position]
        position += 1
        if fence := _FENCE.match(line):
            end = position
            while end < len(lines) and lines[end].strip() != fence[2]:
                end += 1
            inside = dedent("\n".join(lines[position:end]))
            position = end + 1
            if _ASKED in line:
                continue
            if fence[3] == "pycon":
                yield from told()
                yield _Part("examples", inside)
            elif line.strip().lstrip("`") == _PASTED:
                yield from told()
                yield _Part("pasted", inside)
            else:
                waiting += [f"```{fence[3]}", inside, "```"]
        elif shown := _SHOWN.match(line):
            yield from told()
            yield _Part("shown", shown[2])
        elif fold := _FOLD.match(line):
            inner: list[str] = []
            deeper = fold[1] + "    "
            while position < len(lines) and (
                not lines[position].strip() or lines[position].startswith(deeper)
            ):
                inner.append(lines[position].removeprefix(deeper))
                position += 1
            yield from told()
            within = parts("\n".join(inner))
            if fold[2] == "success":
                for part in within:
                    yield from [_Part("solution", part.text)] if part.kind == "examples" else []
            else:
                yield _Part("text", f"**{fold[3] or fold[2].capitalize()}**")
                yield from within
        elif line.startswith("#"):
            yield from told()
            waiting.append(line)
        else:
            waiting.append(line)
    yield from told()


class _Text:
    """Turns a chapter's text into what Jupyter and Colab read."""

    def __init__(self, chapter: Chapter, literature: Bibliography, site: str) -> None:
        self._chapter, self._literature, self._site = chapter, literature, site
        self._cited: list[str] = []
        self._figures = 0

    def told(self, text: str) -> str:
        """A part of the text."""
        text = _COMMENT.sub("", _BOX.sub("", text))
        text = _FIGURE.sub(self._figure, text)
        text = _QUOTED.sub(self._quoted, text)
        text = "\n".join(_HEADING.sub(r"\1", line) for line in text.split("\n"))
        text = _ITEM.sub("- ", _TERM.sub(r"**\1**\n\n", text))
        outside = re.split(r"(\$\$.+?\$\$)", text, flags=re.DOTALL)
        for count, part in enumerate(outside):
            outside[count] = _DISPLAY.sub(self._display, part) if count % 2 else self._prose(part)
        return re.sub(r"\n{3,}", "\n\n", "".join(outside)).strip()

    def numbered(self, cell: Cell) -> Cell:
        """A cell whose marks are the numbers of their equations."""
        lines = []
        for line in cell.source.split("\n"):
            numbers = " ".join(self._number(each) for each in mark_ids(line))
            lines.append(MARK.sub(f"# {numbers}", line) if numbers else line)
        return replace(cell, source="\n".join(lines))

    def references(self) -> str:
        """What was cited."""
        entries = [
            f"{count}. {self._literature.reference(key)}"
            for count, key in enumerate(self._cited, 1)
        ]
        return "\n".join(entries)

    def _prose(self, text: str) -> str:
        text = CITATION.sub(self._citation, text)
        text = _LINK.sub(self._link, text)
        return portable(EQREF.sub(self._reference, text), self._number)

    def _display(self, match: re.Match[str]) -> str:
        inner = match[1]
        label = LABEL.search(inner)
        tex = LABEL.sub("", inner).strip("\n")
        if label and label[1] in self._chapter.numbers:
            tex += f"\n\\tag{{{self._chapter.numbers[label[1]]}}}"
        return f"$$\n{portable(tex.strip(), self._number)}\n$$"

    def _number(self, label: str) -> str:
        return f"({self._chapter.numbers.get(label, '?')})"

    def _reference(self, match: re.Match[str]) -> str:
        number = self._number(match[1])
        address = f"{self._site}eq/{match[1].removeprefix('eq:')}/"
        return f"[{number}]({address})" if self._site else number

    def _quoted(self, match: re.Match[str]) -> str:
        tex = self._chapter.formulas.get(match[1], "")
        return f"$$\n{tex}\n\\label{{{match[1]}}}\n$$"

    def _citation(self, match: re.Match[str]) -> str:
        numbers = []
        for key in keys_of(match):
            if key in self._literature:
                if key not in self._cited:
                    self._cited.append(key)
                numbers.append(str(self._cited.index(key) + 1))
        return f"[{', '.join(numbers)}]"

    def _figure(self, match: re.Match[str]) -> str:
        self._figures += 1
        source = self._chapter.source
        name = _NAME.search(match[1])
        label = f"Figure {source.number}.{self._figures}" if source.number else "Figure"
        if self._site and name:
            label = f"[{label}]({self._site}{source.url}#fig:{name[1]})"
        return f"> **{label}**, on the chapter's page. {unescape(match[2])}"

    def _link(self, match: re.Match[str]) -> str:
        text, target = match.groups()
        path, _, anchor = target.partition("#")
        if ":" in target:
            return match[0]
        source = self._chapter.source
        url = source.url
        if path:
            place = Path(source.file.as_posix().removeprefix("docs/")).parent / path
            found = self._chapter.addresses.get(_normal(place))
            if found is None:
                return text
            url = found
        return f"[{text}]({self._site}{url}{anchor and '#' + anchor})" if self._site else text


def _normal(path: Path) -> str:
    """A path without `..`, as the pages are known by."""
    return relative_url(path.as_posix(), "")


def _imports(wanted: Mapping[str, str]) -> str:
    """The imports at the top, those of a module together."""
    modules: dict[str, set[str]] = {}
    plain = []
    for statement in wanted.values():
        module, found, name = statement.removeprefix("from ").partition(" import ")
        if found:
            modules.setdefault(module, set()).add(name)
        else:
            plain.append(statement)
    lines = sorted(set(plain))
    for module, names in sorted(modules.items(), key=lambda each: (_ours(each[0]), each[0])):
        line = f"from {module} import {', '.join(sorted(names))}"
        if len(line) > 88:
            line = f"from {module} import (\n    " + ",\n    ".join(sorted(names)) + ",\n)"
        lines.append(line)
    return "\n".join(["# What cells use that no cell before them shows.", *lines])


def _ours(module: str) -> bool:
    return module.partition(".")[0] in PACKAGES


def _at_top(source: Source, files: Mapping[str, bytes], work: Publication) -> Any:
    link = f" [{source.title}]({work.url}{source.url})" if work.url else f" *{source.title}*"
    carried = any("/samples/" in name for name in files)
    data = ", and the small data sets that it loads" if carried else ""
    cite = work.sentence(source.title, source.url)
    licence = "Text CC BY 4.0, code MIT."
    return _say(f"{_AT_TOP.format(link=link, data=data)}\n\n{cite} {licence}")


def _unpacking(files: Mapping[str, bytes]) -> Any:
    text = base64.b64encode(packed(files)).decode()
    lines = [text[at : at + _LINES] for at in range(0, len(text), _LINES)]
    cell = _code(Cell(_UNPACK.format(packed="\n".join(lines))))
    cell.metadata = {"jupyter": {"source_hidden": True}, "cellView": "form"}
    return cell


def _say(text: str) -> Any:
    return nbformat.v4.new_markdown_cell(text)


def _code(cell: Cell) -> Any:
    outputs = []
    if cell.output and cell.printed:
        outputs = [nbformat.v4.new_output("stream", name="stdout", text=f"{cell.output}\n")]
    elif cell.output:
        data = {"text/plain": cell.output}
        outputs = [nbformat.v4.new_output("execute_result", data=data, execution_count=None)]
    return nbformat.v4.new_code_cell(cell.source, outputs=outputs)


def _written(cells: list[Any]) -> str:
    notebook = nbformat.v4.new_notebook(cells=cells)
    for count, cell in enumerate(notebook.cells):
        cell.id = f"cell-{count}"
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    nbformat.validate(notebook)
    return str(nbformat.writes(notebook)) + "\n"
