"""The code that the book shows: found by name, highlighted, its marks tied to the equations."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from html import escape, unescape
from pathlib import Path

from lxml import html as lxml_html
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

__all__ = ["PLAIN", "Excerpt", "Library", "Mark", "Module", "link_marks", "mark_ids"]

PLAIN = {"n", "p", "w"}  # names, punctuation, space: they look like the rest of the text
_PLAIN_SPAN = re.compile(r'<span class="[npw]">([^<]*)</span>')
MARK = re.compile(r"#(?:\s+eq:[\w-]+)+\s*$")
_COMMENT = re.compile(r'<span class="c1">(#(?:\s+eq:[\w-]+)+)</span>')
_MARKED = re.compile(r'^(.+?)(<span class="c1"># <a class="mark".*</span>)$')


def mark_ids(line: str) -> list[str]:
    """The equations that a line of code carries.

    >>> mark_ids("dW = x.T @ dy  # eq:linear-dW eq:linear-dW-matrix")
    ['eq:linear-dW', 'eq:linear-dW-matrix']
    >>> mark_ids("dW = x.T @ dy  # by (1.4)")
    []
    """
    found = MARK.search(line)
    return found[0].lstrip("#").split() if found else []


@dataclass(frozen=True)
class Mark:
    """A line of code that says which equation it carries."""

    equation: str
    file: Path
    line: int


@dataclass(frozen=True)
class Excerpt:
    """A function or class as it stands in its file, by first and last line."""

    name: str
    module: Module
    first: int
    last: int

    @property
    def id(self) -> str:
        """Its anchor in a page."""
        return f"code:{self.name}"

    @property
    def text(self) -> str:
        """Its lines as they stand in the file."""
        return "\n".join(self.module.lines[self.first - 1 : self.last])

    @property
    def rows(self) -> int:
        """How many lines are shown of it, types and docstrings folded."""
        return self.last - self.first + 1 - sum(last - first for first, last, _ in self._folds())

    def _folds(self) -> list[tuple[int, int, str]]:
        """The first and last lines of what is folded, and how a signature reads without types."""
        found = [(first, last, "") for first, last in self.module.docstrings if first < self.last]
        found += self.module.signatures
        return sorted(each for each in found if self.first <= each[0] and each[1] <= self.last)

    def anchors(self) -> dict[int, str]:
        """The anchors of its marked lines, made of names so that they outlive an edit."""
        anchors: dict[int, str] = {}
        for number in range(self.first, self.last + 1):
            ids = mark_ids(self.module.lines[number - 1])
            if ids:
                anchor = f"{self.id}:{ids[0].removeprefix('eq:')}"
                count = sum(1 for other in anchors.values() if other.startswith(anchor))
                anchors[number] = f"{anchor}-{count + 1}" if count else anchor
        return anchors

    def render(
        self, link: Callable[[str], tuple[str, str]], url: str | None, with_ids: bool = True
    ) -> str:
        """The excerpt as HTML: numbered lines, docstrings and the types of signatures folded.

        Args:
            link: gives an equation's number and address, by its id.
            url: the file in the repository, if it is known.
            with_ids: whether lines get anchors; a page has them once.
        """
        anchors = self.anchors() if with_ids else {}
        lines = {
            number: self._line(number, link, anchors.get(number))
            for number in range(self.first, self.last + 1)
        }
        parts, position = [], self.first
        for first, last, short in self._folds():
            parts.append(_pre(lines, position, first - 1))
            summary = _without_newline(lines[first])
            kind = "source__doc"
            if short:
                kind += " source__types"
                long = summary.replace('class="line"', 'class="line source__long"', 1)
                line = f'data-n="{first}">{_highlight(short)[0]}</span>'
                summary = f'<span class="line source__short" {line}{long}'
            rest = _pre(lines, first + 1, last)
            parts.append(f'<details class="{kind}"><summary>{summary}</summary>{rest}</details>')
            position = last + 1
        parts.append(_pre(lines, position, self.last))
        place = f"{self.module.file.name}:{self.first}"
        title = f'<a href="{escape(url)}#L{self.first}-L{self.last}">{place}</a>' if url else place
        anchor = f' id="{self.id}"' if with_ids else ""
        return (
            f'<div class="source highlight"{anchor}>'
            f'<div class="source__name"><span>{escape(self.name)}</span><span>{title}</span></div>'
            f'<div class="source__code">{"".join(parts)}</div></div>'
        )

    def _line(self, number: int, link: Callable[[str], tuple[str, str]], anchor: str | None) -> str:
        return _numbered(number, self.module.highlighted[number - 1], link, anchor)


def _numbered(
    number: int, html: str, link: Callable[[str], tuple[str, str]], anchor: str | None = None
) -> str:
    """A highlighted line as it stands in a source block."""
    own = f' id="{anchor}"' if anchor else ""
    # The mark of a long line stays beside the line's beginning.
    html = _MARKED.sub(r'<span class="line__code">\1</span>\2', link_marks(html, link))
    return f'<span class="line"{own} data-n="{number}">{html}\n</span>'


def _without_newline(line: str) -> str:
    return line.replace("\n</span>", "</span>")


def _pre(lines: dict[int, str], first: int, last: int) -> str:
    text = "".join(lines[number] for number in range(first, last + 1))
    return f"<pre>{text}</pre>" if text else ""


def link_marks(html: str, link: Callable[[str], tuple[str, str]]) -> str:
    """Replaces the marks in highlighted code by the numbers of their equations."""

    def numbers(match: re.Match[str]) -> str:
        links = []
        for equation in mark_ids(unescape(match[1])):
            number, address = link(equation)
            links.append(f'<a class="mark" href="{escape(address)}">({number})</a>')
        return f'<span class="c1"># {" ".join(links)}</span>'

    return _COMMENT.sub(numbers, html)


class Module:
    """A Python file, read once."""

    def __init__(self, path: Path, file: Path) -> None:
        self.file = file
        self.text = path.read_text(encoding="utf-8")
        self.lines = self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text, str(self.file))

    @cached_property
    def docstrings(self) -> list[tuple[int, int]]:
        """The first and last lines of its docstrings that take more than one line."""
        nodes = [
            node.body[0]
            for node in ast.walk(self.tree)
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node)
        ]
        places = [(node.lineno, node.end_lineno or node.lineno) for node in nodes]
        return sorted((first, last) for first, last in places if first < last)

    @cached_property
    def signatures(self) -> list[tuple[int, int, str]]:
        """The first and last lines of signatures that state types, and these without them."""
        found = []
        for node in ast.walk(self.tree):
            if not isinstance(node, ast.FunctionDef):
                continue
            first, last = node.lineno, node.body[0].lineno - 1
            while last > first and re.match(r"\s*(#|$)", self.lines[last - 1]):
                last -= 1  # a comment on the body
            marked = any(mark_ids(line) for line in self.lines[first - 1 : last])
            arguments = copy.deepcopy(node.args)
            every = [each for each in ast.walk(arguments) if isinstance(each, ast.arg)]
            typed = node.returns is not None or any(each.annotation for each in every)
            if last < first or marked or not typed:
                continue
            for each in every:
                each.annotation = None
            arguments.defaults = list(map(self._as_written, arguments.defaults))
            arguments.kw_defaults = [
                each and self._as_written(each) for each in arguments.kw_defaults
            ]
            indent = node.col_offset * " "
            found.append((first, last, f"{indent}def {node.name}({ast.unparse(arguments)}):"))
        return found

    def _as_written(self, value: ast.expr) -> ast.expr:
        """An expression that is printed as it stands in the file: 1e-8, and not 1e-08."""
        return ast.Name(" ".join((ast.get_source_segment(self.text, value) or "").split()))

    @cached_property
    def highlighted(self) -> list[str]:
        """Its lines as HTML."""
        return _highlight(self.text)

    def marks(self) -> list[Mark]:
        """The marks in it, in order."""
        return [
            Mark(equation, self.file, number)
            for number, line in enumerate(self.lines, 1)
            for equation in mark_ids(line)
        ]


def _highlight(text: str) -> list[str]:
    """Highlights a file as a whole, so that strings over lines are right."""
    lexer, formatter = PythonLexer(stripnl=False, ensurenl=False), HtmlFormatter(nowrap=True)
    return _PLAIN_SPAN.sub(r"\1", str(highlight(text, lexer, formatter))).split("\n")


class Library:
    """The sources under `lib/`, from which chapters take what they show.

    Args:
        root: the repository.
        package: the package whose marks must all be equations of the book.
    """

    def __init__(self, root: Path, package: str = "backprop") -> None:
        self._root = root
        self._package = package
        self._modules: dict[Path, Module] = {}

    def marks(self) -> list[Mark]:
        """Every mark of the package."""
        files = sorted((self._root / "lib" / self._package).rglob("*.py"))
        return [mark for path in files for mark in self._module(path).marks()]

    def excerpt(self, element: lxml_html.HtmlElement) -> Excerpt:
        """The function or class of which mkdocstrings has told where it stands.

        Args:
            element: with `data-object`, `data-file`, `data-lines`, as the template writes them.
        """
        first, _, last = str(element.get("data-lines")).partition("-")
        module = self._module(self._root / "lib" / str(element.get("data-file")))
        return Excerpt(str(element.get("data-object")), module, int(first), int(last))

    def definition(self, name: str) -> Excerpt | None:
        """The function or class that a module defines under a full name; None for a method.

        Args:
            name: as `backprop.linear.linear_forward`.
        """
        path, _, own = name.rpartition(".")
        file = (self._root / "lib" / path.replace(".", "/")).with_suffix(".py")
        if not file.is_file():
            return None
        module = self._module(file)
        for node in module.tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == own:
                first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
                return Excerpt(own, module, first, node.end_lineno or node.lineno)
        return None

    def line(self, mark: Mark) -> str:
        """A marked line as HTML, without its indentation."""
        return self._module(self._root / mark.file).highlighted[mark.line - 1].lstrip()

    def marked(self, mark: Mark, link: Callable[[str], tuple[str, str]]) -> str:
        """A marked line as it stands in a source block, without its indentation."""
        return _numbered(mark.line, self.line(mark), link)

    def _module(self, path: Path) -> Module:
        if path not in self._modules:
            self._modules[path] = Module(path, path.relative_to(self._root))
        return self._modules[path]
