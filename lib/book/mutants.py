"""Mutates the equations of pages, and records what came of it for the verification page.

`python -m book.mutants` goes through all pages; with names of files, through these, and leaves what
is recorded of the others.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from book.known.mutants import RECORD, digest, recorded
from mathcheck.claims.mutants import mutate_file
from mathcheck.text.sources import read

__all__ = ["main"]


def main(names: Sequence[str]) -> int:
    """Mutates pages, prints what survives, and records each page when it is done.

    Args:
        names: of pages, below `docs`; all of them if there is none.

    Returns:
        1 if on some page fewer than 99 in 100 die, or the list of equivalents is not as it should
        be; else 0.
    """
    there = [path for path in sorted(Path("docs").rglob("*.md")) if "$$" in path.read_text("utf-8")]
    code = 0
    for path in map(Path, names) if names else there:
        text = path.read_text(encoding="utf-8")
        report = mutate_file(path)
        print(report, flush=True)
        code = code if report.ok else 1
        # Read again each time: other pages may have been recorded while this one was gone through.
        pages = recorded(Path()) | {
            path.as_posix(): {
                "total": report.total,
                "killed": report.killed,
                "accepted": len(report.accepted),
                "digest": digest(read(path.as_posix(), text)),
            }
        }
        known = {
            each.as_posix(): pages[each.as_posix()] for each in there if each.as_posix() in pages
        }
        record = {"name": "mutants", "pages": known}
        RECORD.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
