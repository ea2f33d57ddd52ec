"""Figures that several chapters draw of a network's training, each of another experiment."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from book.figures import MUTED, arrays, figure, image, legend_below, result, stroke, tiles

__all__ = ["learning_curve", "mistakes"]

_PARTS = {"train": "training digits", "validation": "validation digits"}
_COLUMNS, _GAP = 8, 14


def learning_curve(name: str) -> Figure:
    """Loss and wrong answers, epoch by epoch.

    Args:
        name: the experiment.
    """
    curve = {key: np.array(values) for key, values in result(name)["curve"].items()}
    fig, (loss, wrong) = figure(5.6, 2.7, columns=2, sharex=True)
    for i, (part, label) in enumerate(_PARTS.items()):
        loss.plot(curve["epoch"], curve[f"{part}_loss"], **stroke(i), label=label)
        percent = 100 * (1 - curve[f"{part}_accuracy"])
        wrong.plot(curve["epoch"], percent, **stroke(i))
    loss.xaxis.set_major_locator(MaxNLocator(integer=True))
    loss.set(title="loss", yscale="log", xlabel="epoch", xlim=(1, curve["epoch"][-1]))
    wrong.set(title="wrong answers, %", xlabel="epoch", ylim=(-0.1, None))
    legend_below(fig, *loss.get_legend_handles_labels(), columns=2)
    return fig


def mistakes(name: str) -> Figure:
    """The test digits about which a network was most certain and wrong.

    Args:
        name: the experiment.
    """
    found = arrays(name)
    images = found["mistakes_images"]
    fig, ax = figure(5.6, 2.2)
    image(ax, tiles(images, columns=_COLUMNS, gap=_GAP))
    pairs = zip(found["mistakes_labels"], found["mistakes_predictions"], strict=True)
    for k, (label, answer) in enumerate(pairs):
        row, column = divmod(k, _COLUMNS)
        x, y = column * (28 + _GAP) + 13.5, row * (28 + _GAP) + 28
        ax.text(x, y, f"{label} → {answer}", color=MUTED, ha="center", va="top", fontsize=9)
    ax.set_ylim(len(images) / _COLUMNS * (28 + _GAP) - 1, -1)
    return fig
