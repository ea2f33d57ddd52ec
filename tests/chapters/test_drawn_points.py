"""A figure of results shows all of them: no point that is drawn lies beyond its axes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from book.made.draw import draw, draw_narrow

FIGURES = Path(__file__).parents[2] / "docs" / "figures"
OF_RESULTS = [path.stem for path in sorted(FIGURES.glob("*.py")) if "result(" in path.read_text()]
# Figures whose lines may leave the panel, and what tells the reader so.
LEAVE = {
    "gradient-flow": ("long-memory", "Lines that leave the panel go on beyond it."),
    "recall-flow": ("long-memory", "Below 10⁻¹², lines are cut off."),
}


def points(ax: Axes) -> Iterator[tuple[tuple[float, float], bool]]:
    """All points of its lines and scatters that are numbers, and whether each lies within."""
    drawn = [line.get_xydata() for line in ax.lines if line.get_transform() == ax.transData]
    drawn += [each.get_offsets() for each in ax.collections if isinstance(each, PathCollection)]
    numbers = np.concatenate([np.empty((0, 2)), *map(np.asarray, drawn)])
    numbers = numbers[np.isfinite(numbers).all(axis=1)]
    corners = ax.transScale.transform(np.transpose([ax.get_xlim(), ax.get_ylim()]))
    low, high = np.sort(corners, axis=0)
    room = 0.01 * (high - low)  # a marker on the edge is seen
    with np.errstate(divide="ignore"):
        here = ax.transScale.transform(numbers)
    inside = ((low - room <= here) & (here <= high + room)).all(axis=1)
    yield from zip(map(tuple, numbers.tolist()), inside.tolist(), strict=True)


def beyond(fig: Figure) -> set[tuple[float, float]]:
    """The points that lie within none of the axes that draw them: an axis with a gap has two."""
    fig.draw_without_rendering()
    drawn = [each for ax in fig.axes for each in points(ax)]
    return {point for point, _ in drawn} - {point for point, within in drawn if within}


@pytest.mark.parametrize("name", OF_RESULTS)
def test_every_point_lies_within_its_axes(name):
    outside = [beyond(drawing) for drawing in (draw(name), draw_narrow(name))]
    if name in LEAVE:
        assert all(outside), "it has none that leave: take it off the list"
        chapter, told = LEAVE[name]
        text = (FIGURES.parent / "chapters" / f"{chapter}.md").read_text(encoding="utf-8")
        assert told in text
    else:
        assert not any(outside)


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_points_beyond_are_found(scale):
    fig = Figure()
    ax = fig.subplots()
    ax.plot([1, 2, 3], [20, 100, 1], "o")
    ax.scatter([4], [200])
    ax.set(yscale=scale, ylim=(10, 45))
    assert beyond(fig) == {(2, 100), (3, 1), (4, 200)}
    ax.set(ylim=(1, 200))
    assert not beyond(fig)
