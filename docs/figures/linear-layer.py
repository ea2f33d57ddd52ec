"""A linear layer: where values go, and where gradients come back."""

from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

from book.figures import ACCENT, INK, PAPER, figure

PLACES = {
    "x": (0, 0),
    "×": (2.4, 0),
    "+": (4.4, 0),
    "y": (6.3, 0),
    "W": (2.4, -1.9),
    "b": (4.4, -1.9),
}
WIRES = (("x", "×"), ("×", "+"), ("+", "y"), ("W", "×"), ("b", "+"))
GRADIENTS = (("x", 1.15, -0.55), ("W", 3.15, -1.2), ("b", 5.15, -1.2), ("y", 5.4, -0.55))


def draw():
    fig, ax = figure(5.6, 2.4)
    for start, end in WIRES:
        arrow(ax, PLACES[start], PLACES[end], 0.13, INK)
        arrow(ax, PLACES[end], PLACES[start], 0.13, ACCENT)
    for name, (x, y) in PLACES.items():
        box = Circle((x, y), 0.3) if name in "×+" else FancyBboxPatch(
            (x - 0.3, y - 0.28), 0.6, 0.56, boxstyle="round,pad=0,rounding_size=0.1"
        )  # fmt: skip
        box.set(facecolor=PAPER, edgecolor=INK, zorder=2)
        ax.add_patch(box)
        style = "normal" if name in "×+" else "italic"
        ax.text(x, y, name, color=INK, ha="center", va="center", fontsize=11, fontstyle=style)
    for name, x, y in GRADIENTS:
        ax.text(x, y, rf"$\partial L/\partial {name}$", color=ACCENT, ha="center", va="center")
    ax.set(xlim=(-0.5, 7.0), ylim=(-2.35, 0.55), aspect="equal")
    ax.set_axis_off()
    return fig


def arrow(ax, start, end, aside, colour):
    """From a place to another, a little to the left of the way."""
    (a, b), (c, d) = start, end
    length = abs(c - a) + abs(d - b)
    right, up = -(d - b) / length * aside, (c - a) / length * aside
    ax.add_patch(
        FancyArrowPatch((a + right, b + up), (c + right, d + up), arrowstyle="-|>", color=colour,
                        mutation_scale=9, shrinkA=12, shrinkB=12, linewidth=1.2, zorder=1)
    )  # fmt: skip
