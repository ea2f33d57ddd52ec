"""A skewed batch before batch norm and after it."""

import numpy as np

from backprop.normalization import batchnorm_forward
from book.figures import FAINT, INK, figure, series

SAMPLES = 4000


def draw():
    rng = np.random.default_rng(0)
    x = 3 + 1.5 * np.expm1(0.4 * rng.normal(size=(SAMPLES, 1))) / 0.4
    y = batchnorm_forward(x, np.ones(1), np.zeros(1))[0]
    fig, axes = figure(5.6, 2.2, columns=2, sharex=True)
    titles = ("x, before", "y, after")
    for ax, values, title, colour in zip(axes, (x, y), titles, (series(1), series(0)), strict=True):
        ax.axvline(0, color=FAINT, linewidth=0.8)
        counts, _, _ = ax.hist(values[:, 0], bins=60, range=(-8, 12), color=colour, alpha=0.7)
        middle, spread, top = values.mean(), values.std(), 1.08 * counts.max()
        ax.errorbar(middle, top, xerr=spread, color=INK, marker="|", capsize=3, linewidth=1.2)
        ax.set(title=title, yticks=[], ylim=(0, 1.2 * counts.max()))
    return fig
