"""`mnist-cnn`: 99 in 100 of MNIST's test digits, within a minute of training on two cores."""

from pathlib import Path

from backprop.datasets import Digits, load_mnist
from experiments.mnist_convolution import ConvSettings, run_on_images
from experiments.record import Result

SETTINGS = ConvSettings(
    blocks=((16,), (32,)),
    kernel=5,
    padding=0,
    hidden=(100,),
    optimizer="adam",
    learning_rate=3e-3,
    schedule="cosine",
    epochs=3,
)


def run(
    checkpoints: Path, digits: Digits | None = None, settings: ConvSettings = SETTINGS
) -> Result:
    """Trains, chooses on validation, tests once; goes on from a checkpoint if there is one."""
    return run_on_images(settings, digits or load_mnist(), checkpoints)[0]
