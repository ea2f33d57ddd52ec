"""What the pages of the book know of each other: equations, code, and where both stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from book.known.bibliography import Bibliography, Publication
from book.known.equations import (
    Display,
    Equation,
    Source,
    displays,
    number_all,
    relative_url,
)
from book.known.origins import Drawn, Origins
from book.known.source import Excerpt, Library, Mark
from book.shared.errors import Problem
from book.shared.tex import Tex
from book.shared.tree import parse

__all__ = ["Book", "Scan", "Tools", "Verdict", "assemble", "scan"]


@dataclass(frozen=True)
class Verdict:
    """What the checker found for an equation: shown as a quiet mark beside its number.

    Attributes:
        summary: for the tooltip, as "2 claims hold, worst error 3e-16"; empty for no mark.
        url: where the report says more, relative to the site's root.
    """

    summary: str
    url: str


@dataclass
class Tools:
    """What the pass works with, the same for all pages.

    Attributes:
        tex: renders formulas.
        library: finds code.
        bibliography: the literature.
        publication: how the book is cited.
        figure: gives a figure by its name; raises `BookError`.
        origins: finds what figures and tables are made from.
        repository: address of the source tree, to which a file's path is appended; or empty.
        colab: where Colab opens the site's notebooks, to which one's place is appended; or empty.
        verdicts: what the checker found, for each page's file by the lines of its equations.
    """

    tex: Tex
    library: Library
    bibliography: Bibliography
    publication: Publication
    figure: Callable[[str], Drawn]
    origins: Origins
    repository: str = ""
    colab: str = ""
    verdicts: dict[str, dict[int, Verdict]] = field(default_factory=dict)


@dataclass
class Scan:
    """What one page has that others may refer to."""

    source: Source
    displays: list[Display]
    excerpts: list[Excerpt]

    @property
    def anchors(self) -> set[str]:
        """The ids that the pass will add to the page."""
        labels = {label for display in self.displays for label, _ in display.labels}
        blocks = {excerpt.id for excerpt in self.excerpts}
        return labels | blocks | {a for e in self.excerpts for a in e.anchors().values()}


@dataclass
class Book:
    """All that a page needs to know of the others.

    Attributes:
        equations: by label.
        marks: the lines of code that carry an equation, by label.
        shown: where a line of code stands in the book: pages' addresses and anchors.
    """

    equations: dict[str, Equation]
    marks: dict[str, list[Mark]]
    shown: dict[tuple[str, int], list[tuple[str, str]]]

    def place(self, mark: Mark, page: str) -> str | None:
        """The address of a marked line, on the page itself if it is there."""
        places = self.shown.get((mark.file.as_posix(), mark.line), [])
        for url, anchor in places:
            if url == page:
                return f"#{anchor}"
        return f"{relative_url(places[0][0], page)}#{places[0][1]}" if places else None


def scan(html: str, source: Source, tools: Tools) -> Scan:
    """Finds the equations and the code of a page."""
    root = parse(html)
    excerpts = [
        tools.library.excerpt(element)
        for element in root.iter("div")
        if element.get("class") == "literate"
    ]
    first = {excerpt.name: excerpt for excerpt in reversed(excerpts)}
    return Scan(source, displays(root), [each for each in excerpts if first[each.name] is each])


def assemble(scans: list[Scan], tools: Tools) -> tuple[Book, list[Problem]]:
    """Ties equations and code together.

    Args:
        scans: of all pages, in the order of the book.
        tools: where the code is.

    Returns:
        The book; and labels without code, marks without equation, labels that are taken.
    """
    equations, problems = number_all([(scan.source, scan.displays) for scan in scans])
    marks: dict[str, list[Mark]] = {}
    for mark in tools.library.marks():
        marks.setdefault(mark.equation, []).append(mark)
        if mark.equation not in equations:
            message = f"no equation of the book has the label {mark.equation}"
            problems.append(Problem(mark.file, mark.line, message))
    for equation in equations.values():
        carriers = marks.get(equation.id, [])
        if not carriers and not equation.no_code:
            message = (
                f"no line of code carries {equation.id}: mark one with `# {equation.id}`, "
                "or write <!-- no code: why --> below the equation"
            )
            problems.append(Problem(equation.source.file, equation.line, message))
        if carriers and equation.no_code:
            message = f"{equation.id} has code, {carriers[0].file}:{carriers[0].line}: not so"
            problems.append(Problem(equation.source.file, equation.line, f"no code? {message}"))
    shown: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for page in scans:
        for excerpt in page.excerpts:
            for line, anchor in excerpt.anchors().items():
                key = (excerpt.module.file.as_posix(), line)
                shown.setdefault(key, []).append((page.source.url, anchor))
    return Book(equations, marks, shown), problems
