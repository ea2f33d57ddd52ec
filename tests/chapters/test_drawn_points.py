"""A figure of results shows all of them: no point lies beyond its axes or below its legend."""

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


def below_legend(fig: Figure) -> list[tuple[float, float]]:
    """The points with a mark that lie below the legend of their axes, with half a mark's room."""
    fig.draw_without_rendering()
    found = []
    for ax in fig.axes:
        legend = ax.get_legend()
        marked = [line for line in ax.lines if line.get_marker() not in ("", "None", None)]
        for line in marked if legend else []:
            box = legend.get_window_extent().padded(line.get_markersize() / 144 * fig.dpi)
            for point in np.asarray(line.get_xydata()):
                if box.contains(*line.get_transform().transform(point)):
                    found.append(tuple(point.tolist()))
    return found


@pytest.mark.parametrize("name", OF_RESULTS)
def test_every_point_lies_within_its_axes(name):
    drawings = draw(name), draw_narrow(name)
    assert not any(below_legend(drawing) for drawing in drawings)
    outside = [beyond(drawing) for drawing in drawings]
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


def test_points_below_a_legend_are_found():
    fig = Figure()
    ax = fig.subplots()
    ax.plot([1, 2, 3], [1, 2, 3], "o", label="a line")
    ax.legend(loc="lower left")
    assert below_legend(fig) == [(1, 1)]
    ax.legend(loc="lower right")
    assert not below_legend(fig)
