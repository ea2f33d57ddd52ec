"""`gan`: points on a ring, made from noise by a network that never sees one of them.

Eight heaps of points stand on a circle. Two small networks play: one says of a point whether it is
real, the other makes points of noise. On two sides, which differ in the generator's loss alone: the
one that does not saturate, and the one of the game, which does. Each side plays at its own best
rate, chosen over seeds of their own from a grid with steps of a factor of 2, which goes on where
the best lies at its end; then it plays from fresh seeds, the same for both. What is judged is the
energy distance between what was made and points of the ring that nobody trained on.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop import (
    Adam,
    Linear,
    ReLU,
    Sequential,
    discriminator_gradients,
    generator_gradients,
)
from backprop.activations import sigmoid_forward
from backprop.losses import sigmoid_cross_entropy_backward, sigmoid_cross_entropy_forward
from backprop.shapes import Array
from experiments.comparison import paired_difference
from experiments.grid import best_of, search
from experiments.record import Number, Result
from experiments.repeats import SEEDS

SIDES = ("lasting", "saturating")
MIDDLE = 2.0**-9  # the rate in whose neighbourhood a grid begins
HEAPS = 8
SPREAD = 0.05


@dataclass(frozen=True)
class Settings:
    """Both networks and their game; given, but for the rate."""

    noise: int = 8
    hidden: int = 64
    steps: int = 1500
    batch_size: int = 128
    beta1: float = 0.5
    judged_on: int = 1000
    early: int = 100
    search_seeds: tuple[int, ...] = (100, 101, 102)


def run(
    _checkpoints: Path, settings: Settings = Settings(), seeds: Sequence[int] = SEEDS
) -> Result:
    """Chooses the rate of each side, lets it play from each seed, and compares them in pairs."""
    start = time.perf_counter()
    metrics: dict[str, Number] = {}
    tried: list[dict[str, Any]] = []
    table: list[dict[str, Any]] = []
    arrays: dict[str, NDArray[Any]] = {"real": ring(500, np.random.default_rng(0))}
    judged: dict[str, list[float]] = {}
    for side in SIDES:

        def score(rate: float, side: str = side) -> float:
            """The mean distance, over the seeds of the search."""
            found = [play(side, rate, settings, seed)[0] for seed in settings.search_seeds]
            return float(np.mean([each["distance"] for each in found]))

        scores = search(score, MIDDLE)
        best, at_end = best_of(scores)
        tried += [
            {"side": side, "rate": rate, "distance": round(distance, 5)}
            for rate, distance in sorted(scores.items())
        ]
        runs = [play(side, best, settings, seed) for seed in seeds]
        arrays[side] = runs[0][1][:500]
        judged[side] = [found["distance"] for found, _ in runs]
        table += [
            {"side": side, "seed": seed} | found
            for seed, (found, _) in zip(seeds, runs, strict=True)
        ]
        metrics |= {f"{side}_rate": best}
        metrics |= {f"{side}_rate_at_end": int(at_end)}
        for name in runs[0][0]:
            values = [found[name] for found, _ in runs]
            metrics |= {f"{side}_{name}": float(np.mean(values))}
            metrics |= {f"{side}_{name}_std": float(np.std(values, ddof=1))}
    difference = paired_difference(judged["saturating"], judged["lasting"])
    floor = [
        energy_distance(
            ring(settings.judged_on, np.random.default_rng([seed, 8])),
            ring(settings.judged_on, np.random.default_rng([seed, 9])),
        )
        for seed in seeds
    ]
    metrics |= difference.metrics("difference")
    metrics |= {
        "real_distance": float(np.mean(floor)),
    }
    return Result(
        metrics=metrics,
        curve={},
        seeds=tuple(seeds),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        arrays={name: points.astype(np.float32) for name, points in arrays.items()},
        tried=tried,
        table=table,
    )


def centres() -> NDArray[np.float64]:
    """The middle of each heap, shape (8, 2)."""
    angle = 2 * np.pi * np.arange(HEAPS) / HEAPS
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def ring(N: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draws N points of the ring, shape (N, 2)."""
    return centres()[rng.integers(HEAPS, size=N)] + SPREAD * rng.standard_normal((N, 2))


