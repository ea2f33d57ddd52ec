"""What the language model expects after some letters, at three temperatures."""

import numpy as np

from backprop.activations import softmax_forward
from book.figures import arrays, figure, series

TEMPERATURES = (0.5, 1, 2)
SHOWN = 9


def draw():
    found = arrays("characters")
    logits, alphabet = found["logits"][0].astype(np.float64), found["alphabet"]
    best = np.argsort(-logits)[:SHOWN]
    fig, axes = figure(5.6, 2.5, columns=len(TEMPERATURES), sharey=True)
    for ax, temperature in zip(axes, TEMPERATURES, strict=True):
        p, _ = softmax_forward(logits / temperature)
        ax.barh(range(SHOWN), p[best], height=0.7, color=series(0))
        ax.set_title(f"τ = {temperature:g}", loc="center")
        ax.set(xlim=(0, 1), ylim=(SHOWN - 0.4, -0.6), xticks=(0, 0.5, 1), xlabel="probability")
    names = {" ": "space", "\n": "line"}
    axes[0].set_yticks(range(SHOWN), [names.get(sign, sign) for sign in alphabet[best]])
    return fig
