"""Three windows of the test years: what was read, what came, and what the networks foretold."""

import numpy as np

from book.figures import ACCENT, FAINT, INK, MUTED, arrays, figure, result


def draw():
    shown, metrics = arrays("csi300"), result("csi300")["metrics"]

    def level(standardised):
        """The index over the days of standardised returns, from 100 on."""
        returns = metrics["return_std"] * standardised + metrics["return_mean"]
        return 100 * np.exp(np.concatenate([[0], np.cumsum(returns)]))

    fig, axes = figure(5.6, 2.9, columns=3, sharey=True)
    for ax, past, future, forecasts in zip(
        axes, shown["past"], shown["future"], shown["forecasts"].swapaxes(0, 1), strict=True
    ):
        before = level(past)
        ax.plot(np.arange(-len(past), 1), 100 * before / before[-1], color=INK, linewidth=1.1)
        days = np.arange(len(future) + 1)
        for forecast in forecasts:
            ax.plot(days, level(forecast), color=ACCENT, linewidth=1)
        ax.plot(days, level(future), color=INK, linewidth=1.1, dashes=(1.5, 1))
        ax.axvline(0, color=MUTED, linewidth=0.8, dashes=(3, 2))
        ax.grid(axis="y", color=FAINT, linewidth=0.6)
        ax.set(xlabel="day", xticks=[-60, -30, 0, 20])
    axes[0].set_ylabel("index")
    return fig
