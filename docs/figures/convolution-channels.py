"""Two channels of an image under two kernels: what the sheets of a kernel give is added up."""

import numpy as np

from backprop.convolution import conv2d_forward
from book.figures import INK, MUTED, boxed, figure

CHANNELS = np.array([[[1, 2], [2, 3]], [[4, 1], [1, 2.0]]])
KERNELS = np.array(
    [
        [[[1, -1], [2, 1]], [[2, -3], [-1, 2]]],
        [[[0, 1], [0, 0]], [[1, 0], [0, 0.0]]],
    ]
)
NO_BIAS = np.zeros(1)


def draw():
    fig, ax = figure(5.6, 3.2)
    ax.text(3.4, -0.3, "image", color=INK, ha="center", va="bottom")
    for c, channel in enumerate(CHANNELS):
        boxed(ax, channel, 2.4, 2.6 * c)
        ax.text(2, 2.6 * c + 1, f"channel {c + 1}", color=MUTED, ha="right", va="center")
    for k, kernel in enumerate(KERNELS):
        left = 5.6 + 4.6 * k
        ax.text(left + 1, -0.3, f"kernel {k + 1}", color=INK, ha="center", va="bottom")
        for c, (channel, sheet) in enumerate(zip(CHANNELS, kernel, strict=True)):
            part, _ = conv2d_forward(channel[None, None], sheet[None, None], NO_BIAS)
            boxed(ax, sheet, left, 2.6 * c)
            ax.text(
                left + 2.9, 2.6 * c + 1, f"{part.item():g}", color=INK, ha="center", va="center"
            )
        ax.plot([left + 2.4, left + 3.4], [5.0, 5.0], color=MUTED, linewidth=1)
        total, _ = conv2d_forward(CHANNELS[None], kernel[None], NO_BIAS)
        boxed(ax, total[0, 0], left + 2.4, 5.3)
        ax.text(left + 2, 5.8, f"map {k + 1}", color=MUTED, ha="right", va="center")
    ax.set(xlim=(-0.2, 14), ylim=(6.6, -1), aspect="equal")
    ax.set_axis_off()
    return fig
