"""One step of an LSTM: every arrow carries what is written beside it, and leads to its equation."""

from book.cell_figures import lstm_cell


def draw():
    return lstm_cell()
