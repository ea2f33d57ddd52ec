"""The figures of the chapters as files of their own, for slides: with their authors and licence."""

from __future__ import annotations

import posixpath
from base64 import b64encode
from collections.abc import Iterable, Mapping
from copy import deepcopy
from html import escape

from lxml import etree

from book.known.bibliography import Publication
from book.made.svg import INK, in_light_colours
from book.made.volume import XHTML, Leaf

__all__ = ["drawings"]

_SVG = "{http://www.w3.org/2000/svg}"
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")


def drawings(
    leaves: Iterable[Leaf], work: Publication, images: Mapping[str, bytes]
) -> dict[str, str]:
    """Each figure as an SVG document, by its name.

    Args:
        leaves: the chapters.
        work: the book that they are of.
        images: the pictures in them, by their places in the site.
    """
    found: dict[str, str] = {}
    for leaf in leaves:
        for figure in leaf.root.iter(f"{XHTML}figure"):
            drawing = figure.find(f".//{_SVG}svg")
            if drawing is not None:
                name = str(figure.get("data-figure"))
                found.setdefault(name, _alone(drawing, leaf, work, images))
    return found


def _alone(
    drawing: etree._Element, leaf: Leaf, work: Publication, images: Mapping[str, bytes]
) -> str:
    svg = deepcopy(drawing)
    svg.tail = None
    for element in svg.iter():
        for attribute in _HREFS:
            value = element.get(attribute, "")
            if element.tag == f"{_SVG}a":
                element.attrib.pop(attribute, "")
            elif "assets/figures/" in value:
                name = value[value.index("assets/figures/") :]
                kind = posixpath.splitext(name)[1].lstrip(".").replace("jpg", "jpeg")
                data = b64encode(images[name]).decode()
                element.set(attribute, f"data:image/{kind};base64,{data}")
    _, _, width, height = str(svg.get("viewBox")).split()
    svg.set("width", width)
    svg.set("height", height)
    svg.set("style", f"{svg.get('style', '')};color:{INK};font-family:sans-serif".lstrip(";"))
    title = escape(svg.get("aria-label", ""))
    about = f"From {work.title}, version {work.version}, chapter {leaf.title}."
    rights = f"{work.authors}. CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
    head = f"<title>{title}</title><metadata>{escape(f'{about} {rights}')}</metadata>"
    text = in_light_colours(etree.tostring(svg, encoding="unicode"))
    return text.replace(">", f">{head}", 1)
