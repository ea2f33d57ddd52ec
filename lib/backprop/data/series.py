"""A long series as many short problems: what came before, what comes next."""

from typing import NamedTuple

import numpy as np

from backprop.shapes import Array, shapes


class Windows(NamedTuple):
    """Windows of a series.

    Attributes:
        past: the steps to read, shape (N, past).
        future: the steps right after them, shape (N, future).
    """

    past: Array
    future: Array


@shapes(prices="T")
def log_returns(prices: Array) -> Array:
    """Returns the logarithm of each price's ratio to the one before.

    Args:
        prices: shape (T,), above 0.

    Returns:
        The log returns, shape (T - 1,).

    Raises:
        TypeError: prices is no float array.
        ValueError: prices has not one axis, or a price is not above 0.

    Examples:
        >>> log_returns(np.array([1.0, np.e, 1.0]))
        array([ 1., -1.])
    """
    if not (prices > 0).all():
        raise ValueError(f"prices holds {prices.min()}, wanted prices above 0")
    return np.diff(np.log(prices))  # eq:log-return


@shapes(series="T", past="count", future="count")
def make_windows(series: Array, past: int, future: int) -> Windows:
    """Cuts every window of past + future consecutive steps from a series.

    Windows overlap. So split a series into what to train on and what to test on before you cut it:
    two windows from either side of a border would share steps.

    Args:
        series: shape (T,).
        past: how many steps to read.
        future: how many to foretell.

    Returns:
        The windows, N = T - past - future + 1 of them, as new arrays.

    Raises:
        TypeError: series is no float array; past or future is no integer.
        ValueError: series has not one axis, or is shorter than one window; past or future is
            below 1.

    Examples:
        >>> make_windows(np.array([1.0, 2.0, 3.0, 4.0]), 2, 1)
        Windows(past=array([[1., 2.],
               [2., 3.]]), future=array([[3.],
               [4.]]))
    """
    if len(series) < past + future:
        raise ValueError(f"series has {len(series)} steps, wanted at least {past + future}")
    windows = np.lib.stride_tricks.sliding_window_view(series, past + future)
    return Windows(windows[:, :past].copy(), windows[:, past:].copy())
