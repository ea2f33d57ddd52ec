"""Which intermediate of batch norm is made of which."""

from matplotlib.patches import Circle, FancyArrowPatch

from book.figures import ACCENT, INK, MUTED, PAPER, figure

RADIUS = 0.3
NODES = {
    "x": (0, 1.0),
    "μ": (1.5, 0),
    "v": (2.7, 0),
    "σ": (3.9, 0),
    "x̂": (4.6, 1.0),
    "γ": (5.4, 2.0),
    "β": (5.4, 0.0),
    "y": (6.3, 1.0),
}
ARROWS = ("xμ", "xv", ("x", "x̂"), "μv", ("μ", "x̂"), "vσ", ("σ", "x̂"), ("x̂", "y"), "γy", "βy")
NAMES = {"x": "input", "y": "output", "μ": "mean", "v": "variance"}


def draw():
    fig, ax = figure(5.6, 2.3)
    for start, end in ARROWS:
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
    for name, (x, y) in NODES.items():
        edge = ACCENT if name in "γβ" else INK
        ax.add_patch(Circle((x, y), RADIUS, facecolor=PAPER, edgecolor=edge, zorder=2))
        ax.text(x, y, name, color=INK, ha="center", va="center", fontsize=11, fontstyle="italic",
                zorder=3)  # fmt: skip
        if name in NAMES:
            ax.text(x, y - 0.42, NAMES[name], color=MUTED, ha="center", va="top", fontsize=9)
    ax.set(xlim=(-0.4, 6.8), ylim=(-0.85, 2.3), aspect="equal")
    ax.set_axis_off()
    return fig
