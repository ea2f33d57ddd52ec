"""A page while it is made: what all parts of the pass use, and what they leave behind."""

from __future__ import annotations

import re
from collections import Counter
from html import escape
from pathlib import Path

from lxml import html as lxml_html

from book.known.crossref import Book, Tools
from book.known.equations import EQREF, Equation, Source
from book.made.cards import Cards
from book.shared.chain import chain, parted
from book.shared.errors import Problem
from book.shared.tex import Rendered
from book.shared.tree import serialise

__all__ = ["Making"]

_TOKEN = re.compile("\ue000(\\d+)\ue001")
_TAG = re.compile("<[^>]*>")
_HELD = re.compile(r"@(eq:[\w-]+)@")


class Making:
    """One page while it is made. Finished HTML waits in `_raw` until the tree is written out.

    Attributes:
        root: the page's content, changed as the pass goes on.
        source: the Markdown that it came from.
        book: what the other pages have.
        tools: what to work with.
        cards: the page's symbols.
        problems: what does not resolve.
        images: the pictures in the figures, by their names in the site's folder of images.
        carried: the files of the repository that are linked and that the site must carry.
        seen: how often each thing of which only the first is special came so far.
    """

    def __init__(
        self, root: lxml_html.HtmlElement, source: Source, book: Book, tools: Tools
    ) -> None:
        self.root = root
        self.source = source
        self.book = book
        self.tools = tools
        self.cards = Cards(source)
        self.problems: list[Problem] = []
        self.images: dict[str, bytes] = {}
        self.carried: set[str] = set()
        self._raw: list[str] = []
        self.seen: Counter[str] = Counter()

    def html(self) -> str:
        """The content."""
        return self.kept(serialise(self.root))

    def length(self, element: lxml_html.HtmlElement) -> int:
        """How many characters an element shows."""
        return len(self.shown(element))

    def shown(self, element: lxml_html.HtmlElement) -> str:
        """The characters that an element shows."""
        text = " ".join((element.text_content() or "").split())
        return _TOKEN.sub(lambda match: _TAG.sub("", self._raw[int(match[1])]), text)

    def keep(self, html: str) -> str:
        """Puts finished HTML away, and returns what holds its place in the tree."""
        self._raw.append(html)
        return f"\ue000{len(self._raw) - 1}\ue001"

    def kept(self, text: str) -> str:
        """A text with the finished HTML where something holds its place."""
        return _TOKEN.sub(lambda match: self._raw[int(match[1])], text)

    def problem(self, needle: str, message: str) -> None:
        """Notes a problem at the next place where a text stands in the source."""
        occurrence = self.seen[f"problem {needle}"]
        self.seen[f"problem {needle}"] += 1
        self.problems.append(self.source.problem(needle, message, occurrence))

    def link(self, label: str) -> tuple[str, str]:
        """An equation's number and address; marks that lead nowhere are `assemble`'s problem."""
        found = self.book.equations.get(label)
        return (found.number, found.url(self.source.url)) if found else ("?", "#")

    def find(self, label: str, needle: str) -> Equation | None:
        """An equation; a problem if there is none."""
        found = self.book.equations.get(label)
        if found is None:
            self.problem(needle, f"no equation has the label {label}")
        return found

    def refer(self, tex: str) -> str:
        r"""Holds the place of each `\eqref` in a formula: Temml sets no links."""
        return EQREF.sub(lambda match: r"\text{@" + match[1].replace("_", r"\_") + "@}", tex)

    def anchor(self, label: str) -> str:
        """The number of an equation, as a link to it."""
        found = self.find(label, rf"\eqref{{{label}}}")
        if found is None:
            return "(?)"
        url = escape(found.url(self.source.url))
        return f'<a class="eqref" href="{url}">({found.number})</a>'

    def inline(self, tex: str, result: Rendered) -> str:
        """A formula in the text as it is shown."""
        if result.error:
            self.problem(tex, f"Temml: {result.error}")
            return f"<code>{escape(tex)}</code>"
        return self._linked(result.html)

    def math(self, tex: str, result: Rendered, file: Path, line: int) -> str:
        """A displayed formula as it is shown: a derivation as steps, references in it as links.

        Args:
            tex: the formula.
            result: what Temml made of it.
            file: in which it is written.
            line: in which it is written.
        """
        if result.error:
            self.problems.append(Problem(file, line, f"Temml: {result.error}"))
            return f"<code>{escape(tex)}</code>"
        derived = chain(result.html)
        for step in derived.bare if derived else []:
            message = f"step {step} does not say what rule took it there: add && \\text{{...}}"
            self.problems.append(Problem(file, line, message))
        return self._linked(derived.html if derived else parted(result.html))

    def _linked(self, html: str) -> str:
        return _HELD.sub(lambda match: self.anchor(match[1]), html)
