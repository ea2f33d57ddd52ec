"""What is kept from one build to the next while the book is served: a page seldom changes.

MkDocs loads its hooks and plugins anew for each build, but not this module.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["digest", "keep_entries", "keep_reference"]

_T = TypeVar("_T")
_kept: dict[str, tuple[str, Any]] = {}


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

        html, headings = _keep(f"reference {data.path}", f"{edition} {options} {locale}", make)
        handler._headings.extend(deepcopy(headings))
        return html

    handler.render, handler.get_aliases = kept, kept_aliases


def keep_entries(index: Any) -> None:
    """Has the search read a page only if it has changed.

    Args:
        index: the search plugin's index; changed in place.
    """
    add = index.add_entry_from_context

    def kept(page: Any) -> None:
        def make() -> list[dict[str, Any]]:
            start = len(index.entries)
            add(page)
            made = index.entries[start:]
            del index.entries[start:]
            return list(made)

        content = f"{page.title} {page.meta} {page.content}"
        edition = hashlib.sha256(content.encode()).hexdigest()
        index.entries += deepcopy(_keep(f"entries {page.url}", edition, make))

    index.add_entry_from_context = kept


def _keep(name: str, edition: str, make: Callable[[], _T]) -> _T:
    """Makes something if there is none of this name and edition."""
    if name not in _kept or _kept[name][0] != edition:
        _kept[name] = edition, make()
    found: _T = _kept[name][1]
    return found
