"""The same network from three starts: zeros, one constant for all, and He's random values."""

import numpy as np

from book.figures import figure, result, series

WINDOW = 20


def draw():
    curve = result("mnist-zero-init")["curve"]
    fig, ax = figure(5.6, 2.6)
    names = {"zeros": "all 0", "constant": "all equal", "he": "random (He)"}
    for i, (key, name) in enumerate(names.items()):
        loss = np.convolve(curve[f"{key}_loss"], np.ones(WINDOW) / WINDOW, mode="valid")
        step = curve["step"][WINDOW - 1 :]
        ax.plot(step, loss, color=series(i))
        ax.text(step[-1] * 1.01, loss[-1], name, color=series(i), va="center")
    ax.set(xlabel="step", ylabel="loss", xlim=(0, step[-1]), ylim=(0, None))
    return fig
