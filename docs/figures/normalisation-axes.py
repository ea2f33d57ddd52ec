"""Which numbers of a batch of images share a mean and a variance: four ways to normalise."""

import numpy as np
from matplotlib.patches import Rectangle

from book.figures import ACCENT, INK, MUTED, figure

SAMPLES, CHANNELS, SIDE = 4, 4, 3
WAYS = {
    "batch norm": lambda n, c: c == 1,
    "layer norm": lambda n, c: n == 1,
    "group norm": lambda n, c: n == 1 and c < CHANNELS // 2,
    "instance norm": lambda n, c: n == 1 and c == 1,
}


def maps(ax, title, shares):
    """Samples by channels, each map cut into its pixels, of which those that share are filled."""
    size = (1 - 0.16) / SIDE
    for n, c, i, j in np.ndindex(SAMPLES, CHANNELS, SIDE, SIDE):
        ax.add_patch(
            Rectangle(
                (c + 0.08 + j * size, n + 0.08 + i * size),
                size,
                size,
                facecolor=ACCENT if shares(n, c) else "none",
                alpha=0.8 if shares(n, c) else 1,
                edgecolor=MUTED,
                linewidth=0.6,
            )
        )
    ax.set_title(title, fontsize=10, color=INK, loc="center")
    ax.text(
        CHANNELS / 2, SAMPLES + 0.15, "channels", color=MUTED, ha="center", va="top", fontsize=9
    )
    ax.set(xlim=(-0.1, CHANNELS + 0.1), ylim=(SAMPLES + 0.8, -0.1), aspect="equal")
    ax.set_axis_off()


def draw():
    fig, axes = figure(5.6, 1.8, columns=len(WAYS))
    for ax, (title, shares) in zip(axes, WAYS.items(), strict=True):
        maps(ax, title, shares)
    axes[0].text(
        -0.3, SAMPLES / 2, "samples", color=MUTED, rotation=90, ha="right", va="center", fontsize=9
    )
    return fig
