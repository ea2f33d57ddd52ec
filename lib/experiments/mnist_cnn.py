"""`mnist-cnn`: 99 in 100 of MNIST's test digits, within a minute of one core."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from backprop import load_mnist
from backprop.data.mnist import Digits
from experiments.mnist_convolution import (
    ConvSettings,
    examine_on_images,
    split_images,
    train_on_images,
)
from experiments.record import Result
from experiments.repeats import SEEDS, over_seeds

# What `experiments.testing` reads the test set with.
DATA = "mnist"
examine = examine_on_images
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
    checkpoints: Path,
    digits: Digits | None = None,
    settings: ConvSettings = SETTINGS,
    seeds: Sequence[int] = SEEDS,
) -> Result:
    """Trains from each seed, and chooses on validation; goes on from checkpoints if there are."""
    split = split_images(digits or load_mnist())
    return over_seeds(
        lambda seed: train_on_images(replace(settings, seed=seed), split, checkpoints)[0], seeds
    )
