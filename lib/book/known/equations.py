"""Finds the displayed equations of a page, numbers them by chapter, and knows where each stands."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from lxml import html as lxml_html
from lxml.etree import Comment

from book.shared.errors import Problem
from book.shared.markdown import code_lines
from mathcheck.text.sources import read

__all__ = [
    "EQREF",
    "Display",
    "Equation",
    "Source",
    "displays",
    "mark_lines",
    "number_all",
    "portable",
    "relative_url",
    "unmark",
]

LABEL = re.compile(r"\s*\\label\{([^}]*)\}")
LABEL_FORM = re.compile(r"eq:[A-Za-z0-9][\w-]*")
EQREF = re.compile(r"\\eqref\{([^}]*)\}")
NO_CODE = re.compile(r"\s*no code:\s*(\S.*)", re.DOTALL)
REMARK = re.compile(r"\s*(unchecked|no code)\s*:", re.DOTALL)
_SIGNS = ("$$", "\\[")
_ONE = re.compile(r"\\mathbb\s*(?:\{\s*1\s*\}|1)")
_LINE = re.compile("\ue004(\\d+)\ue005")


@dataclass(frozen=True)
class Source:
    """A page as its author wrote it.

    Attributes:
        file: relative to the repository.
        text: its Markdown.
        url: of the page in the site, relative to the site's root.
        title: of the page.
        number: what its equations' and figures' numbers begin with, as "1".
        is_chapter: whether it can be cited as a chapter.
    """

    file: Path
    text: str
    url: str
    title: str = ""
    number: str = ""
    is_chapter: bool = False

    def line_of(self, needle: str, occurrence: int = 0) -> int:
        """The line, outside fenced code, where a text stands; 0 if it does not."""
        if needle not in self.text:
            return 0
        fenced = code_lines(self.text)
        position = -1
        while (position := self.text.find(needle, position + 1)) >= 0:
            line = self.text.count("\n", 0, position) + 1
            if line not in fenced:
                if occurrence == 0:
                    return line
                occurrence -= 1
        return 0

    def problem(self, needle: str, message: str, occurrence: int = 0) -> Problem:
        """A problem at the place of a text."""
        return Problem(self.file, self.line_of(needle, occurrence), message)


@dataclass
class Display:
    """A displayed equation in a page's tree.

    Attributes:
        element: the element that holds it.
        tex: its TeX without labels.
        labels: those it has, each with its line; more than one is an error.
        line: of its opening dollars in the source; 0 for one that the checker does not read.
        no_code: why no line of code carries it, if the author says so.
        remarks: the comments after it, which are for the book's tools.
    """

    element: lxml_html.HtmlElement
    tex: str
    labels: list[tuple[str, int]]
    line: int = 0
    no_code: str = ""
    remarks: list[lxml_html.HtmlElement] = field(default_factory=list)

    @property
    def label(self) -> str:
        """Its label; empty if it has none."""
        return self.labels[0][0] if self.labels else ""


@dataclass(frozen=True)
class Equation:
    """An equation that has a label, and where a reader finds it."""

    id: str
    number: str
    tex: str
    source: Source
    line: int
    no_code: str

    def url(self, page: str) -> str:
        """Its address, seen from a page."""
        anchor = f"#{self.id}"
        return anchor if page == self.source.url else relative_url(self.source.url, page) + anchor


def relative_url(target: str, page: str) -> str:
    """The address of one page seen from another, both relative to the site's root.

    >>> relative_url("chapters/lstm/", "chapters/gru/")
    '../lstm/'
    >>> relative_url("notation/", "")
    'notation/'
    """
    start = page if page.endswith("/") or not page else posixpath.dirname(page)
    found = posixpath.relpath(target or ".", start or ".")
    return found + "/" if target.endswith("/") or not target else found


def portable(tex: str, refer: Callable[[str], str]) -> str:
    r"""TeX without what only some have: for MathJax and KaTeX, and for LaTeX with amsmath alone.

    Args:
        tex: a formula, its labels among it or not.
        refer: says how an equation is referred to, by its label.

    >>> portable(r"a \coloneqq \mathbb{1}[b] && \text{by \eqref{eq:b}}", lambda label: "(1.2)")
    'a \\mathrel{:=} \\mathbf{1}[b] && \\text{by (1.2)}'
    """
    tex = EQREF.sub(lambda match: refer(match[1]), tex)
    return _ONE.sub(r"\\mathbf{1}", tex.replace(r"\coloneqq", r"\mathrel{:=}"))


def mark_lines(markdown: str, text: str) -> str:
    """Writes its line into each displayed equation, from where `displays` reads it.

    Args:
        markdown: what is to be converted: the end of the page's file.
        text: all of that file, front matter included.
    """
    lines = markdown.split("\n")
    offset = text.count("\n") + 1 - len(lines)
    for equation in read("", text).equations:
        at, end = equation.line - 1 - offset, equation.column + 1
        if 0 <= at < len(lines) and lines[at][end - 2 : end] in _SIGNS and not equation.follows:
            mark = f"\ue004{equation.line}\ue005"
            lines[at] = lines[at][:end] + mark + lines[at][end:]
    return "\n".join(lines)


def unmark(markdown: str) -> str:
    """Markdown without what `mark_lines` has written into it."""
    return _LINE.sub("", markdown)


def displays(root: lxml_html.HtmlElement) -> list[Display]:
    """The displayed equations below an element, in order."""
    found = []
    for element in root.iter("div"):
        if element.get("class") != "arithmatex":
            continue
        text = (element.text or "").strip().removeprefix("\\[").removesuffix("\\]")
        mark = _LINE.match(text)
        line = int(mark[1]) if mark else 0
        text = _LINE.sub("", text)
        labels = [
            (label[1], line and line + text.count("\n", 0, label.start(1)))
            for label in LABEL.finditer(text)
        ]
        display = Display(element, LABEL.sub("", text).strip(), labels, line)
        follower = element.getnext()
        while follower is not None and follower.tag is Comment and REMARK.match(follower.text):
            if reason := NO_CODE.fullmatch(follower.text):
                display.no_code = " ".join(reason[1].split())
            display.remarks.append(follower)
            follower = follower.getnext()
        found.append(display)
    return found


def number_all(
    pages: list[tuple[Source, list[Display]]],
) -> tuple[dict[str, Equation], list[Problem]]:
    """Numbers the labelled equations, page by page in the order of the book.

    Returns:
        The equations by label; and malformed, repeated and doubled labels.
    """
    equations: dict[str, Equation] = {}
    problems: list[Problem] = []
    for source, found in pages:
        count = 0
        for display in found:
            for _, line in display.labels[1:]:
                message = "an equation has one label, not two"
                problems.append(Problem(source.file, line, message))
            if not display.labels:
                continue
            label, line = display.labels[0]
            if not LABEL_FORM.fullmatch(label):
                message = f'label "{label}" is not like eq:layer-symbol'
                problems.append(Problem(source.file, line, message))
            elif label in equations:
                first = equations[label]
                place = f"{first.source.file.as_posix()}:{first.line}"
                message = f"label {label} is taken, see {place}"
                problems.append(Problem(source.file, line, message))
            else:
                count += 1
                number = f"{source.number}.{count}" if source.number else str(count)
                equations[label] = Equation(
                    label, number, display.tex, source, line, display.no_code
                )
    return equations, problems
