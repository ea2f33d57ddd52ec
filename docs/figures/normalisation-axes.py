"""Which numbers share a mean and a variance: batch norm, on images, layer norm."""

import numpy as np
from matplotlib.patches import Rectangle

from book.figures import ACCENT, INK, MUTED, figure

SAMPLES, FEATURES, SIDE = 4, 5, 3


def table(ax, title, marked, columns, parts):
    """Cells, each cut into parts by parts, of which those that share statistics are filled."""
    for n in range(SAMPLES):
        for d in range(FEATURES):
            share = marked(n, d)
            for i, j in np.ndindex(parts, parts):
                size = (1 - 0.16) / parts
                corner = (d + 0.08 + j * size, n + 0.08 + i * size)
                ax.add_patch(
                    Rectangle(
                        corner,
                        size,
                        size,
                        facecolor=ACCENT if share else "none",
                        alpha=0.8 if share else 1,
                        edgecolor=MUTED,
                        linewidth=0.6,
                    )
                )
    ax.set_title(title, fontsize=10, color=INK, loc="center")
    ax.text(FEATURES / 2, SAMPLES + 0.15, columns, color=MUTED, ha="center", va="top", fontsize=9)
    ax.set(xlim=(-0.1, FEATURES + 0.1), ylim=(SAMPLES + 0.8, -0.1), aspect="equal")
    ax.set_axis_off()


def draw():
    fig, axes = figure(5.6, 1.9, columns=3)
    table(axes[0], "batch norm", lambda n, d: d == 1, "features", 1)
    table(axes[1], "on images", lambda n, d: d == 1, "channels", SIDE)
    table(axes[2], "layer norm", lambda n, d: n == 1, "features", 1)
    axes[0].text(-0.3, SAMPLES / 2, "samples", color=MUTED, rotation=90, ha="right", va="center",
                 fontsize=9)  # fmt: skip
    return fig
