"""The gradient's norm against the steps back, for recurrent matrices of five scales."""

import numpy as np

from backprop import orthogonal
from backprop.recurrent import rnn_cell_backward, rnn_cell_forward
from book.figures import figure, series

SCALES = (0.7, 0.9, 1.0, 1.1, 1.4)
STEPS, UNITS = 40, 16


def norms(scale):
    """The gradient's norm for the state, from the last step back to the first."""
    rng = np.random.default_rng(0)
    W_h = scale * orthogonal((UNITS, UNITS), rng)
    h, caches = np.zeros((1, UNITS)), []
    for x in 0.5 * rng.normal(size=(STEPS, 1, UNITS)):
        h, cache = rnn_cell_forward(x, h, np.eye(UNITS), W_h, np.zeros(UNITS))
        caches.append(cache)
    dh = rng.normal(size=(1, UNITS))
    found = [dh / np.linalg.norm(dh)]
    for cache in reversed(caches):
        found.append(rnn_cell_backward(found[-1], cache)[1])
    return [np.linalg.norm(dh) for dh in found]


def draw():
    fig, ax = figure(5.6, 2.9)
    for i, scale in enumerate(SCALES):
        lengths = norms(scale)
        ax.semilogy(lengths, color=series(i))
        ax.text(STEPS + 0.5, lengths[-1], f"{scale:.1f}", color=series(i), va="center")
    ax.set(xlabel="steps back from the loss", ylabel="norm of the gradient", xlim=(0, STEPS))
    return fig
