"""Digits read after training from 16 initial scales, with and without batch norm."""

from book.figures import FAINT, figure, marked, result

NAMES = {"plain": "without batch norm", "batch_norm": "with batch norm"}


def draw():
    curve = result("batchnorm-scales")["curve"]
    rates = range(len(curve["rate"]))
    fig, ax = figure(5.6, 2.6)
    ax.axhline(0.1, color=FAINT, linewidth=0.8)
    for i, (kind, label) in enumerate(NAMES.items()):
        best = [
            max(curve[f"{kind}_{rate}_{number}"][-1] for rate in rates)
            for number in range(len(curve["scale"]))
        ]
        ax.plot(curve["scale"], best, **marked(i), label=label)
    ax.set(xscale="log", ylim=(0, 1.05), xlabel="s", ylabel="digits read rightly")
    fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig
