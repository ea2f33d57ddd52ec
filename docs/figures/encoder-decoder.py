"""An encoder and a decoder of two blocks each, and what goes back to the context between them."""

from matplotlib.patches import Rectangle

from book.block_figures import arrow, box
from book.figures import ACCENT, FAINT, INK, figure, series

LEFT, RIGHT, WIDTH = 1.6, 6.6, 2.5


def pile(ax, x, y, names):
    """A block: its parts one above the other, in a frame."""
    height = 0.8 * len(names)
    ax.add_patch(
        Rectangle((x - WIDTH / 2 - 0.15, y - 0.5), WIDTH + 0.3, height + 0.2, fill=False,
                  edgecolor=FAINT, linewidth=1.4)
    )  # fmt: skip
    for k, name in enumerate(names):
        box(ax, x, y + 0.8 * k, name, WIDTH, color=ACCENT if name == "cross" else INK)
        if k:
            arrow(ax, (x, y + 0.8 * k - 0.52), (x, y + 0.8 * k - 0.28))


def draw():
    fig, ax = figure(5.6, 4.2, tall=3.6)
    blue, red = series(0), series(1)
    for x, name in ((LEFT, "what is given"), (RIGHT, "what is written")):
        ax.text(x, -0.75, name, color=INK, ha="center", va="top", fontsize=9)
        arrow(ax, (x, -0.7), (x, -0.28))
    for y in (0, 2.0):
        pile(ax, LEFT, y, ("self-attention", "work"))
    arrow(ax, (LEFT, 1.08), (LEFT, 1.72))
    for y in (0, 2.8):
        pile(ax, RIGHT, y, ("causal", "cross", "work"))
    arrow(ax, (RIGHT, 1.88), (RIGHT, 2.52))
    arrow(ax, (RIGHT, 4.68), (RIGHT, 5.4))
    ax.text(RIGHT, 5.5, "scores", color=INK, ha="center", va="bottom", fontsize=9)
    arrow(ax, (LEFT, 3.08), (LEFT, 4.0))
    ax.text(LEFT, 4.3, "context $c$", color=INK, ha="center", va="center", fontsize=10)
    edge = RIGHT - WIDTH / 2
    for y in (0.8, 3.6):
        middle = 4.2
        arrow(ax, (LEFT + 0.9, 4.45), (middle, 4.45), (middle, y + 0.12), (edge, y + 0.12),
              color=blue, width=1.4)  # fmt: skip
        ax.plot((edge, middle - 0.3, middle - 0.3), (y - 0.12, y - 0.12, 4.15), color=red,
                linewidth=1.4, dashes=(4, 1.5), zorder=2)  # fmt: skip
    arrow(ax, (middle - 0.3, 4.15), (LEFT + 0.9, 4.15), color=red, width=1.4)
    ax.text(middle, 4.6, "$c$", color=blue, ha="center", va="bottom", fontsize=10)
    ax.text(middle - 0.45, 3.65, "$\\partial L/\\partial c$", color=red, ha="right", va="center",
            fontsize=10)  # fmt: skip
    ax.set(xlim=(0, 8.2), ylim=(-1.2, 6.0))
    ax.set_axis_off()
    return fig
