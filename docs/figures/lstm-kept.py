"""What a trained LSTM keeps of a sequence of letters of which it is to know the last marked one."""

from book.marked_figures import inside
from experiments.lstm_inside import MARKED


def draw():
    return inside(MARKED, "cell state")
