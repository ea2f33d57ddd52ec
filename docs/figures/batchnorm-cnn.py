"""Validation accuracy of the convolutional network at three rates, with and without batch norm."""

from book.figures import figure, marked, result

NAMES = {"plain": "without batch norm", "batch_norm": "with batch norm"}


def draw():
    curve = result("batchnorm-cnn")["curve"]
    fig, axes = figure(5.6, 2.8, columns=len(curve["rate"]), sharey=True)
    for number, (ax, rate) in enumerate(zip(axes, curve["rate"], strict=True)):
        for i, (kind, label) in enumerate(NAMES.items()):
            wrong = [100 * (1 - accuracy) for accuracy in curve[f"{kind}_{number}"]]
            epochs = range(1, len(wrong) + 1)
            ax.plot(epochs, wrong, **marked(i), label=label)
        ax.set(title=f"rate {rate:g}", yscale="log", xlabel="epoch", xticks=epochs)
    axes[0].set(ylabel="wrong answers, %", yticks=(1, 10, 100), yticklabels=("1", "10", "100"))
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig
