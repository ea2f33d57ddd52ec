"""The tokens that weigh most in the bag of words."""

import numpy as np

from book.figures import arrays, figure, series


def draw():
    found = arrays("imdb")
    fig, axes = figure(5.6, 3.4, columns=2)
    for i, (ax, part) in enumerate(zip(axes, ("bad", "good"), strict=True)):
        words, weights = found[f"{part}_words"], np.abs(found[f"{part}_weights"])
        places = range(len(words))
        ax.barh(places, weights, color=series(1 - i), height=0.7)
        ax.set_yticks(places, words)
        ax.tick_params(axis="y", length=0)
        ax.invert_yaxis()
        ax.set(title=f"for a {part} review", xlabel="weight")
        ax.grid(False, axis="y")
    return fig
