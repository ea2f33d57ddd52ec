"""`vae`: a variational autoencoder of MNIST's digits, with two numbers for each digit.

A pixel is ink or paper: ink where it is more than half black. The encoder gives each digit a mean
and a variance on each of two axes, the decoder makes of a point of that plane the probability of
ink in each pixel. The settings are given. The bound on how probable the digits are is measured on
the validation digits, by one draw for each. The test digits are not read.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from backprop import Adam, Linear, ReLU, Sequential, load_mnist
from backprop.activations import sigmoid_forward
from backprop.data.mnist import Digits
from backprop.gaussian import (
    gaussian_kl_backward,
    gaussian_kl_forward,
    gaussian_sample_backward,
    gaussian_sample_forward,
)
from backprop.losses import sigmoid_cross_entropy_backward, sigmoid_cross_entropy_forward
from backprop.shapes import Array
from experiments.mnist import Split, sample_of, split_digits
from experiments.record import Number, Result
from experiments.repeats import SEEDS, over_seeds

LATENT = 2
SIDE = 28
MAPPED = 12  # digits on a side of the map
SHOWN = 1500  # digits whose places are kept


@dataclass(frozen=True)
class Settings:
    """Both networks and their training."""

    hidden: int = 128
    digits: int = 12_000
    rate: float = 2e-3
    epochs: int = 8
    batch_size: int = 100


def run(
    _checkpoints: Path,
    digits: Digits | None = None,
    settings: Settings = Settings(),
    seeds: Sequence[int] = SEEDS,
) -> Result:
    """Trains from each seed; keeps the map of the first."""
    grey = split_digits(digits or load_mnist())
    split = grey._replace(
        train_x=(grey.train_x > 0.5).astype(np.float32),
        validation_x=(grey.validation_x > 0.5).astype(np.float32),
    )

    def once(seed: int) -> Result:
        start = time.perf_counter()
        rng = np.random.default_rng(seed)
        some = sample_of(split, settings.digits, rng)
        encoder, decoder = networks(settings, rng)
        optimizers = [Adam(settings.rate) for _ in range(2)]
        bounds: list[Number] = []
        for _ in range(settings.epochs):
            order = rng.permutation(len(some.train_x))
            for batch in np.array_split(order, -(-len(order) // settings.batch_size)):
                step(encoder, decoder, some.train_x[batch], rng)
                for optimizer, network in zip(optimizers, (encoder, decoder), strict=True):
                    optimizer.step(network.params, network.grads)
            bounds.append(sum(measure(encoder, decoder, split.validation_x[:1000], rng)))
        reconstruction, divergence = measure(encoder, decoder, split.validation_x, rng)
        metrics: dict[str, Number] = {
            "bound": reconstruction + divergence,
            "reconstruction": reconstruction,
            "divergence": divergence,
            "independent": _independent(some.train_x, split.validation_x),
            "neighbours": _neighbours(encoder, some),
        }
        places = encoder(split.validation_x[:SHOWN])[:, :LATENT]
        arrays = {
            "map": np.rint(255 * mapped(decoder)).astype(np.uint8),
            "places": places,
            "labels": split.validation_y[:SHOWN],
        }
        return Result(
            metrics=metrics,
            curve={"bound": bounds},
            seeds=(seed,),
            settings=asdict(settings),
            seconds=time.perf_counter() - start,
            arrays=arrays,
        )

    return over_seeds(once, seeds)


def networks(settings: Settings, rng: np.random.Generator) -> tuple[Sequential, Sequential]:
    """Makes an encoder, from pixels to means and logarithms of variances, and a decoder."""
    H, dtype = settings.hidden, np.float32
    encoder, decoder = (
        Sequential([Linear(D, H, rng=rng, dtype=dtype), ReLU(), Linear(H, M, rng=rng, dtype=dtype)])
        for D, M in ((SIDE**2, 2 * LATENT), (LATENT, SIDE**2))
    )
    return encoder, decoder


def step(encoder: Sequential, decoder: Sequential, x: Array, rng: np.random.Generator) -> None:
    """Leaves in both networks the gradients of the loss: ink and divergence, in nats a digit."""
    mu, log_var = np.split(encoder.forward(x, training=True), 2, axis=1)
    z, drawn = gaussian_sample_forward(mu, log_var, rng)
    _, ink = sigmoid_cross_entropy_forward(decoder.forward(z, training=True), x)
    _, kl = gaussian_kl_forward(mu, log_var)
    dz = decoder.backward(sigmoid_cross_entropy_backward(float(x.shape[1]), ink))
    parts = zip(gaussian_sample_backward(dz, drawn), gaussian_kl_backward(1.0, kl), strict=True)
    encoder.backward(np.concatenate([first + second for first, second in parts], axis=1))


def measure(
    encoder: Sequential, decoder: Sequential, x: Array, rng: np.random.Generator
) -> tuple[float, float]:
    """Returns both parts of the bound, in nats a digit: what the ink costs, and the divergence."""
    mu, log_var = np.split(encoder(x), 2, axis=1)
    z, _ = gaussian_sample_forward(mu, log_var, rng)
    ink, _ = sigmoid_cross_entropy_forward(decoder(z), x)
    return float(ink * x.shape[1]), float(gaussian_kl_forward(mu, log_var)[0])


def mapped(decoder: Sequential) -> NDArray[np.floating]:
    """The decoder's digits at places that are equally probable apart, (MAPPED², 28, 28)."""
    quantiles = [NormalDist().inv_cdf((i + 0.5) / MAPPED) for i in range(MAPPED)]
    points = np.array([(x, y) for y in reversed(quantiles) for x in quantiles], np.float32)
    return sigmoid_forward(decoder(points))[0].reshape(-1, SIDE, SIDE)


def _independent(train_x: Array, validation_x: Array) -> float:
    """Nats a digit if each pixel is told by its mean over the training digits, and no more."""
    mean = np.broadcast_to(train_x.mean(axis=0).clip(1e-4, 1 - 1e-4), validation_x.shape)
    loss, _ = sigmoid_cross_entropy_forward(np.log(mean / (1 - mean)), validation_x)
    return float(loss * validation_x.shape[1])


def _neighbours(encoder: Sequential, split: Split) -> float:
    """How often the nearest of 5,000 training digits in the plane has a digit's label."""
    known, asked = (encoder(x)[:, :LATENT] for x in (split.train_x[:5000], split.validation_x))
    distance = (known**2).sum(axis=1) - 2 * asked @ known.T  # squared, but for a constant of each
    said = split.train_y[distance.argmin(axis=1)]
    return float(np.mean(said == split.validation_y))
