"""Two weights that should add up to 2: those that fit, and two paths, with decay and without."""

import numpy as np

from book.figures import MUTED, figure, stroke

START, RATE, STEPS = (3.5, -2.5), 0.1, 800


def walk(decay):
    path = [np.array(START)]
    for _ in range(STEPS):
        w = path[-1]
        path.append(w - RATE * (w.sum() - 2 + decay * w))
    return np.array(path)


def draw():
    fig, ax = figure(3.4, 3.0)
    ax.plot([-1, 5], [3, -3], color=MUTED, linewidth=0.8)
    for i, (decay, label) in enumerate(((0.0, "without decay"), (0.05, "with decay"))):
        path = walk(decay)
        ax.plot(*path.T, **stroke(i), label=label)
        ax.plot(*path[-1], "o", color=stroke(i)["color"], markersize=5)
    ax.set(xlabel="first weight", ylabel="second weight", xlim=(-1, 5), ylim=(-3, 3))
    ax.set_aspect("equal")
    ax.legend(loc="upper right")
    return fig
