"""HTML as a tree, and back."""

from __future__ import annotations

from html import escape

from lxml import html as lxml_html

__all__ = ["parse", "serialise"]


def parse(html: str) -> lxml_html.HtmlElement:
    """A page's content as a tree, below an element that stands for the page."""
    return lxml_html.fragment_fromstring(html, create_parent="div")


def serialise(root: lxml_html.HtmlElement) -> str:
    """What is below an element, as HTML."""
    children = (lxml_html.tostring(child, encoding="unicode") for child in root)
    return escape(root.text or "", quote=False) + "".join(children)
