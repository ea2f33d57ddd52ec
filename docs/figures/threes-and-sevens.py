"""Threes and sevens by two features, the line of one unit, and the border of a small network."""

import numpy as np

from backprop.activations import relu_backward, relu_forward
from backprop.data.mnist import load_mnist_sample
from backprop.linear import linear_backward, linear_forward
from backprop.losses import sigmoid_cross_entropy_backward, sigmoid_cross_entropy_forward
from book.figures import INK, MUTED, figure, series

TRAIN, STEPS, LR = 250, 2000, 1.0


def features(pictures):
    """The slant and the share of ink on the left, as the chapter computes them."""
    ink = pictures / pictures.sum(axis=(1, 2), keepdims=True)
    place = np.arange(28)
    across, down = ink.sum(axis=1) @ place, ink.sum(axis=2) @ place
    slant = (ink * place[:, None] * place).sum(axis=(1, 2)) - across * down
    return np.stack([slant, ink[:, :, :14].sum(axis=(1, 2))], axis=1)


def learn(x, t, hidden):
    """Trains a network of one hidden layer; returns its scores as a function of features."""
    rng = np.random.default_rng(0)
    W1, b1 = rng.normal(size=(2, hidden)), np.zeros(hidden)
    W2, b2 = rng.normal(size=(hidden, 1)) / np.sqrt(hidden), np.zeros(1)
    for _ in range(STEPS):
        z1, cache1 = linear_forward(x, W1, b1)
        h1, cache2 = relu_forward(z1)
        z2, cache3 = linear_forward(h1, W2, b2)
        _, cache4 = sigmoid_cross_entropy_forward(z2, t)
        dh1, dW2, db2 = linear_backward(sigmoid_cross_entropy_backward(1.0, cache4), cache3)
        _, dW1, db1 = linear_backward(relu_backward(dh1, cache2), cache1)
        W1, b1, W2, b2 = W1 - LR * dW1, b1 - LR * db1, W2 - LR * dW2, b2 - LR * db2
    return lambda x: (relu_forward(x @ W1 + b1)[0] @ W2 + b2)[:, 0]


def draw():
    digits = load_mnist_sample()
    chosen = np.isin(digits.train_labels, (3, 7))
    seven = digits.train_labels[chosen] == 7
    x = features(digits.train_images[chosen] / 255)
    x = (x - x[:TRAIN].mean(axis=0)) / x[:TRAIN].std(axis=0)
    t = seven[:TRAIN, None].astype(float)

    fig, ax = figure(5.6, 3.6)
    for i, (name, which) in enumerate({"3": ~seven, "7": seven}.items()):
        ax.plot(*x[which].T, "os"[i], color=series(i), markersize=3, label=f"handwritten {name}")
    side = np.linspace(-3.2, 3.2, 160)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    for hidden, colour, name in ((1, MUTED, "1 hidden unit"), (16, INK, "16 hidden units")):
        scores = learn(x[:TRAIN], t, hidden)(grid).reshape(160, 160)
        ax.contour(side, side, scores, levels=[0], colors=[colour], linewidths=1.4)
        ax.plot([], [], color=colour, linewidth=1.4, label=name)
    ax.set(xlabel="slant", ylabel="share of ink on the left", xlim=(-3.2, 3.2), ylim=(-3.2, 3.2))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return fig
