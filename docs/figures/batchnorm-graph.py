"""Which intermediate of batch norm is made of which, and with what slope."""

import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch

from book.figures import ACCENT, INK, MUTED, PAPER, figure

RADIUS = 0.3
NODES = {
    "x": (0, 2.2),
    "μ": (1.7, 0),
    "v": (3.7, 0),
    "σ": (5.5, 0),
    "x̂": (6.2, 2.2),
    "γ": (7.3, 3.5),
    "β": (7.3, 0.9),
    "y": (8.4, 2.2),
}
# Each arrow with its slope, and how far to the right and up of its middle that stands.
ARROWS = {
    ("x", "μ"): ("$1/N$", -0.4, -0.3),
    ("x", "v"): (r"$2(x - \mu)/N$", 0.65, 0.22),
    ("x", "x̂"): (r"$1/\sigma$", 0, 0.22),
    ("μ", "v"): ("$0$", 0, -0.24),
    ("μ", "x̂"): (r"$-1/\sigma$", 0.5, 0.55),
    ("v", "σ"): (r"$1/(2\sigma)$", 0, -0.3),
    ("σ", "x̂"): (r"$-\hat{x}/\sigma$", 0.6, -0.5),
    ("x̂", "y"): (r"$\gamma$", 0, 0.2),
    ("γ", "y"): (r"$\hat{x}$", 0.2, 0.1),
    ("β", "y"): ("$1$", -0.2, 0.15),
}
NAMES = {"x": "input", "y": "output", "μ": "mean", "v": "variance"}


def draw():
    fig, ax = figure(6.4, 3.5)
    for (start, end), (slope, right, up) in ARROWS.items():
        ax.add_patch(
            FancyArrowPatch(
                NODES[start],
                NODES[end],
                arrowstyle="-|>",
                mutation_scale=10,
                shrinkA=13,
                shrinkB=13,
                color=MUTED,
                linewidth=1.2,
                zorder=1,
            )
        )
        x, y = np.mean([NODES[start], NODES[end]], axis=0)
        ax.text(x + right, y + up, slope, color=MUTED, ha="center", va="center", fontsize=9)
    for name, (x, y) in NODES.items():
        edge = ACCENT if name in "γβ" else INK
        ax.add_patch(Circle((x, y), RADIUS, facecolor=PAPER, edgecolor=edge, zorder=2))
        ax.text(x, y, name, color=INK, ha="center", va="center", fontsize=11, fontstyle="italic",
                zorder=3)  # fmt: skip
        if name in NAMES:
            ax.text(x, y - 0.42, NAMES[name], color=MUTED, ha="center", va="top", fontsize=9)
    ax.set(xlim=(-0.5, 8.9), ylim=(-0.85, 3.85), aspect="equal")
    ax.set_axis_off()
    return fig
