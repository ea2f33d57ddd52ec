"""What the five small networks of the last chapter have learned, at a glance."""

import numpy as np

from book.figures import arrays, figure, image, result, series, tiles

DIGITS = 4  # on a side of the piece of the map


def draw():
    fig, axes = figure(5.6, 1.6, columns=5)
    for ax, show in zip(axes, (ink, box, invent, forge, act), strict=True):
        ax.set(xticks=[], yticks=[])
        show(ax)
        ax.set_title(show.__name__, fontsize=9, loc="center")
    return fig


def ink(ax):
    found = arrays("segmentation")
    pictures = np.stack([found["seen"][0], found["found"][0]]).astype(float)
    image(ax, tiles(pictures.clip(0, 1.6), columns=1, gap=3))


def box(ax):
    found = arrays("boxes")
    image(ax, found["seen"][0].astype(float), high=255)
    left, top, right, bottom = found["smooth_l1"][0] - 0.5
    ax.plot([left, right, right, left, left], [top, top, bottom, bottom, top], color=series(0))


def invent(ax):
    found = arrays("vae")["map"].astype(float)
    side = round(len(found) ** 0.5)
    places = np.linspace(0, side - 1, DIGITS).round().astype(int)
    some = found.reshape(side, side, *found.shape[1:])[np.ix_(places, places)]
    image(ax, tiles(some.reshape(-1, *found.shape[1:]), columns=DIGITS, gap=0), high=255)


def forge(ax):
    ax.plot(*arrays("gan")["lasting"][:200].T, ".", color=series(0), markersize=1.5)
    ax.set(xlim=(-1.75, 1.75), ylim=(-1.75, 1.75), aspect="equal")
    ax.set_axis_off()


def act(ax):
    for i, side in enumerate(("held", "moving")):
        ax.plot(result("cart-pole")["curve"][f"{side}_mean"], color=series(i), linewidth=1)
    ax.set_ylim(0, result("cart-pole")["settings"]["longest"])
