"""`mnist-sgd`: the plainest network of the text, 784-100-10 by stochastic gradient descent.

The learning rate is the one of `mnist-search` that did best on validation.
"""

from dataclasses import replace
from pathlib import Path

from backprop import load_mnist
from backprop.data.mnist import Digits
from experiments.mnist import Settings, measure, split_digits, step_curve
from experiments.record import Result

SETTINGS = Settings(
    hidden=(100,), optimizer="sgd", learning_rate=0.5, schedule="constant", epochs=10
)
UNITS_SHOWN = 20


def run(checkpoints: Path, digits: Digits | None = None, settings: Settings = SETTINGS) -> Result:
    """Trains and tests; keeps every step's loss, and some units' incoming weights as images."""
    digits = digits or load_mnist()
    result, network, history = measure(settings, digits, split_digits(digits), checkpoints)
    weights = network.params["0.W"][:, :UNITS_SHOWN].T.reshape(UNITS_SHOWN, 28, 28)
    return replace(
        result,
        curve=result.curve | step_curve(history),
        arrays=result.arrays | {"first_layer": weights},
    )
