"""Digits that a plain deep network reads after training, against the scale of its first weights."""

from book.figures import FAINT, figure, marked, result


def draw():
    curve = result("batchnorm-scales")["curve"]
    fig, ax = figure(5.6, 2.6)
    ax.axhline(0.1, color=FAINT, linewidth=0.8)
    ax.errorbar(
        curve["scale"], curve["plain_accuracy"], curve["plain_accuracy_std"], **marked(0), capsize=2
    )
    ax.set(xscale="log", ylim=(0, 1), xlabel="standard deviation of the weights at the start, s")
    ax.set(ylabel="digits read rightly")
    return fig
