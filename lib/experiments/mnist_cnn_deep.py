"""`mnist-cnn-deep`: how well MNIST is read with what is taught before batch norm.

The network of `mnist-cnn-best` without its batch norms, hence with a lower learning rate: five
convolutions that begin with He's weights, dropout, digits moved and turned at random, a learning
rate that falls. The network is the one of the epoch that did best on validation; it is tested once.
"""

from dataclasses import replace
from pathlib import Path

from backprop.data.mnist import Digits
from experiments import mnist_cnn_best
from experiments.mnist_convolution import ConvSettings
from experiments.record import Result

SETTINGS = replace(mnist_cnn_best.SETTINGS, batch_norm=False, learning_rate=1e-3)


def run(
    checkpoints: Path, digits: Digits | None = None, settings: ConvSettings = SETTINGS
) -> Result:
    """Trains, chooses on validation, tests once; goes on from a checkpoint if there is one."""
    return mnist_cnn_best.run(checkpoints, digits, settings)
