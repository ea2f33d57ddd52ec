"""Zeros and ones by the ink in their middle, the fitted curve, and the loss with the way down."""

import numpy as np

from backprop.activations import sigmoid_forward
from backprop.data.mnist import load_mnist_sample
from book.figures import INK, figure, series

STEPS, RATE, START = 60, 3.0, (-1.5, 3.0)


def draw():
    digits = load_mnist_sample()
    chosen = digits.train_labels < 2
    ink = digits.train_images[chosen][:, 10:18, 12:16].mean(axis=(1, 2)) / 255
    x, t = (ink - ink.mean()) / ink.std(), digits.train_labels[chosen].astype(float)

    theta, way = np.array(START), [START]
    for _ in range(STEPS):
        dz = (sigmoid_forward(theta[0] * x + theta[1])[0] - t) / len(x)
        theta = theta - RATE * np.array([(dz * x).sum(), dz.sum()])
        way.append(tuple(theta))

    fig, (left, right) = figure(5.6, 2.7, columns=2)
    up = np.random.default_rng(0).uniform(-0.06, 0.06, size=len(x))  # so that dots lie side by side
    for kind in (0, 1):
        of_kind = t == kind
        left.plot(
            x[of_kind], t[of_kind] + up[of_kind], "os"[kind], color=series(kind), markersize=2
        )
    along = np.linspace(x.min(), x.max(), 200)
    left.plot(along, sigmoid_forward(theta[0] * along + theta[1])[0], color=INK)
    left.set(xlabel="ink in the middle, scaled", ylabel="probability of a 1", yticks=[0, 0.5, 1])

    w, b = np.linspace(-2, 8, 120), np.linspace(-4, 4, 100)
    z = w[:, None, None] * x + b[:, None]
    losses = (np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z)))).mean(axis=2)
    right.contour(
        w, b, np.log(losses.T), levels=12, colors=[series(0)], linestyles="solid", linewidths=0.8
    )
    right.plot(*np.array(way).T, "o-", color=series(1), markersize=2.5, linewidth=1)
    right.set(xlabel="weight", ylabel="bias")
    return fig
