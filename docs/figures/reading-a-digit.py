"""A digit on its way through three layers with given weights."""

import numpy as np

from backprop.activations import relu_forward
from backprop.data.mnist import load_digit_reader, load_mnist_sample, to_unit_interval
from book.figures import FAINT, INK, figure, image, series


def draw():
    W1, b1, W2, b2, W3, b3 = load_digit_reader()
    digit = load_mnist_sample().train_images[:1]
    x = to_unit_interval(digit, np.float64).reshape(1, -1)
    h1, _ = relu_forward(x @ W1 + b1)
    h2, _ = relu_forward(h1 @ W2 + b2)
    panels = {"first layer": h1[0], "second layer": h2[0], "scores": (h2 @ W3 + b3)[0]}
    fig, axes = figure(5.6, 2.6, columns=4, width_ratios=[1.2, 1, 1, 1])
    image(axes[0], digit[0] / 255)
    axes[0].set_title("picture", loc="center")
    for ax, (name, values) in zip(axes[1:], panels.items(), strict=True):
        places = np.arange(len(values))
        ax.axvline(0, color=FAINT, linewidth=0.8)
        ax.barh(places, values, height=0.7, color=series(0))
        ax.set_title(name, loc="center")
        ax.set(ylim=(len(values) - 0.4, -0.6), xticks=[0])
        ax.set_yticks(places if name == "scores" else [])
        ax.tick_params(labelcolor=INK)
    return fig
