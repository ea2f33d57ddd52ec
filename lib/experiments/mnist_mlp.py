"""`mnist-mlp`: how well a fully connected network reads MNIST.

The settings are those of `mnist-search` that did best on validation.
"""

from pathlib import Path

from backprop import load_mnist
from backprop.data.mnist import Digits
from experiments.mnist import Settings, measure, split_digits
from experiments.record import Result

SETTINGS = Settings(
    hidden=(512, 512),
    optimizer="momentum",
    learning_rate=0.1,
    schedule="cosine",
    epochs=20,
    weight_decay=1e-4,
)


def run(checkpoints: Path, digits: Digits | None = None, settings: Settings = SETTINGS) -> Result:
    """Trains, chooses on validation, tests once; goes on from a checkpoint if there is one."""
    digits = digits or load_mnist()
    result, _, _ = measure(settings, digits, split_digits(digits), checkpoints)
    return result
