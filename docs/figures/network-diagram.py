"""The chapter's network: a digit goes in, ten probabilities come out, gradients go back.

The shades of the units and the bars are those of a small network trained here on the sample.
"""

import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle

from backprop import activations, initializers, linear, load_mnist_sample, losses
from backprop.optimizers import sgd_update
from book.figures import ACCENT, FAINT, INK, MUTED, PAPER, figure, series

BLUE, RED = series(0), series(1)
RADIUS = 0.17


def trained(digits, labels):
    """The values in a network for the first digit, after some steps on all."""
    rng = np.random.default_rng(0)
    W1, W2 = initializers.he_normal((784, 30), rng), initializers.he_normal((30, 10), rng)
    b1, b2 = np.zeros(30), np.zeros(10)

    def forward(x):
        z1, cache1 = linear.linear_forward(x, W1, b1)
        h, cache2 = activations.relu_forward(z1)
        z2, cache3 = linear.linear_forward(h, W2, b2)
        return h, z2, (cache1, cache2, cache3)

    for step in range(150):
        batch = np.arange(100 * step, 100 * (step + 1)) % len(digits)
        _, z2, (cache1, cache2, cache3) = forward(digits[batch])
        _, cache4 = losses.softmax_cross_entropy_forward(z2, labels[batch])
        dz2 = losses.softmax_cross_entropy_backward(1.0, cache4)
        dh, dW2, db2 = linear.linear_backward(dz2, cache3)
        dz1 = activations.relu_backward(dh, cache2)
        _, dW1, db1 = linear.linear_backward(dz1, cache1)
        W1, b1 = sgd_update(W1, dW1, lr=0.3), sgd_update(b1, db1, lr=0.3)
        W2, b2 = sgd_update(W2, dW2, lr=0.3), sgd_update(b2, db2, lr=0.3)
    h, z2, _ = forward(digits[:1])
    return h[0], activations.softmax_forward(z2)[0][0]


def units(ax, x, ys, shades, names=None):
    """A column of units, the more active the darker."""
    for k, (y, shade) in enumerate(zip(ys, shades, strict=True)):
        ax.add_patch(Circle((x, y), RADIUS, facecolor=PAPER, edgecolor="none", zorder=2))
        ax.add_patch(
            Circle((x, y), RADIUS, facecolor=BLUE, alpha=float(shade), edgecolor="none", zorder=3)
        )
        ax.add_patch(Circle((x, y), RADIUS, fill=False, edgecolor=MUTED, linewidth=0.9, zorder=4))
        if names:
            ax.text(x, y, names[k], color=INK, ha="center", va="center", fontsize=8, zorder=5)


def joined(ax, x0, ys0, x1, ys1):
    for y0 in ys0:
        for y1 in ys1:
            ax.plot([x0, x1], [y0, y1], color=FAINT, linewidth=0.5, zorder=1)


def arrow(ax, x0, x1, y, colour, text, side):
    ax.add_patch(
        FancyArrowPatch(
            (x0, y), (x1, y), arrowstyle="-|>", mutation_scale=11, color=colour, linewidth=1.4
        )
    )
    ax.text((x0 + x1) / 2, y + side * 0.12, text, color=colour, ha="center",
            va="bottom" if side > 0 else "top", fontsize=9)  # fmt: skip


def draw():
    data = load_mnist_sample()
    digits = data.train_images.reshape(-1, 784) / 255
    hidden, probabilities = trained(digits, data.train_labels)

    fig, ax = figure(5.6, 3.9)
    middle = 2.6
    pixels_y = middle + np.array([1.8, 1.35, 0.9, -0.9, -1.35, -1.8])
    hidden_y = middle + np.array([1.8, 1.3, 0.8, 0.3, -0.8, -1.3, -1.8])
    scores_y = middle + np.linspace(1.8, -1.8, 10)

    size = 1.5
    image_box = (0.0, size, middle - size / 2, middle + size / 2)
    shades = digits[0].reshape(28, 28)
    cell = size / 28
    for i, j in np.argwhere(shades > 0):
        corner = (j * cell, image_box[3] - (i + 1) * cell)
        ax.add_patch(
            Rectangle(corner, cell, cell, facecolor=INK, alpha=shades[i, j], edgecolor="none")
        )
    ax.add_patch(
        Rectangle((0, image_box[2]), size, size, fill=False, edgecolor=MUTED, linewidth=0.8)
    )

    x_pixels, x_hidden, x_scores, x_bars = 2.35, 4.5, 6.65, 7.7
    for y_image, y_units in ((image_box[3], pixels_y[0]), (image_box[2], pixels_y[-1])):
        ends = [y_image, y_units + np.sign(y_units - middle) * RADIUS]
        ax.plot([size, x_pixels], ends, color=MUTED, linewidth=0.8, dashes=(3, 2), zorder=1)
    row = digits[0].reshape(28, 28)[14, 8:14]
    units(ax, x_pixels, pixels_y, row)
    units(ax, x_hidden, hidden_y, np.clip(hidden[: len(hidden_y)] / hidden.max(), 0, 1))
    units(ax, x_scores, scores_y, np.zeros(10), names=[str(k) for k in range(10)])
    joined(ax, x_pixels, pixels_y, x_hidden, hidden_y)
    joined(ax, x_hidden, hidden_y, x_scores, scores_y)
    for x, y in ((x_pixels, middle), (x_hidden, middle - 0.25)):
        ax.text(x, y, "⋮", color=MUTED, ha="center", va="center", fontsize=14)

    for y, p in zip(scores_y, probabilities, strict=True):
        ax.add_patch(Rectangle((x_bars, y - 0.11), 1.3, 0.22, facecolor=FAINT, edgecolor="none"))
        ax.add_patch(Rectangle((x_bars, y - 0.11), 1.3 * p, 0.22, facecolor=BLUE))
        ax.plot([x_scores + RADIUS, x_bars], [y, y], color=FAINT, linewidth=0.8, zorder=1)

    top = middle + 2.15
    for x, name in (
        (size / 2, "digit"), (x_pixels, "pixels x"), (x_hidden, "hidden h"),
        (x_scores, "scores z"), (x_bars + 0.65, "softmax p"),
    ):  # fmt: skip
        ax.text(x, top, name, color=INK, ha="center", va="bottom", fontsize=9)
    for x, name in (
        ((x_pixels + x_hidden) / 2, "linear, ReLU"), ((x_hidden + x_scores) / 2, "linear"),
    ):  # fmt: skip
        ax.text(x, middle - 2.12, name, color=MUTED, ha="center", va="top", fontsize=9)
    ax.text(x_bars + 0.65, middle - 2.12, "loss L", color=MUTED, ha="center", va="top", fontsize=9)

    arrow(ax, x_pixels - 0.2, x_bars + 1.3, middle + 2.75, ACCENT, "forward: values", +1)
    arrow(ax, x_bars + 1.3, x_pixels - 0.2, middle - 2.75, RED, "backward: gradients", -1)
    ax.set(xlim=(-0.1, 9.1), ylim=(-0.75, 5.85), aspect="equal")
    ax.set_axis_off()
    return fig
