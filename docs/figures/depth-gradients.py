"""The size of the gradient at each of fifty layers before training, for five kinds of network."""

import numpy as np

from book.figures import figure, result, stroke

NAMES = {
    "residual": "path",
    "plain_norm": "batch norm",
    "residual_norm": "path and batch norm",
    "plain": "neither",
    "residual_zero": "path, start at 0",
}


def draw():
    curve = result("depth")["curve"]
    fig, ax = figure(5.6, 2.9)
    for i, (kind, label) in enumerate(NAMES.items()):
        sizes = curve[f"{kind}_50"]
        layers = np.arange(len(sizes))
        style = stroke(i) | ({"linewidth": 0.9} if kind == "residual_zero" else {})
        ax.plot(layers, sizes, **style, label=label)
    ax.set(yscale="log", xlabel="layer", ylabel="gradient, last layer = 1", xlim=(0, 50))
    ax.legend(loc="upper right", fontsize=8.5)
    return fig
