"""Who looks at whom in a small causal attention, before and after it was trained to look up."""

from book.figures import INK, arrays, figure, shade
from experiments.attention_map import SHOWN, Settings


def draw():
    found, steps = arrays("attention-map"), SHOWN.split()
    fig, axes = figure(5.6, 3.2, columns=2, sharey=True)
    moments = (min(Settings.kept), max(Settings.kept))
    for ax, moment, title in zip(axes, moments, ("untrained", "trained"), strict=True):
        shade(ax, found[f"shown_{moment}"])
        ax.set_title(title, loc="center")
        ax.set_xticks(range(len(steps)), steps)
        ax.set_xlabel("is looked at")
    axes[0].set_yticks(range(len(steps)), steps)
    axes[0].set_ylabel("looks", color=INK)
    return fig
