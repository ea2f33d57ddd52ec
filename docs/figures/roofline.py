"""This machine's roof, and how near to it each way of computing comes."""

import numpy as np

from book.figures import FAINT, INK, MUTED, PAPER, figure, marked, result, stroke

WAYS = {
    "loops": ("seven loops", (7, -3), "left"),
    "plain": ("compiled loops", (7, -3), "left"),
    "im2col": ("one matrix product", (0, -14), "center"),
    "blocks": ("in blocks", (7, -8), "left"),
    "columns": ("columns alone", (7, -6), "left"),
    "threads": ("two cores", (7, -7), "left"),
}
ROOM = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.6}  # so that no line crosses a word
# For each weight.
ADAM_OPERATIONS, ADAM_BYTES = 14, 28


def draw():
    found = result("speed")
    metrics, curve = found["metrics"], found["curve"]
    fig, ax = figure(5.6, 4.2, tall=4.6)
    intensity = np.geomspace(0.2, 300, 200)
    for i, (cores, suffix) in enumerate((("one core", ""), ("two cores", "_two"))):
        peak, bandwidth = metrics[f"peak{suffix}_rate"], metrics[f"copy{suffix}_bandwidth"]
        roof = np.minimum(peak, bandwidth * intensity)
        ax.plot(intensity, roof, label=f"roof, {cores}", **stroke(i) | {"color": INK})
    sides = np.array(curve["side"])
    options = marked(0) | {"linestyle": "none"}
    ax.plot(sides / 6, curve["product_rate"], label="matrix products", **options)
    for side, rate in list(zip(sides, curve["product_rate"], strict=True))[:4]:
        name = f"{side} × {side}"
        ax.annotate(name, (side / 6, rate), (6, -3), textcoords="offset points", fontsize=8)
    options = marked(1) | {"linestyle": "none", "markersize": 5}
    at = {
        way: metrics["im2col_intensity" if way == "im2col" else "direct_intensity"] for way in WAYS
    }
    rates = [metrics[f"{way}_rate"] for way in WAYS]
    ax.plot(list(at.values()), rates, label="one convolution", **options)
    for (way, (name, offset, side)), rate in zip(WAYS.items(), rates, strict=True):
        place = {"textcoords": "offset points", "ha": side, "fontsize": 8, "bbox": ROOM}
        ax.annotate(name, (at[way], rate), offset, **place)
    adams = [metrics[f"adam_{way}_bandwidth"] for way in ("plain", "in_place", "parts")]
    options = marked(2) | {"linestyle": "none", "markersize": 5}
    of_byte = ADAM_OPERATIONS / ADAM_BYTES
    ax.plot([of_byte] * 3, [of_byte * each for each in adams], label="Adam, three ways", **options)
    top = max(400, 1.5 * metrics["peak_two_rate"])
    ax.set(xscale="log", yscale="log", xlim=(0.2, 300), ylim=(0.001, top))
    ax.set(xlabel="operations for each byte of main memory", ylabel="billion operations a second")
    ax.grid(color=FAINT)
    ax.tick_params(which="minor", color=MUTED)
    ax.set_axisbelow(True)
    ax.legend(loc="lower left", fontsize=8, handlelength=1.5, borderaxespad=0.3)
    return fig
