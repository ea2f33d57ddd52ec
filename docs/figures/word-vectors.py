"""How alike GloVe's vectors of twelve words are."""

import numpy as np

from backprop.data.sources import sample_folder
from book.figures import INK, figure, image


def draw():
    sample = np.load(sample_folder() / "glove-words.npz", allow_pickle=False)
    unit = sample["vectors"] / np.linalg.norm(sample["vectors"], axis=1, keepdims=True)
    fig, ax = figure(4.4, 4.0)
    image(ax, unit @ unit.T)
    places = range(len(unit))
    ax.set_xticks(places, sample["words"], rotation=60, ha="right", rotation_mode="anchor")
    ax.set_yticks(places, sample["words"])
    ax.tick_params(length=0, labelcolor=INK)
    ax.set_axis_on()
    ax.spines[:].set_visible(False)
    return fig
