"""`mnist-zero-init`: what becomes of a network whose units all start the same.

The network of `mnist-sgd` for one epoch from three starts: all weights 0, all weights one constant,
and He's random ones. Nothing is tested: the numbers are of the validation set.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backprop import load_mnist
from backprop.data.mnist import Digits
from experiments import mnist_sgd
from experiments.mnist import Settings, Split, build, fit, split_digits
from experiments.record import Number, Result
from experiments.repeats import SEEDS, over_seeds

SETTINGS = replace(mnist_sgd.SETTINGS, epochs=1)
CONSTANT = 0.01
LAST_STEPS = 100
# Units are the same if their weights differ by less than this share of the largest one. Equal units
# stay equal in exact arithmetic; a processor's sums may round them apart in the last bit.
SAME = 1e-3


def run(
    _checkpoints: Path,
    digits: Digits | None = None,
    settings: Settings = SETTINGS,
    seeds: Sequence[int] = SEEDS,
) -> Result:
    """Trains from each start, and counts the hidden units that still differ; all from each seed."""
    split = split_digits(digits or load_mnist())
    return over_seeds(lambda seed: _once(replace(settings, seed=seed), split), seeds)


def _once(settings: Settings, split: Split) -> Result:
    start = time.perf_counter()
    metrics: dict[str, Number] = {"units": settings.hidden[0], "constant": CONSTANT}
    counts = np.bincount(split.validation_y)
    metrics["commonest_class_accuracy"] = counts.max().item() / len(split.validation_y)
    curve: dict[str, list[Number]] = {}
    for name, value in {"zeros": 0.0, "constant": CONSTANT, "he": None}.items():
        rng = np.random.default_rng(settings.seed)
        network = build(settings, split.train_x.shape[1], rng)
        if value is not None:
            for param in (network.params["0.W"], network.params["2.W"]):
                param[...] = value
        history = fit(settings, split, network, rng)
        W = network.params["0.W"]
        metrics[f"{name}_validation_accuracy"] = history.validation_accuracy[-1]
        metrics[f"{name}_loss"] = float(np.mean(history.step_loss[-LAST_STEPS:]))
        metrics[f"{name}_distinct_units"] = distinct_units(W)
        curve[f"{name}_loss"] = [*history.step_loss]
    steps: list[Number] = list(range(1, len(curve["he_loss"]) + 1))
    return Result(
        metrics=metrics,
        curve={"step": steps, **curve},
        seeds=(settings.seed,),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
    )


def distinct_units(W: NDArray[np.floating]) -> int:
    """Counts the columns of W, shape (D, M), that are not the same as one further left."""
    different: list[NDArray[np.floating]] = []
    for column in W.T:
        if all(np.abs(column - other).max() > SAME * np.abs(W).max() for other in different):
            different.append(column)
    return len(different)
