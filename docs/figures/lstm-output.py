"""One step of an LSTM, with nothing lit but the output gate and what it shows."""

from book.cell_figures import lstm_cell


def draw():
    return lstm_cell("output")
