"""Symbols to recall: what was seen at the first step, or with the key that the last step shows."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop.shapes import Array, shapes


class Recall(NamedTuple):
    """Sequences, and the symbol that each asks for.

    Attributes:
        x: the sequences, time first, shape (T, N, D).
        target: the symbols, integers, shape (N,).
    """

    x: Array
    target: NDArray[np.int64]


@shapes(N="count", rng="rng", steps="count", symbols="count", noise="[0, inf)")
def symbols_to_recall(
    N: int, rng: np.random.Generator, *, steps: int, symbols: int = 8, noise: float = 0.3
) -> Recall:
    """Draws sequences of one symbol, each as likely as the others, and noise after it.

    The first step has a 1 in its symbol's feature, and no noise. All later ones have 0 there, and
    in the last feature a normal number.

    Args:
        N: how many sequences.
        rng: draws symbols and noise.
        steps: how many steps of noise follow the symbol.
        symbols: how many different ones there are.
        noise: its standard deviation.

    Returns:
        The sequences, shape (steps + 1, N, symbols + 1), a feature for each symbol and the noise
        as the last; and their symbols. Float64 and integers.

    Raises:
        TypeError: N, steps or symbols is no integer, noise no number, or rng no generator.
        ValueError: N, steps or symbols is below 1, or noise negative.

    Examples:
        >>> x, target = symbols_to_recall(
        ...     1, np.random.default_rng(0), steps=2, symbols=3, noise=0
        ... )
        >>> print(target)
        [2]
        >>> x[:, 0]
        array([[0., 0., 1., 0.],
               [0., 0., 0., 0.],
               [0., 0., 0., 0.]])
    """
    target = rng.integers(symbols, size=N)
    x = np.zeros((steps + 1, N, symbols + 1))
    x[0, np.arange(N), target] = 1
    x[1:, :, symbols] = rng.normal(0, noise, (steps, N))
    return Recall(x, target)


@shapes(N="count", rng="rng", pairs="count", values="count")
def pairs_to_look_up(N: int, rng: np.random.Generator, *, pairs: int, values: int = 8) -> Recall:
    """Draws sequences of pairs, a key and a value each, and then one of the keys again.

    Every key comes once, in any order; the values are drawn apart, so that several keys may have
    the same. What is to be recalled is the value of the key that the last step shows.

    Args:
        N: how many sequences.
        rng: draws the order of the keys, their values, and which is asked for.
        pairs: how many pairs there are, and so how many different keys.
        values: how many different values there are.

    Returns:
        The sequences, shape (pairs + 1, N, pairs + values), a 1 in the feature of the key and one
        in that of the value; and the values asked for. Float64 and integers.

    Raises:
        TypeError: N, pairs or values is no integer, or rng no generator.
        ValueError: N, pairs or values is below 1.

    Examples:
        >>> x, target = pairs_to_look_up(1, np.random.default_rng(0), pairs=2, values=3)
        >>> x[:, 0].astype(int)  # two features for the keys, three for the values
        array([[1, 0, 0, 1, 0],
               [0, 1, 0, 1, 0],
               [1, 0, 0, 0, 0]])
        >>> print(target)
        [1]
    """
    keys = rng.permuted(np.tile(np.arange(pairs)[:, np.newaxis], N), axis=0)
    held = rng.integers(values, size=(pairs, N))
    asked, each = rng.integers(pairs, size=N), np.arange(N)
    x = np.zeros((pairs + 1, N, pairs + values))
    x[:-1, :, :pairs] = np.eye(pairs)[keys]
    x[:-1, :, pairs:] = np.eye(values)[held]
    x[-1, each, keys[asked, each]] = 1
    return Recall(x, held[asked, each])
