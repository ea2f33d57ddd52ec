"""Nine trials on a grid and nine at random: their settings, their accuracy, the rates tried."""

import numpy as np

from book.figures import MUTED, figure, result, series

KINDS = {"grid": "grid", "random": "random"}


def draw():
    found = result("hyperparameters")
    curve, (low, high) = found["curve"], found["settings"]["decays"]
    fig, axes = figure(5.6, 2.9, columns=2, sharey=True)
    for i, (ax, (kind, title)) in enumerate(zip(axes, KINDS.items(), strict=True)):
        rates, decays = curve[f"{kind}_rate"], curve[f"{kind}_decay"]
        sizes = 6 + 150 * np.square(curve[f"{kind}_accuracy"])
        ax.scatter(rates, decays, s=sizes, color=series(i), alpha=0.75, linewidths=0)
        ax.vlines(rates, low / 12, low / 4, color=series(i), linewidth=1.6)
        ax.axhline(low / 3, color=MUTED, linewidth=0.6)
        ax.set(title=title, xscale="log", yscale="log", xlabel="learning rate")
        ax.set(xlim=found["settings"]["rates"], ylim=(low / 14, high * 1.5))
    axes[0].set(ylabel="weight decay")
    return fig
