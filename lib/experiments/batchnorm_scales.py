"""`batchnorm-scales`: a deep network with and without batch norm, from 16 initial scales.

The weights of all layers are drawn with one standard deviation, from 1 down to 0.0001. A thousand
digits and plain stochastic gradient descent, at each of three learning rates: what differs is
whether it learns at all. How large activations and gradients are at the start is kept as well.
"""

import time
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backprop import SGD, BatchNorm, Layer, Linear, ReLU, Sequential, load_mnist, normal, train
from backprop.data.mnist import Digits
from backprop.losses import softmax_cross_entropy_backward, softmax_cross_entropy_forward
from experiments.mnist import CLASSES, split_digits
from experiments.record import Number, Result

KINDS = ("plain", "batch_norm")
LEARNED = 0.5


@dataclass(frozen=True)
class ScaleSettings:
    """What all runs have in common, and the scales and rates in which they differ."""

    scales: tuple[float, ...] = tuple(float(scale) for scale in np.logspace(0, -4, 16))
    rates: tuple[float, ...] = (0.01, 0.1, 1.0)
    hidden: tuple[int, ...] = (100,) * 5
    samples: int = 1000
    epochs: int = 20
    batch_size: int = 100
    seed: int = 0


def run(
    checkpoints: Path, digits: Digits | None = None, settings: ScaleSettings | None = None
) -> Result:
    """Trains from every scale at every rate, with and without; counts from where it learned.

    Training has learned if it reads more than half of its digits in the last epoch.
    """
    start = time.perf_counter()
    settings = settings or ScaleSettings()
    split = split_digits(digits or load_mnist())
    x, target = split.train_x[: settings.samples], split.train_y[: settings.samples]
    metrics: dict[str, Number] = {"scales": len(settings.scales), "samples": len(x)}
    curve: dict[str, list[Number]] = {"scale": list(settings.scales), "rate": list(settings.rates)}
    arrays = {}
    for kind in KINDS:
        finals = np.zeros((len(settings.rates), len(settings.scales)))
        for number, scale in enumerate(settings.scales):
            make = partial(build, settings, scale, x.shape[1], batch_norm=kind != "plain")
            for name, sizes in sizes_at_start(make(), x, target).items():
                arrays[f"{name}_{kind}_{number}"] = sizes
            for row, rate in enumerate(settings.rates):
                key = f"{kind}_{row}_{number}"
                curve[key] = accuracies(settings, rate, make(), x, target)
                finals[row, number] = curve[key][-1]
        for row in range(len(settings.rates)):
            metrics[f"{kind}_learned_{row}"] = int((finals[row] > LEARNED).sum())
        best = finals.max(axis=0)
        metrics[f"{kind}_learned"] = int((best > LEARNED).sum())
        metrics[f"{kind}_worst"], metrics[f"{kind}_best"] = float(best.min()), float(best.max())
    return Result(
        metrics=metrics,
        curve=curve,
        seeds=(settings.seed,),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        arrays=arrays,
    )


def build(settings: ScaleSettings, scale: float, features: int, *, batch_norm: bool) -> Sequential:
    """Makes a network whose weights all have this standard deviation."""
    rng = np.random.default_rng(settings.seed)
    layers: list[Layer] = []
    for D, M in pairwise([features, *settings.hidden, CLASSES]):
        layers.append(Linear(D, M, rng=rng, init=partial(normal, std=scale), dtype=np.float32))
        layers += [BatchNorm(M, dtype=np.float32), ReLU()] if batch_norm else [ReLU()]
    return Sequential(layers[: -2 if batch_norm else -1])  # the scores end it


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


def accuracies(
    settings: ScaleSettings,
    rate: float,
    network: Sequential,
    x: NDArray[np.float32],
    target: NDArray[np.uint8],
) -> list[Number]:
    """Trains, and returns the accuracy during each epoch; what overflows stays at guessing."""
    try:
        history = train(
            network,
            SGD(rate),
            x,
            target,
            epochs=settings.epochs,
            batch_size=settings.batch_size,
            rng=np.random.default_rng(settings.seed),
            progress=False,
        )
    except FloatingPointError:
        return [1 / CLASSES] * settings.epochs
    return list(history.train_accuracy)
