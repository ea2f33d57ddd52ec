"""Sets out what `make bench` measured, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from book.known.results import ROOT, result
from book.shared.errors import BookError

__all__ = ["timings"]


def timings(name: str, *groups: str, root: Path = ROOT) -> str:
    """The cases of some groups as a table in Markdown: ours, PyTorch's, and the ratio of the two.

    The last column has the share of what the machine can do, which its head names.

    Args:
        name: the result, whose rows are those of `experiments.bench`.
        groups: which of them, in this order.
        root: the repository.

    Raises:
        BookError: if there is no such result, or no such group in it.
    """
    table = result(name, root).get("table", [])
    rows = []
    for group in groups:
        found = [row for row in table if row["group"] == group]
        if not found:
            raise BookError(f'result "{name}" has no rows of the group "{group}"')
        rows += found
    limit = " or ".join(dict.fromkeys(row["limit"] for row in rows))
    lines = [f"| | ours, ms | PyTorch, ms | ratio | of {limit} |", "|---|---|---|---|---|"]
    for row in rows:
        ours, theirs = _sum(row["ours_ms"]), _sum(row["pytorch_ms"])
        compared = f"{row['ratio']:.2f} | {row['share']:.0%}"
        lines.append(f"| {row['case']} | {ours} | {theirs} | {compared} |")
    return "\n".join(lines)


def _sum(parts: Sequence[float]) -> str:
    """Milliseconds of each part, to three digits; the spaces let a phone break the line.

    >>> _sum([1.2345, 123.45])
    '1.23 + 123'
    """
    return " + ".join(f"{part:.{2 if part < 10 else 1 if part < 100 else 0}f}" for part in parts)
