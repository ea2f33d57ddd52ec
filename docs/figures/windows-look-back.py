"""Backward in the worked example: the windows that see one pixel, and the kernel turned round."""

import numpy as np
from matplotlib.patches import Rectangle

from backprop.correlation import correlate2d_backward, correlate2d_forward
from book.figures import ACCENT, FAINT, INK, MUTED, figure, is_narrow

IMAGE = np.array([[1, 3, 2, 3], [1, 2, 1, 1], [2, 1, 1, 1], [3, 1, 3, 3.0]])
KERNEL = np.array([[1, 2, -1], [-1, -2, 1], [2, 1, -2.0]])
ARRIVED = np.array([[1.0, -2.0], [2.0, 3.0]])
PIXEL = 1, 2


def written(number):
    return f"{number:g}".replace("-", "−")


def board(ax, sizes, across, title, below, texts, frame, pixel=None):
    """Boxes with numbers, some of them; a frame around a window, and one box filled.

    Boards with the same number of boxes across are drawn to one scale.
    """
    for i, j in np.ndindex(sizes):
        ax.add_patch(Rectangle((j, i), 1, 1, fill=False, edgecolor=FAINT, linewidth=0.8))
    if pixel:
        ax.add_patch(Rectangle(pixel[::-1], 1, 1, facecolor=ACCENT, alpha=0.3))
    for (i, j), text, colour in texts:
        ax.text(j + 0.5, i + 0.5, text, color=colour, ha="center", va="center", fontsize=8.5)
    if frame:
        (row, column), (height, width) = frame
        ax.add_patch(
            Rectangle((column, row), width, height, fill=False, edgecolor=ACCENT, linewidth=1.6)
        )
    ax.set_title(title, loc="center", fontsize=9)
    ax.text(sizes[1] / 2, sizes[0] + 0.25, below, color=MUTED, ha="center", va="top", fontsize=8.5)
    middle = sizes[1] / 2
    ax.set(xlim=(middle - across / 2 - 0.1, middle + across / 2 + 0.1), aspect="equal")
    ax.set(ylim=(sizes[0] / 2 + across / 2 + 1, sizes[0] / 2 - across / 2 - 0.1))
    ax.set_axis_off()


def draw():
    _, cache = correlate2d_forward(IMAGE, KERNEL, 1.0)
    dx, _, _ = correlate2d_backward(ARRIVED, cache)
    fig, _ = figure(5.6, 4.1, tall=7.4)
    fig.clear()
    above, below = fig.subfigures(2, 1, height_ratios=[1, 1] if is_narrow() else [4, 5])
    boards = above.subplots(2, 2) if is_narrow() else above.subplots(1, 4)
    for ax, (u, v) in zip(boards.flat, np.ndindex(ARRIVED.shape), strict=True):
        here = PIXEL[0] - u, PIXEL[1] - v
        texts = [
            ((u + p, v + q), written(weight), INK if (p, q) == here else MUTED)
            for (p, q), weight in np.ndenumerate(KERNEL)
        ]
        product = f"{written(ARRIVED[u, v])} · {written(KERNEL[here])}".replace("· −", "· (−")
        product += ")" if KERNEL[here] < 0 else ""
        title = f"arrived: {written(ARRIVED[u, v])}"
        board(ax, IMAGE.shape, 4, title, product, texts, ((u, v), KERNEL.shape), PIXEL)

    left, middle, right, *rest = (
        below.subplots(2, 2) if is_narrow() else below.subplots(1, 3)
    ).flat
    for ax in rest:
        ax.remove()
    zeros = np.pad(ARRIVED, 2)
    texts = [
        (at, written(number), INK if min(at) >= 2 and max(at) < 4 else FAINT)
        for at, number in np.ndenumerate(zeros)
    ]
    board(left, zeros.shape, 6, "with zeros around", "6 × 6", texts, (PIXEL, KERNEL.shape))
    turned = [(at, written(number), INK) for at, number in np.ndenumerate(np.flip(KERNEL))]
    board(middle, KERNEL.shape, 6, "kernel, turned", "3 × 3", turned, ((0, 0), KERNEL.shape))
    gradient = [(at, written(number), INK) for at, number in np.ndenumerate(dx)]
    board(right, dx.shape, 6, "gradient of the image", "4 × 4", gradient, (PIXEL, (1, 1)), PIXEL)
    return fig
