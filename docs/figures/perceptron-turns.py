"""Two clouds of points in space that a plane separates, seen from the side, with the plane."""

import numpy as np

from backprop.perceptron import perceptron_learn
from book.figures import FAINT, MUTED, figure, marked

COUNT, MARGIN = 40, 0.25
UPRIGHT = np.array([0.6, 0.64, 0.48])
TURN, TILT = np.radians(118), np.radians(12)


def seen(points):
    """Where points in space lie on the paper."""
    x, y, z = points.T
    ahead = np.cos(TURN) * x + np.sin(TURN) * y
    return -np.sin(TURN) * x + np.cos(TURN) * y, z * np.cos(TILT) - ahead * np.sin(TILT)


def draw():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(400, 3))
    side = x @ UPRIGHT
    x = x[(np.abs(side) >= MARGIN) & (np.abs(side) < 2)][:COUNT]
    t = np.sign(x @ UPRIGHT)
    w = perceptron_learn(np.concatenate([x, np.ones((COUNT, 1))], axis=1), t, passes=1000).w
    upright, length = w[:3] / np.linalg.norm(w[:3]), np.linalg.norm(w[:3])
    first = np.cross(upright, [0, 0, 1])
    first /= np.linalg.norm(first)
    corners = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]]) * 2
    plane = -w[3] / length * upright + corners @ np.stack([first, np.cross(upright, first)])
    fig, ax = figure(5.0, 3.2)
    ax.fill(*seen(plane), facecolor=FAINT, edgecolor=MUTED, linewidth=0.8, alpha=0.6)
    for i, which in enumerate((t > 0, t < 0)):
        ax.plot(*seen(x[which]), linestyle="none", **marked(i))
    ax.set(aspect="equal")
    ax.set_axis_off()
    return fig
