"""`depth`: 5, 20 and 50 layers, with a path around each and without, and whether they train.

A layer is a ReLU and a linear map of 64 units to 64. Five kinds of network are made of it: one
after the other; with batch norm before each ReLU; with a path around each layer; with both; and
with a path, but no batch norm, and weights that start at 0. All others start as He's. Before
training, the size of the gradient at each layer is measured, and how alike the layers make
different digits. Then a few thousand digits and gradient descent with momentum: for each kind and
depth the rate is chosen on one half of the validation digits, over seeds of their own. The same
twelve rates are tried for all, factors of 8 apart from 2⁻³³ to 1: where the gradient has grown by
millions, no rate is known beforehand to be too small. Then half and twice the best, until the best
has a worse one on either side. It runs from fresh seeds, the same for all, and is judged on the
other half. The test digits are not read.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop import (
    BatchNorm,
    Layer,
    Linear,
    Momentum,
    ReLU,
    Residual,
    Sequential,
    evaluate,
    he_normal,
    load_mnist,
    normal,
)
from backprop.data.mnist import Digits
from backprop.losses import softmax_cross_entropy_backward, softmax_cross_entropy_forward
from experiments.batchnorm_scales import root_mean_square
from experiments.comparison import paired_difference
from experiments.grid import best_of, refine
from experiments.mnist import (
    CLASSES,
    Split,
    sample_of,
    split_digits,
    train_unless_infinite,
)
from experiments.record import Number, Result
from experiments.repeats import SEEDS

# Whether there is a path around each layer, batch norm in it, and a start at 0.
KINDS = {
    "plain": (False, False, False),
    "plain_norm": (False, True, False),
    "residual": (True, False, False),
    "residual_norm": (True, True, False),
    "residual_zero": (True, False, True),
}


@dataclass(frozen=True)
class DepthSettings:
    """What all runs have in common, the depths, and the rates that are tried for each."""

    depths: tuple[int, ...] = (5, 20, 50)
    units: int = 64
    samples: int = 3000
    epochs: int = 10
    batch_size: int = 100
    rates: tuple[float, ...] = tuple(2.0**power for power in range(-33, 1, 3))
    largest_grid: int = 24
    search_seeds: tuple[int, ...] = (100, 101)


def run(
    _checkpoints: Path,
    digits: Digits | None = None,
    settings: DepthSettings = DepthSettings(),
    seeds: Sequence[int] = SEEDS,
) -> Result:
    """Measures each kind at each depth before training; chooses its rate; trains it."""
    start = time.perf_counter()
    split = split_digits(digits or load_mnist())
    half = len(split.validation_y) // 2
    metrics: dict[str, Number] = {"samples": settings.samples, "epochs": settings.epochs}
    metrics |= {"units": settings.units, "judged_on": len(split.validation_y) - half}
    curve: dict[str, list[Number]] = {}
    tried: list[dict[str, Any]] = []
    table: list[dict[str, Any]] = []
    judged: dict[str, list[float]] = {}
    for depth in settings.depths:
        for kind in KINDS:
            name = f"{kind}_{depth}"
            found = [_at_start(kind, depth, settings, split, seed) for seed in seeds]
            sizes = np.array([gradient for gradient, _ in found])
            relative = sizes / sizes[:, -1:]
            curve[name] = np.exp(np.log(relative).mean(axis=0)).tolist()

            def score(rate: float, kind: str = kind, depth: int = depth) -> float:
                """What is left wrong of the first half of validation, over the search's seeds."""
                found = [
                    _learn(kind, depth, rate, settings, split, seed, slice(half))[0]
                    for seed in settings.search_seeds
                ]
                return 1 - float(np.mean(found))

            scores = refine(score, settings.rates, settings.largest_grid)
            best, at_end = best_of(scores)
            tried += [
                {"kind": kind, "depth": depth, "rate": rate, "accuracy": round(1 - wrong, 5)}
                for rate, wrong in sorted(scores.items())
            ]
            ends = np.array(
                [
                    _learn(kind, depth, best, settings, split, seed, slice(half, None))
                    for seed in seeds
                ]
            )
            judged[name] = ends[:, 0].tolist()
            table.append({"kind": kind, "depth": depth, "rate": best, "accuracy": judged[name]})
            growth = np.log(relative[:, 0])
            metrics |= {
                f"{name}_growth": float(np.exp(growth.mean())),
                f"{name}_factor": float(np.exp(growth.mean() / depth)),
                f"{name}_alike": float(np.mean([alike for _, alike in found])),
                f"{name}_rate": best,
                f"{name}_rates_tried": len(scores),
                f"{name}_at_end": int(at_end),
                f"{name}_accuracy": float(ends[:, 0].mean()),
                f"{name}_accuracy_std": float(ends[:, 0].std(ddof=1)),
                f"{name}_train_accuracy": float(ends[:, 1].mean()),
                f"{name}_train_accuracy_std": float(ends[:, 1].std(ddof=1)),
            }
    deepest = settings.depths[-1]
    for kind in ("plain", "residual"):
        pair = [judged[f"{side}_{deepest}"] for side in (f"{kind}_norm", kind)]
        metrics |= paired_difference(*pair).metrics(f"{kind}_norm_gain")
    return Result(
        metrics=metrics,
        curve=curve,
        seeds=tuple(seeds),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        tried=tried,
        table=table,
    )


