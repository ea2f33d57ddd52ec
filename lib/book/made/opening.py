"""The map at the top of a chapter: what a reader needs, will be able to do, and how long it takes.

The author writes the first two as a definition list below the chapter's first paragraph. The time
is computed from what there is to read.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

from lxml import html as lxml_html
from lxml.html import builder

from book.known.equations import displays
from book.known.source import Library

__all__ = ["Reading", "measure", "open_chapter"]

_TERMS = ["You need", "You will be able to"]

# Seconds for each thing to read: text at 200 words a minute, mathematics with a pencil in hand.
_WORD, _FORMULA, _ROW, _LINE, _FIGURE = 0.3, 1.5, 12, 2, 20
_STEP = 5  # minutes: nobody's time is foretold more exactly


@dataclass(frozen=True)
class Reading:
    """What there is to read in a page, solutions of exercises left aside.

    Attributes:
        words: of the text, figures' captions among them.
        formulas: in the text.
        rows: of displayed formulas.
        lines: of code and examples.
        figures: drawings.
    """

    words: int = 0
    formulas: int = 0
    rows: int = 0
    lines: int = 0
    figures: int = 0

    @property
    def minutes(self) -> int:
        """About how long it takes.

        >>> Reading(words=2000, rows=100, lines=90).minutes
        35
        """
        seconds = (
            _WORD * self.words
            + _FORMULA * self.formulas
            + _ROW * self.rows
            + _LINE * self.lines
            + _FIGURE * self.figures
        )
        return max(1, round(seconds / 60 / _STEP)) * _STEP


def measure(root: lxml_html.HtmlElement, library: Library) -> Reading:
    """Counts what there is to read.

    Args:
        root: a page's content, its formulas and the places of its code not yet filled.
        library: where the code comes from.
    """
    copy = deepcopy(root)
    for solution in list(copy.iter("details")):
        solution.drop_tree()
    formulas = [e for e in copy.iter("span") if e.get("class") == "arithmatex"]
    shown = displays(copy)
    code = list(copy.iter("pre"))
    shown_code = [library.excerpt(e) for e in copy.iter("div") if e.get("class") == "literate"]
    typed = sum((block.text_content() or "").strip().count("\n") + 1 for block in code)
    for element in [*formulas, *(display.element for display in shown), *code]:
        element.drop_tree()
    return Reading(
        words=len(" ".join(copy.itertext("*")).split()),
        formulas=len(formulas),
        rows=sum(1 + display.tex.count("\\\\") for display in shown),
        lines=typed + sum(excerpt.last - excerpt.first + 1 for excerpt in shown_code),
        figures=sum(1 for _ in copy.iter("figure")),
    )


def open_chapter(root: lxml_html.HtmlElement, reading: Reading) -> bool:
    """Makes the map of the definition list that stands before the first section.

    Args:
        root: the chapter's content; changed in place.
        reading: what there is to read.

    Returns:
        Whether there is one, with something under each of its terms.
    """
    for child in root:
        if child.tag == "h2":
            return False
        if child.tag == "dl" and [term.text_content() for term in child.iter("dt")] == _TERMS:
            break
    else:
        return False
    parts: list[lxml_html.HtmlElement] = []
    for element in child:
        if element.tag == "dt":
            parts.append(builder.DIV())
        parts[-1].append(element)
    if any(len(part) < 2 for part in parts):
        return False
    time = (
        f"about {reading.minutes} minutes: {reading.words:,} words, {reading.rows} rows of "
        f"formulas, {reading.lines} lines of code; without the exercises’ solutions"
    )
    parts.append(builder.DIV(builder.DT("It takes"), builder.DD(time)))
    child.extend(parts)
    child.set("class", "map")
    return True
