"""Third-party files that the site serves itself, taken from node_modules when it is built."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from book.errors import BookError

__all__ = ["katex_files"]

_OLD_FORMATS = re.compile(r',url\([^)]*\) format\("(?:woff|truetype)"\)')


def katex_files(modules: Path) -> Iterator[tuple[str, str | bytes]]:
    """KaTeX's style sheet, for the one font format that every browser reads, and its fonts.

    Args:
        modules: the `node_modules` that holds KaTeX.

    Yields:
        The name of each file below KaTeX's folder in the site, and its content.
    """
    folder = modules / "katex" / "dist"
    try:
        style = (folder / "katex.min.css").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BookError("KaTeX is not installed: run `npm ci` (make does)") from None
    yield "katex.css", _OLD_FORMATS.sub("", style)
    for font in sorted((folder / "fonts").glob("*.woff2")):
        yield f"fonts/{font.name}", font.read_bytes()
