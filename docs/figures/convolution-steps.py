"""A drawn seven, and where a kernel for upright edges answers to it."""

import numpy as np

from backprop.convolution import conv2d_forward
from book.figures import figure, image, shade, signed_image

SIZE = 14
KERNEL = np.array([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])


def seven():
    h, w = np.indices((SIZE, SIZE))
    bar = (h >= 2) & (h <= 3) & (w >= 2) & (w <= SIZE - 3)
    down = (h > 3) & (h < SIZE - 1) & (abs(w - (SIZE - 3 - 0.55 * (h - 3))) <= 0.9)
    return (bar | down).astype(float)


def draw():
    x = seven()
    y, _ = conv2d_forward(x[None, None], KERNEL[None, None], np.zeros(1))
    fig, (paper, kernel, output) = figure(5.6, 2.1, columns=3, width_ratios=(SIZE, 6, SIZE - 2))
    image(paper, x)
    paper.set_title("the image")
    numbers = np.char.replace(np.char.mod("%.0f", KERNEL), "-", "−")
    shade(kernel, np.zeros((3, 3)), labels=numbers)
    kernel.set(xticks=[], yticks=[], title="the kernel")
    signed_image(output, y[0, 0])
    output.set_title("the output")
    return fig
