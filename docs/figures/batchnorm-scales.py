"""Accuracy during training, with and without batch norm, from 16 initial scales."""

from book.figures import FAINT, figure, result, stroke

RATE = 1  # the middle one
NAMES = {"plain": "without batch norm", "batch_norm": "with batch norm"}


def draw():
    curve = result("batchnorm-scales")["curve"]
    fig, axes = figure(5.6, 5.4, rows=4, columns=4, sharex=True, sharey=True)
    for number, (ax, scale) in enumerate(zip(axes.flat, curve["scale"], strict=True)):
        ax.axhline(0.1, color=FAINT, linewidth=0.8)
        for i, (kind, label) in enumerate(NAMES.items()):
            accuracy = curve[f"{kind}_{RATE}_{number}"]
            ax.plot(range(1, len(accuracy) + 1), accuracy, **stroke(i), label=label)
        ax.set_title(f"s = {scale:.2g}", fontsize=9)
        ax.set(ylim=(0, 1.05), yticks=(0, 0.5, 1), xlim=(1, len(accuracy)))
    for ax in axes[-1]:
        ax.set(xlabel="epoch")
    fig.supylabel("digits read rightly", fontsize=10)
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig
