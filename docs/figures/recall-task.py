"""One sequence of the recall task: a symbol at the first step, then noise."""

import numpy as np

from backprop import symbols_to_recall
from book.figures import figure, signed_image

STEPS, SYMBOLS = 20, 8
SEED = 1


def draw():
    x, _ = symbols_to_recall(1, np.random.default_rng(SEED), steps=STEPS, symbols=SYMBOLS)
    fig, ax = figure(5.6, 2.6)
    signed_image(ax, x[:, 0].T, 1.0)
    ax.set_axis_on()
    ax.set(
        xticks=[0, 5, 10, 15, 20],
        xticklabels=[1, 6, 11, 16, 21],
        yticks=[*range(SYMBOLS), SYMBOLS],
        yticklabels=[*range(1, SYMBOLS + 1), "noise"],
        xlabel="step",
        ylabel="symbol",
    )
    return fig
