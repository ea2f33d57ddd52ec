"""Sums that keep their digits."""

from backprop.shapes import Array


def sum_rows(a: Array) -> Array:
    """Sums over the first axis: each half, and then the two.

    Added one after another, a million float32 numbers lose digits: each is rounded to the precision
    of a sum that has grown large. By halves, a number goes through some hundred and forty sums at
    most in place of a million.

    Args:
        a: an array with at least one axis.

    Returns:
        The sums, in the shape of a without its first axis.

    References:
        Higham, The accuracy of floating point summation, SIAM Journal on Scientific Computing 14,
        1993.

    Examples:
        >>> import numpy as np
        >>> sum_rows(np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]))
        array([ 6., 60.])
    """
    half = len(a) // 2
    return sum_rows(a[:half]) + sum_rows(a[half:]) if half > 64 else a.sum(axis=0)
