"""What a small network takes for either kind of points, before training and while it trains."""

import numpy as np

from backprop import xavier_normal, zeros
from backprop.activations import tanh_backward, tanh_forward
from backprop.linear import linear_backward, linear_forward
from backprop.losses import (
    sigmoid_cross_entropy_backward,
    sigmoid_cross_entropy_forward,
)
from book.figures import PAPER, figure, series

MOMENTS = (0, 60, 2000)
UNITS, POINTS, RATE = 8, 160, 1.0


def moons(rng):
    """Two half circles that interlock, with some noise."""
    kind = np.arange(POINTS) % 2
    angle = np.pi * rng.random(POINTS)
    side = np.where(kind, 1, -1)
    x = 0.55 * side * (0.5 - np.cos(angle))
    y = 0.8 * side * (0.25 - np.sin(angle))
    return np.stack([x, y], axis=1) + 0.06 * rng.normal(size=(POINTS, 2)), kind


def scores(params, x):
    W1, b1, W2, b2 = params
    a, first = linear_forward(x, W1, b1)
    h, activation = tanh_forward(a)
    z, second = linear_forward(h, W2, b2)
    return z, (first, activation, second)


def step(params, x, target):
    z, (first, activation, second) = scores(params, x)
    _, loss = sigmoid_cross_entropy_forward(z, target)
    dh, dW2, db2 = linear_backward(sigmoid_cross_entropy_backward(1.0, loss), second)
    _, dW1, db1 = linear_backward(tanh_backward(dh, activation), first)
    return [p - RATE * g for p, g in zip(params, (dW1, db1, dW2, db2), strict=True)]


def draw():
    rng = np.random.default_rng(0)
    x, kind = moons(rng)
    params = [xavier_normal((2, UNITS), rng), zeros((UNITS,)), xavier_normal((UNITS, 1), rng)]
    params.append(zeros((1,)))
    side = np.linspace(-1.05, 1.05, 80)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    fig, axes = figure(5.6, 2.2, columns=3)
    done = 0
    for ax, moment in zip(axes, MOMENTS, strict=True):
        for _ in range(moment - done):
            params = step(params, x, kind[:, None].astype(float))
        done = moment
        z = scores(params, grid)[0].reshape(80, 80)
        for k, levels in enumerate(((-1e9, 0), (0, 1e9))):
            ax.contourf(side, side, z, levels=levels, colors=[series(k)], alpha=0.25)
        for k, marker in enumerate("os"):
            ax.plot(*x[kind == k].T, marker, color=series(k), markersize=3, markeredgecolor=PAPER,
                    markeredgewidth=0.4)  # fmt: skip
        ax.set(title=f"after {moment} steps", xticks=[], yticks=[], aspect="equal")
    return fig
