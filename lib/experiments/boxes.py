"""`boxes`: a digit somewhere on a large canvas, and the box around it.

A small convolutional network says four numbers: how far the box lies from the middle of the canvas
and how much larger it is than a box of 20 by 20 there, as a logarithm. On two sides, which differ
in the loss alone: the smooth L1 of the four numbers, or what is missing from an intersection over
union of 1. Each side learns at its own best rate, chosen on one half of the validation digits over
seeds of their own, from a grid with steps of a factor of 2, which goes on where the best lies at
its end; it is judged from fresh seeds on the other half, in pairs. The test digits are not read.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop import (
    Adam,
    Conv2d,
    Flatten,
    Linear,
    Loss,
    ReLU,
    Sequential,
    load_mnist,
    predict,
    train,
)
from backprop.boxes import BoxIouCache, box_iou_backward, box_iou_forward
from backprop.data.mnist import Digits
from backprop.losses import smooth_l1_backward, smooth_l1_forward
from backprop.shapes import Array
from experiments.comparison import paired_difference
from experiments.grid import best_of, search
from experiments.mnist import Split, sample_of, split_digits
from experiments.record import Number, Result
from experiments.repeats import SEEDS

SIDE = 28
ANCHOR = 20.0  # the box that the four numbers are told from
MIDDLE = 2.0**-9  # the rate in whose neighbourhood a grid begins
SIDES = ("smooth_l1", "iou")
SHOWN = 8
LARGEST = 3.0  # the logarithm of the largest box told, and of the smallest, by the anchor


@dataclass(frozen=True)
class Settings:
    """The canvas, the network, its training."""

    canvas: int = 64
    noise: float = 0.2
    channels: tuple[int, int] = (8, 16)
    hidden: int = 64
    digits: int = 2000
    epochs: int = 6
    batch_size: int = 50
    search_seeds: tuple[int, ...] = (100, 101, 102)


class Scenes(NamedTuple):
    """Canvases, (N, 1, H, H), and the box of the digit on each: left, top, right, bottom."""

    x: NDArray[np.float32]
    boxes: NDArray[np.float32]


def run(
    _checkpoints: Path,
    digits: Digits | None = None,
    settings: Settings = Settings(),
    seeds: Sequence[int] = SEEDS,
) -> Result:
    """Chooses the rate of each side, lets it learn from each seed, and compares them in pairs."""
    start = time.perf_counter()
    split = split_digits(digits or load_mnist())
    half = len(split.validation_y) // 2
    judge = np.random.default_rng(99)
    chosen_by, judged_on = (
        scenes(split.validation_x[part], settings, judge)
        for part in (slice(half), slice(half, None))
    )
    metrics: dict[str, Number] = {"judged_on": len(judged_on.x)}
    tried: list[dict[str, Any]] = []
    table: list[dict[str, Any]] = []
    arrays: dict[str, NDArray[Any]] = {
        "seen": np.rint(255 * judged_on.x[:SHOWN, 0].clip(0, 1)).astype(np.uint8),
        "true": judged_on.boxes[:SHOWN],
    }
    judged: dict[str, list[float]] = {}
    for side in SIDES:

        def score(rate: float, side: str = side) -> float:
            """What is missing of the mean IoU, over the seeds of the search."""
            found = [
                learn(side, rate, settings, split, seed, chosen_by)[0]
                for seed in settings.search_seeds
            ]
            return 1 - float(np.mean([iou.mean() for iou in found]))

        scores = search(score, MIDDLE)
        best, at_end = best_of(scores)
        tried += [
            {"side": side, "rate": rate, "iou": round(1 - missing, 5)}
            for rate, missing in sorted(scores.items())
        ]
        runs = [learn(side, best, settings, split, seed, judged_on) for seed in seeds]
        judged[side] = [float(iou.mean()) for iou, _ in runs]
        half_right = [float((iou > 0.5).mean()) for iou, _ in runs]
        nearly_right = [float((iou > 0.75).mean()) for iou, _ in runs]
        arrays[side] = runs[0][1][:SHOWN]
        table.append({"side": side, "rate": best, "iou": judged[side], "over_75": nearly_right})
        metrics |= {
            f"{side}_rate": best,
            f"{side}_rate_at_end": int(at_end),
            f"{side}_iou": float(np.mean(judged[side])),
            f"{side}_iou_std": float(np.std(judged[side], ddof=1)),
            f"{side}_over_50": float(np.mean(half_right)),
            f"{side}_over_75": float(np.mean(nearly_right)),
        }
    difference = paired_difference(judged["iou"], judged["smooth_l1"])
    middle = np.zeros((len(judged_on.x), 4), np.float32)
    blind, _ = box_iou_forward(as_boxes(middle, settings), judged_on.boxes)
    metrics |= difference.metrics("difference")
    metrics |= {
        "middle_iou": float(blind.mean()),
        "middle_apart": float((blind == 0).mean()),
    }
    return Result(
        metrics=metrics,
        curve={},
        seeds=tuple(seeds),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        arrays=arrays,
        tried=tried,
        table=table,
    )


def scenes(digits: Array, settings: Settings, rng: np.random.Generator) -> Scenes:
    """Puts each digit somewhere on a noisy canvas of its own."""
    images, room = digits.reshape(-1, SIDE, SIDE), settings.canvas - SIDE + 1
    size = (len(images), 1, settings.canvas, settings.canvas)
    x = np.float32(settings.noise) * np.abs(rng.standard_normal(size, np.float32))
    boxes = np.empty((len(images), 4), np.float32)
    for n, (image, (left, top)) in enumerate(
        zip(images, rng.integers(room, size=(len(images), 2)), strict=True)
    ):
        x[n, 0, top : top + SIDE, left : left + SIDE] += image
        rows, columns = (np.flatnonzero((image > 0.5).any(axis=axis)) for axis in (1, 0))
        boxes[n] = (
            left + columns[0],
            top + rows[0],
            left + columns[-1] + 1,
            top + rows[-1] + 1,
        )
    return Scenes(x, boxes)


def build(settings: Settings, rng: np.random.Generator) -> Sequential:
    """Makes the network: two convolutions of stride 2 and two linear layers."""
    (C, K), side = settings.channels, settings.canvas
    for _ in range(2):
        side = (side - 5) // 2 + 1
    return Sequential(
        [
            Conv2d(1, C, 5, stride=2, rng=rng, dtype=np.float32, input_gradient=False),
            ReLU(),
            Conv2d(C, K, 5, stride=2, rng=rng, dtype=np.float32),
            ReLU(),
            Flatten(),
            Linear(K * side**2, settings.hidden, rng=rng, dtype=np.float32),
            ReLU(),
            Linear(settings.hidden, 4, rng=rng, dtype=np.float32),
        ]
    )


def as_numbers(boxes: Array, settings: Settings) -> Array:
    """Tells boxes by the anchor: how far their middles lie, how much larger they are."""
    low, high = np.split(boxes, 2, axis=1)
    places = ((low + high) / 2 - settings.canvas / 2) / ANCHOR
    return np.hstack([places, np.log((high - low) / ANCHOR)])


def as_boxes(numbers: Array, settings: Settings) -> Array:
    """The boxes that four numbers tell, the other way round."""
    places, sizes = np.split(numbers, 2, axis=1)
    sizes = sizes.clip(-LARGEST, LARGEST)
    middle, half = settings.canvas / 2 + ANCHOR * places, ANCHOR / 2 * np.exp(sizes)
    return np.hstack([middle - half, middle + half])


class MissingCache(NamedTuple):
    """What `missing_backward` needs."""

    half: Array
    free: NDArray[np.bool_]
    kept: BoxIouCache


def missing_forward(
    numbers: Array, target: Array, settings: Settings
) -> tuple[np.floating[Any], MissingCache]:
    """The mean of 1 less the intersection over union of told boxes and true ones."""
    boxes = as_boxes(numbers, settings)
    iou, kept = box_iou_forward(boxes, as_boxes(target, settings))
    free = np.abs(numbers[:, 2:]) < LARGEST  # of the others the size does not move
    return (1 - iou).mean(), MissingCache((boxes[:, 2:] - boxes[:, :2]) / 2, free, kept)


def missing_backward(dloss: float, cache: MissingCache) -> Array:
    """The gradient for the four numbers."""
    half, free, kept = cache
    diou = np.full(len(half), -dloss / len(half), half.dtype)
    dlow, dhigh = np.split(box_iou_backward(diou, kept), 2, axis=1)
    return np.hstack([(dlow + dhigh) * np.float32(ANCHOR), (dhigh - dlow) * half * free])


def learn(
    side: str, rate: float, settings: Settings, split: Split, seed: int, judged_on: Scenes
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Trains a network; returns the IoU of each scene that it is judged on, and its boxes."""
    some = sample_of(split, settings.digits, np.random.default_rng([seed, 1]))
    x, boxes = scenes(some.train_x, settings, np.random.default_rng([seed, 2]))
    network = build(settings, np.random.default_rng([seed, 3]))
    losses = {
        "smooth_l1": Loss(smooth_l1_forward, smooth_l1_backward),
        "iou": Loss(lambda y, target: missing_forward(y, target, settings), missing_backward),
    }
    train(
        network,
        Adam(rate),
        x,
        as_numbers(boxes, settings),
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        rng=np.random.default_rng([seed, 4]),
        loss=losses[side],
        measure=None,
        progress=False,
    )
    said = as_boxes(predict(network, judged_on.x, batch_size=500), settings)
    return box_iou_forward(said, judged_on.boxes)[0], said
