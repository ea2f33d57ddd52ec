"""The errors on the test windows: a dot for each network, one for each other forecast."""

from book.figures import ACCENT, FAINT, INK, figure, result, series

OTHERS = {
    "ridge": "ridge",
    "unchanged": "no change",
    "mean": "the mean",
    "linear": "linear",
    "past_mean": "the past mean",
    "last_value": "the last return",
}


def draw():
    found = result("csi300")
    fig, (near, far) = figure(5.6, 2.8, columns=2, across=2, sharey=True, width_ratios=(3, 1))
    names = [*OTHERS.values(), "LSTM, five seeds"]
    for ax in (near, far):
        for row, kind in enumerate(OTHERS):
            ax.plot(found["metrics"][f"{kind}_mse"], row, "o", color=series(1), markersize=6)
        seeds = found["by_seed"]["lstm_mse"]
        ax.plot(seeds, [len(OTHERS)] * len(seeds), "o", color=ACCENT, alpha=0.6, markersize=6)
        ax.grid(axis="x", color=FAINT, linewidth=0.6)
        ax.tick_params(axis="y", length=0)
    near.set_yticks(range(len(names)), labels=names, color=INK)
    near.invert_yaxis()
    near.set(xlim=(0.392, 0.404), xticks=[0.392, 0.396, 0.400, 0.404])
    far.set(xlim=(0.78, 0.8), xticks=[0.79])
    far.spines["left"].set_visible(False)
    fig.supxlabel("mean squared error", color=INK, fontsize=10)
    return fig
