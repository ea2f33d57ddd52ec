"""Points of the ring, and those that two generators make."""

from book.figures import arrays, figure, series

NAMES = {"real": "real", "lasting": "does not saturate", "saturating": "saturates"}


def draw():
    found = arrays("gan")
    fig, axes = figure(5.6, 2.2, columns=3)
    for i, (ax, (key, name)) in enumerate(zip(axes, NAMES.items(), strict=True)):
        ax.plot(*found[key][:300].T, ".", color=series(i), markersize=2.5)
        ax.set(xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), xticks=[], yticks=[], aspect="equal")
        ax.set_title(name, fontsize=9, loc="center")
    return fig
