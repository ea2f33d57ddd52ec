"""What is kept from one build to the next, in memory and in a file: a page seldom changes.

MkDocs loads its hooks and plugins anew for each build while it serves, but not this module.
"""

from __future__ import annotations

import hashlib
import logging
import pickle
from collections.abc import Callable, Iterable
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from book.known.crossref import Book, Tools
from book.known.equations import Source
from book.made.page import render
from book.made.searching import searchable
from book.shared.errors import Problem
from book.shared.tex import Tex

__all__ = [
    "digest",
    "keep_conversion",
    "keep_entries",
    "keep_reference",
    "kept_page",
    "kept_searchable",
    "recall",
    "save",
]

_T = TypeVar("_T")
_UNREADABLE = (
    *(OSError, EOFError, LookupError, AttributeError, ImportError, ValueError),
    pickle.UnpicklingError,
)
_kept: dict[str, tuple[str, Any]] = {}
_used: set[str] = set()
_books: list[tuple[Book, str]] = []  # the latest, and its state


def recall(file: Path, edition: str) -> None:
    """Begins a build: takes what an earlier process has saved, if this one has nothing yet.

    Args:
        file: where it was saved.
        edition: of the code; what another made is passed over.
    """
    _used.clear()
    if not _kept:
        with suppress(*_UNREADABLE):  # it is only a cache
            saved, kept = pickle.loads(file.read_bytes())
            _kept.update(kept if saved == edition else {})


def save(file: Path, edition: str) -> None:
    """Ends a build: writes what it has used, and drops the rest."""
    for name in _kept.keys() - _used:
        del _kept[name]
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(".tmp")
    temporary.write_bytes(pickle.dumps((edition, _kept)))
    temporary.replace(file)


def digest(paths: Iterable[Path]) -> str:
    """A digest of files, and of all files in folders."""
    found = hashlib.sha256()
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                found.update(f"{file} {file.stat().st_size}\n".encode() + file.read_bytes())
    return found.hexdigest()


def keep_reference(handler: Any, edition: str) -> None:
    """Has mkdocstrings render an object only if something has changed that it is rendered from.

    Args:
        handler: mkdocstrings' handler for Python; changed in place.
        edition: of all that it reads.
    """
    render, aliases = handler.render, handler.get_aliases

    def kept_aliases(identifier: str) -> tuple[str, ...]:
        return _keep(f"aliases {identifier}", edition, lambda: tuple(aliases(identifier)))

    def kept(data: Any, options: Any, locale: str | None = None) -> str:
        def make() -> tuple[str, list[Any]]:
            return render(data, options, locale=locale), handler.get_headings()

        html, headings = _keep(f"reference {data.path}", (edition, options, locale), make)
        handler._headings.extend(deepcopy(headings))
        return html

    handler.render, handler.get_aliases = kept, kept_aliases


def kept_page(
    html: str, source: Source, book: Book, tools: Tools, edition: str
) -> tuple[str, list[Problem]]:
    """Makes a page of the book, only if something in it has changed.

    Args:
        html: the page's content.
        source: the Markdown that it came from.
        book: what the other pages have.
        tools: what to work with.
        edition: of the code, the library and all else that every page is made with.
    """

    def make() -> tuple[str, list[Problem], dict[str, bytes], set[str]]:
        own = replace(tools, images={}, origins=tools.origins.afresh())
        content, problems = render(html, source, book, own)
        return content, problems, own.images, own.origins.carried

    verdicts = tools.verdicts.get(source.file.as_posix())
    given = (edition, html, source, _state(book), verdicts, tools.repository)
    found = _keep_with_formulas(f"page {source.url}", given, tools.tex, make)
    content, problems, images, carried = found
    tools.images.update(images)
    tools.origins.carried |= carried
    return content, problems


def kept_searchable(html: str, url: str, book: Book, tools: Tools, edition: str) -> str:
    """What the search reads of a page, if something has changed."""
    given = (edition, html, _state(book))
    return _keep_with_formulas(
        f"searchable {url}", given, tools.tex, lambda: searchable(html, book, tools)
    )


def _state(book: Book) -> str:
    """A digest of what a page shows of the others; of an equation, not its line in the source."""
    if not _books or _books[-1][0] is not book:
        others = {label: (e.number, e.source.url, e.tex) for label, e in book.equations.items()}
        _books[:] = [(book, _edition((others, book.shown)))]
    return _books[-1][1]


def _keep_with_formulas(name: str, given: object, tex: Tex, make: Callable[[], _T]) -> _T:
    """Counts the formulas of what is made as in use; makes it anew if one of them is forgotten."""

    def noted() -> tuple[_T, set[str]]:
        with tex.noted() as formulas:
            made = make()
        return made, set(formulas)

    if name in _kept and not tex.knows(_kept[name][1][1]):
        del _kept[name]
    made, formulas = _keep(name, given, noted)
    tex.note(formulas)
    return made


def keep_entries(index: Any, edition: str) -> None:
    """Has the search read a page only if it has changed.

    Args:
        index: the search plugin's index; changed in place.
        edition: of all that it is read with.
    """
    add = index.add_entry_from_context

    def kept(page: Any) -> None:
        def make() -> list[dict[str, Any]]:
            start = len(index.entries)
            add(page)
            made = index.entries[start:]
            del index.entries[start:]
            return list(made)

        given = (edition, page.title, page.meta, page.content)
        index.entries += deepcopy(_keep(f"entries {page.url}", given, make))

    index.add_entry_from_context = kept


def keep_conversion(page: Any, edition: str) -> None:
    """Has MkDocs make HTML of a page's Markdown only if something has changed.

    Args:
        page: of MkDocs, before it is rendered; changed in place.
        edition: of all that converts it.
    """
    render = page.render
    simple = ("content", "toc", "_title_from_render", "present_anchor_ids")

    def kept(config: Any, files: Any) -> None:
        def make() -> tuple[dict[str, Any], dict[str, Any]]:
            render(config, files)
            links = {file.src_uri: anchors for file, anchors in page.links_to_anchors.items()}
            return deepcopy({name: getattr(page, name) for name in simple}), links

        given = (edition, page.markdown, sorted(files.src_uris))
        found, links = _keep(f"conversion {page.url}", given, make)
        vars(page).update(deepcopy(found))
        page.links_to_anchors = {files.src_uris[uri]: anchors for uri, anchors in links.items()}

    page.render = kept


class _Warnings(logging.Handler):
    """Counts what MkDocs and its plugins complain about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


def _edition(given: object) -> str:
    return hashlib.sha256(repr(given).encode()).hexdigest()


def _keep(name: str, given: object, make: Callable[[], _T]) -> _T:
    """Makes something unless it was made before of the same, without a warning."""
    _used.add(name)
    edition = _edition(given)
    if name in _kept and _kept[name][0] == edition:
        found: _T = _kept[name][1]
        return found
    log, warnings = logging.getLogger("mkdocs"), _Warnings()
    log.addHandler(warnings)
    try:
        made = make()
    finally:
        log.removeHandler(warnings)
    if warnings.count == 0:
        _kept[name] = edition, made
    return made
