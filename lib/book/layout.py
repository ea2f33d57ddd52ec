"""Sets a derivation beside its code: the text since the last heading, and the block below it."""

from __future__ import annotations

from lxml import html as lxml_html
from lxml.etree import Comment
from lxml.html import builder

__all__ = ["pair"]

HEADINGS = {"h1", "h2", "h3"}


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
