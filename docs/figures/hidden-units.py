"""What twenty hidden units of the plain network look for: their weights, as images."""

from book.figures import arrays, figure, signed_image, tiles


def draw():
    weights = arrays("mnist-sgd")["first_layer"]
    fig, ax = figure(5.6, 1.2)
    scaled = weights / abs(weights).max(axis=(1, 2), keepdims=True)
    signed_image(ax, tiles(scaled, columns=10, gap=3))
    return fig
