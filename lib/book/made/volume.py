"""Chapters bound together: one document to print, its links leading within it or to the site.

What comes in is what a browser makes of the built pages, as XHTML: see paper.mjs.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from html import escape

from lxml import etree

from book.known.bibliography import Publication
from book.made.svg import NARROW

__all__ = [
    "SECTION_NUMBER",
    "XHTML",
    "Leaf",
    "bound",
    "contents",
    "led",
    "opening",
    "printable",
    "sheet",
    "without_solutions",
]

XHTML = "{http://www.w3.org/1999/xhtml}"
_SVG = "{http://www.w3.org/2000/svg}"
SECTION_NUMBER = "section-number"  # the class of what numbers a heading
_LONG = 32  # more lines of code than this may go over to the next page
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")


@dataclass(frozen=True)
class Leaf:
    """A page of the site that is bound.

    Attributes:
        url: of the page, relative to the site's root.
        title: in plain text.
        number: of the chapter; empty if it has none.
        root: its content.
    """

    url: str
    title: str
    number: str
    root: etree._Element

    @property
    def name(self) -> str:
        """The last part of its address."""
        return self.url.strip("/").rpartition("/")[2] or "book"

    @staticmethod
    def read(article: str, url: str, number: str = "") -> Leaf:
        """Reads what a browser has written of a page."""
        root = etree.fromstring(article.encode())
        for drawing in list(root.iter(f"{_SVG}svg")):
            if _has(drawing, NARROW):
                _take_away(drawing)
        heading = root.find(f".//{XHTML}h1")
        words = [] if heading is None else "".join(map(str, heading.itertext())).split()
        if (
            heading is not None
            and heading.find(f"{XHTML}span[@class='{SECTION_NUMBER}']") is not None
        ):
            del words[0]
        return Leaf(url, " ".join(words), number, root)


def without_solutions(leaf: Leaf) -> Leaf:
    """A page as it is handed out."""
    root = deepcopy(leaf.root)
    for fold in [each for each in root.iter(f"{XHTML}details") if _has(each, "success")]:
        _take_away(fold)
    return replace(leaf, root=root)


def sheet(leaf: Leaf, solved: bool) -> Leaf | None:
    """The exercises of a chapter; None if it has none.

    An exercise begins with a paragraph `Exercise 1. …`, or is a fold of that name, and reaches to
    the end of its solution.

    Args:
        leaf: the chapter, with its solutions.
        solved: whether the sheet has them.
    """
    found: list[etree._Element] = []
    for element in leaf.root.iter(f"{XHTML}p", f"{XHTML}details"):
        if element.tag == f"{XHTML}details":
            found += [element] if _has(element, "question") else []
        elif _begins(element):
            found.append(element)
            for follower in element.itersiblings():
                if follower.tag in (f"{XHTML}h2", f"{XHTML}h3") or _begins(follower):
                    break
                found.append(follower)
                if _has(follower, "success"):
                    break
    if not found:
        return None
    root = etree.Element(f"{XHTML}article", {"class": "md-typeset"})
    heading = etree.SubElement(root, f"{XHTML}h1")
    heading.text = f"{leaf.title}: exercises{' and solutions' if solved else ''}"
    for element in found:
        copy = deepcopy(element)
        copy.tail = None
        root.append(copy)
    made = Leaf(leaf.url, heading.text, leaf.number, root)
    return made if solved else without_solutions(made)


def _begins(element: etree._Element) -> bool:
    first = next(iter(element), None)
    return (
        element.tag == f"{XHTML}p"
        and first is not None
        and first.tag == f"{XHTML}strong"
        and not (element.text or "").strip()
        and (first.text or "").startswith("Exercise ")
    )


def _has(element: etree._Element, name: str) -> bool:
    return name in element.get("class", "").split()


def _take_away(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        element.tail = None
        parent.remove(element)


def led(leaf: Leaf, places: Mapping[str, str], site: str) -> etree._Element:
    """A page's content, its links led to where they lead outside of the site.

    Args:
        leaf: the page.
        places: of the pages that are bound, by their addresses: what stands before an anchor.
        site: the address of the site; empty if it is not known: then what is not bound is not
            linked.
    """
    root = deepcopy(leaf.root)
    here = {element.get("id") for element in root.iter()}
    for link in list(root.iter(f"{XHTML}a", f"{_SVG}a")):
        for attribute in _HREFS:
            href = link.get(attribute)
            if href is None:
                continue
            path, _, anchor = href.partition("#")
            within = {} if not path and anchor not in here else places
            target = _led(href, leaf.url, within, site)
            if target:
                link.set(attribute, target)
            else:
                del link.attrib[attribute]
    return root


def _led(href: str, page: str, places: Mapping[str, str], site: str) -> str:
    path, _, anchor = href.partition("#")
    if ":" in path:
        return href
    joined = posixpath.normpath(posixpath.join(page, path)) if path else page
    url = "" if joined == "." else joined
    if path.endswith("/"):
        url = f"{url}/" if url else ""
    if url in places:
        return places[url] + anchor
    return f"{site}{url}{anchor and '#' + anchor}" if site else ""


def bound(leaves: Sequence[Leaf], site: str) -> list[etree._Element]:
    """The pages as parts of one document: every id begins with its page's name."""
    places = {leaf.url: f"#{leaf.name}." for leaf in leaves}
    parts = []
    for leaf in leaves:
        root = led(leaf, places, site)
        root.set("id", f"{leaf.name}.")
        _for_paper(root)
        for element in root.iter():
            anchor = element.get("id")
            if element is not root and anchor and not _within_drawing(element):
                element.set("id", f"{leaf.name}.{anchor}")
        for image in root.iter(f"{XHTML}img", f"{_SVG}image"):
            for attribute in ("src", *_HREFS):
                source = image.get(attribute, "")
                if source and ":" not in source:
                    image.set(attribute, posixpath.normpath(posixpath.join(leaf.url, source)))
        parts.append(root)
    return parts


def _for_paper(root: etree._Element) -> None:
    """Says what no style can tell: what was a fold, and which code is long; asks nothing."""
    for field in [each for each in root.iter(f"{XHTML}div") if _has(each, "asked")]:
        _take_away(field)
    for fold in [each for each in root.iter(f"{XHTML}details") if not _has(each, "source__doc")]:
        fold.tag = f"{XHTML}div"
        fold.set("class", f"{fold.get('class', '')} unfolded".lstrip())
        fold.attrib.pop("open", "")
        for summary in fold.findall(f"{XHTML}summary"):
            summary.tag = f"{XHTML}p"
            summary.set("class", "unfolded__title")
    for code in [each for each in root.iter(f"{XHTML}div") if _has(each, "highlight")]:
        if "".join(map(str, code.itertext())).count("\n") > _LONG:
            code.set("class", f"{code.get('class')} long")


def _within_drawing(element: etree._Element) -> bool:
    return isinstance(element.tag, str) and element.tag.startswith(_SVG)


def printable(parts: Sequence[etree._Element | str], styles: Sequence[str], title: str) -> str:
    """A document to print.

    Args:
        parts: elements, or XHTML of what stands before them.
        styles: addresses of style sheets, or rules.
        title: in plain text.
    """
    links = "".join(
        f'<link rel="stylesheet" href="{escape(style)}"/>' for style in styles if "{" not in style
    )
    rules = "\n".join(style for style in styles if "{" in style)
    inner = "".join(
        part if isinstance(part, str) else etree.tostring(part, encoding="unicode")
        for part in parts
    )
    return (
        '<html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><meta charset="utf-8"/>'
        f"<title>{escape(title)}</title>{links}<style>{escape(rules, quote=False)}</style></head>"
        '<body dir="ltr" data-md-color-scheme="default" '
        'data-md-color-primary="custom" data-md-color-accent="custom">'
        f'<div class="md-main"><div class="md-content volume">{inner}</div></div></body></html>'
    )


def opening(work: Publication) -> str:
    """The first page."""
    address = f"<p>{escape(work.url)}</p>" if work.url else ""
    return (
        f'<article class="md-typeset opening"><h1>{escape(work.title)}</h1>'
        f"<p>{escape(work.authors)}</p><p>Version {escape(work.version)}, {escape(work.date)}</p>"
        f"{address}<p>Text CC BY 4.0, code MIT. Solutions of the exercises are on the site.</p>"
        "</article>"
    )


def contents(leaves: Sequence[Leaf], pages: Mapping[str, int]) -> str:
    """The table of contents.

    Args:
        leaves: what is bound.
        pages: the first page of each, by its name.
    """
    items = "".join(
        f"<li><span>{escape(leaf.number)}</span>"
        f'<a href="#{leaf.name}.">{escape(leaf.title)}</a><span>{pages[leaf.name]}</span></li>'
        for leaf in leaves
    )
    return f'<article class="md-typeset contents"><h1>Contents</h1><ol>{items}</ol></article>'
