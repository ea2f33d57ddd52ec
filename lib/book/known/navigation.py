"""The pages that mkdocs.yml lists, in the order of the book."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.utils.yaml import yaml_load

__all__ = ["listed", "pages", "url_of"]


def listed(nav: Any) -> Iterator[str]:
    """The pages that a part of `nav` lists, in its order."""
    if isinstance(nav, str):
        yield nav
    else:
        for each in nav.values() if isinstance(nav, dict) else nav or ():
            yield from listed(each)


def pages(root: Path) -> list[str]:
    """The pages that the book's mkdocs.yml lists, as paths in docs/.

    Args:
        root: the repository.
    """
    with (root / "mkdocs.yml").open(encoding="utf-8") as file:
        return list(listed(yaml_load(file)["nav"]))


def url_of(page: str) -> str:
    """Where a page is in the site.

    Args:
        page: its path in docs/.

    >>> url_of("chapters/lstm.md"), url_of("reference/index.md"), url_of("index.md")
    ('chapters/lstm/', 'reference/', '')
    """
    return re.sub(r"(^|/)index/$", r"\1", re.sub(r"\.(md|py)$", "/", page))
