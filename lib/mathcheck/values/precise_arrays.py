"""Arrays of decimals: their inverses, determinants, norms, to as many digits as their entries."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

Decimals = NDArray[Any]


def each(function: Callable[..., Decimal], *values: Any) -> Decimals:
    """Returns the values of a function, element by element, with arrays broadcast."""
    arrays = np.broadcast_arrays(*(np.asarray(value, dtype=object) for value in values))
    found = np.empty(arrays[0].shape, dtype=object)
    for at in np.ndindex(found.shape):
        found[at] = function(*(array[at] for array in arrays))
    return found


def largest(value: Any) -> Decimal:
    """Returns the largest number of a value, without its sign."""
    return max((abs(part) for part in np.asarray(value, dtype=object).flat), default=Decimal(0))


def identity(length: int) -> Decimals:
    """Returns an identity matrix."""
    return each(Decimal, np.eye(length, dtype=int))


def determinant(matrix: Decimals) -> Decimal:
    """Returns the determinant of a matrix, by elimination."""
    return _eliminated(matrix, identity(len(matrix)))[1]


def inverse(matrix: Decimals) -> Decimals:
    """Returns the inverse of a matrix.

    Raises:
        ArithmeticError: if it has none.
    """
    return _eliminated(matrix, identity(len(matrix)))[0]


def _eliminated(matrix: Decimals, beside: Decimals) -> tuple[Decimals, Decimal]:
    """Returns what stands beside a matrix once that is the identity, and its determinant."""
    if matrix.shape != beside.shape:
        raise ValueError("no square matrix")
    rows, count = np.concatenate([matrix, beside], axis=1), len(matrix)
    product = Decimal(1)
    for at in range(count):
        pivot = max(range(at, count), key=lambda row: abs(rows[row, at]))
        if pivot != at:
            rows[[at, pivot]] = rows[[pivot, at]]
            product = -product
        product *= rows[at, at]
        rows[at] = rows[at] / rows[at, at]
        for other in range(count):
            if other != at:
                rows[other] = rows[other] - rows[other, at] * rows[at]
    return rows[:, count:], product


def collected(function: str, array: Decimals) -> Any:
    """Returns what a function makes of a whole array; None where it is not known here."""
    flat: list[Any] = list(array.flat)
    match function:
        case "norm":
            return sum((value * value for value in flat), Decimal(0)).sqrt()
        case "norm1":
            return sum((abs(value) for value in flat), Decimal(0))
        case "norminf":
            return max(abs(value) for value in flat)
        case "sum":
            return sum(flat, Decimal(0))
        case "mean":
            return sum(flat, Decimal(0)) / len(flat)
        case "max":
            return max(flat)
        case "min":
            return min(flat)
        case "det":
            return determinant(array)
        case "trace":
            return sum(np.diagonal(array), Decimal(0))
        case "sum_rows":
            return array.sum(axis=0)
        case "sum_columns":
            return array.sum(axis=1)
        case "vec":
            return array.T.reshape(-1)
        case "softmax":
            powers = each(Decimal.exp, array)
            return powers / powers.sum(axis=-1, keepdims=True)
        case "diag" if array.ndim == 2:
            return np.diagonal(array)
        case "diag":
            return identity(len(array)) * array[:, None]
    return None
