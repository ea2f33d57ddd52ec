"""One step of an LSTM, with nothing lit but the forget gate."""

from book.cell_figures import lstm_cell


def draw():
    return lstm_cell("forget")
