"""Unseen digits read after training from 16 initial scales, with and without batch norm."""

import numpy as np

from book.figures import FAINT, figure, legend_below, marked, result

GUESSING = 0.1
NAMES = {"plain": "without batch norm", "batch_norm": "with batch norm"}


def draw():
    curve = result("batchnorm-scales")["curve"]
    fig, axes = figure(5.6, 2.9, columns=2)
    axes[0].axhline(GUESSING, color=FAINT, linewidth=0.8)
    for i, (kind, label) in enumerate(NAMES.items()):
        accuracy, spread = curve[f"{kind}_accuracy"], curve[f"{kind}_accuracy_std"]
        axes[0].errorbar(curve["scale"], accuracy, spread, **marked(i), label=label, capsize=2)
        learned = np.array(accuracy) > 2 * GUESSING
        rate = np.where(learned, curve[f"{kind}_rate"], np.nan)
        axes[1].plot(curve["scale"], rate, **marked(i))
    axes[0].set(title="digits read rightly", xscale="log", xlabel="s", ylim=(0, 1))
    axes[1].set(title="rate that was chosen", xscale="log", yscale="log", xlabel="s")
    legend_below(fig, *axes[0].get_legend_handles_labels(), columns=2)
    return fig
