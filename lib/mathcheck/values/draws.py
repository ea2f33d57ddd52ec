"""Draws random values and functions."""

import math
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from mathcheck.meaning.symbols import Symbol


def generator(seed: int, draw: int, attempt: int, *what: object) -> np.random.Generator:
    """Returns a random generator of its own for each thing that is drawn."""
    return np.random.default_rng([seed, draw, attempt, crc32(repr(what).encode())])


# How much likelier than the others something is that is nearly certain.
_CERTAIN = 1e9


@dataclass(frozen=True)
class Manner:
    """How the values of a draw are chosen.

    Attributes:
        kind: `usual`, within 0.2 to 1.5 of either sign; all `positive` or all `negative`; `small`,
            `large`, `huge` or `vast`; `spread` over many orders; `near` some numbers, or at them,
            `edge`;
            `nought`, as usual, but that a function of which nothing is known is 0; `mirrored`, all
            as large as one another.
        near: those numbers.
        sizes: which sizes.
        turn: which of the draws of its kind this is; those near numbers take one after the other.
    """

    kind: str = "usual"
    near: tuple[float, ...] = ()
    sizes: object = 0
    turn: int = 0


def random_array(
    symbol: Symbol,
    shape: tuple[int, ...],
    details: tuple[float, ...],
    rng: np.random.Generator,
    manner: Manner,
) -> NDArray[np.float64] | NDArray[np.int64]:
    """Draws the values of a symbol as its table says."""
    value = _of_domain(symbol, shape, details, rng, manner)
    if symbol.symmetric:
        half = np.triu(value)
        return np.asarray(half + np.swapaxes(np.triu(value, 1), -1, -2))
    return value


