"""AND, OR, NAND and XOR in the plane of their inputs, each with the line that separates, if any."""

import numpy as np

from book.figures import INK, MUTED, figure, series

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
# What is answered at each corner, and where the line x1 + x2 = c lies.
GATES = {
    "AND": ([0, 0, 0, 1], 1.5),
    "OR": ([0, 1, 1, 1], 0.5),
    "NAND": ([1, 1, 1, 0], 1.5),
    "XOR": ([0, 1, 1, 0], None),
}


def draw():
    fig, axes = figure(5.6, 1.75, columns=4)
    for ax, (name, (answers, line)) in zip(axes, GATES.items(), strict=True):
        if line is not None:
            ends = np.array([-0.5, 1.5])
            ax.plot(ends, line - ends, color=MUTED, linewidth=1.2)
        for (x, y), answer in zip(CORNERS, answers, strict=True):
            face = series(0) if answer else "none"
            ax.plot(x, y, "o", markersize=9, markerfacecolor=face, markeredgecolor=series(0))
        ax.set_title(name, loc="center", color=INK)
        ax.set(xlim=(-0.4, 1.4), ylim=(-0.4, 1.4), aspect="equal", xticks=[0, 1], yticks=[0, 1])
    return fig
