"""The test digits about which the best network was most certain and wrong."""

from book.training_figures import mistakes


def draw():
    return mistakes("mnist-cnn-best")
