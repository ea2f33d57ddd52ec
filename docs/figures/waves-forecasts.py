"""What the network foretold for six test waves, beside what came and the best forecast."""

import numpy as np

from book.figures import ACCENT, INK, MUTED, PAPER, arrays, figure, legend_below


def draw():
    shown = arrays("waves")
    fig, axes = figure(5.6, 3.3, rows=2, columns=3, sharex=True, sharey=True)
    steps = shown["target"].shape[1]
    past, future = np.arange(1, steps + 1), np.arange(steps + 1, 2 * steps + 1)
    for n, ax in enumerate(axes.flat):
        ax.plot(past, shown["seen"][n], "o", color=INK, markersize=3, label="seen")
        ax.plot(
            future,
            shown["target"][n],
            "o",
            markersize=3,
            markerfacecolor=PAPER,
            markeredgecolor=INK,
            label="what came",
        )
        ax.plot(future, shown["forecast"][n], color=ACCENT, label="the network")
        ax.plot(future, shown["best"][n], "--", color=MUTED, linewidth=1, label="best there is")
        ax.set(xticks=[1, 10, 20], yticks=[-1, 0, 1])
    for ax in axes[-1]:
        ax.set_xlabel("step")
    legend_below(fig, *axes[0, 0].get_legend_handles_labels(), columns=4)
    return fig
