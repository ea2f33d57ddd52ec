"""One cell of an LSTM that meets the same gates at every step, for three forget gates."""

import numpy as np

from book.figures import figure, legend_below, stroke

STEPS, INPUT, CANDIDATE, START = 30, 0.5, 0.3, 1.0
FORGET = (0.5, 0.9, 0.99)


def draw():
    fig, (cells, slopes) = figure(5.6, 2.5, columns=2)
    for i, f in enumerate(FORGET):
        c = [START]
        for _ in range(STEPS):
            c.append(f * c[-1] + INPUT * CANDIDATE)
        cells.plot(c, **stroke(i), label=f"f = {f}")
        slopes.plot(f ** np.arange(STEPS, -1, -1.0), **stroke(i))
    cells.set(title="the cell", xlabel="step")
    slopes.set(title="gradient of the last cell", xlabel="step")
    legend_below(fig, *cells.get_legend_handles_labels(), columns=3)
    return fig
