"""Sets a derivation beside its code, and parts a page so that what is not in view costs nothing."""

from __future__ import annotations

from lxml import html as lxml_html
from lxml.etree import Comment
from lxml.html import builder

__all__ = ["pair", "part"]

HEADINGS = {"h1", "h2", "h3"}

# About how high things are, in pixels: only what a browser assumes until it comes to them.
_LINE = 29
_CHARACTERS = 75
_ROOM = 1.8  # rather too high: what is not laid out must not seem to lie upon what follows
_HEIGHTS = {"equation": 110, "figure": 420, "literate": 260, "quoted": 160}


def pair(root: lxml_html.HtmlElement) -> None:
    """Wraps each run of text and the code blocks that follow it in a pair of columns.

    A run begins after a heading, or after the previous pair. Blocks without text before them keep
    the whole width. Only what stands directly below `root` is moved; headings are not, so that the
    order of reading stays the order of the source.

    Args:
        root: the page's content; changed in place.
    """
    run: list[lxml_html.HtmlElement] = []
    children = list(root)
    position = 0
    while position < len(children):
        child = children[position]
        if child.tag in HEADINGS:
            run = []
        elif child.get("class") != "literate":
            run.append(child)
        else:
            blocks = [child]
            while (
                position + 1 < len(children) and children[position + 1].get("class") == "literate"
            ):
                position += 1
                blocks.append(children[position])
            if any(element.tag is not Comment for element in run):
                _wrap(root, run, blocks)
            run = []
        position += 1


def _wrap(
    root: lxml_html.HtmlElement,
    run: list[lxml_html.HtmlElement],
    blocks: list[lxml_html.HtmlElement],
) -> None:
    text, code = builder.DIV({"class": "pair__text"}), builder.DIV({"class": "pair__code"})
    both = builder.DIV({"class": "pair"}, text, code)
    root.insert(root.index(run[0]), both)
    text.extend(run)
    code.extend(blocks)


def part(root: lxml_html.HtmlElement) -> None:
    """Wraps what stands between two headings, so that a browser lays it out when it comes near.

    Formulas are thousands of boxes; laid out at once, a chapter would take seconds on a phone.
    Headings stay outside, where their places are known.

    Args:
        root: the page's content; changed in place.
    """
    run: list[lxml_html.HtmlElement] = []
    for child in [*root, None]:
        if child is not None and child.tag not in HEADINGS:
            run.append(child)
        elif run:
            height = round(_ROOM * sum(_height(element) for element in run))
            style = f"contain-intrinsic-block-size:auto {height}px"
            box = builder.DIV({"class": "run", "style": style})
            root.insert(root.index(run[0]), box)
            box.extend(run)
            run = []


def _height(element: lxml_html.HtmlElement) -> int:
    """About how high an element will be."""
    if not isinstance(element.tag, str):
        return 0
    kind = (element.get("class") or "").split(" ")[0]
    if kind in _HEIGHTS:
        return _HEIGHTS[kind]
    if kind == "pair":
        return max(sum(map(_height, column)) for column in element)
    if kind == "table-box":
        return 38 * sum(1 for _ in element.iter("tr"))
    if kind == "highlight":
        return 40 + 20 * (element.text_content() or "").count("\n")
    return 16 + _LINE * (1 + len(element.text_content() or "") // _CHARACTERS)
