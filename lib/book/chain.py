"""Sets a derivation of several steps, so that each step and its note can be reached and folded.

Temml makes one table of an `aligned` formula. Here each of its rows becomes a step: the left side,
the right side, and the note that the author wrote after `&&`, as text in which links are links.
"""

from __future__ import annotations

from copy import deepcopy
from html import escape
from itertools import groupby

from lxml import html as lxml_html

__all__ = ["chain"]

_NOTE = 3  # the cell of a row that holds its note: left side, right side, nothing, note


def chain(math: str) -> str | None:
    r"""The steps of a formula that begins with an `aligned` chain, one note a step at most.

    What follows the chain, as for which indices it holds, comes below its last step.

    Args:
        math: a displayed formula as MathML.

    Returns:
        HTML with a formula for each side of each step; None for every other formula.
    """
    root = lxml_html.fragment_fromstring(math)
    table, *rest = _content(root) or [root]
    if table.tag != "mtable" or table.get("class") != "tml-jot":
        return None
    rows = [list(row) for row in table]
    if any(len(row) > _NOTE + 1 or any(map(_content, row[2:_NOTE])) for row in rows):
        return None
    steps = [_step(row) for row in rows]
    if rest:
        steps.append(f'<div class="chain__step">{_math(rest, "chain__right")}</div>')
    return f'<div class="chain">{"".join(steps)}</div>'


def _step(cells: list[lxml_html.HtmlElement]) -> str:
    sides = zip(("chain__left", "chain__right"), cells, strict=False)
    parts = [_math(_content(cell), name) for name, cell in sides if _content(cell)]
    note = _content(cells[_NOTE]) if len(cells) > _NOTE else []
    if note:
        parts.append(f'<span class="chain__note">{_text(note)}</span>')
    return f'<div class="chain__step">{"".join(parts)}</div>'


def _content(element: lxml_html.HtmlElement) -> list[lxml_html.HtmlElement]:
    """What a formula or a cell holds, without the row that Temml wraps it in."""
    children = list(element)
    wrapped = len(children) == 1 and children[0].tag == "mrow" and not children[0].attrib
    return list(children[0]) if wrapped else children


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
