"""Both variants of the gated recurrent unit, one above the other."""

from matplotlib.patches import Circle, FancyBboxPatch

from book.figures import ACCENT, FAINT, INK, MUTED, PAPER, figure, is_narrow

TOP, MIDDLE, LOW = 3.3, 1.9, 0.45
TITLES = {"after": "reset after the product", "before": "reset before the product"}


def box(ax, x, y, text, width=1.5):
    width *= 1.22 if is_narrow() and len(text) > 1 else 1  # for a word
    ax.add_patch(
        FancyBboxPatch((x - width / 2, y - 0.3), width, 0.6, boxstyle="round,pad=0.03",
                       facecolor=FAINT, edgecolor=MUTED, linewidth=0.9, zorder=3)
    )  # fmt: skip
    ax.text(x, y, text, color=INK, ha="center", va="center", fontsize=9, zorder=4)


def node(ax, x, y, text, colour=MUTED):
    ax.add_patch(Circle((x, y), 0.27, facecolor=PAPER, edgecolor=colour, linewidth=1.1, zorder=3))
    ax.text(x, y, text, color=colour, ha="center", va="center", fontsize=10, zorder=4)


def arrow(ax, start, end, colour=MUTED):
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": 1, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", end, start, arrowprops=style, zorder=2)


def cell(ax, variant):
    gate, product = (4.9, 2.6) if variant == "after" else (2.2, 4.2)
    # The old state along the top, and down to its product.
    ax.plot([-0.2, 8.8], [TOP, TOP], color=INK, linewidth=1.4, zorder=1)
    arrow(ax, (10.5, TOP), (11.2, TOP), INK)
    ax.text(-0.35, TOP, "old h", color=INK, ha="right", va="center")
    ax.text(11.3, TOP, "new h", color=INK, ha="left", va="center")
    ax.plot([0.6, 0.6], [TOP, MIDDLE], color=MUTED, linewidth=1, zorder=1)
    stops = sorted([(gate, 0.27), (product, 0.85)])
    at = 0.6
    for x, half in stops:
        arrow(ax, (at, MIDDLE), (x - half, MIDDLE))
        at = x + half
    arrow(ax, (at, MIDDLE), (6.45, MIDDLE))
    box(ax, product, MIDDLE, "weights", 1.64)
    node(ax, gate, MIDDLE, "×", ACCENT)
    box(ax, 7.2, MIDDLE, "tanh")
    # The gates: of the input and the old state.
    box(ax, gate, LOW, "σ")
    arrow(ax, (gate, LOW + 0.33), (gate, MIDDLE - 0.27), ACCENT)
    ax.text(
        gate + 0.12,
        (LOW + MIDDLE) / 2,
        "r",
        color=ACCENT,
        ha="left",
        va="center",
        fontstyle="italic",
    )
    box(ax, 9.62, LOW, "σ")
    arrow(ax, (9.62, LOW + 0.33), (9.62, TOP - 0.33))
    ax.text(9.74, (LOW + MIDDLE) / 2, "z", color=MUTED, ha="left", va="center", fontstyle="italic")
    # The candidate goes into the blend.
    ax.plot([7.98, 8.7], [MIDDLE, MIDDLE], color=MUTED, linewidth=1, zorder=1)
    arrow(ax, (8.7, MIDDLE), (9.2, TOP - 0.33))
    ax.text(8.4, MIDDLE + 0.15, "h̃", color=MUTED, ha="center", va="bottom", fontstyle="italic")
    box(ax, 9.62, TOP, "blend", 1.64)
    label = "(1 − z) h̃ + z · old h"
    ax.text(9.62, TOP + 0.4, label, color=MUTED, ha="center", va="bottom", fontsize=9)
    # The input has weights of its own, for the candidate as for the gates, whose boxes hold them.
    box(ax, 7.2, LOW, "weights", 1.64)
    arrow(ax, (7.2, LOW + 0.33), (7.2, MIDDLE - 0.33))
    for x in (gate, 7.2, 9.62):
        arrow(ax, (x, -0.55), (x, LOW - 0.33))
    ax.plot([gate, 9.62], [-0.55, -0.55], color=MUTED, linewidth=1)
    ax.text(gate - 0.15, -0.55, "x", color=INK, ha="right", va="center", fontstyle="italic")
    ax.text(-1.2, 4.0, TITLES[variant], color=INK, ha="left", va="bottom", fontweight="bold")
    ax.set(xlim=(-1.3, 12.4), ylim=(-0.8, 4.5))
    ax.set_axis_off()


def draw():
    fig, (after, before) = figure(5.6, 4.9, rows=2)
    cell(after, "after")
    cell(before, "before")
    return fig
