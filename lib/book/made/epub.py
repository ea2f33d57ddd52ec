"""The book as an EPUB: its pages as XHTML, equations as MathML, figures as SVG, in one archive."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from book.known.bibliography import Publication
from book.made.folder import packed
from book.made.svg import in_light_colours
from book.made.volume import XHTML, Leaf, led

__all__ = ["epub"]

_MATH = "{http://www.w3.org/1998/Math/MathML}"
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_STYLE = Path(__file__).with_name("epub.css")
_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".svg": "image/svg+xml"}
# What a reading system knows no use for.
_BARE = ("hidden", "role", "style", "tabindex", "open", "download", "scope")
_CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" '
    'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)


def epub(leaves: Sequence[Leaf], work: Publication, images: Mapping[str, bytes]) -> bytes:
    """The archive, the same bytes each time.

    Args:
        leaves: the pages, in order.
        work: what the book is.
        images: pictures in the pages, by their places in the site.
    """
    places = {leaf.url: f"{leaf.name}.xhtml#" for leaf in leaves}
    files = {"epub.css": _STYLE.read_bytes()}
    for name in images:
        files[f"images/{posixpath.basename(name)}"] = images[name]
    properties: dict[str, str] = {}
    for leaf in leaves:
        root = _bare(led(leaf, places, work.url))
        kinds = {"mathml": f"{_MATH}math", "svg": f"{_SVG}svg"}
        found = [name for name, tag in kinds.items() if next(root.iter(tag), None) is not None]
        properties[f"{leaf.name}.xhtml"] = " ".join(found)
        inner = in_light_colours(etree.tostring(root, encoding="unicode"))
        files[f"{leaf.name}.xhtml"] = _document(leaf.title, inner).encode()
    entries = "".join(
        f'<li><a href="{leaf.name}.xhtml">{escape(f"{leaf.number} {leaf.title}".strip())}</a></li>'
        for leaf in leaves
    )
    nav = f'<nav epub:type="toc"><h1>Contents</h1><ol>{entries}</ol></nav>'
    files["nav.xhtml"] = _document("Contents", nav).encode()
    properties["nav.xhtml"] = "nav"
    files["package.opf"] = _package(leaves, work, files, properties).encode()
    inside = {f"book/{name}": content for name, content in files.items()}
    inside["META-INF/container.xml"] = _CONTAINER.encode()
    return packed(inside, {"mimetype": b"application/epub+zip"})


def _bare(root: etree._Element) -> etree._Element:
    """Content without what is for a browser alone."""
    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            continue
        inside = element.tag.startswith((_MATH, _SVG))
        for name in list(element.attrib):
            text = str(name)
            if text.startswith(("data-", "aria-")) or (not inside and text in _BARE):
                del element.attrib[name]
        if not inside and element.tag in (f"{XHTML}details", f"{XHTML}summary"):
            element.tag = f"{XHTML}{'div' if element.tag.endswith('details') else 'p'}"
        if element.tag.startswith(_SVG) and element.get("role", "img") != "img":
            del element.attrib["role"]
        if element.tag == f"{_SVG}path" and not element.get("d"):
            _drop(element)
        for name in ("src", "href", _HREF) if element.tag.endswith(("}img", "}image")) else ():
            source = element.get(name, "")
            if source and ":" not in source:
                element.set(name, f"images/{posixpath.basename(source)}")
    return root


def _drop(element: etree._Element) -> None:
    """Takes away an element that draws nothing."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _document(title: str, inner: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" '
        f'lang="en" xml:lang="en"><head><title>{escape(title)}</title>'
        '<link rel="stylesheet" type="text/css" href="epub.css"/></head>'
        f"<body>{inner}</body></html>"
    )


def _package(
    leaves: Sequence[Leaf],
    work: Publication,
    files: Mapping[str, bytes],
    properties: Mapping[str, str],
) -> str:
    known = uuid5(NAMESPACE_URL, f"{work.url or work.title} {work.version}")
    items = []
    for name in sorted(files):
        suffix = posixpath.splitext(name)[1]
        kinds = {".xhtml": "application/xhtml+xml", ".css": "text/css", **_TYPES}
        if suffix in kinds:
            has = properties.get(name, "")
            extra = f' properties="{has}"' if has else ""
            identifier = name.replace("/", "-")
            item = f'<item id="f-{identifier}" href="{name}" media-type="{kinds[suffix]}"{extra}/>'
            items.append(item)
    spine = "".join(f'<itemref idref="f-{leaf.name}.xhtml"/>' for leaf in leaves)
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="id">urn:uuid:{known}</dc:identifier>'
        f"<dc:title>{escape(work.title)}</dc:title><dc:creator>{escape(work.authors)}</dc:creator>"
        f"<dc:language>{work.language}</dc:language><dc:date>{work.date}</dc:date>"
        "<dc:rights>Text CC BY 4.0, code MIT</dc:rights>"
        f'<meta property="dcterms:modified">{work.date}T00:00:00Z</meta></metadata>'
        f'<manifest>{"".join(items)}</manifest><spine><itemref idref="f-nav.xhtml"/>{spine}</spine>'
        "</package>"
    )
