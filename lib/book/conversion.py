"""What MkDocs and its plugins make of a page's Markdown, as data: to keep, and to put back."""

from __future__ import annotations

import logging
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, get_toc
from mkdocstrings import CollectionError

from book.known.equations import Source
from book.known.macros import embed, embedded
from book.made.notebooks import headings
from book.shared.errors import Problem
from book.shared.tree import parse, serialise

__all__ = ["convert", "of_notebook", "restore"]

log = logging.getLogger("mkdocs.book")


def convert(
    page: Page, markdown: str, source: Source, config: MkDocsConfig, files: Files
) -> dict[str, Any]:
    """Has MkDocs convert a page; tells all that comes of it.

    Args:
        page: of MkDocs.
        markdown: what is converted.
        source: the page as its author wrote it.
        config: of MkDocs.
        files: of MkDocs.
    """
    if not page.file.src_uri.startswith("reference/"):
        markdown = embed(markdown, _missing(source, config))
    page.markdown = markdown
    with _apart(config) as registered:
        page.render(config, files)
        anchors, titles, inventory = registered()
    return {
        "html": page.content,
        "toc": [_token(entry) for entry in page.toc.items],
        "title": page._title_from_render,
        "ids": sorted(page.present_anchor_ids or ()),
        "links": {file.src_uri: found for file, found in (page.links_to_anchors or {}).items()},
        "anchors": anchors,
        "titles": titles,
        "inventory": inventory,
    }


def of_notebook(html: str, page: Page, files: Files) -> dict[str, Any]:
    """What a notebook's page is, its links led to where pages are.

    Args:
        html: as `book.made.notebooks` makes it.
        page: of MkDocs.
        files: of MkDocs.
    """
    root = parse(html)
    links: dict[str, dict[str, str]] = {}
    for element in root.iter("a"):
        href = str(element.get("href", ""))
        path, _, anchor = href.partition("#")
        if ":" in path or path.startswith("/") or not path.endswith((".md", ".py")):
            continue
        folder = posixpath.dirname(page.file.src_uri)
        uri = posixpath.normpath(posixpath.join(folder, unquote(path)))
        file = files.get_file_from_path(uri)
        if file is None:
            place = f"Doc file '{page.file.src_uri}' contains a link '{href}'"
            log.warning(f"{place}, but there is no such file")
            continue
        element.set("href", file.url_relative_to(page.file) + (anchor and f"#{anchor}"))
        if anchor:
            links.setdefault(uri, {})[anchor] = href
    tokens = headings(html)
    return {
        "html": serialise(root),
        "toc": tokens,
        "title": tokens[0]["name"] if tokens else None,
        "ids": sorted(str(each.get("id")) for each in root.iter() if each.get("id")),
        "links": links,
        "anchors": [],
        "titles": {},
        "inventory": [],
    }


def restore(page: Page, found: dict[str, Any], config: MkDocsConfig, files: Files) -> str:
    """Puts back what was told of a page, as if it had been converted now; returns its content."""
    page.toc = get_toc(found["toc"])
    page._title_from_render = found["title"]
    page.present_anchor_ids = set(found["ids"])
    page.links_to_anchors = {
        file: anchors
        for uri, anchors in found["links"].items()
        if (file := files.get_file_from_path(uri)) is not None
    }
    autorefs: Any = config.plugins["autorefs"]
    for identifier, anchor, primary in found["anchors"]:
        title = found["titles"].get(anchor)
        autorefs.register_anchor(page, identifier, anchor, title=title, primary=primary)
    inventory = _inventory(config)
    for name, domain, role, uri, priority in found["inventory"]:
        if priority == 1 or name not in inventory:
            inventory.register(name, domain, role, uri, priority)
    return str(found["html"])


def _missing(source: Source, config: MkDocsConfig) -> dict[str, str]:
    """The objects whose source a page wants to show and that are nowhere; each is complained of."""
    mkdocstrings: Any = config.plugins["mkdocstrings"]
    handler = mkdocstrings.get_handler("python")
    missing: dict[str, str] = {}
    for name, line in embedded(source.text):
        try:
            handler.collect(name, handler.get_options({}))
        except CollectionError:
            missing[name] = f"no function or class {name} in lib/"
            log.warning(str(Problem(source.file, line, missing[name])))
    return missing


@contextmanager
def _apart(config: MkDocsConfig) -> Iterator[Any]:
    """Gathers what a page's conversion registers with autorefs and mkdocstrings, and that alone."""
    autorefs: Any = config.plugins["autorefs"]
    primary, secondary = autorefs._primary_url_map, autorefs._secondary_url_map
    titles, inventory = autorefs._title_map, _inventory(config)
    kept = [(each, dict(each)) for each in (primary, secondary, titles, inventory)]
    for each, _ in kept:
        each.clear()

    def registered() -> tuple[list[Any], dict[str, str], list[Any]]:
        anchors = [
            (identifier, url.partition("#")[2], is_primary)
            for found, is_primary in ((primary, True), (secondary, False))
            for identifier, urls in found.items()
            for url in urls
        ]
        names = {url.partition("#")[2]: str(title) for url, title in titles.items()}
        items = [
            (item.name, item.domain, item.role, item.uri, item.priority)
            for item in inventory.values()
        ]
        return anchors, names, items

    try:
        yield registered
    finally:
        for each, before in kept:
            each.clear()
            each.update(before)


def _inventory(config: MkDocsConfig) -> Any:
    mkdocstrings: Any = config.plugins["mkdocstrings"]
    return mkdocstrings.handlers.inventory


def _token(entry: AnchorLink) -> dict[str, Any]:
    children = [_token(child) for child in entry.children]
    return {"level": entry.level, "id": entry.id, "name": entry.title, "children": children}
