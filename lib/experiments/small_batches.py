"""`small-batches`: batch norm beside group norm and no norm, in batches of 2 to 32 digits.

The network of `batchnorm-cnn` without its hidden dense layer, so that every norm stands behind a
convolution. For each norm and size of the batch the rate is chosen on one half of the validation
digits, over seeds of their own, from as many candidates; then the network runs from fresh seeds,
the same for all, and is judged on the other half, in pairs. The running statistics of batch norm
remember as many images whatever the size: else small batches would leave them to chance, and it
would be that, not the training, which is measured. The test digits are not read.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backprop import (
    BatchNorm,
    Conv2d,
    Flatten,
    GroupNorm,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    load_mnist,
)
from backprop.data.mnist import Digits
from experiments.batchnorm_scales import SEARCH_SEEDS, unseen_accuracy
from experiments.comparison import paired_difference
from experiments.mnist import CLASSES, sample_of
from experiments.mnist_convolution import split_images
from experiments.record import Number, Result

KINDS = ("plain", "batch_norm", "group_norm")


@dataclass(frozen=True)
class BatchSettings:
    """What all runs have in common, and the sizes and rates in which they differ.

    Attributes:
        batch_sizes: how many digits share an update.
        rates: the candidates for every norm and size.
        channels: of the two convolutions.
        kernel: height and width of the kernels.
        groups: of the group norm.
        remembered: images after which a batch's weight in the running statistics has fallen to 1/e,
            about.
        samples: how many digits are trained on.
        epochs: how often each is read.
        search_seeds: those that choose the rate.
    """

    batch_sizes: tuple[int, ...] = (2, 4, 8, 16, 32)
    rates: tuple[float, ...] = tuple(0.01 * 2**power for power in range(8))
    channels: tuple[int, ...] = (8, 16)
    kernel: int = 5
    groups: int = 4
    remembered: int = 320
    samples: int = 2000
    epochs: int = 3
    search_seeds: tuple[int, ...] = SEARCH_SEEDS


@dataclass(frozen=True)
class _Run:
    """What `unseen_accuracy` must know of a run."""

    epochs: int
    batch_size: int


def run(
    _checkpoints: Path,
    digits: Digits | None = None,
    settings: BatchSettings = BatchSettings(),
    seeds: Sequence[int] = tuple(range(8)),
) -> Result:
    """Chooses a rate for every norm and size of the batch, then trains from each seed."""
    start = time.perf_counter()
    digits = digits or load_mnist()
    split = split_images(digits)
    side = digits.train_images.shape[1]
    half = len(split.validation_y) // 2
    metrics: dict[str, Number] = {
        "samples": settings.samples,
        "judged_on": len(split.validation_y) - half,
        "candidates": len(settings.rates),
    }
    curve: dict[str, list[Number]] = {"batch_size": list(settings.batch_sizes)}
    tried, table = [], []
    judged: dict[tuple[str, int], NDArray[np.float64]] = {}
    for kind in KINDS:
        for size in settings.batch_sizes:
            one = _Run(settings.epochs, size)

            def accuracy(
                rate: float, seed: int, part: slice, kind: str = kind, one: _Run = one
            ) -> float:
                rng = np.random.default_rng(seed)
                some = sample_of(split, settings.samples, rng)
                network = build(kind, settings, one.batch_size, side, rng)
                return unseen_accuracy(network, some, rng, part, one, rate)

            scores = [
                np.mean([accuracy(rate, seed, slice(half)) for seed in settings.search_seeds])
                for rate in settings.rates
            ]
            best = int(np.argmax(scores))
            rate = settings.rates[best]
            found = np.array([accuracy(rate, seed, slice(half, None)) for seed in seeds])
            judged[kind, size] = found
            tried += [
                {"kind": kind, "batch_size": size, "rate": r, "accuracy": round(float(score), 5)}
                for r, score in zip(settings.rates, scores, strict=True)
            ]
            table.append(
                {"kind": kind, "batch_size": size, "rate": rate, "accuracy": found.tolist()}
            )
            metrics |= {
                f"rate.{kind}.{size}": rate,
                f"rate_at_end.{kind}.{size}": int(best in (0, len(settings.rates) - 1)),
                f"errors.{kind}.{size}": 1 - float(found.mean()),
            }
            print(f"  {kind}, batches of {size}: {found.mean():.4f} at a rate of {rate:g}")
        wrong = [1 - judged[kind, size] for size in settings.batch_sizes]
        curve[f"{kind}_errors"] = [float(each.mean()) for each in wrong]
        curve[f"{kind}_errors_std"] = [float(each.std(ddof=1)) for each in wrong]
    for size in settings.batch_sizes:
        for other in ("group_norm", "plain"):
            difference = paired_difference(judged[other, size], judged["batch_norm", size])
            metrics |= difference.metrics(f"{other}_ahead.{size}")
    return Result(
        metrics=metrics,
        curve=curve,
        seeds=tuple(seeds),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        tried=tried,
        table=table,
    )


def build(
    kind: str, settings: BatchSettings, batch_size: int, side: int, rng: np.random.Generator
) -> Sequential:
    """Makes the network: convolutions, each with its norm, ReLU and pooling; then the scores."""
    layers: list[Layer] = []
    C = 1
    for K in settings.channels:
        convolution = Conv2d(
            C, K, settings.kernel, rng=rng, dtype=np.float32, input_gradient=bool(layers)
        )
        layers += [convolution, *_norm(kind, settings, batch_size, K), ReLU(), MaxPool2d(2)]
        side = (side - settings.kernel + 1) // 2
        C = K
    layers += [Flatten(), Linear(C * side * side, CLASSES, rng=rng, dtype=np.float32)]
    return Sequential(layers)


def _norm(kind: str, settings: BatchSettings, batch_size: int, K: int) -> list[Layer]:
    if kind == "batch_norm":
        share = min(1.0, batch_size / settings.remembered)
        return [BatchNorm(K, momentum=share, dtype=np.float32)]
    if kind == "group_norm":
        return [GroupNorm(settings.groups, K, dtype=np.float32)]
    return []
