"""Five digits that are held back, and beside each the four nearest of 1,600."""

import numpy as np

from backprop import load_mnist_sample
from book.figures import INK, MUTED, figure, image

SHOWN = (0, 1, 2, 9, 16)


def draw():
    digits = load_mnist_sample()
    x = digits.train_images.reshape(2000, -1) / 255
    known, new = x[:1600], x[1600:]
    q = (new**2).sum(axis=1, keepdims=True) + (known**2).sum(axis=1) - 2 * new @ known.T
    fig, axes = figure(5.6, 5.0, rows=len(SHOWN), columns=5, across=5, tall=4.2)
    for row, n in zip(axes, SHOWN, strict=True):
        chosen = [1600 + n, *np.argsort(q[n])[:4]]
        for place, (ax, k) in enumerate(zip(row, chosen, strict=True)):
            image(ax, digits.train_images[k] / 255)
            name = "?" if place == 0 else str(digits.train_labels[k])
            ax.set_title(name, loc="center", color=INK if place == 0 else MUTED, fontsize=9, pad=2)
    return fig
