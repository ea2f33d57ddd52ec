"""How much of a gradient is left on its way back through the recall task, for every cell."""

import numpy as np

from book.figures import figure, legend_below, marked, result

CELLS = {
    "plain_uniform": "plain, uniform",
    "plain_orthogonal": "plain, orthogonal",
    "lstm_bias_0": "LSTM, bias 0",
    "lstm_bias_1": "LSTM, bias 1",
    "lstm_bias_log": "LSTM, bias log T",
    "gru": "GRU, bias 0",
    "gru_bias_log": "GRU, bias log T",
}
LOWEST = 1e-12


def draw():
    curve = result("recall-left")["curve"]
    fig, axes = figure(5.6, 4.0, columns=2, sharey=True)
    cells = {name: label for name, label in CELLS.items() if f"flow_trained.{name}" in curve}
    for ax, when in zip(axes, ("untrained", "trained"), strict=True):
        for k, (name, label) in enumerate(cells.items()):
            flow = np.array(curve[f"flow_{when}.{name}"])[::-1]
            ax.plot(np.arange(len(flow)), flow, **marked(k), markevery=20, label=label)
        ax.set(
            title=when,
            yscale="log",
            ylim=(LOWEST, 1e3),
            xlim=(0, len(flow) - 1),
            xlabel="steps back from the last",
        )
    axes[0].set_ylabel("length of the gradient")
    legend_below(fig, *ax.get_legend_handles_labels(), columns=3)
    return fig
