"""An image of two channels under a kernel of two sheets: what the sheets give is added up."""

import numpy as np

from backprop.convolution import conv2d_forward
from book.figures import INK, MUTED, boxed, figure

CHANNELS = np.array([[[1, 2], [2, 3]], [[4, 1], [1, 2.0]]])
KERNEL = np.array([[[1, -1], [2, 1]], [[2, -3], [-1, 2.0]]])
NO_BIAS = np.zeros(1)


def draw():
    fig, ax = figure(5.6, 2.6)
    for c, (channel, sheet) in enumerate(zip(CHANNELS, KERNEL, strict=True)):
        top = 2.6 * c
        part, _ = conv2d_forward(channel[None, None], sheet[None, None], NO_BIAS)
        for left, table in ((2.4, channel), (5.2, sheet), (8, part[0, 0])):
            boxed(ax, table, left, top + (2 - len(table)) / 2)
        ax.text(2, top + 1, f"channel {c + 1}", color=MUTED, ha="right", va="center")
        for x, text in ((4.8, "×"), (7.6, "=")):
            ax.text(x, top + 1, text, color=MUTED, ha="center", va="center", fontsize=12)
    total, _ = conv2d_forward(CHANNELS[None], KERNEL[None], NO_BIAS)
    boxed(ax, total[0, 0], 10, 1.8)
    for x, y, text in ((8.5, 2.3, "+"), (9.6, 2.3, "=")):
        ax.text(x, y, text, color=MUTED, ha="center", va="center", fontsize=12)
    for x, text in ((3.4, "image"), (6.2, "kernel"), (10.5, "map")):
        ax.text(x, -0.3, text, color=INK, ha="center", va="bottom")
    ax.set(xlim=(-0.2, 11.2), ylim=(4.8, -1), aspect="equal")
    ax.set_axis_off()
    return fig
