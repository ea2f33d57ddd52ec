"""Sets out how often each test set was read: the ledger in data/test-readings.jsonl."""

from __future__ import annotations

import json
from pathlib import Path

from book.known.results import ROOT
from book.shared.errors import BookError

__all__ = ["count_readings", "ledger"]

_FILE = "data/test-readings.jsonl"


def count_readings(data: str = "", experiment: str = "", root: Path = ROOT) -> str:
    """How often a test set was read.

    Args:
        data: the data set; all of them if empty.
        experiment: what was tested; everything if empty.
        root: the repository.

    Raises:
        BookError: if there is no ledger, or no such reading in it.
    """
    found = [
        reading
        for reading in _readings(root)
        if data in ("", reading["data"]) and experiment in ("", reading["experiment"])
    ]
    if not found:
        raise BookError(
            f"{_FILE} has no reading of {' by '.join(filter(None, (data, experiment)))}"
        )
    return str(len(found))


def ledger(indent: int = 0, root: Path = ROOT) -> str:
    """Every reading as a table in Markdown, the earliest first.

    Args:
        indent: spaces before each line but the first, for a table in a box.
        root: the repository.

    Raises:
        BookError: if there is no ledger.
    """
    lines = [
        "| Day | Test set | What was tested | Digest | What it said |",
        "|---|---|---|---|---|",
    ]
    for reading in _readings(root):
        said = reading["note"].partition(";")[0] or "in the result"
        settings = f"`{reading['settings'][:7]}`"  # which tell them apart, and fit on a phone
        cells = reading["date"], reading["data"], reading["experiment"], settings
        lines.append(f"| {' | '.join(cells)} | {said} |")
    return ("\n" + " " * indent).join(lines)


def _readings(root: Path) -> list[dict[str, str]]:
    try:
        text = (root / _FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BookError(f"{_FILE} does not exist") from None
    return [json.loads(line) for line in text.splitlines()]