def build(kind: str, depth: int, units: int, features: int, rng: np.random.Generator) -> Sequential:
    """Makes a network: a linear layer, `depth` layers of one kind, and one that gives the scores.

    Args:
        kind: one of KINDS.
        depth: how many layers.
        units: of each.
        features: of the inputs.
        rng: draws the weights.
    """
    path, norm, zero = KINDS[kind]
    start = partial(normal, std=0.0) if zero else he_normal

    def into(M: int, init: Any) -> list[Layer]:
        before = [BatchNorm(units, dtype=np.float32)] if norm else []
        return [*before, ReLU(), Linear(units, M, rng=rng, init=init, dtype=np.float32)]

    layers: list[Layer] = [Linear(features, units, rng=rng, init=he_normal, dtype=np.float32)]
    for _ in range(depth):
        layer = Sequential(into(units, start))
        layers.append(Residual(layer) if path else layer)
    return Sequential([*layers, Sequential(into(CLASSES, he_normal))])


def sizes_at_start(
    network: Sequential, x: NDArray[np.float32], target: NDArray[np.uint8]
) -> tuple[NDArray[np.float64], float]:
    """Measures a network before training.

    Returns:
        The root mean square of the gradient for what goes into each layer, and for what comes out
        of the last; and how alike two digits have become there, as the mean cosine between what
        comes out for neighbours in the batch.
    """
    stem, *middle, scores = network.layers.values()
    h = stem.forward(x, training=True)
    for layer in middle:
        h = layer.forward(h, training=True)
    unit = h / np.linalg.norm(h, axis=1, keepdims=True)
    alike = float((unit[1:] * unit[:-1]).sum(axis=1).mean())
    _, cache = softmax_cross_entropy_forward(scores.forward(h, training=True), target)
    dh = scores.backward(softmax_cross_entropy_backward(1.0, cache))
    sizes = [root_mean_square(dh)]
    for layer in reversed(middle):
        dh = layer.backward(dh)
        sizes.append(root_mean_square(dh))
    return np.array(sizes[::-1], np.float64), alike


def _at_start(
    kind: str, depth: int, settings: DepthSettings, split: Split, seed: int
) -> tuple[NDArray[np.float64], float]:
    """Measures a network of one kind on a thousand digits, before training."""
    rng = np.random.default_rng(seed)
    some = sample_of(split, 1000, rng)
    network = build(kind, depth, settings.units, some.train_x.shape[1], rng)
    return sizes_at_start(network, some.train_x, some.train_y)


def _learn(
    kind: str,
    depth: int,
    rate: float,
    settings: DepthSettings,
    split: Split,
    seed: int,
    part: slice,
) -> tuple[float, float]:
    """Trains a network; returns the shares read rightly of a part of validation and of training.

    What overflows is left at guessing.
    """
    rng = np.random.default_rng(seed)
    some = sample_of(split, settings.samples, rng)
    network = build(kind, depth, settings.units, some.train_x.shape[1], rng)
    epochs, batch_size = settings.epochs, settings.batch_size
    history = train_unless_infinite(
        network, Momentum(rate), some, rng, epochs=epochs, batch_size=batch_size
    )
    if history is None:
        return 1 / CLASSES, 1 / CLASSES
    unseen = evaluate(network, some.validation_x[part], some.validation_y[part])
    seen = evaluate(network, some.train_x, some.train_y)
    return float(unseen.accuracy or 0.0), float(seen.accuracy or 0.0)
