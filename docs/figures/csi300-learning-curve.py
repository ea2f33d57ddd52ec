"""The loss on the training and on the validation windows, a line for each seed."""

import numpy as np

from backprop import load_csi300
from book.figures import INK, MUTED, figure, result, series
from experiments.csi300 import split_by_date


def draw():
    found = result("csi300")
    split = split_by_date(load_csi300())
    fig, axes = figure(5.6, 2.8, columns=2, sharex=True)
    parts = {"train": split.train, "validation": split.validation}
    for ax, (part, windows) in zip(axes, parts.items(), strict=True):
        for seed in found["seeds"]:
            ax.plot(found["curve"]["epoch"], found["curve"][f"{part}_loss_{seed}"],
                    color=series(seed), linewidth=1.2)  # fmt: skip
        ax.axhline(np.mean(windows.future**2), color=MUTED, linewidth=1, dashes=(3, 2))
        ax.set(title=f"{part if part == 'validation' else 'training'} windows", xlabel="epoch")
        ax.set_xticks([1, 4, 8, 12])
        ax.tick_params(colors=INK)
    axes[0].set_ylabel("mean squared error")
    return fig
