"""What `make mutants` recorded of the pages' equations, and by what a page is known again."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from mathcheck.text.document import Document

__all__ = ["RECORD", "digest", "recorded"]

RECORD = Path("data") / "results" / "mutants.json"


def digest(page: Document) -> str:
    """Names the state of a page that mutants were made of: its equations, tables and sections."""
    equations = [(each.tex, each.label, each.unchecked) for each in page.equations]
    rows = [(row.symbol, row.shape) for table in page.tables for row in table.rows]
    tables = [(symbol.text, shape.text) for symbol, shape in rows]
    sections = [(each.level, each.title) for each in page.sections]
    read_of_it = repr((equations, tables, sections)).encode()
    return hashlib.sha256(read_of_it).hexdigest()[:16]


def recorded(root: Path) -> dict[str, dict[str, Any]]:
    """What was recorded: for each page `total`, `killed`, `accepted` and the text's `digest`."""
    path = root / RECORD
    if not path.is_file():
        return {}
    pages: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["pages"]
    return pages
