"""Scores, probabilities and the push on each score, for a digit that a network reads wrongly."""

import numpy as np

from backprop.activations import relu_forward, softmax_forward
from backprop.data.mnist import load_digit_reader, load_mnist_sample, to_unit_interval
from book.figures import FAINT, figure, image, series

DIGIT = 4


def draw():
    W1, b1, W2, b2, W3, b3 = load_digit_reader()
    digits = load_mnist_sample()
    x = to_unit_interval(digits.train_images, np.float64).reshape(-1, 784)
    h2, _ = relu_forward(relu_forward(x @ W1 + b1)[0] @ W2 + b2)
    scores = h2 @ W3 + b3
    p, _ = softmax_forward(scores)
    fours = np.flatnonzero((digits.train_labels == DIGIT) & (scores.argmax(axis=1) == 9))
    n = fours[np.abs(p[fours, DIGIT] - 0.25).argmin()]  # one of which it was not too sure

    push = -p[n]
    push[DIGIT] += 1
    fig, axes = figure(5.6, 2.6, columns=4, width_ratios=[1.1, 1, 1, 1])
    image(axes[0], digits.train_images[n] / 255)
    axes[0].set_title("a 4", loc="center")
    places = np.arange(10)
    panels = {"scores": scores[n], "probabilities": p[n], "push": push}
    for ax, (name, values) in zip(axes[1:], panels.items(), strict=True):
        colours = [series(1) if k == DIGIT else series(0) for k in places]
        ax.axvline(0, color=FAINT, linewidth=0.8)
        ax.barh(places, values, height=0.7, color=colours)
        ax.set_title(name, loc="center")
        ax.set(ylim=(9.6, -0.6), xticks=[0], yticks=places)
    return fig
