"""Mutates the equations of every page, and records what came of it for the verification page."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from book.known.mutants import RECORD, digest
from mathcheck.claims.mutants import mutate_file

__all__ = ["main"]


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
    RECORD.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
