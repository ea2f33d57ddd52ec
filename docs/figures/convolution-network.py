"""The chapter's network: maps become smaller and more, then fully connected layers decide."""

import numpy as np
from matplotlib.patches import Circle, Rectangle

from backprop import load_mnist_sample
from backprop.convolution import conv2d_forward
from backprop.pooling import max_pool2d_forward
from book.figures import ACCENT, FAINT, INK, MUTED, PAPER, figure, is_narrow, series

BLUE = series(0)
DIGIT = 3
# Three plain kernels: a horizontal edge, a vertical one, a slanting one.
EDGE = np.repeat([[1.0], [1.0], [0.0], [-1.0], [-1.0]], 5, axis=1)
SLANT = np.triu(np.ones((5, 5)), 1) - np.tril(np.ones((5, 5)), -1)
KERNELS = np.stack([SLANT, EDGE.T, EDGE])[:, None]


def stack(ax, maps, left, size, shift):
    """Maps one behind another, the last in front."""
    for k, pixels in enumerate(maps):
        x, y = left + k * shift, 2 - size / 2 + (len(maps) - 1) * shift / 2 - k * shift
        ax.add_patch(Rectangle((x, y), size, size, facecolor=PAPER, edgecolor=MUTED, linewidth=0.8))
        side = len(pixels)
        cell = size / side
        shades = pixels / pixels.max()
        for i, j in np.argwhere(shades > 0.15):
            corner = (x + j * cell, y + size - (i + 1) * cell)
            ax.add_patch(
                Rectangle(corner, cell, cell, facecolor=BLUE, alpha=0.9 * shades[i, j], linewidth=0)
            )
        ax.add_patch(Rectangle((x, y), size, size, fill=False, edgecolor=MUTED, linewidth=0.8))
    return left + (len(maps) - 1) * shift + size


def units(ax, x, ys):
    for y in ys:
        ax.add_patch(
            Circle((x, y), 0.11, facecolor=PAPER, edgecolor=MUTED, linewidth=0.9, zorder=3)
        )


def draw():
    data = load_mnist_sample()
    digit = data.train_images[np.flatnonzero(data.train_labels == DIGIT)[0]] / 255
    maps, _ = conv2d_forward(digit[None, None], KERNELS, np.zeros(len(KERNELS)))
    maps = np.maximum(0, maps)
    pooled, _ = max_pool2d_forward(maps, kernel=2)

    fig, ax = figure(5.6, 2.5)
    ends = [stack(ax, [digit], 0, 1.8, 0)]
    ends.append(stack(ax, maps[0], 2.4, 1.4, 0.42))
    ends.append(stack(ax, pooled[0], 5.2, 0.7, 0.42))
    # What is narrow needs room for words above and below.
    halves = ((1.9, 9), (1.9, 10)) if is_narrow() else ((1.4, 9), (1.2, 10))
    above, below, lowest = (4.15, 0.1, -0.65) if is_narrow() else (3.75, 0.2, -0.35)
    hidden, scores = (2 + half * np.linspace(1, -1, n) for half, n in halves)
    for y in hidden:
        ax.plot([ends[2], 7.6], [2, y], color=FAINT, linewidth=0.5)
        for z in scores:
            ax.plot([7.6, 8.8], [y, z], color=FAINT, linewidth=0.4)
    units(ax, 7.6, hidden)
    units(ax, 8.8, scores)
    for k, y in enumerate(scores):
        ax.text(9.05, y, str(k), color=INK, ha="left", va="center", fontsize=7)
    for x, name, size in (
        (0.9, "image", "28 × 28"), (3.55, "feature maps", "24 × 24"),
        (6.0, "pooled", "12 × 12"), (7.6, "units", ""), (8.8, "scores", ""),
    ):  # fmt: skip
        ax.text(x, above, name, color=INK, ha="center", va="bottom", fontsize=8.5)
        ax.text(x, below, size, color=MUTED, ha="center", va="top", fontsize=8.5)
    for x, name in (
        (2.15, "convolution"), (4.95, "pooling"), (6.9, "linear"), (8.2, "linear"),
    ):  # fmt: skip
        ax.text(x, lowest, name, color=ACCENT, ha="center", va="top", fontsize=8.5)
    ax.set(xlim=(-0.1, 9.3), ylim=(-1.2, 4.7) if is_narrow() else (-0.8, 4.2), aspect="equal")
    ax.set_axis_off()
    return fig
