"""The best accuracy on the digits that choose, against the trials: a random search, and grids."""

import numpy as np

from book.figures import figure, result, series


def draw():
    curve = result("hyperparameters")["curve"]
    fig, ax = figure(5.6, 3.0)
    best, error = np.array(curve["random_best"]), np.array(curve["random_best_error"])
    ax.plot(curve["trials"], best, color=series(0), label="random")
    ax.fill_between(curve["trials"], best - error, best + error, color=series(0), alpha=0.2, lw=0)
    ax.errorbar(
        curve["grids_trials"],
        curve["grids_best"],
        curve["grids_best_error"],
        color=series(1),
        fmt="s",
        markersize=5,
        capsize=3,
        label="grid",
    )
    ax.set(xlabel="trials", ylabel="best validation accuracy", ylim=(0.5, 0.95))
    ax.legend(loc="lower right")
    return fig
