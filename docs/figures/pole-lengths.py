"""How long the pole is balanced, against the steps of learning, for both kinds of target."""

import numpy as np

from book.figures import figure, result, series, stroke

NAMES = {"held": "held still", "moving": "moves along"}


def draw():
    found = result("cart-pole")
    fig, ax = figure(5.6, 2.8)
    for i, (side, name) in enumerate(NAMES.items()):
        mean, std = (np.array(found["curve"][f"{side}_{what}"]) for what in ("mean", "std"))
        steps = found["settings"]["measure_every"] * np.arange(1, len(mean) + 1)
        ax.fill_between(steps, mean - std, mean + std, color=series(i), alpha=0.15, linewidth=0)
        ax.plot(steps, mean, **stroke(i), label=name)
    longest = found["settings"]["longest"]
    ax.set(xlabel="steps in the world", ylabel="steps upright", ylim=(0, longest))
    ax.legend(loc="upper left", title="target", alignment="left")
    return fig
