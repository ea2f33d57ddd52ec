"""A digit, a frame around some of its rows and columns, and every second pixel of what it holds."""

from matplotlib.patches import Rectangle

from backprop.data.mnist import load_mnist_sample
from book.figures import ACCENT, figure, image


def draw():
    digit = load_mnist_sample().train_images[0] / 255
    fig, axes = figure(4.2, 2.2, columns=2)
    image(axes[0], digit, high=1)
    axes[0].add_patch(Rectangle((5.5, 3.5), 16, 20, fill=False, edgecolor=ACCENT, linewidth=1.6))
    image(axes[1], digit[4:24:2, 6:22:2], high=1)
    return fig
