"""What a figure's script in docs/figures/ draws with: one style, the theme's colours, the results.

A script defines `draw()`, which returns a Matplotlib figure (or the text of an SVG):

    from book.figures import ACCENT, figure, result

    def draw():
        fig, ax = figure()
        ax.plot(result("mnist-mlp")["curve"]["loss"], color=ACCENT)
        ax.set(xlabel="epoch", ylabel="loss")
        return fig

`draw()` is called a second time for narrow windows, where `figure()` stacks what stands side by
side, see `narrowly`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from textwrap import fill
from typing import Any

import numpy as np
from cycler import cycler
from matplotlib import rc_context, rcParams
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from book.known.results import arrays, result
from book.made.svg import ACCENT, FAINT, INK, MUTED, PAPER, SERIES

__all__ = [
    "ACCENT",
    "FAINT",
    "INK",
    "MUTED",
    "PAPER",
    "arrays",
    "boxed",
    "feature_maps",
    "figure",
    "fit_to_read",
    "image",
    "is_narrow",
    "legend_below",
    "marked",
    "narrowly",
    "result",
    "series",
    "shade",
    "signed_image",
    "stroke",
    "tiles",
]

_WIDE, _NARROW = 5.6, 3.7  # inches: what fills the column, and what fills a phone
_MARGIN = 0.04  # inches, above and below
_SMALLEST = 9  # points: at 360 pixels a narrow figure shows them as 11 pixels
_INDEX = 0.7  # of a letter's size, in a formula
_HAS_INDEX = re.compile(r"\$[^$]*[_^][^$]*\$")

STYLE: dict[Any, Any] = {
    "axes.edgecolor": MUTED,
    "axes.facecolor": "none",
    "axes.grid": False,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.prop_cycle": cycler(color=SERIES),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "figure.facecolor": "none",
    "figure.figsize": (_WIDE, 3.2),
    "font.size": 10,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "hatch.color": MUTED,
    "image.composite_image": False,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "lines.solid_capstyle": "round",
    "patch.edgecolor": INK,
    "svg.fonttype": "none",
    "svg.hashsalt": "backprop",
    "text.color": INK,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "xtick.labelsize": 9,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 9,
}
rcParams.update(STYLE)

_DASHES: tuple[Any, ...] = ("-", (0, (4.0, 1.5)), (0, (4.0, 1.2, 1.0, 1.2)), (0, (1.2, 1.2)))
_MARKERS = ("o", "s", "^", "D", "v")


def series(i: int) -> str:
    """The colour of the i-th series, counted from 0."""
    return SERIES[i % len(SERIES)]


def stroke(i: int) -> dict[str, Any]:
    """What draws the i-th of several lines: a dash of its own, for eyes and paper without colour.

    >>> stroke(0)["linestyle"], stroke(1)["linestyle"]
    ('-', (0, (4.0, 1.5)))
    """
    return {"color": series(i), "linestyle": _DASHES[i % len(_DASHES)]}


def marked(i: int) -> dict[str, Any]:
    """What draws the i-th of several lines through few points: a marker of its own.

    >>> marked(2)["marker"]
    '^'
    """
    return {"color": series(i), "marker": _MARKERS[i % len(_MARKERS)], "markersize": 4}


def figure(
    width: float = _WIDE, height: float = 3.2, rows: int = 1, columns: int = 1,
    across: int | None = None, tall: float | None = None, **options: Any,
) -> tuple[Figure, Any]:  # fmt: skip
    """A figure in the book's style and its axes, as `plt.subplots` gives them.

    Args:
        width: in inches. 5.6 fills the column.
        height: in inches.
        rows: of axes.
        columns: of axes.
        across: how many columns stand side by side in a narrow window, the others below them; if
            not given, as many as keep their width.
        tall: the height in a narrow window; if not given, that of all rows as they are stacked.
        options: handed on to `Figure.subplots`, for instance `sharex=True`.
    """
    if not is_narrow():
        fig = Figure(figsize=(width, height), layout="constrained")
        return fig, fig.subplots(rows, columns, **options)
    across = min(columns, across or max(1, round(columns * _NARROW / width - 0.2)))
    stacked = -(-columns // across)
    fig = Figure(
        figsize=(min(width, _NARROW), height * stacked if tall is None else tall),
        layout="constrained",
    )
    if stacked > 1:
        options.pop("width_ratios", None)
        options["height_ratios"] = stacked * [*options.pop("height_ratios", rows * [1])]
    grid = fig.subplots(stacked * rows, across, squeeze=False, **options)
    axes = np.empty((rows, columns), dtype=object)
    for i, j in np.ndindex(rows, columns):
        axes[i, j] = grid[j // across * rows + i, j % across]
    for ax in set(grid.flat) - set(axes.flat):
        ax.remove()
    return fig, axes[0, 0] if axes.size == 1 else axes.squeeze()


def legend_below(
    fig: Figure, handles: Sequence[Artist], labels: Sequence[str], *, columns: int
) -> None:
    """Says below a figure what its lines are.

    Args:
        fig: the figure.
        handles: of lines, as `Axes.get_legend_handles_labels` gives them.
        labels: what they are.
        columns: in which they stand, or in fewer if they would be wider than the figure.
    """
    legend = fig.legend(handles, labels, loc="outside lower center", ncols=columns)
    if columns > 1 and legend.get_window_extent().width > fig.bbox.width:
        legend.remove()
        legend_below(fig, handles, labels, columns=columns - 1)


@contextmanager
def narrowly() -> Iterator[None]:
    """While it lasts, figures are made for a narrow window: a phone's.

    They are as wide as its column, so that text keeps its size, and panels stand below each other.
    """
    with rc_context({"figure.figsize": (_NARROW, _NARROW)}):
        yield


def is_narrow() -> bool:
    """Whether a figure is drawn for a narrow window: for scripts that place words by hand."""
    return bool(rcParams["figure.figsize"][0] < _WIDE)


def fit_to_read(fig: Figure) -> None:
    """Enlarges what would be too small to be read in a narrow window, indices among it."""
    for ax in fig.axes:
        for axis in (ax.xaxis, ax.yaxis):
            size = max((_readable(label) for label in axis.get_ticklabels()), default=_SMALLEST)
            axis.set_tick_params(which="both", labelsize=size)
    for text in fig.findobj(Text):
        text.set_fontsize(_readable(text))
    fig.draw_without_rendering()
    if _break_labels(fig):
        fig.draw_without_rendering()
    extent = fig.get_tightbbox()
    if extent.height + 2 * _MARGIN < fig.get_figheight():  # panels of a fixed shape leave some
        fig.set_figheight(extent.height + 2 * _MARGIN)
    else:
        fig.set_layout_engine("none")


def _break_labels(fig: Figure) -> bool:
    """Sets labels in more than one line that would be wider than the figure; whether there are."""
    broken = False
    for ax in fig.axes:
        for label, side in ((ax.xaxis.label, 0), (ax.yaxis.label, 1)):
            extent, text = label.get_window_extent(), label.get_text()
            if extent.min[side] < 0 or extent.max[side] > fig.bbox.size[side]:
                share = ax.get_window_extent().size[side] / extent.size[side]
                label.set_text(fill(text, int(share * len(text))))
                broken = True
    return broken


def _readable(text: Text) -> float:
    """The size of a text, or that which leaves nothing in it too small."""
    smallest = _SMALLEST / _INDEX if _HAS_INDEX.search(text.get_text()) else _SMALLEST
    return float(max(text.get_fontsize(), smallest))


def image(ax: Axes, pixels: np.ndarray, high: float | None = None) -> None:
    """Draws a small grey image, such as a digit, in ink on paper, whatever the theme's are.

    Args:
        ax: where; its frame and ticks go away.
        pixels: (H, W), 0 is paper and `high` is ink.
        high: the value drawn in full ink; the largest one if not given.
    """
    opacity = np.clip(pixels / (high or max(float(pixels.max()), 1e-12)), 0, 1)
    images = sum(len(each.images) for each in ax.figure.axes)  # an id that stands twice is dropped
    _raster(ax, np.broadcast_to(to_rgb(INK), (*pixels.shape, 3)), opacity, gid=f"ink{images}")


def signed_image(ax: Axes, values: np.ndarray, high: float | None = None) -> None:
    """Draws an array with a sign, such as weights: blue above 0, red below, paper at 0.

    Args:
        ax: where; its frame and ticks go away.
        values: (H, W).
        high: the absolute value drawn in full colour; the largest one if not given.
    """
    opacity = np.clip(np.abs(values) / (high or max(float(np.abs(values).max()), 1e-12)), 0, 1)
    colours = np.where((values >= 0)[..., None], to_rgb("#3987d8"), to_rgb("#dd5a28"))
    _raster(ax, colours, opacity, gid=None)


def feature_maps(ax: Axes, maps: np.ndarray, name: str, columns: int, gap: int) -> None:
    """Draws the feature maps of an image under their name, in colour if some value is negative.

    Args:
        ax: where; its frame and ticks go away.
        maps: (K, H, W).
        name: stands above.
        columns: maps in a row.
        gap: pixels between them.
    """
    show = signed_image if maps.min() < 0 else image
    show(ax, tiles(maps, columns=min(columns, len(maps)), gap=gap))
    ax.set_title(name, fontsize=10, color=INK)


def _raster(ax: Axes, colours: np.ndarray, opacity: np.ndarray, gid: str | None) -> None:
    opacity = np.rint(15 * opacity) / 15  # sixteen levels look the same and weigh half
    levels = np.concatenate([colours, opacity[..., None]], axis=-1)
    ax.imshow(np.uint8(np.rint(255 * levels)), interpolation="none", gid=gid)
    ax.set_axis_off()


def tiles(
    images: Sequence[np.ndarray] | np.ndarray, columns: int, gap: int = 2, fill: float = 0.0
) -> np.ndarray:
    """Lays images of one size out in rows, as one array: lighter than many axes.

    Args:
        images: (K, H, W).
        columns: images in a row.
        gap: pixels between them.
        fill: the value of the gaps.

    Returns:
        An array (R (H + gap) - gap, columns (W + gap) - gap), R rows of images.

    >>> tiles(np.ones((3, 1, 1)), columns=2, gap=1)
    array([[1., 0., 1.],
           [0., 0., 0.],
           [1., 0., 0.]])
    """
    stack = np.asarray(images)
    count, height, width = stack.shape
    rows = -(-count // columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap), fill, stack.dtype)
    for k in range(count):
        top, left = k // columns * (height + gap), k % columns * (width + gap)
        sheet[top : top + height, left : left + width] = stack[k]
    return sheet


def boxed(ax: Axes, numbers: np.ndarray, left: float, top: float) -> None:
    """Draws numbers in boxes of size 1, whose upper left corner is given; y runs downwards."""
    for i, j in np.ndindex(numbers.shape):
        ax.add_patch(Rectangle((left + j, top + i), 1, 1, fill=False, edgecolor=FAINT, linewidth=1))
        text = f"{numbers[i, j]:g}".replace("-", "−")
        ax.text(left + j + 0.5, top + i + 0.5, text, color=INK, ha="center", va="center")


def shade(
    ax: Axes, matrix: np.ndarray, labels: np.ndarray | None = None, high: float | None = None
) -> None:
    """Draws a matrix as cells, the larger the darker: a confusion matrix, say.

    Args:
        ax: where; rows run downwards, cell (i, j) is centred on y = i, x = j.
        matrix: (R, C), not negative.
        labels: (R, C) of text to print in the cells.
        high: the value drawn in full colour; the largest one if not given.
    """
    rows, columns = matrix.shape
    opacity = np.clip(matrix / (high or max(float(matrix.max()), 1e-12)), 0, 1)
    for i, j in np.ndindex(rows, columns):
        if opacity[i, j] > 0:
            ax.add_patch(
                Rectangle((j - 0.5, i - 0.5), 1, 1, facecolor=ACCENT, alpha=float(opacity[i, j]))
            )
        if labels is not None:
            colour = PAPER if opacity[i, j] > 0.6 else INK
            ax.text(j, i, str(labels[i, j]), color=colour, ha="center", va="center", fontsize=8)
    ax.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5), aspect="equal")
    ax.set(xticks=range(columns), yticks=range(rows))
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
