"""What the chapter's network took the 10,000 test digits for."""

import numpy as np

from book.figures import arrays, figure, shade


def draw():
    confusion = arrays("mnist-mlp")["confusion"]
    mistakes = confusion - np.diag(np.diag(confusion))
    labels = confusion.astype(str)
    labels[confusion == 0] = ""
    fig, ax = figure(4.6, 4.4)
    shade(ax, mistakes, labels)
    ax.set(xlabel="the network's answer", ylabel="the true digit")
    return fig
