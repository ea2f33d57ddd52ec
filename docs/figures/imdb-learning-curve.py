"""Loss and wrong answers of the reader of reviews, epoch by epoch."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from book.figures import figure, legend_below, marked, result

NAMES = {"train": "training reviews", "validation": "validation reviews"}


def draw():
    curve = {key: np.array(values) for key, values in result("imdb")["curve"].items()}
    fig, (loss, wrong) = figure(5.6, 2.7, columns=2, sharex=True)
    for i, (part, name) in enumerate(NAMES.items()):
        loss.plot(curve["epoch"], curve[f"{part}_loss"], **marked(i), label=name)
        percent = 100 * (1 - curve[f"{part}_accuracy"])
        wrong.plot(curve["epoch"], percent, **marked(i))
    loss.set(title="loss", xlabel="epoch", ylim=(0, None))
    loss.xaxis.set_major_locator(MaxNLocator(integer=True))
    wrong.set(title="wrong answers, %", xlabel="epoch", ylim=(0, None))
    legend_below(fig, *loss.get_legend_handles_labels(), columns=2)
    return fig
