"""News of the book as an Atom feed: the editions of the list of changes, and the errata."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree
from lxml import html as lxml_html

from book.known.bibliography import Publication
from book.shared.tree import parse

__all__ = ["FEED", "News", "feed", "news"]

FEED = "feed.xml"
_ATOM = "{http://www.w3.org/2005/Atom}"
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_HEADINGS = {"h1", "h2", "h3"}


@dataclass(frozen=True)
class News:
    """An edition, or an erratum.

    Attributes:
        date: as 2026-11-22.
        title: of it.
        url: where it stands, relative to the site's root.
        html: what it says, its links absolute.
    """

    date: str
    title: str
    url: str
    html: str


def news(html: str, url: str, site: str) -> Iterator[News]:
    """What a page tells: each of its sections that has a date in its heading.

    Args:
        html: the page's content.
        url: of the page, relative to the site's root.
        site: the address of the site.
    """
    root = parse(html)
    for heading in root:
        for link in heading.findall("a[@class='headerlink']"):
            link.drop_tree()
        title = heading.text_content().strip() if heading.tag in _HEADINGS else ""
        if found := _DATE.search(title):
            yield News(found[0], title, f"{url}#{heading.get('id')}", _below(heading, site + url))


def _below(heading: lxml_html.HtmlElement, page: str) -> str:
    parts = []
    for element in heading.itersiblings():
        if element.tag in _HEADINGS:
            break
        for link in element.iter("a"):
            link.set("href", urljoin(page, link.get("href", "")))
        parts.append(lxml_html.tostring(element, encoding="unicode").strip())
    return "\n".join(parts)


def feed(work: Publication, found: Iterable[News]) -> bytes:
    """The feed, the newest first.

    Args:
        work: the book, whose address is known.
        found: its news, at least one.
    """
    ordered = sorted(found, key=lambda each: each.date, reverse=True)
    root = etree.fromstring(f'<feed xmlns="{_ATOM[1:-1]}"/>')
    _add(root, "title", f"{work.title}: editions and errata")
    _add(root, "id", work.url)
    _add(root, "link", href=work.url)
    _add(root, "link", rel="self", href=work.url + FEED)
    _add(root, "updated", _moment(ordered[0].date))
    _add(_add(root, "author"), "name", work.authors)
    for each in ordered:
        entry = _add(root, "entry")
        _add(entry, "title", each.title)
        _add(entry, "id", work.url + each.url)
        _add(entry, "link", href=work.url + each.url)
        _add(entry, "updated", _moment(each.date))
        _add(entry, "content", each.html, type="html")
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, _ATOM + name, attributes)
    element.text = text or None
    return element


def _moment(date: str) -> str:
    return f"{date}T00:00:00Z"
