"""The sines and cosines that say where a step stands: fast hands on the left, slow ones right."""

from backprop.attention import sinusoidal_positions
from book.figures import figure, signed_image

STEPS, FEATURES = 64, 32


def draw():
    p = sinusoidal_positions(STEPS, FEATURES)
    fig, axes = figure(5.6, 2.7, columns=2, across=2)
    for ax, part, name in zip(axes, (p[:, 0::2], p[:, 1::2]), ("sines", "cosines"), strict=True):
        signed_image(ax, part)
        ax.set_axis_on()
        ax.set(aspect="auto", xticks=(0, 5, 10, 15), yticks=(0, 15, 31, 47, 63))
        ax.set_xticklabels((1, 6, 11, 16))
        ax.set_yticklabels((1, 16, 32, 48, 64))
        ax.set_xlabel("hand i")
        ax.set_title(name, loc="center")
    axes[0].set_ylabel("step t")
    return fig
