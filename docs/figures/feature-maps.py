"""One digit, and what each of the first layers makes of it."""

from book.figures import arrays, feature_maps, figure

COLUMNS = 10
NAMES = {
    "maps_image": "image",
    "maps_convolution_1": "after the convolution",
    "maps_relu_1": "after ReLU",
    "maps_pooling_1": "after pooling",
}


def draw():
    found = arrays("mnist-conv")
    fig, axes = figure(5.6, 6.4, rows=len(NAMES), tall=4.8, height_ratios=[1, 3, 3, 3])
    for ax, (key, name) in zip(axes, NAMES.items(), strict=True):
        maps = found[key].reshape(-1, *found[key].shape[-2:])  # the image is one too
        feature_maps(ax, maps, name, columns=COLUMNS, gap=2)
    return fig
