"""Digits under noise, the ink that the network finds, and the ink that there is."""

from book.figures import arrays, figure, image, tiles


def draw():
    found = arrays("segmentation")
    fig, axes = figure(5.6, 3.1, rows=3)
    rows = {"what is seen": "seen", "ink found": "found", "ink": "ink"}
    for ax, (name, key) in zip(axes, rows.items(), strict=True):
        pictures = found[key].astype(float)
        image(ax, tiles(pictures.clip(0, 1.6), columns=len(pictures), gap=3))
        ax.set_title(name, fontsize=9)
    return fig
