"""Sets a derivation beside its code, and parts a page so that what is not in view costs nothing."""

from __future__ import annotations

from lxml import html as lxml_html
from lxml.etree import Comment
from lxml.html import builder

__all__ = ["ROWS", "pair", "part"]

HEADINGS = {"h1", "h2", "h3"}

# About how high things are on a phone, in pixels: only what a browser assumes until it comes to
# them. Rather too high: what is not laid out must not seem to lie upon what follows.
_LINE, _CHARACTERS = 29, 38
_CODE_LINE, _CODE_CHARACTERS = 22, 34
_ROOM = 1.1
_HEIGHTS = {"quoted": 200, "cited": 400}
_FIGURE, _CONTROLS = 480, 350
ROWS = "data-rows"  # of formulas, or of code: `part` takes it away again


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
    _level(root)
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
    for element in root.iter("div"):
        element.attrib.pop(ROWS, None)


def _level(root: lxml_html.HtmlElement) -> None:
    """Says of a heading that stands more than one level below the last at which it stands.

    One of the fourth level parts a section without parting its derivation from the code beside it.
    """
    level = 0
    for heading in root.iter("h1", "h2", "h3", "h4"):
        if int(heading.tag[1]) > level + 1 > 1:
            heading.set("aria-level", str(level + 1))
        else:
            level = int(heading.tag[1])


def _height(element: lxml_html.HtmlElement) -> int:
    """About how high an element will be."""
    if not isinstance(element.tag, str):
        return 0
    kind = (element.get("class") or "").split(" ")[0]
    if kind in _HEIGHTS:
        return _HEIGHTS[kind]
    if kind == "pair":
        return sum(map(_height, element.iterchildren("div")))
    if kind.startswith("pair__"):
        return sum(map(_height, element))
    if kind == "figure":
        return _FIGURE + _CONTROLS * ("data-interactive" in element.attrib)
    rows = int(element.get(ROWS, "1"))
    if kind == "equation":
        return 110 + 80 * rows
    if kind == "literate":
        return 90 + 2 * _CODE_LINE * rows  # half of the lines take two
    if kind == "table-box":
        cells = len(element.text_content() or "") // _CHARACTERS
        return 40 * sum(1 for _ in element.iter("tr")) + _LINE * cells
    if kind == "highlight":
        lines = (element.text_content() or "").split("\n")
        return 80 + _CODE_LINE * sum(1 + len(line) // _CODE_CHARACTERS for line in lines)
    items = sum(1 for _ in element.iter("li", "dd", "dt"))
    lines_of_text = 1 + items + len(element.text_content() or "") // _CHARACTERS
    return 20 + _LINE * lines_of_text
