"""One digit, and what each of the first layers makes of it, the first before training too."""

import numpy as np

from backprop.convolution import conv2d_forward
from book.figures import arrays, feature_maps, figure

COLUMNS = 10
NAMES = {
    "maps_image": "image",
    "maps_before": "after the convolution, before training",
    "maps_convolution_1": "after the convolution, trained",
    "maps_relu_1": "after ReLU, trained",
    "maps_pooling_1": "after pooling, trained",
}


def draw():
    found = dict(arrays("mnist-conv"))
    found["maps_before"] = untrained(found)
    fig, axes = figure(5.6, 8.2, rows=len(NAMES), tall=6.2, height_ratios=[1, 3, 3, 3, 3])
    for ax, (key, name) in zip(axes, NAMES.items(), strict=True):
        maps = found[key].reshape(-1, *found[key].shape[-2:])  # the image is one too
        feature_maps(ax, maps, name, columns=COLUMNS, gap=2)
    return fig


def untrained(found):
    """What the kernels as they were drawn make of the image; biases start at 0."""
    image, W = found["maps_image"].astype(float), found["filters_before"].astype(float)
    return conv2d_forward(image.reshape(1, 1, *image.shape[-2:]), W, np.zeros(len(W)))[0][0]
