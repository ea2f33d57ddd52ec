"""Bits per character over the updates of the language model, beside tables of counts."""

import numpy as np

from book.figures import MUTED, figure, legend_below, result, stroke

COUNTED = (0, 1, 2, 3, 6)


def draw():
    found = result("characters")
    curve, metrics, settings = found["curve"], found["metrics"], found["settings"]
    fig, ax = figure(5.6, 3.2)
    for i, (name, every, label) in enumerate(
        (
            ("bits_train", settings["curve_every"], "training"),
            ("bits", settings["validated_every"], "validation"),
        )
    ):
        updates = every * np.arange(1, len(curve[name]) + 1)
        ax.plot(updates, curve[name], **stroke(i), label=label)
    last = metrics["updates"]
    for n in COUNTED:
        bits = metrics[f"bits.counts.{n}"]
        ax.axhline(bits, color=MUTED, linestyle=":", linewidth=0.8, zorder=0)
        ax.text(1.01 * last, bits, f"n = {n}", color=MUTED, va="center", fontsize=9)
    ax.set(xlabel="updates", ylabel="bits per character", xlim=(0, last), ylim=(1.4, 4.6))
    legend_below(fig, *ax.get_legend_handles_labels(), columns=2)
    return fig
