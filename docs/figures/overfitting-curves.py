"""The loss on 300 digits and on unseen ones, epoch by epoch, as they are and augmented."""

from book.figures import figure, legend_below, result, series

KINDS = {"none": ("as they are", "-"), "augmentation": ("moved, turned", (0, (4.0, 1.5)))}


def draw():
    curve = result("regularization")["curve"]
    fig, ax = figure(5.6, 3.0)
    for name, (label, dash) in KINDS.items():
        for i, (part, suffix) in enumerate((("its own digits", "train_loss"), ("unseen", "loss"))):
            values = curve[f"{name}_{suffix}"]
            epochs = range(1, len(values) + 1)
            ax.plot(epochs, values, color=series(i), linestyle=dash, label=f"{part}, {label}")
    ax.set(xlabel="epoch", ylabel="loss", yscale="log")
    legend_below(fig, *ax.get_legend_handles_labels(), columns=2)
    return fig
