"""The time of a convolution in four ways, from seven loops to the columns alone unrolled."""

from book.figures import FAINT, figure, result, series

WAYS = {
    "loops": "seven loops",
    "im2col": "one matrix product",
    "blocks": "a product for each block",
    "fast": "blocks, columns alone",
}


def draw():
    found = result("convolution-speed")["metrics"]
    times = [found[f"{way}_forward_ms"] + found[f"{way}_backward_ms"] for way in WAYS]
    fig, ax = figure(5.6, 1.9)
    ax.barh(range(len(times)), times, height=0.6, color=series(0))
    ax.set(xscale="log", xlim=(0.1, 3e4), xlabel="milliseconds for an image")
    ax.set(yticks=range(len(times)), yticklabels=WAYS.values(), ylim=(3.6, -0.6))
    ax.grid(axis="x", color=FAINT)
    ax.set_axisbelow(True)
    for place, value in enumerate(times):
        ax.text(value * 1.15, place, f"{value:,.0f}" if value > 10 else f"{value:.2f}", va="center")
    return fig
