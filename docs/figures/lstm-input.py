"""One step of an LSTM, with nothing lit but the input gate and the candidate."""

from book.cell_figures import lstm_cell


def draw():
    return lstm_cell("input")
