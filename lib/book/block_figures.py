"""Boxes and arrows, which drawings of networks consist of."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from book.figures import INK, MUTED, PAPER

__all__ = ["arrow", "box"]

HEIGHT = 0.54  # of a box, in units of the axes


def box(
    ax: Axes,
    x: float,
    y: float,
    text: str,
    width: float,
    *,
    color: str = INK,
    size: float = 9,
) -> None:
    """A box round a place, with what it does in it."""
    ax.add_patch(
        Rectangle((x - width / 2, y - HEIGHT / 2), width, HEIGHT, facecolor=PAPER, edgecolor=color,
                  linewidth=0.9, zorder=3)
    )  # fmt: skip
    ax.text(x, y, text, color=INK, ha="center", va="center", fontsize=size, zorder=4)


def arrow(ax: Axes, *points: tuple[float, float], color: str = MUTED, width: float = 1.0) -> None:
    """A line through points, with a head at its end."""
    ax.plot(*zip(*points, strict=True), color=color, linewidth=width, zorder=2)
    ax.add_patch(
        FancyArrowPatch(points[-2], points[-1], arrowstyle="-|>", mutation_scale=8, color=color,
                        linewidth=0, shrinkA=0, shrinkB=0, zorder=2)
    )  # fmt: skip
