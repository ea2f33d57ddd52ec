"""The same digit in the network of two convolutions, after each of its blocks."""

from book.figures import INK, arrays, figure, image, signed_image, tiles

COLUMNS = 16
NAMES = {
    "maps_pooling_1": "after the first convolution, ReLU and pooling",
    "maps_convolution_2": "after the second convolution",
    "maps_pooling_2": "after ReLU and pooling",
}


def draw():
    found = arrays("mnist-cnn")
    fig, axes = figure(5.6, 2.7, rows=len(NAMES), height_ratios=[1, 2, 2])
    for ax, (key, name) in zip(axes, NAMES.items(), strict=True):
        show = signed_image if found[key].min() < 0 else image
        show(ax, tiles(found[key], columns=COLUMNS, gap=1))
        ax.set_title(name, fontsize=10, color=INK)
    return fig
