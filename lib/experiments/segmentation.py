"""`segmentation`: which pixels of a noisy picture are a digit's ink.

A digit stands on a canvas under noise so strong that no pixel tells by itself what it is. Two
convolutions of stride 2 make the picture small, two transposed ones make it large again, and say of
each pixel how likely it is ink. The settings are given; training is repeated over seeds, and judged
on the validation digits. The test digits are not read.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backprop import (
    SIGMOID_CROSS_ENTROPY,
    Adam,
    Conv2d,
    ConvTranspose2d,
    ReLU,
    Sequential,
    load_mnist,
    predict,
    train,
)
from backprop.activations import sigmoid_forward
from backprop.data.mnist import Digits
from backprop.shapes import Array
from experiments.mnist import sample_of, split_digits
from experiments.record import Number, Result
from experiments.repeats import SEEDS, over_seeds

SIDE = 28
SHOWN = 6


@dataclass(frozen=True)
class Settings:
    """The network, its training, and how loud the noise is beside ink, which is 1."""

    channels: tuple[int, int] = (12, 24)
    noise: float = 0.8
    digits: int = 2000
    rate: float = 4e-3
    epochs: int = 6
    batch_size: int = 25


def run(
    _checkpoints: Path,
    digits: Digits | None = None,
    settings: Settings = Settings(),
    seeds: Sequence[int] = SEEDS,
) -> Result:
    """Trains from each seed; keeps some pictures of the first."""
    split = split_digits(digits or load_mnist())

    def once(seed: int) -> Result:
        start = time.perf_counter()
        rng = np.random.default_rng(seed)
        some = sample_of(split, settings.digits, rng)
        x, ink = noisy(some.train_x, settings.noise, rng)
        judged_x, judged_ink = noisy(split.validation_x, settings.noise, rng)
        network = build(settings, rng)
        history = train(
            network,
            Adam(settings.rate),
            x,
            ink,
            epochs=settings.epochs,
            batch_size=settings.batch_size,
            rng=rng,
            loss=SIGMOID_CROSS_ENTROPY,
            measure=None,
            progress=False,
        )
        p = sigmoid_forward(predict(network, judged_x, batch_size=500))[0]
        levels = np.linspace(0, 1.5, 31)
        best = max(levels, key=lambda level: intersection_over_union(x > level, ink > 0))
        metrics: dict[str, Number] = {
            "pixels_right": float(((p > 0.5) == (judged_ink > 0)).mean()),
            "iou": intersection_over_union(p > 0.5, judged_ink > 0),
            "threshold": float(best),
            "threshold_pixels_right": float(((judged_x > best) == (judged_ink > 0)).mean()),
            "threshold_iou": intersection_over_union(judged_x > best, judged_ink > 0),
            "ink": float(judged_ink.mean()),
            "parameters": sum(param.size for param in network.params.values()),
        }
        shown = {"seen": judged_x, "ink": judged_ink, "found": p}
        return Result(
            metrics=metrics,
            curve={"loss": [float(loss) for loss in history.train_loss]},
            seeds=(seed,),
            settings=asdict(settings),
            seconds=time.perf_counter() - start,
            arrays={name: images[:SHOWN, 0].astype(np.float16) for name, images in shown.items()},
        )

    return over_seeds(once, seeds)


def noisy(
    digits: Array, noise: float, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Writes digits in ink of 1 on paper of 0, and adds noise.

    Args:
        digits: rows of pixels from 0 to 1, shape (N, 784).
        noise: its standard deviation in each pixel.
        rng: draws it.

    Returns:
        What is seen, and where ink is: 1 or 0. Both have shape (N, 1, 28, 28).
    """
    ink = (digits > 0.5).astype(np.float32).reshape(-1, 1, SIDE, SIDE)
    return ink + np.float32(noise) * rng.standard_normal(ink.shape, np.float32), ink


def build(settings: Settings, rng: np.random.Generator) -> Sequential:
    """Makes the network: 28 to 14 to 7 pixels a side, and back."""
    (C, K), dtype = settings.channels, np.float32
    return Sequential(
        [
            Conv2d(1, C, 4, stride=2, padding=1, rng=rng, dtype=dtype, input_gradient=False),
            ReLU(),
            Conv2d(C, K, 4, stride=2, padding=1, rng=rng, dtype=dtype),
            ReLU(),
            ConvTranspose2d(K, C, 4, stride=2, padding=1, rng=rng, dtype=dtype),
            ReLU(),
            ConvTranspose2d(C, 1, 4, stride=2, padding=1, rng=rng, dtype=dtype),
        ]
    )


def intersection_over_union(said: NDArray[np.bool_], true: NDArray[np.bool_]) -> float:
    """How many pixels are in both sets, of those in either; over all pictures together."""
    return float((said & true).sum() / (said | true).sum())
