"""How much of a gradient at the last day is left at earlier days."""

import numpy as np

from book.figures import INK, figure, result, stroke

CURVES = {
    "flow_rnn": "plain recurrent network",
    "flow_lstm": "LSTM, forget bias 0",
    "flow_lstm_forget_1": "LSTM, forget bias 1",
    "flow_lstm_trained": "LSTM, trained",
}


def draw():
    curve = result("csi300")["curve"]
    fig, ax = figure(5.6, 3.3)
    for number, (key, name) in enumerate(CURVES.items()):
        left = np.array(curve[key])
        ax.plot(np.arange(len(left)), left, **stroke(number), label=name)
    ax.set(yscale="log", xlabel="day", ylabel="length of the gradient", xlim=(0, len(left) - 1))
    ax.set_xticks([0, 16, 32, 48, 64])
    ax.tick_params(colors=INK)
    fig.legend(loc="outside lower center", ncols=2)
    return fig
