"""A hundred zeros and ones as points in space, and the plane that a perceptron found."""

import numpy as np

from backprop import load_mnist_sample
from backprop.perceptron import perceptron_learn
from book.figures import FAINT, INK, MUTED, figure, marked

COUNT = 100
AZIMUTH, HEIGHT = np.radians(92), np.radians(16)  # from where the reader looks


def measure(pictures):
    """Ink, height and ink in the middle of each picture, as the chapter measures them."""
    rows = pictures.sum(axis=2) / pictures.sum(axis=(1, 2))[:, None]
    middle = rows @ np.arange(28)
    height = np.sqrt(rows @ np.arange(28) ** 2 - middle**2)
    ink = pictures.mean(axis=(1, 2))
    return np.stack([ink, height, pictures[:, :, 13:15].mean(axis=(1, 2))], axis=1)


def seen(points):
    """Where points in space lie on the paper."""
    right = np.array([-np.sin(AZIMUTH), np.cos(AZIMUTH), 0])
    ahead = np.array(
        [np.cos(AZIMUTH) * np.cos(HEIGHT), np.sin(AZIMUTH) * np.cos(HEIGHT), np.sin(HEIGHT)]
    )
    return points @ np.stack([right, np.cross(ahead, right)], axis=1)


def draw():
    digits = load_mnist_sample()
    chosen = np.flatnonzero(digits.train_labels < 2)[:COUNT]
    zero = digits.train_labels[chosen] == 0
    x = measure(digits.train_images[chosen] / 255)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    with_bias = np.concatenate([x, np.ones((COUNT, 1))], axis=1)
    w = perceptron_learn(with_bias, np.where(zero, 1.0, -1.0), passes=1000).w

    fig, ax = figure(5.6, 3.8)
    # The part of the plane above a square of the two features that it depends on least.
    corner = np.array([[-2, -2], [-2, 2.5], [2, 2.5], [2, -2]])
    plane = np.stack([-(corner @ w[1:3] + w[3]) / w[0], corner[:, 0], corner[:, 1]], axis=1)
    ax.fill(*seen(plane).T, facecolor=FAINT, edgecolor=MUTED, linewidth=0.8, alpha=0.6)
    for i, (name, which) in enumerate({"0": zero, "1": ~zero}.items()):
        ax.plot(*seen(x[which]).T, linestyle="none", **marked(i), label=f"handwritten {name}")
    origin = np.add(seen(x).min(axis=0), (0.6, -0.2))
    for axis, name in enumerate(("ink", "height", "ink in the middle")):
        way = seen(np.eye(3)[axis])
        end = origin + 1.2 * way
        ax.plot(*np.stack([origin, end]).T, color=MUTED, linewidth=1.2)
        beside = end + 0.3 * way / np.linalg.norm(way)
        ax.text(*beside, name, color=INK, fontsize=9, ha="center", va="center")
    ax.set(aspect="equal")
    ax.set_axis_off()
    ax.legend(loc="upper left", bbox_to_anchor=(0.02, 0.8))
    return fig
