"""The map at the top of a chapter: what a reader needs, will be able to do, and how long it takes.

The author writes the first two as a definition list below the chapter's first paragraph. The time
is computed from what there is to read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

from lxml import html as lxml_html
from lxml.html import builder

from book.known.equations import displays
from book.known.source import Library

__all__ = ["Reading", "measure", "open_chapter"]

_TERMS = ["You need", "You will be able to"]

# Seconds for each thing to read with a pencil in hand: 200 words a minute, a row of formulas in
# 75 seconds, a line of code in six.
_WORD, _ROW, _LINE = 0.3, 75, 6
# A matrix within a formula is read at a glance, whatever rows it has.
_MATRIX = re.compile(r"\\begin\{(\w*matrix)\}.*?\\end\{\1\}", re.S)
_STEP = 5  # minutes: nobody's time is foretold more exactly


@dataclass(frozen=True)
class Reading:
    """What there is to read in a page, exercises and what is folded left aside.

    Attributes:
        words: of the text, figures' captions among them.
        rows: of displayed formulas.
        lines: of code and examples, docstrings folded.
    """

    words: int = 0
    rows: int = 0
    lines: int = 0

    @property
    def minutes(self) -> int:
        """About how long it takes.

        >>> Reading(words=3000, rows=30, lines=150).minutes
        70
        """
        seconds = _WORD * self.words + _ROW * self.rows + _LINE * self.lines
        return max(1, round(seconds / 60 / _STEP)) * _STEP


def measure(root: lxml_html.HtmlElement, library: Library) -> Reading:
    """Counts what there is to read.

    Args:
        root: a page's content, its formulas and the places of its code not yet filled.
        library: where the code comes from.
    """
    copy = deepcopy(root)
    _drop_exercises(copy)
    for folded in list(copy.iter("details")):
        folded.drop_tree()
    formulas = [e for e in copy.iter("span") if e.get("class") == "arithmatex"]
    shown = displays(copy)
    code = list(copy.iter("pre"))
    shown_code = [library.excerpt(e) for e in copy.iter("div") if e.get("class") == "literate"]
    typed = sum((block.text_content() or "").strip().count("\n") + 1 for block in code)
    for element in [*formulas, *(display.element for display in shown), *code]:
        element.drop_tree()
    return Reading(
        words=len(" ".join(copy.itertext("*")).split()),
        rows=sum(1 + _MATRIX.sub("", display.tex).count("\\\\") for display in shown),
        lines=typed + sum(excerpt.rows for excerpt in shown_code),
    )


def _drop_exercises(root: lxml_html.HtmlElement) -> None:
    """Takes away the exercises: those under their heading, and each that stands where it is needed.

    Such a one begins with a paragraph `**Exercise 1. …**` and ends with its solution; the heading's
    end with the next one of its rank.
    """
    at_end = in_text = False
    for element in list(root):
        if element.tag == "h2":
            at_end = element.get("id") == "exercises"
        if element.tag in ("h2", "h3"):
            in_text = False
        in_text = in_text or _begins_exercise(element)
        ends = "success" in (element.get("class") or "").split()
        if at_end or in_text:
            element.drop_tree()
        in_text = in_text and not ends


def _begins_exercise(element: lxml_html.HtmlElement) -> bool:
    """Whether this is a paragraph that begins with `**Exercise`."""
    first = next(iter(element), None)
    if element.tag != "p" or first is None or first.tag != "strong":
        return False
    return not (element.text or "").strip() and (first.text or "").startswith("Exercise ")


def open_chapter(
    root: lxml_html.HtmlElement,
    reading: Reading,
    downloads: Sequence[tuple[str, str]] = (),
    practice: int = 0,
) -> bool:
    """Makes the map of the definition list that stands before the first section.

    Args:
        root: the chapter's content; changed in place.
        reading: what there is to read.
        downloads: what can be taken along: what each is, and its address.
        practice: how many minutes all its exercises take, 0 if it has none.

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
        f"about {reading.minutes} minutes to read: {reading.words:,} words, {reading.rows} rows of "
        f"formulas, {reading.lines} lines of code"
    )
    if practice:
        time += f"; and {practice} for all the exercises"
    parts.append(builder.DIV(builder.DT("It takes"), builder.DD(time)))
    if downloads:
        links = builder.DD({"class": "downloads"})
        for name, address in downloads:
            attributes = {} if ":" in address else {"download": ""}
            links.append(builder.A(name, href=address, **attributes))
            links[-1].tail = ", " if len(links) < len(downloads) else None
        parts.append(builder.DIV(builder.DT("To take along"), links))
    child.extend(parts)
    child.set("class", "map")
    return True
