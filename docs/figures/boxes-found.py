"""Canvases with a digit, the true box, and the one that the network told."""

from matplotlib.patches import Rectangle

from book.figures import MUTED, arrays, figure, image, series


def framed(ax, box, **style):
    """Draws a box in an image: the middle of a pixel is a whole number."""
    left, top, right, bottom = box
    ax.add_patch(
        Rectangle((left - 0.5, top - 0.5), right - left, bottom - top, fill=False, **style)
    )


def draw():
    found = arrays("boxes")
    fig, axes = figure(5.6, 2.9, rows=2, columns=4)
    for ax, seen, true, told in zip(
        axes.flat, found["seen"], found["true"], found["smooth_l1"], strict=True
    ):
        image(ax, seen.astype(float), high=255)
        framed(ax, (0, 0, *seen.shape), edgecolor=MUTED, linewidth=0.5)
        framed(ax, true, edgecolor=series(1), linestyle=(0, (3, 2)), linewidth=1.2)
        framed(ax, told, edgecolor=series(0), linewidth=1.4)
    return fig
