"""Loss and wrong answers of the chapter's network, epoch by epoch."""

from book.training_figures import learning_curve


def draw():
    return learning_curve("mnist-mlp")
