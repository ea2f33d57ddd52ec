"""`mnist-cnn`: 99 in 100 of MNIST's test digits, within a minute of training on two cores."""

from dataclasses import replace
from pathlib import Path

from backprop import load_mnist
from backprop.data.mnist import Digits
from experiments.mnist_convolution import ConvSettings, feature_maps, run_on_images
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
    """Trains, chooses on validation, tests once; keeps the feature maps of a digit."""
    digits = digits or load_mnist()
    result, network, _ = run_on_images(settings, digits, checkpoints)
    return replace(result, arrays=result.arrays | feature_maps(network, digits))
