"""Ten digits, and the same with their pixels in another order."""

import numpy as np

from backprop import load_mnist_sample
from book.figures import figure, image, tiles


def draw():
    data = load_mnist_sample()
    firsts = [np.flatnonzero(data.train_labels == digit)[0] for digit in range(10)]
    digits = data.train_images[firsts]
    order = np.random.default_rng(0).permutation(28 * 28)
    shuffled = digits.reshape(10, -1)[:, order].reshape(digits.shape)
    fig, ax = figure(5.6, 1.2)
    image(ax, tiles(np.concatenate([digits, shuffled]), columns=10, gap=4))
    return fig
