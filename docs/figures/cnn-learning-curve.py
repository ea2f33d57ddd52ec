"""Loss and wrong answers of the convolutional network, epoch by epoch."""

import numpy as np

from book.figures import figure, result, series

NAMES = {"train": "training digits", "validation": "validation digits"}


def draw():
    curve = {key: np.array(values) for key, values in result("mnist-cnn")["curve"].items()}
    fig, (loss, wrong) = figure(5.6, 2.7, columns=2, sharex=True)
    for i, (part, name) in enumerate(NAMES.items()):
        loss.plot(curve["epoch"], curve[f"{part}_loss"], color=series(i), label=name)
        percent = 100 * (1 - curve[f"{part}_accuracy"])
        wrong.plot(curve["epoch"], percent, color=series(i))
    loss.set(title="loss", yscale="log", xlabel="epoch", xlim=(1, curve["epoch"][-1]))
    wrong.set(title="wrong answers, %", xlabel="epoch", ylim=(-0.1, None))
    fig.legend(*loss.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig
