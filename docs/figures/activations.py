"""The activation functions and their slopes; the leaky ReLU has 0.1 on the left."""

import numpy as np

from backprop import activations as act
from book.figures import FAINT, figure, legend_below, series


def pair(forward, backward):
    """The function and its slope, both from the library."""

    def curves(x):
        y, cache = forward(x)
        return y, backward(np.ones_like(x), cache)

    return curves


def leaky(x):
    y, cache = act.leaky_relu_forward(x, slope=0.1)
    return y, act.leaky_relu_backward(np.ones_like(x), cache)


PANELS = {
    "step": lambda x: (act.step(x), np.zeros_like(x)),
    "identity": pair(act.identity_forward, act.identity_backward),
    "sigmoid": pair(act.sigmoid_forward, act.sigmoid_backward),
    "tanh": pair(act.tanh_forward, act.tanh_backward),
    "ReLU": pair(act.relu_forward, act.relu_backward),
    "leaky ReLU": leaky,
    "softplus": pair(act.softplus_forward, act.softplus_backward),
    "GELU": pair(act.gelu_forward, act.gelu_backward),
}


def draw():
    x = np.linspace(-3, 3, 241)
    x = np.insert(x, 121, np.nan)  # a gap just right of 0, where some of them jump
    sides = np.nan_to_num(x, nan=0.0)
    fig, axes = figure(5.6, 3.2, rows=2, columns=4, sharex=True, sharey=True)
    for ax, (name, curves) in zip(axes.flat, PANELS.items(), strict=True):
        y, slope = (np.where(np.isnan(x), np.nan, values) for values in curves(sides))
        ax.axhline(0, color=FAINT, linewidth=0.8, zorder=0)
        ax.axvline(0, color=FAINT, linewidth=0.8, zorder=0)
        ax.plot(x, y, color=series(0), label="the function")
        ax.plot(x, slope, color=series(1), linewidth=1.4, dashes=(3, 1.5), label="its slope")
        ax.set(title=name, xticks=[-2, 0, 2], yticks=[-1, 0, 1], xlim=(-3, 3), ylim=(-1.3, 1.6))
    handles, labels = axes[0, 0].get_legend_handles_labels()
    legend_below(fig, handles, labels, columns=2)
    return fig
