"""Symbols to recall: one is seen at the first step, then noise, and at the end it is asked for."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop.shapes import Array, shapes


class Recall(NamedTuple):
    """Sequences that begin with a symbol, and the symbols.

    Attributes:
        x: the sequences, time first, shape (steps + 1, N, symbols + 1): a feature for each symbol,
            and the noise as the last.
        target: the symbol that each began with, integers, shape (N,).
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
        The sequences and their symbols, float64 and integers.

    Raises:
        TypeError: N, steps or symbols is no integer, noise no number, or rng no generator.
        ValueError: N, steps or symbols is below 1, or noise negative.

    Examples:
        >>> x, target = symbols_to_recall(
        ...     1, np.random.default_rng(0), steps=2, symbols=3, noise=0
        ... )
        >>> target
        array([2])
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
