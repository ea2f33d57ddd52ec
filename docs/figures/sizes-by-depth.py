"""How large activations and gradients are, layer by layer, from five initial scales, untrained."""

from book.figures import arrays, figure, legend_below, marked, result

CHOSEN = (0, 3, 6, 9, 12)  # of the 16 scales
PANELS = {"activation": "activations", "gradient": "gradients"}


def draw():
    scales, sizes = result("batchnorm-scales")["curve"]["scale"], arrays("batchnorm-scales")
    fig, axes = figure(5.6, 3.1, columns=2)
    for ax, (name, title) in zip(axes, PANELS.items(), strict=True):
        for i, number in enumerate(CHOSEN):
            size = sizes[f"{name}_plain_{number}"]
            label = f"s = {scales[number]:.2g}"
            layers = range(1, len(size) + 1)
            ax.plot(layers, size, **marked(i), label=label)
        ax.set(title=title, yscale="log", xlabel="layer", xticks=layers)
    legend_below(fig, *axes[0].get_legend_handles_labels(), columns=3)
    return fig
