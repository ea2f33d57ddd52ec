"""A block of a transformer: its two ways past, and two heads between queries and output."""

from matplotlib.patches import Circle, Rectangle

from book.block_figures import arrow, box
from book.figures import ACCENT, FAINT, INK, PAPER, figure

PAST, LOOK = 0.6, 4.3


def added(ax, y):
    """Where what a branch has computed is added to what went past it."""
    ax.add_patch(Circle((PAST, y), 0.2, facecolor=PAPER, edgecolor=ACCENT, linewidth=1.4, zorder=3))
    ax.text(PAST, y, "+", color=ACCENT, ha="center", va="center_baseline", fontsize=10, zorder=4)


def heads(ax, y):
    """Two heads, each with a query, a key and a value; the second one behind the first."""
    for shift, number in ((0.0, 1), (3.1, 2)):
        left = LOOK - 2.75 + shift
        ax.add_patch(
            Rectangle((left, y - 0.35), 2.4, 2.0, fill=False, edgecolor=FAINT, linewidth=1.2)
        )
        for k, letter in enumerate("qkv"):
            x = left + 0.45 + 0.75 * k
            box(ax, x, y, f"${letter}$", 0.5)
            arrow(ax, (x, y + 0.26), (x, y + 0.72))
            arrow(ax, (LOOK + 0.25 * (number - 1.5), y - 1.0), (x, y - 0.26))
        box(ax, left + 1.2, y + 1.0, f"head {number}", 2.0)
        arrow(ax, (left + 1.2, y + 1.26), (LOOK + 0.5 * (number - 1.5), y + 2.05))


def draw():
    fig, ax = figure(5.6, 5.2, tall=4.6)
    ax.text(PAST, -0.15, "$x$", color=INK, ha="center", va="top", fontsize=11)
    arrow(ax, (PAST, 0), (PAST, 5.1), color=ACCENT, width=2.2)
    arrow(ax, (PAST, 0.3), (LOOK, 0.3), (LOOK, 0.59))
    box(ax, LOOK, 0.85, "norm", 1.5)
    heads(ax, 2.1)
    box(ax, LOOK, 4.41, "mix", 1.5)
    arrow(ax, (LOOK, 4.67), (LOOK, 5.3), (PAST + 0.2, 5.3))
    added(ax, 5.3)
    ax.text(PAST - 0.15, 5.8, "$y$", color=INK, ha="right", va="center", fontsize=11)
    arrow(ax, (PAST, 5.5), (PAST, 8.5), color=ACCENT, width=2.2)
    arrow(ax, (PAST, 6.0), (LOOK, 6.0), (LOOK, 6.29))
    box(ax, LOOK, 6.55, "norm", 1.5)
    arrow(ax, (LOOK, 6.81), (LOOK, 7.29))
    box(ax, LOOK, 7.55, "linear, GELU, linear", 3.4)
    arrow(ax, (LOOK, 7.81), (LOOK, 8.7), (PAST + 0.2, 8.7))
    added(ax, 8.7)
    arrow(ax, (PAST, 8.9), (PAST, 9.4), color=ACCENT, width=2.2)
    ax.text(PAST, 9.5, "$z$", color=INK, ha="center", va="bottom", fontsize=11)
    ax.set(xlim=(0, 7.3), ylim=(-0.7, 10.0))
    ax.set_axis_off()
    return fig
