"""`mnist-cnn-best`: how well a convolutional network reads MNIST, with all that helps.

Batch norm, dropout, digits moved and turned at random, a learning rate that falls. The network is
the one of the epoch that did best on validation; it is tested once.
"""

from pathlib import Path

from backprop import load_mnist
from backprop.data.mnist import Digits
from experiments.mnist_convolution import ConvSettings, run_on_images
from experiments.record import Result

SETTINGS = ConvSettings(
    blocks=((24, 24), (48, 48), (96,)),
    hidden=(128,),
    batch_norm=True,
    dropout=0.2,
    shift=2.0,
    degrees=12.0,
    optimizer="adam",
    learning_rate=2e-3,
    schedule="cosine",
    epochs=16,
)


def run(
    checkpoints: Path, digits: Digits | None = None, settings: ConvSettings = SETTINGS
) -> Result:
    """Trains, chooses on validation, tests once; goes on from a checkpoint if there is one."""
    return run_on_images(settings, digits or load_mnist(), checkpoints)
