"""What to recall: a symbol of the first step or of a key, or two numbers, to be added."""

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


class Addition(NamedTuple):
    """Sequences, and the sum that each asks for.

    Attributes:
        x: the sequences, time first, shape (T, N, 2).
        target: the sums, shape (N, 1).
    """

    x: Array
    target: Array


@shapes(N="count", rng="rng", steps="integer >= 2")
def numbers_to_add(N: int, rng: np.random.Generator, *, steps: int) -> Addition:
    """Draws sequences of numbers, two of which are marked and to be added.

    The adding problem of Hochreiter and Schmidhuber (1997), with the numbers of Le, Jaitly and
    Hinton (2015): each is uniform between 0 and 1. One is marked in the first half of the steps,
    one in the second, each place as likely as the others. The sum has the mean 1 and the variance
    1/6, which is the squared error of whoever always says 1.

    Args:
        N: how many sequences.
        rng: draws the numbers and the places.
        steps: how many numbers go by.

    Returns:
        The sequences, shape (steps, N, 2), the number in the first feature and the mark, 1 or 0,
        in the second; and the sums, shape (N, 1). Float64.

    Raises:
        TypeError: N or steps is no integer, or rng no generator.
        ValueError: N is below 1, or steps below 2.

    Examples:
        >>> x, target = numbers_to_add(1, np.random.default_rng(0), steps=4)
        >>> x[:, 0].round(2)
        array([[0.64, 1.  ],
               [0.27, 0.  ],
               [0.04, 0.  ],
               [0.02, 1.  ]])
        >>> target.round(2)
        array([[0.65]])
    """
    half, each = steps // 2, np.arange(N)
    x = np.zeros((steps, N, 2))
    x[..., 0] = rng.random((steps, N))
    x[rng.integers(half, size=N), each, 1] = 1
    x[rng.integers(half, steps, size=N), each, 1] = 1
    return Addition(x, x.prod(axis=2).sum(axis=0)[:, np.newaxis])
