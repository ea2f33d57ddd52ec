"""The last activations and the first gradients against the scale of the weights, both networks."""

from book.figures import figure, legend_below, marked, result

NAMES = {"plain": "without batch norm", "batch_norm": "with batch norm"}
PANELS = {"activation": "activations, last layer", "gradient": "gradients, first layer"}


def draw():
    curve = result("batchnorm-depth")["curve"]
    fig, axes = figure(5.6, 2.8, columns=2)
    for ax, (name, title) in zip(axes, PANELS.items(), strict=True):
        for i, (kind, label) in enumerate(NAMES.items()):
            ax.plot(curve["scale"], curve[f"{kind}_{name}_mean"], **marked(i), label=label)
        ax.set(title=title, xscale="log", yscale="log", xlabel="s")
    legend_below(fig, *axes[0].get_legend_handles_labels(), columns=2)
    return fig
