"""By what factor the library is slower than PyTorch, case by case."""

from itertools import groupby

from matplotlib.ticker import NullLocator

from book.figures import MUTED, figure, result, series


def draw():
    table = result("bench")["table"]
    groups = [(name, list(rows)) for name, rows in groupby(table, lambda row: row["group"])]
    fig, ax = figure(5.6, 0.6 + 0.24 * (len(table) + len(groups)))
    y, ticks, names = 0.0, [], []
    for i, (group, rows) in enumerate(groups):
        for number, row in enumerate(rows, 1):
            ax.plot([1, row["ratio"]], [y, y], color=series(i), linewidth=5, solid_capstyle="butt")
            ax.annotate(
                f"{row['ratio']:.2f}",
                (max(1, row["ratio"]), y),
                (5, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
            )
            ticks.append(y)
            names.append(f"{group} {number}" if len(rows) > 1 else group)
            y += 1
        y += 0.6
    ax.axvline(1, color=MUTED, linewidth=0.8)
    ratios = [row["ratio"] for row in table]
    ends = min(0.8, 0.9 * min(ratios)), 1.4 * max(ratios)
    shown = [mark for mark in (0.25, 0.5, 1, 2, 4, 8) if ends[0] < mark < ends[1]]
    ax.set(xscale="log", xlim=ends, ylim=(y - 0.6, -1), xlabel="time of ours / time of PyTorch")
    ax.set_xticks(shown, [f"{mark:g}" for mark in shown])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_yticks(ticks, names)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    return fig
