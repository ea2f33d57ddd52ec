"""One unit of a GRU with the reset gate after the recurrent product, and before it."""

import numpy as np

from book.figures import FAINT, figure, series

UPDATE, RESET, INPUT, WEIGHT, BIAS = 0.4, 0.5, 0.2, 1.5, 0.8


def draw():
    old = np.linspace(-1, 1, 81)
    candidates = {
        "reset after the product": np.tanh(INPUT + RESET * (WEIGHT * old + BIAS)),
        "reset before the product": np.tanh(INPUT + WEIGHT * (RESET * old) + BIAS),
    }
    fig, ax = figure(5.6, 2.9)
    ax.plot(old, old, color=FAINT, linewidth=1)
    for i, (name, candidate) in enumerate(candidates.items()):
        new = (1 - UPDATE) * candidate + UPDATE * old
        ax.plot(old, new, color=series(i), label=name, dashes=(6, 3) if i else (None, None))
    ax.set(xlabel="state before the step", ylabel="state after it", xlim=(-1, 1), ylim=(-1, 1))
    ax.legend(loc="lower right")
    return fig
