"""`mnist-sgd`: the plainest network of the text, 784-100-10 by stochastic gradient descent.

The learning rate is the one that `mnist-search` found on validation.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from backprop import load_mnist
from backprop.data.mnist import Digits
from experiments.mnist import Settings, examine_networks, measure, split_digits, step_curve
from experiments.record import Result
from experiments.repeats import SEEDS, over_seeds

# What `experiments.testing` reads the test set with.
DATA = "mnist"
examine = examine_networks
SETTINGS = Settings(
    hidden=(100,), optimizer="sgd", learning_rate=0.5, schedule="constant", epochs=10
)
UNITS_SHOWN = 20


def run(
    checkpoints: Path,
    digits: Digits | None = None,
    settings: Settings = SETTINGS,
    seeds: Sequence[int] = SEEDS,
) -> Result:
    """Trains from each seed; of the first, keeps every step's loss and some units' weights."""
    split = split_digits(digits or load_mnist())

    def once(seed: int) -> Result:
        result, network, history = measure(replace(settings, seed=seed), split, checkpoints)
        weights = network.params["0.W"][:, :UNITS_SHOWN].T.reshape(UNITS_SHOWN, 28, 28)
        return replace(
            result,
            curve=result.curve | step_curve(history),
            arrays=result.arrays | {"first_layer": weights},
        )

    return over_seeds(once, seeds)
