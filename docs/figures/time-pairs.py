"""The pairs of steps that a weight's gradient is made of, by row and by column."""

from book.figures import ACCENT, FAINT, INK, figure

STEPS = 6
CHOSEN = 4


def triangle(ax, chosen, title):
    """Draws all pairs, and joins those that are collected together."""
    pairs = [(s, t) for t in range(1, STEPS + 1) for s in range(1, t + 1)]
    for s, t in pairs:
        ax.plot(s, t, "o", color=INK, markersize=5, zorder=3)
    together = [pair for pair in pairs if chosen(*pair)]
    columns, rows = zip(*together, strict=True)
    ax.plot(columns, rows, color=ACCENT, linewidth=9, alpha=0.5, solid_capstyle="round", zorder=1)
    ax.set(
        title=title,
        xlim=(0.4, STEPS + 0.6),
        ylim=(STEPS + 0.6, 0.4),
        xticks=range(1, STEPS + 1),
        yticks=range(1, STEPS + 1),
        xlabel="used at step s",
        aspect="equal",
    )
    ax.grid(color=FAINT, linewidth=0.5)


def draw():
    fig, (rows, columns) = figure(5.6, 2.9, columns=2)
    triangle(rows, lambda s, t: t == CHOSEN, "output by output")
    triangle(columns, lambda s, t: s == CHOSEN, "use by use")
    rows.set_ylabel("noticed at step t")
    return fig
