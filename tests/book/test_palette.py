"""The colours of figures: told apart by eyes that see red and green alike, and readable as text.

Six colours that can all be read on paper are too alike in grey; there lines differ by their dashes.
"""

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from book.figures import marked, stroke
from book.made.svg import SERIES

CSS = (Path(__file__).parents[2] / "docs" / "assets" / "book.css").read_text(encoding="utf-8")

# Linear light as a deuteranope sees it (Machado, Oliveira and Fernandes 2009, severity 1).
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
)
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def palettes() -> dict[str, list[str]]:
    """The colours of the series in the light and in the dark theme."""
    found = [re.findall(rf"--fig-{i}: (#\w+);", CSS) for i in range(len(SERIES))]
    return {"light": [each[0] for each in found], "dark": [each[1] for each in found]}


def linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear light."""
    x, y, z = np.cbrt(np.maximum(XYZ @ light / (XYZ @ np.ones(3)), 0.008856))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def seen(colour: str) -> np.ndarray:
    return lab(np.clip(DEUTERANOPIA @ linear(colour), 0, 1))


def test_the_light_theme_has_the_colours_that_figures_are_drawn_in() -> None:
    assert palettes()["light"] == list(SERIES)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_two_series_differ_without_red_and_green(theme: str) -> None:
    colours = palettes()[theme][:5]  # no figure has more
    distances = {
        (one, other): float(np.linalg.norm(seen(one) - seen(other)))
        for one, other in combinations(colours, 2)
    }
    assert min(distances.values()) > 10, distances


@pytest.mark.parametrize(("theme", "paper"), [("light", "#fdfdfb"), ("dark", "#14181d")])
def test_every_series_can_be_read_as_text(theme: str, paper: str) -> None:
    behind = float(XYZ[1] @ linear(paper))
    for colour in palettes()[theme]:
        low, high = sorted((behind, float(XYZ[1] @ linear(colour))))
        assert (high + 0.05) / (low + 0.05) >= 4.5, colour


def test_lines_differ_without_any_colour() -> None:
    assert len({str(stroke(i)["linestyle"]) for i in range(4)}) == 4
    assert len({marked(i)["marker"] for i in range(5)}) == 5
