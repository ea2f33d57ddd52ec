"""Wrong answers on unseen digits against the size of the batch, by norm."""

import math

from book.figures import figure, marked, result

NAMES = {"plain": "no norm", "batch_norm": "batch norm", "group_norm": "group norm"}


def draw():
    found = result("small-batches")
    curve, seeds = found["curve"], len(found["seeds"])
    fig, ax = figure(5.6, 2.8)
    for i, (kind, label) in enumerate(NAMES.items()):
        wrong = [100 * each for each in curve[f"{kind}_errors"]]
        error = [100 * each / math.sqrt(seeds) for each in curve[f"{kind}_errors_std"]]
        ax.errorbar(curve["batch_size"], wrong, yerr=error, **marked(i), label=label, capsize=2)
    ax.set(xscale="log", xlabel="images in a batch", ylabel="wrong answers, %")
    ax.set_xticks(curve["batch_size"], [f"{size}" for size in curve["batch_size"]])
    ax.minorticks_off()
    ax.set_ylim(bottom=0)
    ax.legend()
    return fig
