"""Draws random values and functions."""

import math
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from mathcheck.meaning.symbols import Symbol


def generator(seed: int, draw: int, attempt: int, *what: object) -> np.random.Generator:
    """Returns a random generator of its own for each thing that is drawn."""
    return np.random.default_rng([seed, draw, attempt, crc32(repr(what).encode())])


def random_array(
    symbol: Symbol, shape: tuple[int, ...], details: tuple[float, ...], rng: np.random.Generator
) -> NDArray[np.float64] | NDArray[np.int64]:
    """Draws the values of a symbol as its table says."""
    match symbol.domain:
        case "positive":
            # A number on its own may be small or large beside others: a bound, a rate, a step.
            return rng.uniform(0.3, 1.7, shape) if shape else np.exp(rng.uniform(-1.6, 1.6, shape))
        case "negative":
            return rng.uniform(-1.7, -0.3, shape)
        case "nonzero":
            return np.asarray(rng.uniform(0.3, 1.7, shape) * _mixed(rng, shape, (-1, 1)))
        case "interval":
            low, high = details
            margin = 0.1 * (high - low)
            return rng.uniform(low + margin, high - margin, shape)
        case "integer":
            return rng.integers(int(details[0]), int(details[1]) + 1, shape)
        case "binary":
            return _mixed(rng, shape, (0, 1))
        case "sign":
            return _mixed(rng, shape, (-1, 1))
        case "one-hot":
            rows = rng.integers(0, shape[-1], shape[:-1])
            return np.asarray(np.eye(shape[-1], dtype=np.int64)[rows])
        case "probabilities":
            weights = rng.uniform(0.3, 1.7, shape)
            return np.asarray(weights / weights.sum(axis=-1, keepdims=True))
        case "symmetric":
            value = rng.uniform(-1.5, 1.5, shape)
            return np.asarray((value + np.swapaxes(value, -1, -2)) / 2)
    return np.asarray(rng.uniform(0.2, 1.5, shape) * _mixed(rng, shape, (-1, 1)))


def _mixed(
    rng: np.random.Generator, shape: tuple[int, ...], values: tuple[int, int]
) -> NDArray[np.int64]:
    """Draws two values so that both come up, if there is room for both."""
    drawn = rng.integers(0, 2, shape)
    flat = drawn.reshape(-1)
    if flat.size > 1 and flat.min() == flat.max():
        flat[rng.integers(0, flat.size)] ^= 1
    return np.asarray(values)[flat.reshape(shape)]


class RandomFunction:
    """A smooth function of one number, analytic, with all its derivatives."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.weights = rng.uniform(0.4, 1.0, 3) * rng.choice([-1.0, 1.0], 3)
        self.rates = rng.uniform(0.5, 1.4, 3)
        self.shifts = rng.uniform(-2.0, 2.0, 3)
        self.slope = float(rng.uniform(0.2, 0.5))

    def __call__(self, x: object, order: int = 0) -> object:
        """Returns the value of the derivative of some order."""
        value = np.asarray(x)[..., None]
        waves = self.weights * self.rates**order
        result = (waves * np.sin(self.rates * value + self.shifts + order * math.pi / 2)).sum(-1)
        line = (self.slope * np.asarray(x), self.slope, 0.0)[min(order, 2)]
        total = result + line
        return total if total.shape else float(total)


class RandomLoss:
    """A scalar function of many numbers, smooth, analytic, linear in none of them."""

    def __init__(self, count: int, rng: np.random.Generator) -> None:
        waves = 3
        self.rates = rng.uniform(-1.0, 1.0, (waves, count))
        self.shifts = rng.uniform(-2.0, 2.0, (waves, 1))
        self.weights = rng.uniform(0.5, 1.5, (waves, 1))
        self.linear = rng.uniform(-1.0, 1.0, (count, 1))
        self.square = rng.uniform(-0.4, 0.4, (count, 1))

    def __call__(self, values: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Returns the value for `(count, lanes)` numbers, one for each lane."""
        waves = (self.weights * np.sin(self.rates @ values + self.shifts)).sum(axis=0)
        rest = (self.linear * values + self.square * values * values).sum(axis=0)
        return np.asarray(waves + rest)