def _of_domain(
    symbol: Symbol,
    shape: tuple[int, ...],
    details: tuple[float, ...],
    rng: np.random.Generator,
    manner: Manner,
) -> NDArray[np.float64] | NDArray[np.int64]:
    match symbol.domain:
        case "positive":
            return _positive(shape, rng, manner)
        case "negative":
            mirrored = replace(manner, near=tuple(-number for number in manner.near))
            return -_positive(shape, rng, mirrored)
        case "nonzero":
            return _positive(shape, rng, replace(manner, near=_sizes(manner.near))) * _mixed(
                rng, shape, (-1, 1)
            )
        case "interval":
            return _interval(details, symbol.closed, shape, rng, manner)
        case "integer":
            return _whole(int(details[0]), int(details[1]), shape, rng, manner)
        case "binary":
            return _one_of(0, 1, shape, rng, manner)
        case "sign":
            return _one_of(-1, 1, shape, rng, manner)
        case "one-hot":
            # The axis over which they add up is the last one while they are drawn.
            turned = _turned(shape, symbol.over)
            rows = rng.integers(0, turned[-1], turned[:-1])
            return np.moveaxis(np.eye(turned[-1], dtype=np.int64)[rows], -1, symbol.over)
        case "joint":
            shares = rng.uniform(0.3, 1.7, shape)
            if manner.kind in ("small", "spread", "near"):
                shares = np.exp(rng.uniform(-4.0, 4.0, shape))
            if manner.kind == "near" and manner.turn % 2 == 0:
                shares.reshape(-1)[manner.turn // 2 % shares.size] *= _CERTAIN
            if manner.kind == "edge":  # some outcomes are impossible, or all but one are
                only = rng.integers(0, shares.size)
                kept = np.arange(shares.size) == only
                if manner.turn % 2:
                    kept |= rng.integers(0, 2, shares.size) == 0
                shares = np.where(kept.reshape(shape), shares, 0.0)
            return np.asarray(shares / shares.sum())
        case "probabilities":
            turned = _turned(shape, symbol.over)
            weights = rng.uniform(0.3, 1.7, turned)
            if manner.kind in ("small", "spread", "near"):
                weights = np.exp(rng.uniform(-7.0, 7.0, turned))
            if manner.kind == "vast":
                weights = np.exp(rng.uniform(-40.0, 40.0, turned))
            if manner.kind == "near" and manner.turn % 2 == 0:  # each is nearly certain in turn
                weights[..., manner.turn // 2 % turned[-1]] *= _CERTAIN
            whole = np.asarray(weights / weights.sum(axis=-1, keepdims=True))
            return np.moveaxis(whole, -1, symbol.over)
    return _real(shape, rng, manner)


def _turned(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    others = list(shape)
    return (*others[:axis], *others[len(others) + axis + 1 :], others[axis])


def _sizes(numbers: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(sorted({abs(number) for number in numbers}))


def _exponential(
    rng: np.random.Generator, low: float, high: float, shape: tuple[int, ...]
) -> NDArray[np.float64]:
    """Draws over orders of magnitude."""
    return np.asarray(np.exp(rng.uniform(math.log(low), math.log(high), shape)))


def _of_one_order(
    rng: np.random.Generator, low: float, high: float, shape: tuple[int, ...]
) -> NDArray[np.float64]:
    """Draws over orders of magnitude, every other time the same one for all elements."""
    if rng.integers(0, 2) == 0:
        return _exponential(rng, low, high, shape)
    return np.asarray(_exponential(rng, low, high, ()) * rng.uniform(0.5, 1.0, shape))


def _real(shape: tuple[int, ...], rng: np.random.Generator, manner: Manner) -> NDArray[np.float64]:
    signs = _mixed(rng, shape, (-1, 1))
    usual = np.asarray(rng.uniform(0.2, 1.5, shape) * signs)
    match manner.kind:
        case "positive":
            return np.abs(usual)
        case "negative":
            return -np.abs(usual)
        case "small":
            return _of_one_order(rng, 1e-4, 0.3, shape) * signs
        case "large":
            return np.asarray(rng.uniform(2.0, 12.0, shape) * signs)
        case "huge":
            return np.asarray(rng.uniform(12.0, 80.0, shape) * signs)
        case "vast":
            return _of_one_order(rng, 100.0, 1e6, shape) * signs
        case "spread":
            return _exponential(rng, 1e-3, 100.0, shape) * signs
        case "near" | "edge":
            mirrored = (-number for number in manner.near)
            both = tuple(dict.fromkeys((0.0, *manner.near, *mirrored)))
            return _near(both, usual, rng, manner)
        case "mirrored":
            return np.asarray(manner.near[0] * signs)
    return usual


def _positive(
    shape: tuple[int, ...], rng: np.random.Generator, manner: Manner
) -> NDArray[np.float64]:
    usual = np.asarray(rng.uniform(0.3, 1.7, shape))
    if not shape:  # A number on its own may be small or large beside others: a bound, a rate.
        usual = _exponential(rng, 0.2, 5.0, shape)
    match manner.kind:
        case "small":
            return _of_one_order(rng, 1e-6, 0.1, shape)
        case "large" | "huge":
            return np.asarray(rng.uniform(2.0, 50.0, shape))
        case "vast":
            return _of_one_order(rng, 1e4, 1e6, shape)
        case "spread":
            return _exponential(rng, 1e-4, 1e4, shape)
        case "near" | "edge":
            known = tuple(number for number in manner.near if number > 0)
            return _near(known, usual, rng, manner)
    return usual


def _interval(
    details: tuple[float, ...],
    closed: tuple[bool, bool],
    shape: tuple[int, ...],
    rng: np.random.Generator,
    manner: Manner,
) -> NDArray[np.float64]:
    low, high = details
    ends = tuple(end for end, counts in zip(details, closed, strict=True) if counts)
    margin = 0.1 * (high - low)
    usual = np.asarray(rng.uniform(low + margin, high - margin, shape))
    if manner.kind in ("small", "large", "huge", "spread"):  # near one end, or near both
        gap = (high - low) * _exponential(rng, 1e-6, 0.1, shape)
        up, down = low + gap, high - gap
        chosen = {"small": up, "large": down, "huge": down}.get(manner.kind)
        return np.where(rng.integers(0, 2, shape) == 0, up, down) if chosen is None else chosen
    if manner.kind in ("near", "edge"):
        known = tuple(number for number in manner.near if low < number < high)
        if manner.kind == "edge":
            known += ends
        found = _near(known, usual, rng, manner)
        return np.where(np.isin(found, ends), found, np.clip(found, low + 1e-9, high - 1e-9))
    return usual


def _whole(
    low: int, high: int, shape: tuple[int, ...], rng: np.random.Generator, manner: Manner
) -> NDArray[np.int64]:
    match manner.kind:
        case "small":
            return np.full(shape, low)
        case "large" | "huge":
            return np.full(shape, high)
    return np.asarray(rng.integers(low, high + 1, shape))


def _one_of(
    low: int, high: int, shape: tuple[int, ...], rng: np.random.Generator, manner: Manner
) -> NDArray[np.int64]:
    """Draws one of two numbers for each element, so that both come up, or all the same one."""
    if manner.kind in ("small", "large"):
        return np.full(shape, low if manner.kind == "small" else high)
    return _mixed(rng, shape, (low, high))


def _near(
    known: tuple[float, ...],
    usual: NDArray[np.float64],
    rng: np.random.Generator,
    manner: Manner,
) -> NDArray[np.float64]:
    """Puts numbers in the place of most of the usual ones: known ones, or what lies round them.

    They are taken in turn, from draw to draw and from element to element, so that none is left out.
    """
    steps = np.arange(usual.size).reshape(usual.shape)
    if not known:  # no number is an edge here, but ties are
        return usual.reshape(-1)[steps // 2] if manner.kind == "edge" else usual
    found = np.asarray(known) if manner.kind == "edge" else _round(known, rng)
    # Every other time all symbols begin with the same number, so that each has its turn; at an edge
    # pairs of elements are alike, for ties are edges as well.
    together = manner.turn % 2 == 0
    first = manner.turn // 2 if together else int(rng.integers(0, found.size))
    picked = found[(first + (steps // 2 if manner.kind == "edge" else steps)) % found.size]
    if manner.kind == "near":  # and no two of them alike
        picked = picked * rng.uniform(0.99, 1.01, usual.shape)
    return np.where(together | (rng.integers(0, 2, usual.shape) == 0), picked, usual)


def _round(known: tuple[float, ...], rng: np.random.Generator) -> NDArray[np.float64]:
    """Returns numbers on both sides of the known ones, between them, and beyond them all."""
    numbers = np.asarray(sorted(known))
    gaps = np.diff(numbers) if numbers.size > 1 else np.abs(numbers)
    nearest = np.minimum(np.append(gaps, gaps[-1:]), np.insert(gaps, 0, gaps[:1]))
    if numbers.size == 1:
        nearest = np.abs(numbers)
    away = np.where(nearest > 0, nearest, 1.0) * rng.uniform(0.02, 0.3, numbers.size)
    between = (numbers[:-1] + numbers[1:]) / 2
    outer = np.array([numbers[0], numbers[-1]]) * rng.uniform(1.2, 3.0, 2)
    # Of 10^{-9} beside 1 what is a part of it, and a few times as much, is near. (Parts of 0 would
    # all be alike.)
    parts = numbers[(numbers != 0) & (nearest > np.abs(numbers))]
    parts = np.concatenate([parts * rng.uniform(0.2, 0.9), parts * rng.uniform(1.1, 4.0)])
    found = np.concatenate([outer[::-1], numbers + away, numbers - away, between, parts])
    return found[found > 0] if numbers[0] > 0 else found


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

    def __init__(self, rng: np.random.Generator, scale: float = 1.0) -> None:
        self.weights = scale * rng.uniform(0.4, 1.0, 3) * rng.choice([-1.0, 1.0], 3)
        self.rates = rng.uniform(0.5, 1.4, 3)
        self.shifts = rng.uniform(-2.0, 2.0, 3)
        self.slope = scale * float(rng.uniform(0.2, 0.5))

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

    def __init__(self, count: int, rng: np.random.Generator, scale: float = 1.0) -> None:
        waves = 3
        self.rates = rng.uniform(-1.0, 1.0, (waves, count))
        self.shifts = rng.uniform(-2.0, 2.0, (waves, 1))
        self.weights = scale * rng.uniform(0.5, 1.5, (waves, 1))
        self.linear = scale * rng.uniform(-1.0, 1.0, (count, 1))
        self.square = scale * rng.uniform(-0.4, 0.4, (count, 1))

    def __call__(self, values: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Returns the value for `(count, lanes)` numbers, one for each lane."""
        waves = (self.weights * np.sin(self.rates @ values + self.shifts)).sum(axis=0)
        rest = (self.linear * values + self.square * values * values).sum(axis=0)
        return np.asarray(waves + rest)
