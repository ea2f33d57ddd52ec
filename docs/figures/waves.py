"""Six noisy waves: what is seen, what is to be foretold, and what both are made of."""

import numpy as np

from backprop import noisy_waves
from book.figures import ACCENT, FAINT, INK, PAPER, figure

COUNT = 6
SEED = 1


def draw():
    noisy = noisy_waves(COUNT, np.random.default_rng(SEED))
    clean = noisy_waves(COUNT, np.random.default_rng(SEED), noise=0)
    fig, axes = figure(5.6, 3.0, rows=2, columns=3, sharex=True, sharey=True)
    steps = noisy.target.shape[1]
    past, future = np.arange(1, steps + 1), np.arange(steps + 1, 2 * steps + 1)
    for n, ax in enumerate(axes.flat):
        whole = np.concatenate([clean.seen[n, :, 0], clean.target[n]])
        ax.plot(np.arange(1, 2 * steps + 1), whole, color=FAINT, linewidth=2, zorder=1)
        ax.plot(past, noisy.seen[n, :, 0], "o", color=INK, markersize=3)
        ax.plot(
            future,
            noisy.target[n],
            "o",
            markersize=3,
            markerfacecolor=PAPER,
            markeredgecolor=ACCENT,
        )
        ax.set(xticks=[1, 10, 20], yticks=[-1, 0, 1])
    for ax in axes[-1]:
        ax.set_xlabel("step")
    return fig
