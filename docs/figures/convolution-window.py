"""The worked example: an image, a kernel, and the output of the window that is marked."""

import numpy as np
from matplotlib.patches import Rectangle

from backprop.convolution import conv2d_forward
from book.figures import ACCENT, INK, MUTED, boxed, figure

IMAGE = np.array([[1, 3, 2, 3], [1, 2, 1, 1], [2, 1, 1, 1], [3, 1, 3, 3.0]])
KERNEL = np.array([[1, 2, -1], [-1, -2, 1], [2, 1, -2.0]])
BIAS = np.ones(1)
MARKED = 0, 1  # the output's row and column


def table(ax, numbers, left, title, marked, below):
    """Numbers in boxes, with a frame around some of them."""
    rows, columns = numbers.shape
    top = (4 - rows) / 2
    boxed(ax, numbers, left, top)
    (row, column), (height, width) = marked
    ax.add_patch(Rectangle((left + column, top + row), width, height, facecolor=ACCENT, alpha=0.15))
    ax.add_patch(
        Rectangle(
            (left + column, top + row), width, height, fill=False, edgecolor=ACCENT, linewidth=1.6
        )
    )
    ax.text(left + columns / 2, -0.3, title, color=INK, ha="center", va="bottom")
    ax.text(left + columns / 2, 4.3, below, color=MUTED, ha="center", va="top")


def draw():
    output, _ = conv2d_forward(IMAGE[None, None], KERNEL[None, None], BIAS)
    fig, ax = figure(5.6, 2.5)
    table(ax, IMAGE, 0, "image", (MARKED, KERNEL.shape), "4 × 4")
    table(ax, KERNEL, 5.0, "kernel", ((0, 0), KERNEL.shape), "3 × 3")
    table(ax, output[0, 0], 10.5, "output", (MARKED, (1, 1)), "2 × 2")
    for x, text in ((4.5, "×"), (8.95, f"+ {BIAS[0]:g}"), (10.0, "=")):
        ax.text(x, 2, text, color=MUTED, ha="center", va="center", fontsize=12)
    ax.set(xlim=(-0.1, 12.6), ylim=(5, -1), aspect="equal")
    ax.set_axis_off()
    return fig
