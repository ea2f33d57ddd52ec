"""A bill as a graph: values above the wires, gradients below, as the chapter works them out."""

import numpy as np
from matplotlib.patches import Circle, FancyArrowPatch

from backprop.graph import Value, backward
from book.figures import ACCENT, INK, MUTED, PAPER, figure, is_narrow

RADIUS = 0.26
ROOM = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8}  # so that no wire crosses a number
# What is given: its name, its value, and where its wire begins.
GIVEN = {
    "kilos of apples": (2.0, (0, 5.6)),
    "price of a kilo": (3.0, (0, 4.2)),
    "rolls": (4.0, (0, 2.8)),
    "price of a roll": (0.5, (0, 1.4)),
    "tax": (1.25, (0, 0.0)),
}
AT = {"apples": (2.4, 4.9), "bread": (2.4, 2.1), "sum": (4.2, 3.5), "bill": (5.9, 2.1)}
SIGNS = {"apples": "×", "bread": "×", "sum": "+", "bill": "×"}


def draw():
    wires = {name: Value(value) for name, (value, _) in GIVEN.items()}
    wires["apples"] = wires["kilos of apples"] * wires["price of a kilo"]
    wires["bread"] = wires["rolls"] * wires["price of a roll"]
    wires["sum"] = wires["apples"] + wires["bread"]
    wires["bill"] = wires["sum"] * wires["tax"]
    backward(wires["bill"])

    fig, ax = figure(5.6, 3.9)
    # In a narrow window all is nearer together, and names stand over or below their wires.
    nearer = 0.78 if is_narrow() else 1
    at = {name: (nearer * x, y) for name, (x, y) in AT.items()}
    ends = {
        **dict.fromkeys(("kilos of apples", "price of a kilo"), "apples"),
        **dict.fromkeys(("rolls", "price of a roll"), "bread"),
        **dict.fromkeys(("apples", "bread"), "sum"),
        **dict.fromkeys(("sum", "tax"), "bill"),
    }
    for name, value in wires.items():
        start = GIVEN[name][1] if name in GIVEN else at[name]
        end = at[ends[name]] if name in ends else (nearer * 7.4, start[1])
        ax.add_patch(
            FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=9, color=MUTED,
                            shrinkA=2 if name in GIVEN else 13, shrinkB=13 if name in ends else 0)
        )  # fmt: skip
        share = (0.36 if is_narrow() else 0.3) if name in GIVEN else 0.5
        x, y = (a + share * (b - a) for a, b in zip(start, end, strict=True))
        ax.text(x, y + 0.1, f"{value.data:g}", color=INK, ha="center", va="bottom", fontsize=10,
                bbox=ROOM)  # fmt: skip
        ax.text(x, y - 0.1, f"{value.grad:g}", color=ACCENT, ha="center", va="top", fontsize=10,
                fontstyle="italic", bbox=ROOM)  # fmt: skip
        if name in GIVEN:
            aside = 0.35 * np.sign(start[1] - end[1]) if is_narrow() else 0
            side = "left" if is_narrow() else "right"
            ax.text(-0.08, start[1] + aside, name, color=INK, ha=side, va="center", fontsize=9)
    for name, centre in at.items():
        ax.add_patch(Circle(centre, RADIUS, facecolor=PAPER, edgecolor=INK, zorder=2))
        ax.text(*centre, SIGNS[name], color=INK, ha="center", va="center", fontsize=13, zorder=3)
    last = (nearer * 7.4 + 0.1, AT["bill"][1])
    ax.text(*last, "bill", color=INK, ha="left", va="center", fontsize=9)
    ax.set(xlim=(-0.1, 6.5) if is_narrow() else (-1.6, 8.0), ylim=(-0.6, 6.2), aspect="equal")
    ax.set_axis_off()
    return fig
