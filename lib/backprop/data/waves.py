"""Noisy waves, made on the spot: ten steps to read, the next ten to foretell.

Each wave is a sine of amplitude 1. Its period is one of a few, its phase is any. What is seen of it
is blurred by noise, so that no forecast can be exact; `best_forecast` is as good as one can be.
"""

from typing import NamedTuple

import numpy as np

from backprop.shapes import Array, shapes


class Waves(NamedTuple):
    """Noisy waves, what comes first and what follows.

    Attributes:
        seen: the steps to read, shape (N, steps, 1).
        target: the steps to foretell, noisy as well, shape (N, steps).
    """

    seen: Array
    target: Array


@shapes(N="count", rng="rng", steps="count", noise="[0, inf)")
def noisy_waves(N: int, rng: np.random.Generator, *, steps: int = 10, noise: float = 0.1) -> Waves:
    """Draws waves.

    Args:
        N: how many.
        rng: draws periods, phases and noise.
        steps: how many to read, and how many to foretell.
        noise: standard deviation of the noise.

    Returns:
        The waves, float64.

    Raises:
        TypeError: N or steps is no integer, noise no number, or rng no generator.
        ValueError: N or steps is below 1, or noise negative.

    Examples:
        >>> waves = noisy_waves(3, np.random.default_rng(0))
        >>> waves.seen.shape, waves.target.shape
        ((3, 10, 1), (3, 10))
    """
    period = rng.choice([8.0, 13.0, 21.0], (N, 1))
    phase = rng.uniform(0, 2 * np.pi, (N, 1))
    clean = np.sin(2 * np.pi * np.arange(2 * steps) / period + phase)
    noisy = clean + noise * rng.standard_normal(clean.shape)
    return Waves(noisy[:, :steps, np.newaxis], noisy[:, steps:])


@shapes(seen="N T F", ahead="count", noise="(0, inf)")
def best_forecast(seen: Array, *, ahead: int | None = None, noise: float = 0.1) -> Array:
    """Returns the best forecast there is, for one who knows how the waves are made.

    It is the mean of what follows, over all periods and phases, each weighed by how likely it makes
    what was seen. No forecast has a smaller expected squared error; on a few waves another may come
    out lower.

    Args:
        seen: noisy waves, shape (N, steps, 1).
        ahead: how many steps to forecast; as many as were seen if None.
        noise: standard deviation of the noise, above 0.

    Returns:
        The forecast, shape (N, ahead).

    Raises:
        TypeError: seen is no float array, ahead no integer, or noise no number.
        ValueError: seen has not the right shape, ahead is below 1, or noise is not above 0.

    Examples:
        >>> best_forecast(np.zeros((1, 1, 1)), ahead=2).round(9) + 0.0  # up or down, as likely
        array([[0., 0.]])
    """
    _, steps, features = seen.shape
    if features != 1:
        raise ValueError(f"seen has shape {seen.shape}, wanted (N, T, 1)")
    period, phase = np.meshgrid([8.0, 13.0, 21.0], 2 * np.pi * np.arange(400) / 400)
    t = np.arange(steps + (steps if ahead is None else ahead))
    possible = np.sin(2 * np.pi * t / period.reshape(-1, 1) + phase.reshape(-1, 1))
    past, future = possible[:, :steps], possible[:, steps:]
    # The squared distance but for seen², which is the same for every possible wave.
    distances = (past**2).sum(axis=1) - 2 * seen[:, :, 0] @ past.T
    weights = np.exp(-(distances - distances.min(axis=1, keepdims=True)) / (2 * noise**2))
    weights /= weights.sum(axis=1, keepdims=True)
    forecast: Array = weights @ future
    return forecast
