"""The loss on waves, epoch by epoch, against the least that there can be."""

from book.figures import MUTED, figure, legend_below, result, stroke


def draw():
    waves = result("waves")
    curve, metrics = waves["curve"], waves["metrics"]
    fig, ax = figure(5.6, 2.7)
    ax.plot(curve["epoch"], curve["train_loss"], **stroke(0), label="training waves")
    ax.plot(curve["epoch"], curve["validation_loss"], **stroke(1), label="validation waves")
    ax.axhline(metrics["best_mse"], color=MUTED, linestyle=":", label="best forecast there is")
    ax.set(
        yscale="log",
        xlabel="epoch",
        ylabel="mean squared error",
        xlim=(1, curve["epoch"][-1]),
    )
    ax.set_yticks([0.01, 0.02, 0.05], ["0.01", "0.02", "0.05"])
    ax.set_yticks([], minor=True)
    legend_below(fig, *ax.get_legend_handles_labels(), columns=3)
    return fig
