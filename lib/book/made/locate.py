"""Adds the line to MkDocs' and autorefs' messages on links, which name only the file."""

from __future__ import annotations

import logging
import re
from pathlib import Path

from book.known.equations import Source

__all__ = ["AddLine", "with_line"]

_LINK = re.compile(r"Doc file '(?P<file>[^']+)' contains .*?link '(?P<needle>[^']+)'")
_REFERENCE = re.compile(
    r"(?P<file>[\w./-]+\.(?:md|py)): .*cross-reference target '(?P<needle>[^']+)'"
)


def with_line(message: str, docs: Path, root: Path) -> str:
    """A message with the place it speaks of in front, if it is on a link that does not resolve.

    Args:
        message: of MkDocs or a plugin.
        docs: the folder of the pages.
        root: the repository.
    """
    found = _LINK.search(message) or _REFERENCE.search(message)
    path = docs / found["file"] if found else docs
    if found is None or not path.is_file():
        return message
    source = Source(path.relative_to(root), path.read_text(encoding="utf-8"), "")
    return str(source.problem(found["needle"], message))


class AddLine(logging.Filter):
    """Applies `with_line` to what passes a handler.

    Args:
        docs: the folder of the pages.
        root: the repository.
    """

    def __init__(self, docs: Path, root: Path) -> None:
        super().__init__()
        self._docs, self._root = docs, root

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrites the record, once; lets all pass."""
        if not hasattr(record, "has_line"):
            record.msg, record.args = with_line(record.getMessage(), self._docs, self._root), ()
            record.has_line = True
        return True
