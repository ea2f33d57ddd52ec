"""The share of unseen digits that is read after training, over depth, for five kinds of network."""

from book.figures import MUTED, figure, is_narrow, legend_below, marked, result

NAMES = {
    "residual_norm": "path and batch norm",
    "residual_zero": "path, start at 0",
    "residual": "path",
    "plain_norm": "batch norm",
    "plain": "neither",
}


def draw():
    metrics = result("depth")["metrics"]
    depths = result("depth")["settings"]["depths"]
    fig, ax = figure(5.6, 3.0)
    for i, (kind, label) in enumerate(NAMES.items()):
        shares = [metrics[f"{kind}_{depth}_accuracy"] for depth in depths]
        spread = [metrics[f"{kind}_{depth}_accuracy_std"] for depth in depths]
        places = [place + 0.05 * (i - 2) for place in range(len(depths))]
        ax.errorbar(places, shares, spread, **marked(i), linewidth=1.2, capsize=2, label=label)
    ax.axhline(0.1, color=MUTED, linewidth=0.8)
    ax.set(xlabel="layers", ylabel="share read", ylim=(0, 1), xlim=(-0.3, len(depths) - 0.7))
    ax.set_xticks(range(len(depths)), [str(depth) for depth in depths])
    if is_narrow():
        legend_below(fig, *ax.get_legend_handles_labels(), columns=2)
    else:
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8.5)
    return fig
