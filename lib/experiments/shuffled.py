"""`shuffled-digits`: a fully connected network and a convolution, on digits as they are and mixed.

Both read a thousand training digits, once with the pixels in their order and once with those of all
digits put in another, the same for all digits and another for each seed. Each of the four learns at
its own best rate, chosen on one half of the validation digits over seeds of their own; it is judged
from fresh seeds on the other half, in pairs. The test digits are not read.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from backprop import Adam, Conv2d, Flatten, Linear, ReLU, Sequential, evaluate, load_mnist, train
from backprop.data.mnist import Digits
from backprop.shapes import Array
from experiments.comparison import paired_difference
from experiments.mnist import CLASSES, Split, sample_of, split_digits
from experiments.record import Number, Result
from experiments.repeats import SEEDS

SIDE = 28


@dataclass(frozen=True)
class Settings:
    """The two networks, their training, and the rates to choose from, factors of 2 apart."""

    digits: int = 1000
    hidden: int = 100
    kernels: int = 16
    kernel: int = 5
    stride: int = 2
    epochs: int = 15
    batch_size: int = 50
    rates: tuple[float, ...] = (2e-3, 4e-3, 8e-3, 1.6e-2, 3.2e-2, 6.4e-2)
    search_seeds: tuple[int, ...] = (100, 101)


CASES = ("dense_ordered", "dense_shuffled", "convolution_ordered", "convolution_shuffled")


def run(
    _checkpoints: Path,
    digits: Digits | None = None,
    settings: Settings = Settings(),
    seeds: Sequence[int] = SEEDS,
) -> Result:
    """Chooses each case's rate, lets it run from each seed, and compares them in pairs."""
    start = time.perf_counter()
    split = split_digits(digits or load_mnist())
    metrics: dict[str, Number] = {}
    tried: list[dict[str, Any]] = []
    judged: dict[str, list[float]] = {}
    for case in CASES:
        scores = []
        for rate in settings.rates:
            found = [
                _learn(case, split, settings, rate, seed, judge=False)
                for seed in settings.search_seeds
            ]
            scores.append(float(np.mean(found)))
            tried.append({"case": case, "rate": rate, "accuracy": round(scores[-1], 5)})
        best = settings.rates[int(np.argmax(scores))]
        judged[case] = [_learn(case, split, settings, best, seed, judge=True) for seed in seeds]
        metrics |= {
            f"{case}_rate": best,
            f"{case}_accuracy": float(np.mean(judged[case])),
            f"{case}_accuracy_std": float(np.std(judged[case], ddof=1)),
        }
    for name, better, other in (
        ("dense_loss", "dense_ordered", "dense_shuffled"),
        ("convolution_loss", "convolution_ordered", "convolution_shuffled"),
        ("gain_ordered", "convolution_ordered", "dense_ordered"),
        ("gain_shuffled", "convolution_shuffled", "dense_shuffled"),
    ):
        difference = paired_difference(judged[better], judged[other])
        metrics |= difference.metrics(name)
    return Result(
        metrics=metrics,
        curve={},
        seeds=tuple(seeds),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        tried=tried,
        table=[{"case": case, "accuracy": values} for case, values in judged.items()],
    )


def network(case: str, settings: Settings, rng: np.random.Generator) -> Sequential:
    """Makes the network of a case; both end in a linear layer behind one ReLU."""
    new: dict[str, Any] = {"rng": rng, "dtype": np.float32}
    if case.startswith("dense"):
        first = [Linear(SIDE * SIDE, settings.hidden, **new), ReLU()]
        features = settings.hidden
    else:
        side = (SIDE - settings.kernel) // settings.stride + 1
        first = [
            Conv2d(1, settings.kernels, settings.kernel, stride=settings.stride, **new),
            ReLU(),
            Flatten(),
        ]
        features = settings.kernels * side**2
    return Sequential([*first, Linear(features, CLASSES, **new)])


def mix(split: Split, seed: int) -> Split:
    """Puts the pixels of all digits in the order of a seed."""
    order = np.random.default_rng([seed, 4]).permutation(SIDE * SIDE)
    return split._replace(
        train_x=split.train_x[:, order], validation_x=split.validation_x[:, order]
    )


def _learn(
    case: str, split: Split, settings: Settings, rate: float, seed: int, *, judge: bool
) -> float:
    """Trains on some digits; returns the share of one half of the validation digits read rightly.

    The digits of a seed, and the order in which they come, are the same in all cases.
    """
    some = sample_of(split, settings.digits, np.random.default_rng([seed, 1]))
    if case.endswith("shuffled"):
        some = mix(some, seed)
    model = network(case, settings, np.random.default_rng([seed, 2]))

    def shaped(x: Array) -> Array:
        return x if case.startswith("dense") else x.reshape(-1, 1, SIDE, SIDE)

    train(
        model,
        Adam(rate),
        shaped(some.train_x),
        some.train_y,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        rng=np.random.default_rng([seed, 3]),
        measure=None,
        progress=False,
    )
    half = len(split.validation_y) // 2
    part = slice(half, None) if judge else slice(half)
    score = evaluate(model, shaped(some.validation_x[part]), some.validation_y[part])
    return float(score.accuracy or 0.0)
