"""Sets out what `make bench` measured, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from book.errors import BookError
from book.results import ROOT, result

__all__ = ["timings"]


def timings(name: str, group: str, root: Path = ROOT) -> str:
    """The cases of a group as a table in Markdown: ours, PyTorch's, and by what they differ.

    Args:
        name: the result, whose rows are those of `experiments.bench`.
        group: which of them.
        root: the repository.

    Raises:
        BookError: if there is no such result, or no such group in it.
    """
    rows = [row for row in result(name, root).get("table", []) if row["group"] == group]
    if not rows:
        raise BookError(f'result "{name}" has no rows of the group "{group}"')
    lines = ["| | ours, ms | PyTorch, ms | ratio |", "|---|---|---|---|"]
    for row in rows:
        ours, theirs = _sum(row["ours_ms"]), _sum(row["pytorch_ms"])
        lines.append(f"| {row['case']} | {ours} | {theirs} | {row['ratio']:.2f} |")
    return "\n".join(lines)


def _sum(parts: Sequence[float]) -> str:
    """Milliseconds of each part, to three digits.

    >>> _sum([1.2345, 123.45])
    '1.23 + 123'
    """
    return " + ".join(f"{part:.{2 if part < 10 else 1 if part < 100 else 0}f}" for part in parts)
