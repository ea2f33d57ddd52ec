"""The index and its returns over twenty years, and where the network's three parts begin."""

import numpy as np

from backprop import load_csi300, log_returns
from book.figures import ACCENT, FAINT, INK, MUTED, figure, is_narrow, series
from experiments.csi300 import split_by_date


def draw():
    index = load_csi300()
    borders = split_by_date(index).starts
    fig, (top, bottom) = figure(5.6, 3.6, rows=2, sharex=True, height_ratios=(2, 1))
    top.plot(index.dates, index.close, color=ACCENT, linewidth=0.9)
    top.set(yscale="log", ylabel="index, in points")
    top.set_yticks([1000, 2000, 4000], labels=["1,000", "2,000", "4,000"])
    top.minorticks_off()
    bottom.plot(index.dates[1:], 100 * log_returns(index.close), color=series(0), linewidth=0.4)
    bottom.set(ylabel="return, in %", yticks=[-10, 0, 10])
    for ax in (top, bottom):
        ax.grid(axis="y", color=FAINT, linewidth=0.6)
        for border in borders:
            ax.axvline(border, color=MUTED, linewidth=0.9, dashes=(3, 2))
    ends = np.array([index.dates[0], *borders, index.dates[-1]]).astype("datetime64[s]")
    middles = ends[:-1] + (ends[1:] - ends[:-1]) // 2
    for middle, name in zip(middles, ("to learn from", "to choose", "to test"), strict=True):
        name = name.replace(" ", "\n", 1) if is_narrow() else name
        top.annotate(name, (middle, 1), xycoords=("data", "axes fraction"), xytext=(0, 4),
                     textcoords="offset points", ha="center", color=INK, fontsize=9)  # fmt: skip
    return fig
