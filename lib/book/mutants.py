"""Mutates the equations of every page, and records what came of it for the verification page."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from mathcheck.claims.mutants import mutate_file
from mathcheck.text.markdown import read

__all__ = ["digest", "main", "recorded"]

_RECORD = Path("data") / "results" / "mutants.json"


def digest(text: str) -> str:
    """Names the state of a page that mutants were made of: its equations, tables and sections."""
    page = read("", text)
    equations = [(each.tex, each.label, each.unchecked) for each in page.equations]
    rows = [(row.symbol, row.shape) for table in page.tables for row in table.rows]
    tables = [(symbol.text, shape.text) for symbol, shape in rows]
    sections = [(each.level, each.title) for each in page.sections]
    read_of_it = repr((equations, tables, sections)).encode()
    return hashlib.sha256(read_of_it).hexdigest()[:16]


def recorded(root: Path) -> dict[str, dict[str, Any]]:
    """What was recorded: for each page `total`, `killed`, `accepted` and the text's `digest`."""
    path = root / _RECORD
    if not path.is_file():
        return {}
    pages: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["pages"]
    return pages


def main() -> int:
    """Mutates the pages below `docs`, prints what survives, and writes the record.

    Returns:
        1 if on some page fewer than 99 in 100 die, or the list of equivalents is not as it should
        be; else 0.
    """
    pages: dict[str, dict[str, Any]] = {}
    code = 0
    for path in sorted(Path("docs").rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        if "$$" not in text:
            continue
        report = mutate_file(path)
        print(report, flush=True)
        code = code if report.ok else 1
        pages[path.as_posix()] = {
            "total": report.total,
            "killed": report.killed,
            "accepted": len(report.accepted),
            "digest": digest(text),
        }
    record = {"name": "mutants", "pages": pages}
    _RECORD.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
