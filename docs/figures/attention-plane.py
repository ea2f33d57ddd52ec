"""Five keys and a query in the plane, and the weights that the keys get."""

import numpy as np

from backprop.attention import attention_forward
from book.figures import FAINT, INK, figure, series

KEYS = np.array([[1.6, 0.4], [0.5, 1.5], [-1.3, 1.0], [-1.0, -1.2], [0.9, -1.4]])
QUERY = np.array([[1.5, 1.3]])


def draw():
    _, cache = attention_forward(QUERY, KEYS, np.eye(len(KEYS)))
    fig, (plane, bars) = figure(5.6, 2.7, columns=2, width_ratios=[1.2, 1])
    plane.axhline(0, color=FAINT, linewidth=0.8)
    plane.axvline(0, color=FAINT, linewidth=0.8)
    arrow = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "linewidth": 1.6}
    for k, key in enumerate(KEYS):
        plane.annotate("", key, (0, 0), arrowprops={**arrow, "color": series(0)})
        plane.text(*(1.17 * key), str(k + 1), ha="center", va="center")
    plane.annotate("", QUERY[0], (0, 0), arrowprops={**arrow, "color": series(1)})
    plane.text(*(1.15 * QUERY[0]), "query", ha="center", va="center", color=INK)
    plane.set(xlim=(-2.1, 2.1), ylim=(-2, 2), xticks=[], yticks=[], aspect="equal")
    plane.set_title("keys and a query", loc="center")
    bars.barh(range(1, len(KEYS) + 1), cache.a[0], height=0.65, color=series(0))
    bars.set(ylim=(5.6, 0.4), xlim=(0, 1), yticks=range(1, 6), xlabel="weight of each step")
    bars.set_title("who is looked at", loc="center")
    return fig
