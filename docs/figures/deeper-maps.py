"""The same digit in the network of two convolutions, after each of its blocks."""

from book.figures import arrays, feature_maps, figure

COLUMNS = 16
NAMES = {
    "maps_pooling_1": "after the first convolution, ReLU and pooling",
    "maps_convolution_2": "after the second convolution",
    "maps_pooling_2": "after ReLU and pooling",
}


def draw():
    found = arrays("mnist-cnn")
    fig, axes = figure(5.6, 2.7, rows=len(NAMES), tall=2.1, height_ratios=[1, 2, 2])
    for ax, (key, name) in zip(axes, NAMES.items(), strict=True):
        feature_maps(ax, found[key], name, columns=COLUMNS, gap=1)
    return fig
