"""Digits that a plain deep network learns to read, against the scale of its first weights."""

from book.figures import FAINT, figure, marked, result


def draw():
    curve = result("batchnorm-scales")["curve"]
    rates = range(len(curve["rate"]))
    best = [
        max(curve[f"plain_{rate}_{number}"][-1] for rate in rates)
        for number in range(len(curve["scale"]))
    ]
    fig, ax = figure(5.6, 2.6)
    ax.axhline(0.1, color=FAINT, linewidth=0.8)
    ax.plot(curve["scale"], best, **marked(0))
    ax.set(xscale="log", ylim=(0, 1.05), xlabel="standard deviation of the weights at the start, s")
    ax.set(ylabel="digits read rightly")
    return fig
