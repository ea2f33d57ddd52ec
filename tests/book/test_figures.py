"""The figures of the book: what was measured is in view."""

from pathlib import Path

import numpy as np
import pytest

from book.made.draw import draw

FIGURES = Path(__file__).parents[2] / "docs" / "figures"
OF_FEW_POINTS = sorted(
    file.stem for file in FIGURES.glob("*.py") if "marked(" in file.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", OF_FEW_POINTS)
def test_no_point_of_a_line_lies_beyond_its_axes(name: str) -> None:
    """But below a logarithmic axis, on the way to 0."""
    axes = draw(name).axes
    lines = [(ax, line) for ax in axes for line in ax.lines if line.get_marker() != "None"]
    assert lines
    for ax, line in lines:
        points = np.asarray(line.get_xydata(), dtype=float)
        points = points[np.isfinite(points).all(axis=1)]
        (left, right), (low, high) = sorted(ax.get_xlim()), sorted(ax.get_ylim())
        lowest = -np.inf if ax.get_yscale() == "log" else low
        within = (points >= [left, lowest]) & (points <= [right, high])
        assert within.all(), line.get_label()
