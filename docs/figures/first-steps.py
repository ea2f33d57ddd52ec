"""The loss of the plain network, mini-batch by mini-batch, from a blind guess on."""

import numpy as np

from book.figures import ACCENT, MUTED, figure, result, series

WINDOW = 50


def draw():
    curve = result("mnist-sgd")["curve"]
    step, loss = np.array(curve["step"]), np.array(curve["step_loss"])
    smooth = np.convolve(loss, np.ones(WINDOW) / WINDOW, mode="valid")
    fig, ax = figure(5.6, 2.7)
    ax.axhline(np.log(10), color=ACCENT, linewidth=0.9)
    ax.text(step[-1], np.log(10), "a blind guess, log 10", color=ACCENT, ha="right", va="bottom")
    ax.plot(step[::3], loss[::3], color=MUTED, alpha=0.4, linewidth=0.6, label="each batch")
    ax.plot(step[WINDOW - 1 :][::10], smooth[::10], color=series(0), label=f"mean of {WINDOW}")
    ax.set(xlabel="step", ylabel="loss", yscale="log", xlim=(0, step[-1]), ylim=(None, 5))
    ax.legend(labelcolor=MUTED, loc="lower left")
    return fig
