"""Three texts in one array: what is read ahead, what back, and what carries the state."""

from matplotlib.patches import Rectangle

from book.figures import ACCENT, FAINT, INK, MUTED, PAPER, figure, series

TEXTS = ["it 's not bad .", "do n't miss", "a waste of talent"]
T = 5


def line(ax, start, end, y, colour, real):
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
    if real:
        ax.annotate("", (end, y), (start, y), arrowprops=style)
    else:  # the state is carried
        ax.plot([start, end], [y, y], color=colour, linewidth=1.2, linestyle=":")


def draw():
    fig, ax = figure(5.6, 2.6)
    for n, text in enumerate(TEXTS):
        tokens = text.split()
        for t in range(T):
            real = t < len(tokens)
            ax.add_patch(
                Rectangle((t + 0.06, -n - 0.34), 0.88, 0.5, facecolor=FAINT if real else PAPER,
                          edgecolor=MUTED, linewidth=0.8, linestyle="-" if real else ":")
            )  # fmt: skip
            word, colour = (tokens[t], INK) if real else ("0", MUTED)
            ax.text(t + 0.5, -n - 0.09, word, color=colour, ha="center", va="center", fontsize=9)
            line(ax, t + 0.1, t + 0.98, -n + 0.27, ACCENT, real)
            line(ax, t + 0.9, t + 0.02, -n - 0.45, series(1), real)
        ax.text(-0.15, -n - 0.09, f"text {n + 1}", color=MUTED, ha="right", va="center", fontsize=9)
    for t in range(T):
        ax.text(t + 0.5, 0.5, f"step {t + 1}", color=MUTED, ha="center", va="bottom", fontsize=9)
    ax.text(T + 0.12, 0.27, "ahead", color=ACCENT, ha="left", va="center", fontsize=9)
    ax.text(T + 0.12, -0.45, "back", color=series(1), ha="left", va="center", fontsize=9)
    ax.set(xlim=(-0.9, T + 0.8), ylim=(-2.65, 0.85))
    ax.set_axis_off()
    return fig
