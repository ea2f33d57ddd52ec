"""What twenty hidden units of the plain network look for: their weights, as images."""

from book.figures import arrays, figure, signed_image, tiles


def draw():
    weights = arrays("mnist-sgd")["first_layer"]
    fig, ax = figure(5.6, 1.2)
    signed_image(ax, tiles(weights, columns=10, gap=3))
    return fig
