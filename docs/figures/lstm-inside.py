"""The gates and the cell state of a trained LSTM that keeps the last letter with a mark."""

from book.marked_figures import inside
from experiments.lstm_inside import MARKED


def draw():
    return inside(MARKED, "forget", "input", "output", "cell state")
