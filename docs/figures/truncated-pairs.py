"""The pairs of steps that truncation keeps, and those that it drops."""

from matplotlib.patches import Rectangle

from book.figures import ACCENT, FAINT, INK, MUTED, PAPER, figure

STEPS = 9
WINDOW = 3


def draw():
    fig, ax = figure(3.4, 3.3)
    for start in range(0, STEPS, WINDOW):
        ax.add_patch(
            Rectangle(
                (start + 0.5, start + 0.5), WINDOW, WINDOW, facecolor=ACCENT, alpha=0.15, zorder=1
            )
        )
    for t in range(1, STEPS + 1):
        for s in range(1, t + 1):
            kept = (s - 1) // WINDOW == (t - 1) // WINDOW
            ax.plot(
                s,
                t,
                "o",
                markersize=5,
                markerfacecolor=INK if kept else PAPER,
                markeredgecolor=INK if kept else MUTED,
                zorder=3,
            )
    ax.set(
        xlim=(0.4, STEPS + 0.6),
        ylim=(STEPS + 0.6, 0.4),
        xticks=range(1, STEPS + 1),
        yticks=range(1, STEPS + 1),
        xlabel="used at step s",
        ylabel="noticed at step t",
        aspect="equal",
    )
    ax.grid(color=FAINT, linewidth=0.5)
    return fig
