"""`optimizers`: eight rules on MNIST, each at its own best rate, on equal budgets.

The network of `mnist-sgd` for a few epochs. For each rule the rate is chosen from a grid with
steps of a factor of 2, on one half of the validation digits and over seeds of their own; where the
best lies at an end, the grid is extended. Then each rule runs from fresh seeds, the same for all,
and is judged on the other half. The test digits are not read.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from backprop import (
    NAG,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    Linear,
    Momentum,
    Optimizer,
    ReLU,
    RMSprop,
    Sequential,
    evaluate,
    load_mnist,
)
from backprop.data.mnist import Digits
from experiments.comparison import paired_difference
from experiments.grid import best_of, search
from experiments.mnist import CLASSES, Split, split_digits, train_unless_infinite
from experiments.record import Number, Result
from experiments.repeats import SEEDS

# Each rule, and the rate in whose neighbourhood its grid begins.
RULES: dict[str, tuple[Callable[[float], Optimizer], float]] = {
    "sgd": (SGD, 0.5),
    "momentum": (Momentum, 0.05),
    "nesterov": (NAG, 0.05),
    "adagrad": (Adagrad, 0.02),
    "rmsprop": (RMSprop, 0.001),
    "adadelta": (Adadelta, 1.0),
    "adam": (Adam, 0.002),
    "adamw": (AdamW, 0.002),
}


@dataclass(frozen=True)
class Settings:
    """What all rules have in common."""

    hidden: tuple[int, ...] = (100,)
    epochs: int = 3
    batch_size: int = 100
    search_seeds: tuple[int, ...] = (100, 101)


def run(
    _checkpoints: Path,
    digits: Digits | None = None,
    settings: Settings = Settings(),
    seeds: Sequence[int] = SEEDS,
    rules: Sequence[str] = tuple(RULES),
) -> Result:
    """Finds each rule's rate, then lets it run from each seed."""
    start = time.perf_counter()
    split = split_digits(digits or load_mnist())
    half = len(split.validation_y) // 2
    metrics: dict[str, Number] = {"judged_on": len(split.validation_y) - half}
    tried: list[dict[str, Any]] = []
    table: list[dict[str, Any]] = []
    curve: dict[str, list[Number]] = {}
    losses: dict[str, list[float]] = {}
    for name in rules:
        make, middle = RULES[name]

        def score(rate: float, make: Callable[[float], Optimizer] = make) -> float:
            """The mean loss on the first half of validation, over the seeds of the search."""
            found = [_learn(make(rate), split, settings, seed) for seed in settings.search_seeds]
            return float(np.mean([_marks(network, split, slice(half))[0] for network, _ in found]))

        scores = search(score, middle)
        best, at_end = best_of(scores)
        tried += [{"rule": name, "rate": r, "loss": round(s, 5)} for r, s in sorted(scores.items())]
        marks, steps = [], []
        for seed in seeds:
            network, history = _learn(make(best), split, settings, seed)
            marks.append(_marks(network, split, slice(half, None)))
            steps.append(history)
        losses[name] = [loss for loss, _ in marks]
        accuracies = [accuracy for _, accuracy in marks]
        curve[name] = np.mean(steps, axis=0).round(5).tolist()
        metrics |= {
            f"{name}_rate": best,
            f"{name}_loss": float(np.mean(losses[name])),
            f"{name}_loss_std": float(np.std(losses[name], ddof=1)),
            f"{name}_accuracy": float(np.mean(accuracies)),
            f"{name}_accuracy_std": float(np.std(accuracies, ddof=1)),
            f"{name}_rates_tried": len(scores),
            f"{name}_best_at_end": int(at_end),
        }
        table.append({"rule": name, "rate": best, "loss": losses[name], "accuracy": accuracies})
    for first, second in (("momentum", "sgd"), ("adam", "momentum"), ("adamw", "adam")):
        if first in losses and second in losses:
            found = paired_difference(losses[first], losses[second])
            metrics |= found.metrics(f"{first}_less_{second}")
    return Result(
        metrics=metrics,
        curve=curve,
        seeds=tuple(seeds),
        settings={
            "hidden": list(settings.hidden),
            "epochs": settings.epochs,
            "batch_size": settings.batch_size,
            "search_seeds": list(settings.search_seeds),
        },
        seconds=time.perf_counter() - start,
        tried=tried,
        table=table,
    )


def _learn(
    optimizer: Optimizer, split: Split, settings: Settings, seed: int
) -> tuple[Sequential | None, list[float]]:
    """Trains a network; none if its loss became infinite."""
    rng = np.random.default_rng(seed)
    layers: list[Any] = []
    for D, M in pairwise([split.train_x.shape[1], *settings.hidden, CLASSES]):
        layers += [Linear(D, M, rng=rng, dtype=np.float32), ReLU()]
    network = Sequential(layers[:-1])
    epochs, batch_size = settings.epochs, settings.batch_size
    history = train_unless_infinite(
        network, optimizer, split, rng, epochs=epochs, batch_size=batch_size
    )
    if history is None:
        return None, []
    return network, _means(history.step_loss)


def _means(losses: list[float], window: int = 50) -> list[float]:
    """The mean loss of each so many steps, so that a curve has few points."""
    whole = len(losses) // window * window
    return [float(mean) for mean in np.reshape(losses[:whole], (-1, window)).mean(axis=1)]


def _marks(network: Sequential | None, split: Split, part: slice) -> tuple[float, float]:
    """Loss and accuracy on a part of the validation digits."""
    if network is None:
        return float("inf"), 0.0
    score = evaluate(network, split.validation_x[part], split.validation_y[part])
    return score.loss, float(score.accuracy or 0.0)
