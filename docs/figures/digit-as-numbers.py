"""A digit as it is seen, and a part of it as the numbers that a program gets."""

import numpy as np
from matplotlib.patches import ConnectionPatch, Rectangle

from backprop import load_mnist_sample
from book.figures import ACCENT, FAINT, INK, MUTED, figure, image, is_narrow

SIZE = 9


def draw():
    data = load_mnist_sample()
    digit = data.train_images[np.flatnonzero(data.train_labels == 5)[0]] / 255
    top, left = 9, 9
    part = digit[top : top + SIZE, left : left + SIZE]

    fig, (seen, got) = figure(5.6, 2.7, columns=2, width_ratios=[1, 1.25])
    image(seen, digit, high=1)
    frame = (left - 0.5, top - 0.5)
    seen.add_patch(Rectangle((-0.5, -0.5), 28, 28, fill=False, edgecolor=FAINT))
    seen.add_patch(Rectangle(frame, SIZE, SIZE, fill=False, edgecolor=ACCENT, linewidth=1.4))

    for i, j in np.ndindex(part.shape):
        text = f"{part[i, j]:.1f}".removeprefix("0").replace("1.0", "1").replace(".0", "0")
        got.text(j, i, text, color=MUTED if text == "0" else INK, ha="center", va="center")
    got.add_patch(Rectangle((-0.5, -0.5), SIZE, SIZE, fill=False, edgecolor=ACCENT, linewidth=1.4))
    got.set(xlim=(-0.5, SIZE - 0.5), ylim=(SIZE - 0.5, -0.5), aspect="equal")
    got.set_axis_off()
    for corner in (0, SIZE):
        # From the side that the numbers stand on: the right, or below.
        along = (corner, SIZE) if is_narrow() else (SIZE, corner)
        fig.add_artist(
            ConnectionPatch(
                xyA=(left - 0.5 + along[0], top - 0.5 + along[1]),
                xyB=(corner - 0.5, -0.5) if is_narrow() else (-0.5, corner - 0.5),
                coordsA=seen.transData,
                coordsB=got.transData,
                color=ACCENT,
                linewidth=0.7,
            )
        )
    return fig
