"""How much of a gradient is left, the further it goes back, and what the bounds allow."""

import numpy as np

from book.figures import INK, figure, legend_below, marked, result, series

# Factors on an orthogonal matrix; 1 is what the network started with that was trained.
FLOWS = {0.5: "untrained_flow_0.5", 1: "untrained_flow", 2: "untrained_flow_2"}
LIMITS = (1e-16, 1e6)


def draw():
    waves = result("waves")
    fig, ax = figure(5.6, 3.4)
    back = np.arange(waves["metrics"]["flow_steps"] + 1)
    for k, (scale, name) in enumerate(FLOWS.items()):
        flow = waves["curve"][name][::-1]
        ax.plot(back, flow, **marked(k), markevery=10, label=f"untrained, {scale:g} × orthogonal")
        ax.plot(back, float(scale) ** back, "--", color=series(k), linewidth=0.8)
    ax.plot(back, waves["curve"]["trained_flow"][::-1], color=INK, linewidth=2.2, label="trained")
    largest = waves["metrics"]["largest_singular_value"]
    ax.plot(back, largest**back, "--", color=INK, linewidth=0.8)
    ax.set(
        yscale="log",
        ylim=LIMITS,
        xlim=(0, back[-1]),
        xlabel="steps back from the last",
        ylabel="length of the gradient",
    )
    legend_below(fig, *ax.get_legend_handles_labels(), columns=2)
    return fig
