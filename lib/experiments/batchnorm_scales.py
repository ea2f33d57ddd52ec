"""`batchnorm-scales`: a deep network with and without batch norm, from 16 initial scales.

The weights of all layers are drawn with one standard deviation, from 1 down to 0.0001. A thousand
digits and plain stochastic gradient descent: what differs is whether it learns at all. What the
layers' activations are at the start is kept as well.
"""

import time
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np

from backprop.datasets import Digits, load_mnist
from backprop.initializers import normal
from backprop.layers import BatchNorm
from backprop.network import Layer, Linear, ReLU, Sequential
from backprop.optimizers import SGD
from backprop.training import train
from experiments.mnist import CLASSES, Split, split_digits
from experiments.record import Number, Result


@dataclass(frozen=True)
class ScaleSettings:
    """What all runs have in common, and the scales in which they differ."""

    scales: tuple[float, ...] = tuple(float(scale) for scale in np.logspace(0, -4, 16))
    hidden: tuple[int, ...] = (100,) * 5
    samples: int = 1000
    learning_rate: float = 0.01
    epochs: int = 20
    batch_size: int = 100
    seed: int = 0


def run(
    checkpoints: Path, digits: Digits | None = None, settings: ScaleSettings | None = None
) -> Result:
    """Trains from every scale, with and without; a run that overflows stays at guessing."""
    start = time.perf_counter()
    settings = settings or ScaleSettings()
    split = split_digits(digits or load_mnist())
    metrics: dict[str, Number] = {}
    curve: dict[str, list[Number]] = {"scale": list(settings.scales)}
    spreads = {}
    for kind in ("plain", "batch_norm"):
        for number, scale in enumerate(settings.scales):
            key = f"{kind}_{number}"
            network = build(settings, scale, split.train_x.shape[1], batch_norm=kind != "plain")
            spreads[key] = activation_spread(network, split.train_x[: settings.samples])
            curve[key] = accuracies(settings, network, split)
        finals = [curve[f"{kind}_{number}"][-1] for number in range(len(settings.scales))]
        metrics[f"{kind}_worst"], metrics[f"{kind}_best"] = min(finals), max(finals)
        metrics[f"{kind}_learned"] = sum(accuracy > 0.5 for accuracy in finals)
    return Result(
        metrics=metrics,
        curve=curve,
        seed=settings.seed,
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        arrays={f"spread_{key}": spread for key, spread in spreads.items()},
    )


def build(settings: ScaleSettings, scale: float, features: int, *, batch_norm: bool) -> Sequential:
    """Makes a network whose weights all have this standard deviation."""
    rng = np.random.default_rng(settings.seed)
    layers: list[Layer] = []
    for D, M in pairwise([features, *settings.hidden, CLASSES]):
        layers.append(Linear(D, M, rng=rng, init=partial(normal, std=scale), dtype=np.float32))
        layers += [BatchNorm(M, dtype=np.float32), ReLU()] if batch_norm else [ReLU()]
    return Sequential(layers[: -2 if batch_norm else -1])  # the scores end it


def activation_spread(network: Sequential, x: np.ndarray) -> np.ndarray:
    """Returns the standard deviation of what each ReLU gives before training."""
    spread = []
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in network.layers.values():
            x = layer.forward(x, training=True)
            if isinstance(layer, ReLU):
                spread.append(x.std(dtype=np.float64))
    return np.array(spread, np.float32)


def accuracies(settings: ScaleSettings, network: Sequential, split: Split) -> list[Number]:
    """Trains, and returns the accuracy on the samples during each epoch."""
    x, target = split.train_x[: settings.samples], split.train_y[: settings.samples]
    done: list[Number] = []
    try:
        history = train(
            network,
            SGD(settings.learning_rate),
            x,
            target,
            epochs=settings.epochs,
            batch_size=settings.batch_size,
            rng=np.random.default_rng(settings.seed),
            progress=False,
        )
        done += history.train_accuracy
    except FloatingPointError:
        done += [1 / CLASSES] * settings.epochs
    return done
