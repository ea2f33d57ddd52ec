"""`batchnorm-scales`: a deep network with and without batch norm, from 16 initial scales.

The weights of all hidden layers are drawn with one standard deviation, from 1 down to 0.0001; those
of the scores start as He's in every run, so that what differs is what batch norm stands behind. A
thousand digits and plain stochastic gradient descent. For each scale the rate is chosen on one half
of the validation digits, over seeds of their own; then it runs from fresh seeds, the same for both
networks, and is judged on the other half, in pairs. He's weights in the hidden layers too are one
more start for either, so that the best run of each is sought among those that a reader would try;
the curves, over the scales, leave it out. The rates reach far down, since a plain network whose
weights are large learns, if at all, by tiny steps. How large activations and gradients are at the
start is kept as well. The test digits are not read.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop import (
    SGD,
    BatchNorm,
    Layer,
    Linear,
    ReLU,
    Sequential,
    evaluate,
    he_normal,
    load_mnist,
    normal,
)
from backprop.data.mnist import Digits
from backprop.losses import softmax_cross_entropy_backward, softmax_cross_entropy_forward
from experiments.comparison import paired_difference
from experiments.mnist import (
    CLASSES,
    Split,
    sample_of,
    split_digits,
    train_unless_infinite,
)
from experiments.record import Number, Result

KINDS = ("plain", "batch_norm")
RATES = tuple(0.02 * 2.0**power for power in range(-12, 10))
SEARCH_SEEDS = (100, 101)


@dataclass(frozen=True)
class ScaleSettings:
    """What all runs have in common, and the scales and rates in which they differ."""

    scales: tuple[float, ...] = tuple(float(scale) for scale in np.logspace(0, -4, 16))
    rates: tuple[float, ...] = RATES
    hidden: tuple[int, ...] = (100,) * 5
    samples: int = 1000
    epochs: int = 10
    batch_size: int = 100
    search_seeds: tuple[int, ...] = SEARCH_SEEDS


def run(
    _checkpoints: Path,
    digits: Digits | None = None,
    settings: ScaleSettings = ScaleSettings(),
    seeds: Sequence[int] = (0, 1, 2, 3, 4, 5),
) -> Result:
    """Chooses a rate for every scale, with and without; then trains from each seed."""
    start = time.perf_counter()
    split = split_digits(digits or load_mnist())
    half = len(split.validation_y) // 2
    starts = (*settings.scales, None)
    scales = len(settings.scales)
    metrics: dict[str, Number] = {
        "scales": scales,
        "samples": settings.samples,
        "candidates": len(starts) * len(settings.rates),
        "judged_on": len(split.validation_y) - half,
    }
    curve: dict[str, list[Number]] = {"scale": list(settings.scales), "rate": list(settings.rates)}
    arrays, tried, table = {}, [], []
    best: dict[str, NDArray[np.float64]] = {}
    for kind in KINDS:

        def accuracy(
            scale: float | None, rate: float, seed: int, part: slice, kind: str = kind
        ) -> float:
            rng = np.random.default_rng(seed)
            some = sample_of(split, settings.samples, rng)
            network = build(settings.hidden, some, rng, scale=scale, batch_norm=kind != "plain")
            return unseen_accuracy(network, some, rng, part, settings, rate)

        scores = np.array(
            [
                [
                    np.mean([accuracy(s, r, seed, slice(half)) for seed in settings.search_seeds])
                    for r in settings.rates
                ]
                for s in starts
            ]
        )
        tried += [
            {"kind": kind, "scale": s, "rate": r, "accuracy": round(float(scores[i, j]), 5)}
            for i, s in enumerate(starts)
            for j, r in enumerate(settings.rates)
        ]
        chosen = [settings.rates[j] for j in scores.argmax(axis=1)]
        judged = np.array(
            [
                [accuracy(s, r, seed, slice(half, None)) for seed in seeds]
                for s, r in zip(starts, chosen, strict=True)
            ]
        )
        table += [
            {"kind": kind, "scale": s, "rate": r, "accuracy": row.tolist()}
            for s, r, row in zip(starts, chosen, judged, strict=True)
        ]
        means = judged[:scales].mean(axis=1)
        curve[f"{kind}_rate"] = [float(rate) for rate in chosen[:scales]]
        curve[f"{kind}_accuracy"] = means.tolist()
        curve[f"{kind}_accuracy_std"] = judged[:scales].std(axis=1, ddof=1).tolist()
        winner = int(scores.max(axis=1).argmax())
        best[kind] = judged[winner]
        metrics |= {
            f"{kind}_mean": float(means.mean()),
            f"{kind}_worst": float(means.min()),
            f"{kind}_from_he": int(starts[winner] is None),
            f"{kind}_rate": chosen[winner],
            f"{kind}_best_at_end": int(chosen[winner] in (settings.rates[0], settings.rates[-1])),
            f"{kind}_accuracy": float(best[kind].mean()),
            f"{kind}_accuracy_std": float(best[kind].std(ddof=1)),
            f"{kind}_he_rate": chosen[-1],
            f"{kind}_he_accuracy": float(judged[-1].mean()),
            f"{kind}_he_accuracy_std": float(judged[-1].std(ddof=1)),
        }
        for number, scale in enumerate(settings.scales):
            rng = np.random.default_rng(seeds[0])
            some = sample_of(split, settings.samples, rng)
            network = build(settings.hidden, some, rng, scale=scale, batch_norm=kind != "plain")
            for name, sizes in sizes_at_start(network, some.train_x, some.train_y).items():
                arrays[f"{name}_{kind}_{number}"] = sizes
    return Result(
        metrics=metrics | gain_of(best),
        curve=curve,
        seeds=tuple(seeds),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        arrays=arrays,
        tried=tried,
        table=table,
    )


def build(
    hidden: Sequence[int],
    split: Split,
    rng: np.random.Generator,
    *,
    scale: float | None = None,
    batch_norm: bool,
) -> Sequential:
    """Makes a network whose hidden weights have this standard deviation, or else are He's.

    The weights of the scores are He's.
    """
    sizes = [split.train_x.shape[1], *hidden]
    draw = he_normal if scale is None else partial(normal, std=scale)
    layers: list[Layer] = []
    for D, M in pairwise(sizes):
        layers.append(Linear(D, M, rng=rng, init=draw, dtype=np.float32))
        layers += [BatchNorm(M, dtype=np.float32), ReLU()] if batch_norm else [ReLU()]
    layers.append(Linear(sizes[-1], CLASSES, rng=rng, init=he_normal, dtype=np.float32))
    return Sequential(layers)


def sizes_at_start(
    network: Sequential, x: NDArray[np.float32], target: NDArray[np.uint8]
) -> dict[str, NDArray[np.float32]]:
    """Returns root mean squares, layer by layer, before training.

    `activation` is of what each ReLU gives, `gradient` of the gradient for what goes into it or,
    with batch norm, into the batch norm before it.
    """
    layers = list(network.layers.values())
    activation, gradient = [], []
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in layers:
            x = layer.forward(x, training=True)
            if isinstance(layer, ReLU):
                activation.append(root_mean_square(x))
        _, cache = softmax_cross_entropy_forward(x, target)
        dx = softmax_cross_entropy_backward(1.0, cache)
        for layer in reversed(layers):
            if isinstance(layer, Linear):
                gradient.append(root_mean_square(dx))
            dx = layer.backward(dx)
    return {"activation": np.array(activation), "gradient": np.array(gradient[:0:-1])}


def root_mean_square(values: NDArray[np.float32]) -> np.float32:
    """Squares in float64, where a number that is small in float32 is not lost."""
    return np.float32(np.sqrt(np.square(values, dtype=np.float64).mean()))


def unseen_accuracy(
    network: Sequential,
    split: Split,
    rng: np.random.Generator,
    part: slice,
    settings: Any,
    rate: float,
) -> float:
    """Trains by plain gradient descent; returns the share of validation digits read rightly.

    What overflows is left at guessing.

    Args:
        network: is trained.
        split: what it is trained on, and judged on.
        rng: shuffles.
        part: of the validation digits, those to judge by.
        settings: have `epochs` and `batch_size`.
        rate: the learning rate.
    """
    epochs, batch_size = settings.epochs, settings.batch_size
    history = train_unless_infinite(
        network, SGD(rate), split, rng, epochs=epochs, batch_size=batch_size
    )
    if history is None:
        return 1 / CLASSES
    score = evaluate(network, split.validation_x[part], split.validation_y[part])
    return float(score.accuracy or 0.0)


def gain_of(judged: dict[str, NDArray[np.float64]]) -> dict[str, Number]:
    """How much more is read with batch norm than without, by seeds in pairs."""
    return paired_difference(judged["batch_norm"], judged["plain"]).metrics("gain")
