"""The paths of four optimisers down a valley that is twenty times steeper across than along."""

import numpy as np

from backprop import SGD, Adam, Momentum, RMSprop
from book.figures import FAINT, figure, stroke

CURVATURE, START, STEPS = np.array([1.0, 20.0]), np.array([-4.0, 1.0]), 40
RULES = {
    "gradient descent": SGD(0.09),
    "momentum": Momentum(0.02),
    "RMSprop": RMSprop(0.05),
    "Adam": Adam(0.2),
}


def path(optimizer):
    """The points that an optimiser visits."""
    params, visited = {"theta": START.copy()}, [START]
    for _ in range(STEPS):
        optimizer.step(params, {"theta": CURVATURE * params["theta"]})
        visited.append(params["theta"].copy())
    return np.array(visited)


def draw():
    fig, axes = figure(5.6, 3.6, rows=2, columns=2, sharex=True, sharey=True)
    x, y = np.linspace(-5, 3, 120), np.linspace(-1.5, 1.5, 80)
    levels = (CURVATURE[0] * x**2 + CURVATURE[1] * y[:, None] ** 2) / 2
    for i, (ax, (name, optimizer)) in enumerate(zip(axes.flat, RULES.items(), strict=True)):
        ax.contour(x, y, levels, levels=[0.1, 0.5, 2, 5, 10, 20], colors=[FAINT], linewidths=0.8)
        ax.plot(*path(optimizer).T, marker=".", **(stroke(i) | {"linestyle": "-"}), linewidth=1)
        ax.set(title=name, xlim=(-5, 3), ylim=(-1.5, 1.5))
    return fig
