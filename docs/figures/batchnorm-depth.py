"""The size of the gradient at each of fifty layers, untrained, with and without batch norm."""

import numpy as np

from book.figures import MUTED, figure, result, stroke

NAMES = {"plain": "without batch norm", "batch_norm": "with batch norm"}


def draw():
    curve = result("batchnorm-depth")["curve"]
    fig, ax = figure(5.6, 2.9)
    layers = np.arange(1, len(curve["plain_mean"]) + 1)
    for i, (kind, label) in enumerate(NAMES.items()):
        ax.plot(layers, curve[f"{kind}_mean"], **stroke(i), label=label)
    foretold = (1 - 1 / np.pi) ** (-(layers[-1] - layers) / 2)
    ax.plot(layers, foretold, color=MUTED, linestyle=":", linewidth=1.2, label="1.21 a layer")
    ax.set(yscale="log", xlabel="layer", ylabel="gradient, last layer = 1", xlim=(0, 51))
    ax.legend(loc="upper right")
    return fig
