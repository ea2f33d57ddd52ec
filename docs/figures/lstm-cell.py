"""One step of an LSTM: every arrow carries what is written beside it, and leads to its equation."""

from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from book.figures import ACCENT, FAINT, INK, MUTED, PAPER, figure, series

CELL, SUMS, GATES, PRODUCT = 5.6, 0.9, 2.1, 4.1
BLUE = series(0)
STATE, OUTPUT, GATHERED, SPLIT = "eq:lstm-c", "eq:lstm-h", "eq:lstm-a", "eq:lstm-sums"


def arrow(ax, equation, *points, colour=INK):
    """An arrow through the points, which leads to its equation; its wide shadow is easy to hit."""
    ax.plot(*zip(*points, strict=True), color=colour, alpha=0, linewidth=9, url=equation)
    ax.add_patch(
        FancyArrowPatch(path=Path(points), arrowstyle="-|>", mutation_scale=10, color=colour,
                        linewidth=1.3, shrinkA=0, shrinkB=0, zorder=2, url=equation)
    )  # fmt: skip


def operation(ax, x, y, sign):
    ax.add_patch(Circle((x, y), 0.25, facecolor=PAPER, edgecolor=INK, linewidth=1.1, zorder=3))
    ax.text(x, y, sign, color=INK, ha="center", va="center", fontsize=11, zorder=4)


def box(ax, x, y, name):
    ax.add_patch(
        FancyBboxPatch((x - 0.42, y - 0.26), 0.84, 0.52, boxstyle="round,pad=0,rounding_size=0.1",
                       facecolor=FAINT, edgecolor=MUTED, linewidth=0.9, zorder=3)
    )  # fmt: skip
    ax.text(x, y, name, color=INK, ha="center", va="center", fontsize=10, zorder=4)


def label(ax, equation, x, y, text, ha="center", va="center", colour=INK):
    ax.text(x, y, text, color=colour, ha=ha, va=va, fontsize=9.5, zorder=5, url=equation)


def draw():
    fig, ax = figure(5.6, 4.1)
    f, i, g, o, out = 2.0, 3.75, 5.6, 7.3, 8.55
    add = (i + g) / 2
    ax.add_patch(
        FancyBboxPatch((0.9, 0.45), 9.0, 5.75, boxstyle="round,pad=0,rounding_size=0.25",
                       facecolor="none", edgecolor=FAINT, linewidth=1.2, zorder=0)
    )  # fmt: skip

    # Along the top: the cell state.
    arrow(ax, STATE, (0.1, CELL), (f - 0.25, CELL), colour=ACCENT)
    arrow(ax, STATE, (f + 0.25, CELL), (add - 0.25, CELL), colour=ACCENT)
    arrow(ax, STATE, (add + 0.25, CELL), (10.9, CELL), colour=ACCENT)
    operation(ax, f, CELL, "×")
    operation(ax, add, CELL, "+")
    label(ax, STATE, 0.1, CELL + 0.3, r"$c_{t-1}$", ha="left", colour=ACCENT)
    label(ax, STATE, (f + add) / 2, CELL + 0.3, r"$f_t \odot c_{t-1}$", colour=ACCENT)
    label(ax, STATE, 10.9, CELL + 0.3, r"$c_t$", ha="right", colour=ACCENT)
    label(ax, STATE, (add + out) / 2 + 0.15, CELL + 0.3, r"$f_t \odot c_{t-1} + i_t \odot g_t$",
          colour=ACCENT)  # fmt: skip

    # Along the bottom: what is read, to the four sums.
    ax.plot([0.1, o], [SUMS, SUMS], color=INK, linewidth=1.3, zorder=1)
    arrow(ax, GATHERED, (1.3, -0.35), (1.3, SUMS))
    label(ax, GATHERED, 0.1, SUMS + 0.28, r"$h_{t-1}$", ha="left")
    label(ax, GATHERED, 1.45, -0.2, r"$x_t$", ha="left")
    label(ax, GATHERED, 4.6, 0.66, r"$a_t = x_t W^\mathrm{x} + h_{t-1} W^\mathrm{h} + b$")
    for x, name in ((f, "f"), (i, "i"), (g, "g"), (o, "o")):
        arrow(ax, SPLIT, (x, SUMS), (x, GATES - 0.26))
        label(ax, SPLIT, x + 0.1, 1.4, rf"$a^\mathrm{{{name}}}_t$", ha="left", colour=MUTED)
        box(ax, x, GATES, r"$\tanh$" if name == "g" else r"$\sigma$")

    # Up from the gates.
    arrow(ax, "eq:lstm-f", (f, GATES + 0.26), (f, CELL - 0.25))
    label(ax, "eq:lstm-f", f + 0.12, 3.3, r"$f_t$", ha="left")
    arrow(ax, "eq:lstm-i", (i, GATES + 0.26), (i, PRODUCT), (add - 0.25, PRODUCT))
    label(ax, "eq:lstm-i", i - 0.12, 3.3, r"$i_t$", ha="right")
    arrow(ax, "eq:lstm-g", (g, GATES + 0.26), (g, PRODUCT), (add + 0.25, PRODUCT))
    label(ax, "eq:lstm-g", g + 0.12, 3.3, r"$g_t$", ha="left")
    operation(ax, add, PRODUCT, "×")
    arrow(ax, STATE, (add, PRODUCT + 0.25), (add, CELL - 0.25))
    label(ax, STATE, add + 0.12, 4.85, r"$i_t \odot g_t$", ha="left")

    # What is shown.
    ax.plot([out, out], [CELL, 4.86], color=ACCENT, linewidth=1.3, zorder=1)
    box(ax, out, 4.6, r"$\tanh$")
    arrow(ax, OUTPUT, (out, 4.34), (out, 3.25))
    label(ax, OUTPUT, out + 0.12, 3.85, r"$\tanh(c_t)$", ha="left")
    arrow(ax, "eq:lstm-o", (o, GATES + 0.26), (o, 3.0), (out - 0.25, 3.0))
    label(ax, "eq:lstm-o", o - 0.12, 2.75, r"$o_t$", ha="right")
    operation(ax, out, 3.0, "×")
    arrow(ax, OUTPUT, (out + 0.25, 3.0), (10.9, 3.0), colour=BLUE)
    label(ax, OUTPUT, 10.9, 3.3, r"$h_t$", ha="right", colour=BLUE)
    label(ax, OUTPUT, out + 0.3, 2.62, r"$o_t \odot \tanh(c_t)$", ha="left", colour=BLUE)
    ax.set(xlim=(0, 11.1), ylim=(-0.45, 6.3), aspect="equal")
    ax.set_axis_off()
    return fig
