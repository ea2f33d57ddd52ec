"""Shares of a set, such as the share of images that a network reads rightly, and their errors."""

import numpy as np
from numpy.typing import NDArray

from backprop.shapes import shapes


@shapes(right="bool N")
def share_error(right: NDArray[np.bool_]) -> float:
    """Returns the standard error of a share: how far off chance may have put it.

    Args:
        right: for each of N examples whether it is counted, shape (N,).

    Raises:
        TypeError: right holds no booleans.
        ValueError: it is empty.

    Examples:
        >>> round(share_error(np.arange(10_000) < 9_800), 4)
        0.0014
    """
    p = right.mean()
    return float(np.sqrt(p * (1 - p) / len(right)))  # eq:share-error


@shapes(first="bool N", second="bool N")
def paired_shares(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> tuple[float, float]:
    """Compares two shares of the same examples; what both have in common falls out.

    Args:
        first: for each of N examples whether one network was right, shape (N,).
        second: whether the other was, in the same order.

    Returns:
        The first share less the second, and the standard error of that difference.

    Raises:
        TypeError: first or second holds no booleans.
        ValueError: one is empty, or they are not equally long.

    Examples:
        >>> k = np.arange(10_000)
        >>> difference, error = paired_shares(k < 9_830, (k < 9_770) | (k >= 9_970))
        >>> round(difference, 4), round(error, 5)
        (0.003, 0.00095)
    """
    b, c = (first & ~second).sum(), (~first & second).sum()
    N = len(first)
    difference = (b - c) / N  # eq:paired-difference
    error = np.sqrt((b + c) / N - difference**2) / np.sqrt(N)  # eq:paired-error
    return float(difference), float(error)


@shapes(first="bool N", second="bool N")
def mcnemar(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """Returns McNemar's z: by how many standard errors the disagreements are uneven.

    If both networks were equally good, each example on which exactly one is right would go to the
    one or the other like a coin. Beyond 2 or so, either way, a fair coin is hard to believe.

    Args:
        first: for each of N examples whether one network was right, shape (N,).
        second: whether the other was, in the same order.

    Raises:
        TypeError: first or second holds no booleans.
        ValueError: one is empty, or they are not equally long.

    References:
        McNemar, Note on the sampling error of the difference between correlated proportions or
        percentages, Psychometrika 12, 1947.

    Examples:
        >>> k = np.arange(100)
        >>> round(mcnemar(k < 90, (k < 80) | (k >= 95)), 3)
        1.291
    """
    b, c = (first & ~second).sum(), (~first & second).sum()
    return float((b - c) / np.sqrt(b + c)) if b + c else 0.0  # eq:mcnemar-z
