"""How the activations of ten layers with ReLU are spread, untrained, from three starts."""

import numpy as np

from backprop.activations import relu_forward
from backprop.initializers import he_normal, normal, xavier_normal
from book.figures import MUTED, figure, series

STARTS = {"0.01": normal, "Xavier": xavier_normal, "He": he_normal}
LAYERS = (1, 2, 5, 10)
BINS = np.linspace(0, 2.5, 26)


def activations(draw):
    """What each of ten layers of 100 units passes on, from 200 rows of normal numbers."""
    rng = np.random.default_rng(0)
    h, found = rng.normal(size=(200, 100)), {}
    for layer in range(1, max(LAYERS) + 1):
        h, _ = relu_forward(h @ draw((100, 100), rng))
        found[layer] = h
    return found


def draw():
    rows, columns = len(STARTS), len(LAYERS)
    fig, axes = figure(
        5.6, 3.2, rows=rows, columns=columns, across=columns, sharex=True, sharey=True
    )
    for i, (row, (name, start)) in enumerate(zip(axes, STARTS.items(), strict=True)):
        found = activations(start)
        for ax, layer in zip(row, LAYERS, strict=True):
            on = found[layer][found[layer] > 0]
            ax.hist(on, BINS, weights=np.full(on.size, 1 / found[layer].size), color=series(i))
            ax.set(yticks=[], ylim=(0, 0.1), xticks=[0, 1, 2])
            ax.spines["left"].set_visible(False)
            if i == 0:
                ax.set_title(f"layer {layer}", color=MUTED)
        row[0].set_ylabel(name, rotation=0, ha="right", va="center")
    return fig
