"""The last activations and the first gradients against the scale of the weights, both networks."""

from book.figures import arrays, figure, marked, result

NAMES = {"plain": "without batch norm", "batch_norm": "with batch norm"}
PANELS = {"activation": ("activations, last layer", -1), "gradient": ("gradients, first layer", 0)}


def draw():
    scales, sizes = result("batchnorm-scales")["curve"]["scale"], arrays("batchnorm-scales")
    fig, axes = figure(5.6, 2.8, columns=2)
    for ax, (name, (title, layer)) in zip(axes, PANELS.items(), strict=True):
        for i, (kind, label) in enumerate(NAMES.items()):
            size = [sizes[f"{name}_{kind}_{number}"][layer] for number in range(len(scales))]
            ax.plot(scales, size, **marked(i), label=label)
        ax.set(title=title, xscale="log", yscale="log", xlabel="s")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return fig
