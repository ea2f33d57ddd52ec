"""`mnist-conv`: the small network of the text, one convolution and two dense layers.

Its filters are kept as they were and as they became and, once it is tested, the feature maps of one
digit.
"""

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
    blocks=((30,),),
    kernel=5,
    padding=0,
    hidden=(100,),
    optimizer="adam",
    learning_rate=1e-3,
    schedule="cosine",
    epochs=5,
)


def run(
    checkpoints: Path,
    digits: Digits | None = None,
    settings: ConvSettings = SETTINGS,
    seeds: Sequence[int] = SEEDS,
) -> Result:
    """Trains from each seed, and chooses on validation; keeps filters, before and after."""
    split = split_images(digits or load_mnist())

    def train(seed: int) -> Result:
        result, network, untrained = train_on_images(
            replace(settings, seed=seed), split, checkpoints
        )
        filters = {
            "filters_before": untrained.params["0.W"],
            "filters_after": network.params["0.W"],
        }
        return replace(result, arrays=filters)

    return over_seeds(train, seeds)
