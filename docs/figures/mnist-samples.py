"""Forty digits of the sample, four of each class, with their labels."""

import numpy as np

from backprop import load_mnist_sample
from book.figures import MUTED, figure, image, tiles

EACH, GAP = 4, 6


def draw():
    data = load_mnist_sample()
    rows = [np.flatnonzero(data.train_labels == digit)[:EACH] for digit in range(10)]
    chosen = np.stack(rows, axis=1)  # a row holds one of each class
    fig, ax = figure(5.6, 2.7)
    image(ax, tiles(data.train_images[chosen.ravel()], columns=10, gap=GAP))
    for digit in range(10):
        x = digit * (28 + GAP) + 13.5
        ax.text(x, EACH * (28 + GAP) + 2, str(digit), color=MUTED, ha="center", va="top")
    return fig
