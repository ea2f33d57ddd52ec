"""Two features of one batch: as they come, normalised, and with a scale and a shift."""

import numpy as np

from backprop import load_mnist_sample
from backprop.normalization import batchnorm_forward
from book.figures import ACCENT, FAINT, INK, figure

BATCH = 100
GAMMA, BETA = np.array([1.5, 0.6]), np.array([1.0, -1.5])


def draw():
    digits = load_mnist_sample().train_images[:BATCH].reshape(BATCH, -1) / 255
    W = np.random.default_rng(3).normal(size=(784, 2)) * [0.05, 0.15] + [0.012, 0.02]
    x = digits @ W
    normalised, _ = batchnorm_forward(x, np.ones(2), np.zeros(2))
    y, _ = batchnorm_forward(x, GAMMA, BETA)
    fig, axes = figure(5.6, 2.3, columns=3, sharex=True, sharey=True)
    limit = 1.1 * np.abs(x).max()
    for ax, values, title in zip(axes, (x, normalised, y), ("x", "normalised", "y"), strict=True):
        ax.axhline(0, color=FAINT, linewidth=0.8, zorder=0)
        ax.axvline(0, color=FAINT, linewidth=0.8, zorder=0)
        ax.scatter(*values.T, s=7, color=ACCENT, alpha=0.6, linewidths=0)
        ax.plot(*values.mean(axis=0), marker="+", color=INK, markersize=10)
        ax.set(title=title, xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    return fig
