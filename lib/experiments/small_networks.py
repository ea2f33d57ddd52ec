"""`small-networks`: five classic networks, made small, on Fashion-MNIST at one cost each.

LeNet, VGG, GoogLeNet, ResNet and DenseNet in the form of `architectures`, so that what is counted
is what is trained. All of them take about the multiplications of LeNet for an image. Equal
parameters would favour kernels that are used at many places: they cost as many multiplications as
there are places, and no parameter more. What a multiplication is spent on is then the question.

All but LeNet's last layers have batch norm; behind each norm, and behind each linear layer but the
last, is a ReLU. All are trained alike, by Adam with a rate that falls to 0. The rate is sought for
each on the validation images, with steps of a factor of 2, over a seed of its own, until a worse
one lies on either side. Then each is trained from the same fresh seeds, which draw its images and
its weights, and is tested.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop import (
    Adam,
    Sequential,
    cosine_decay,
    evaluate,
    load_fashion_mnist,
    predict,
    to_unit_interval,
    train,
)
from backprop.data.mnist import Digits
from experiments.architectures import Network, count
from experiments.comparison import paired_difference
from experiments.grid import best_of, search
from experiments.mnist import Split, sample_of
from experiments.mnist_convolution import split_images
from experiments.record import Number, Result
from experiments.repeats import SEEDS, summary
from experiments.small_architectures import IMAGE, NETWORKS, build
from experiments.updates import updates_in


@dataclass(frozen=True)
class Settings:
    """What all trainings have in common."""

    samples: int = 20_000  # of the training images, others for each seed
    epochs: int = 4
    batch_size: int = 100
    middle: float = 2.0**-7  # the rate in whose neighbourhood a search begins
    search_seed: int = 100


SETTINGS = Settings()


def run(
    _checkpoints: Path,
    images: Digits | None = None,
    settings: Settings = SETTINGS,
    seeds: Sequence[int] = SEEDS,
    networks: dict[str, Network] = NETWORKS,
) -> Result:
    """Seeks each network's rate, trains it from each seed, and tests it."""
    start = time.perf_counter()
    images = images or load_fashion_mnist()
    split = split_images(images)
    metrics: dict[str, Number] = {
        "samples": settings.samples,
        "validation_size": len(split.validation_y),
        "test_size": len(images.test_labels),
        "epochs": settings.epochs,
    }
    tried: list[dict[str, Any]] = []
    found: list[dict[str, Number]] = [{} for _ in seeds]
    right: dict[str, NDArray[np.bool_]] = {}
    trained: dict[str, list[Sequential]] = {}
    for name, network in networks.items():
        costs = count(network, IMAGE)

        def wrong(rate: float, network: Network = network) -> float:
            """The share of the validation images that is read wrongly."""
            try:
                made, _, _ = _learn(network, rate, split, settings, settings.search_seed)
            except FloatingPointError:  # its loss became infinite
                return 1.0
            return 1 - _accuracy(made, split.validation_x, split.validation_y)

        scores = search(wrong, settings.middle)
        best, at_end = best_of(scores)
        tried += [
            {"network": name, "rate": rate, "accuracy": round(1 - score, 5)}
            for rate, score in sorted(scores.items())
        ]
        print(name, {rate: round(1 - score, 4) for rate, score in scores.items()}, flush=True)
        metrics |= {
            f"{name}_parameters": costs.parameters,
            f"{name}_multiplications": costs.multiplications,
            f"{name}_rate": best,
            f"{name}_at_end": int(at_end),
        }
        trained[name] = []
        for one, seed in zip(found, seeds, strict=True):
            made, some, seconds = _learn(network, best, split, settings, seed)
            trained[name].append(made)
            one |= {
                f"{name}_seconds": seconds / settings.epochs,
                f"{name}_train_accuracy": _accuracy(made, some.train_x, some.train_y),
                f"{name}_validation_accuracy": _accuracy(
                    made, split.validation_x, split.validation_y
                ),
            }
            print(name, seed, one[f"{name}_validation_accuracy"], f"{seconds:.1f} s", flush=True)
    test_x = to_unit_interval(images.test_images)[:, np.newaxis]
    for name, several in trained.items():
        read = [predict(made, test_x).argmax(axis=1) for made in several]
        right[name] = np.array(read) == images.test_labels
        for one, answers in zip(found, right[name], strict=True):
            one[f"{name}_test_accuracy"] = float(answers.mean())
    means, by_seed = summary(found)
    metrics |= means
    for earlier, later in combinations(networks, 2):
        metrics |= compared(f"{later}_over_{earlier}", right[later], right[earlier])
    return Result(
        metrics=metrics,
        curve={},
        seeds=tuple(seeds),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        tried=tried,
        by_seed=by_seed,
    )


def compared(name: str, first: NDArray[np.bool_], second: NDArray[np.bool_]) -> dict[str, Number]:
    """The difference of two networks, judged over seeds, and over the images that they read.

    Args:
        name: what the metrics begin with.
        first: whether each seed (row) reads each image (column).
        second: the other side's.
    """
    over_seeds = paired_difference(first.mean(axis=1), second.mean(axis=1))
    over_images = paired_difference(first.mean(axis=0), second.mean(axis=0))
    return over_seeds.metrics(name) | {
        f"{name}_images_low": over_images.low,
        f"{name}_images_high": over_images.high,
        f"{name}_is_sure": int(over_seeds.is_sure and over_images.is_sure),
    }


def _learn(
    network: Network, rate: float, split: Split, settings: Settings, seed: int
) -> tuple[Sequential, Split, float]:
    """Trains a network; returns it, what it was trained on, and the seconds of one core it took.

    Raises:
        FloatingPointError: its loss became infinite.
    """
    rng = np.random.default_rng(seed)
    some = sample_of(split, settings.samples, rng)
    made = build(network, IMAGE, rng)
    steps = updates_in(settings.epochs, len(some.train_y), settings.batch_size)
    start = time.process_time()
    train(
        made,
        Adam(rate),
        some.train_x,
        some.train_y,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        rng=rng,
        measure=None,
        schedule=cosine_decay(rate, steps),
        progress=False,
    )
    return made, some, time.process_time() - start


def _accuracy(network: Sequential, x: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    return float(evaluate(network, x, labels).accuracy or 0.0)
