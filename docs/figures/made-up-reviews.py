"""What the reader and the bag of words say to a few reviews that were made up."""

from textwrap import wrap

from book.figures import FAINT, INK, MUTED, figure, legend_below, result, series

NAMES = {"gru": "the reader", "bag": "the bag of words"}


def draw():
    rows = result("imdb")["table"]
    fig, ax = figure(5.6, 5.2)
    for place, row in enumerate(rows):
        ax.plot([0, 1], [place, place], color=FAINT, linewidth=1, zorder=1)
        for i, kind in enumerate(NAMES):
            label = NAMES[kind] if place == 0 else None
            ax.plot([row[kind]], [place], "os"[i], color=series(i), label=label, markersize=6)
        text = "\n".join(wrap(row["text"], 58))
        ax.text(0, place - 0.16, text, color=INK, ha="left", va="bottom", fontsize=9)
        ax.text(1.03, place, "good" if row["good"] else "bad", color=MUTED, va="center")
    ax.set(xlim=(-0.03, 1.14), ylim=(len(rows) - 0.6, -0.8), xlabel="probability of a good review")
    ax.set_yticks([])
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    ax.grid(False)
    legend_below(fig, *ax.get_legend_handles_labels(), columns=2)
    return fig
