"""One digit, and what each of the first layers makes of it."""

from book.figures import INK, arrays, figure, image, signed_image, tiles

COLUMNS = 10
NAMES = {
    "maps_image": "image",
    "maps_convolution_1": "after the convolution",
    "maps_relu_1": "after ReLU",
    "maps_pooling_1": "after pooling",
}


def draw():
    found = arrays("mnist-conv")
    fig, axes = figure(5.6, 6.4, rows=len(NAMES), height_ratios=[1, 3, 3, 3])
    for ax, (key, name) in zip(axes, NAMES.items(), strict=True):
        maps = found[key]
        stack = maps[None] if maps.ndim == 2 else maps
        show = signed_image if stack.min() < 0 else image
        show(ax, tiles(stack, columns=min(COLUMNS, len(stack)), gap=2))
        ax.set_title(name, fontsize=10, color=INK)
    return fig
