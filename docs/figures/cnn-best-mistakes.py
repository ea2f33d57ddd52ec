"""The test digits about which the deepest network was most certain and wrong."""

from book.training_figures import mistakes


def draw():
    return mistakes("mnist-cnn-deep")
