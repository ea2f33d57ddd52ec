"""Sets a derivation of several steps, so that each step and its note can be reached and folded.

Temml makes one table of an `aligned` formula. Here each of its rows becomes a row of a grid: the
left side, the right side, and the note that the author wrote after `&&`, as text in which links
are links. A row that only goes on with the sum above it belongs to the step above it.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from html import escape
from itertools import groupby

from lxml import html as lxml_html

from book.shared.phrases import RELATIONS, phrases

__all__ = ["NOTE", "Chain", "chain", "parted"]

NOTE = 3  # the cell of a row that holds its note: left side, right side, nothing, note


@dataclass(frozen=True)
class Chain:
    """A derivation as it is shown.

    Attributes:
        html: a formula for each side of each step.
        bare: the steps, counted from 1, that go on from the one before and do not say how.
    """

    html: str
    bare: list[int]


def chain(math: str) -> Chain | None:
    r"""The steps of a formula that begins with an `aligned` chain, one note a step at most.

    What follows the chain, as for which indices it holds, comes below its last step.

    Args:
        math: a displayed formula as MathML.

    Returns:
        The chain; None for every other formula.
    """
    root = lxml_html.fragment_fromstring(math)
    table, *rest = _content(root) or [root]
    if table.tag != "mtable" or table.get("class") != "tml-jot":
        return None
    rows = [list(row) for row in table]
    if any(len(row) > NOTE + 1 or any(map(_content, row[2:NOTE])) for row in rows):
        return None
    html, steps = "", 0
    unsaid: dict[int, bool] = {}
    for row in rows:
        more = steps > 0 and not _begins(row)
        if not more:
            steps += 1
            unsaid[steps] = steps > 1 and not _content(row[0])
        unsaid[steps] &= not _note(row)
        html += _row(row, more)
    if rest:
        html += _box(_side(rest, "chain__right"), more=True)
    return Chain(f'<div class="chain">{html}</div>', [step for step in unsaid if unsaid[step]])


def parted(math: str) -> str:
    """A displayed formula of one line, which may go on below where there is no room for it."""
    found = phrases(_content(lxml_html.fragment_fromstring(math)))
    return f'<div class="phrases">{found}</div>' if found else math


def _begins(row: list[lxml_html.HtmlElement]) -> bool:
    """Whether a row is a step of its own: it has a left side, or a relation comes first."""
    if _content(row[0]) or len(row) == 1:
        return True
    signs = (leaf.text for leaf in row[1].iter("mo", "mi", "mn", "mtext"))
    return next(signs, "") in RELATIONS


def _note(row: list[lxml_html.HtmlElement]) -> list[lxml_html.HtmlElement]:
    return _content(row[NOTE]) if len(row) > NOTE else []


def _row(cells: list[lxml_html.HtmlElement], more: bool) -> str:
    sides = zip(("chain__left", "chain__right"), cells, strict=False)
    parts = [_side(_content(cell), name) for name, cell in sides if _content(cell)]
    if note := _note(cells):
        parts.append(f'<span class="chain__note">{_text(note)}</span>')
    return _box("".join(parts), more)


def _box(parts: str, more: bool) -> str:
    return f'<div class="chain__{"more" if more else "step"}">{parts}</div>'


def _content(element: lxml_html.HtmlElement) -> list[lxml_html.HtmlElement]:
    """What a formula or a cell holds, without the row that Temml wraps it in."""
    children = list(element)
    wrapped = len(children) == 1 and children[0].tag == "mrow" and not children[0].attrib
    return list(children[0]) if wrapped else children


def _side(content: list[lxml_html.HtmlElement], name: str) -> str:
    found = phrases(content)
    return f'<div class="{name} phrases">{found}</div>' if found else _math(content, name)


def _math(content: list[lxml_html.HtmlElement], name: str = "") -> str:
    own = f' class="{name}" displaystyle="true"' if name else ""
    body = "".join(lxml_html.tostring(deepcopy(child), encoding="unicode") for child in content)
    return f"<math{own}><mrow>{body}</mrow></math>"


def _text(content: list[lxml_html.HtmlElement]) -> str:
    """A note: what the author wrote as text is text again."""
    parts = []
    for is_text, group in groupby(content, key=lambda child: child.tag == "mtext"):
        run = list(group)
        words = "".join(child.text or "" for child in run).replace("\xa0", " ")
        parts.append(escape(words) if is_text else f'<span class="math">{_math(run)}</span>')
    return "".join(parts).strip()
