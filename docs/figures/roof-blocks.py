"""What blocks do to a product of matrices of side 1024: its place under the roof of one core."""

import numpy as np

from book.figures import FAINT, INK, figure, marked, result

SIDE, BYTES = 1024, 4


def draw():
    metrics = result("speed")["metrics"]
    peak, bandwidth = metrics["peak_rate"], metrics["copy_bandwidth"]
    fig, ax = figure(5.6, 2.8)
    intensity = np.geomspace(0.1, 400, 200)
    ax.plot(intensity, np.minimum(peak, bandwidth * intensity), color=INK)
    blocks = 2 ** np.arange(0, 11)
    of_block = 2 * SIDE**3 / (BYTES * (2 * SIDE**3 / blocks + SIDE**2))
    rates = np.minimum(peak, bandwidth * of_block)
    ax.plot(of_block, rates, **marked(1) | {"linestyle": "none", "markersize": 5})
    for block, x, y in zip(blocks, of_block, rates, strict=True):
        if block in (1, 8, 32, 1024):
            place = {"textcoords": "offset points", "ha": "center", "va": "top"}
            ax.annotate(str(block), (x, y), (4, -7), fontsize=9, **place)
    ax.set(xscale="log", yscale="log", xlim=(0.1, 400), ylim=(1, 300))
    ax.set(xlabel="operations for each byte", ylabel="billion operations a second")
    ax.grid(color=FAINT)
    ax.set_axisbelow(True)
    return fig
