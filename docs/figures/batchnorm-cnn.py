"""Wrong answers of the convolutional network against the rate, with and without batch norm."""

from book.figures import figure, marked, result

NAMES = {"plain": "without batch norm", "batch_norm": "with batch norm"}


def draw():
    curve = result("batchnorm-cnn")["curve"]
    fig, ax = figure(5.6, 2.8)
    for i, (kind, label) in enumerate(NAMES.items()):
        wrong = [100 * (1 - accuracy) for accuracy in curve[f"{kind}_tried"]]
        ax.plot(curve["rate"], wrong, **marked(i), label=label)
    ax.set(xscale="log", yscale="log", xlabel="learning rate", ylabel="wrong answers, %")
    ax.set(yticks=(1, 2, 5, 10, 20, 50, 90), yticklabels=("1", "2", "5", "10", "20", "50", "90"))
    ax.set_xticks(curve["rate"], [f"{rate:g}" for rate in curve["rate"]])
    ax.minorticks_off()
    ax.legend()
    return fig