def energy_distance(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """How far two sets of points are from being drawn alike; near 0 if they are.

    Twice the mean distance between the sets, less that within each. Pairs of a point with itself
    are left out, so that two sets of one kind have 0 in the mean.

    Source:
        Székely and Rizzo, "Energy statistics", 2013.
    """

    def between(x: NDArray[np.floating], y: NDArray[np.floating]) -> float:
        return float(np.hypot(*(x[:, np.newaxis] - y).T).sum())

    N, M = len(a), len(b)
    within = between(a, a) / (N * (N - 1)) + between(b, b) / (M * (M - 1))
    return 2 * between(a, b) / (N * M) - within


def networks(settings: Settings, rng: np.random.Generator) -> tuple[Sequential, Sequential]:
    """Makes a generator, from noise to points, and a discriminator, from points to logits."""
    H, dtype = settings.hidden, np.float32
    generator, discriminator = (
        Sequential(
            [
                Linear(D, H, rng=rng, dtype=dtype),
                ReLU(),
                Linear(H, H, rng=rng, dtype=dtype),
                ReLU(),
                Linear(H, M, rng=rng, dtype=dtype),
            ]
        )
        for D, M in ((settings.noise, 2), (2, 1))
    )
    return generator, discriminator


def saturating_gradients(
    generator: Sequential, discriminator: Sequential, z: Array
) -> tuple[np.floating[Any], dict[str, Array]]:
    """As `generator_gradients`, for the loss of the game: less of being found out."""
    logits = discriminator.forward(generator.forward(z, training=True), training=True)
    loss, cache = sigmoid_cross_entropy_forward(logits, np.zeros_like(logits))
    generator.backward(discriminator.backward(sigmoid_cross_entropy_backward(-1.0, cache)))
    return -loss, generator.grads


def play(
    side: str, rate: float, settings: Settings, seed: int
) -> tuple[dict[str, float], NDArray[np.floating]]:
    """Lets two networks play.

    Returns:
        The energy distance at the end; the share of points within three spreads of a heap's middle;
        how many heaps have one in a hundred or more; and, of the early steps, the mean probability
        that the discriminator gives to what is made, and the generator's mean gradient, as a norm.
        Beside them the points that were made.
    """
    rng = np.random.default_rng([seed, 1])
    generator, discriminator = networks(settings, np.random.default_rng([seed, 2]))
    movers = [Adam(rate, beta1=settings.beta1) for _ in range(2)]
    move = generator_gradients if side == "lasting" else saturating_gradients
    N = settings.batch_size
    believed, norms = [], []
    for t in range(settings.steps):
        real = ring(N, rng).astype(np.float32)
        z = rng.standard_normal((N, settings.noise), np.float32)
        _, grads = discriminator_gradients(discriminator, real, generator(z))
        movers[0].step(discriminator.params, grads)
        z = rng.standard_normal((N, settings.noise), np.float32)
        _, grads = move(generator, discriminator, z)
        if t < settings.early:
            believed.append(sigmoid_forward(discriminator(generator(z)))[0].mean())
            norms.append(sum(float((grad**2).sum()) for grad in grads.values()) ** 0.5)
        movers[1].step(generator.params, grads)
    judge = np.random.default_rng([seed, 3])
    z = judge.standard_normal((settings.judged_on, settings.noise), np.float32)
    made = generator(z)
    away = np.hypot(*(made[:, np.newaxis] - centres()).T).T
    near = away.min(axis=1) < 3 * SPREAD
    counts = np.bincount(away.argmin(axis=1)[near], minlength=HEAPS)
    found = {
        "distance": energy_distance(made, ring(settings.judged_on, judge)),
        "near": float(near.mean()),
        "heaps": float((counts >= len(made) / 100).sum()),
        "believed": float(np.mean(believed)),
        "gradient": float(np.mean(norms)),
    }
    return found, made
