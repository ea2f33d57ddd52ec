"""`mnist-mlp`: how well a fully connected network reads MNIST.

The learning rate and the weight decay are those that `mnist-search` found on validation.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from backprop import load_mnist
from backprop.data.mnist import Digits
from experiments.mnist import Settings, examine_networks, measure, split_digits
from experiments.record import Result
from experiments.repeats import SEEDS, over_seeds

# What `experiments.testing` reads the test set with.
DATA = "mnist"
examine = examine_networks
SETTINGS = Settings(
    hidden=(256, 256),
    optimizer="momentum",
    learning_rate=0.1,
    schedule="cosine",
    epochs=10,
    weight_decay=5e-5,
)


def run(
    checkpoints: Path,
    digits: Digits | None = None,
    settings: Settings = SETTINGS,
    seeds: Sequence[int] = SEEDS,
) -> Result:
    """Trains from each seed, and chooses on validation; goes on from checkpoints if there are."""
    split = split_digits(digits or load_mnist())
    return over_seeds(
        lambda seed: measure(replace(settings, seed=seed), split, checkpoints)[0], seeds
    )
