"""Loss and accuracy of the chapter's network, epoch by epoch."""

from book.figures import figure, result, series


def draw():
    curve = result("mnist-mlp")["curve"]
    epoch = curve["epoch"]
    fig, (loss, wrong) = figure(5.6, 2.7, columns=2, sharex=True)
    for ax, key in ((loss, "loss"), (wrong, "accuracy")):
        for i, part in enumerate(("train", "validation")):
            values = curve[f"{part}_{key}"]
            if key == "accuracy":
                values = [100 * (1 - value) for value in values]
            ax.plot(epoch, values, color=series(i), label=part)
        ax.set(xlabel="epoch", yscale="log")
    loss.set(title="loss")
    wrong.set(title="wrong answers, %")
    handles, labels = loss.get_legend_handles_labels()
    names = {"train": "training digits", "validation": "validation digits"}
    fig.legend(handles, [names[k] for k in labels], loc="outside lower center", ncols=2)
    return fig
