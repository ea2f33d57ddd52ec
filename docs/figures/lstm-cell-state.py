"""One step of an LSTM, with nothing lit but the cell state."""

from book.cell_figures import lstm_cell


def draw():
    return lstm_cell("cell")
