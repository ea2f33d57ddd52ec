"""The size of the gradient at each layer before training, at three depths, for five networks."""

from book.figures import figure, legend_below, result, stroke

NAMES = {
    "residual": "path",
    "plain_norm": "batch norm",
    "residual_norm": "path and batch norm",
    "plain": "neither",
    "residual_zero": "path, start at 0",
}


def draw():
    depth = result("depth")
    fig, axes = figure(
        5.6, 2.9, columns=3, across=1, tall=6.4, sharey=True, width_ratios=(1, 1.4, 2)
    )
    for ax, layers in zip(axes, depth["settings"]["depths"], strict=True):
        for i, (kind, label) in enumerate(NAMES.items()):
            style = stroke(i) | ({"linewidth": 0.9} if kind == "residual_zero" else {})
            ax.plot(depth["curve"][f"{kind}_{layers}"], **style, label=label)
        ax.set(title=f"{layers} layers", yscale="log", xlabel="layer", xlim=(0, layers))
        ax.locator_params(axis="x", integer=True, nbins=5)
    axes[0].set_ylabel("gradient, last layer = 1")
    legend_below(fig, *axes[0].get_legend_handles_labels(), columns=3)
    return fig
