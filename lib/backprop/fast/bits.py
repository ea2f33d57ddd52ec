"""A choice between numbers without a branch, by their bits."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop.shapes import Array

# An integer as wide as a float.
_INTEGERS = {4: np.int32, 8: np.int64}


def where(condition: NDArray[np.bool_], a: Array, otherwise: Array | None = None) -> Array:
    """Returns a where the condition holds, and 0 or another array elsewhere.

    `numpy.where` takes each number by itself, and where the condition is as often true as false the
    processor guesses wrong half of the time. A mask of ones or zeros needs no guess. Other than a
    product with 0, it makes nothing of an infinite number.

    Args:
        condition: which elements are wanted.
        a: those that are.
        otherwise: what stands in the place of the others; zeros if None.

    Examples:
        >>> where(np.array([True, False]), np.array([1.0, np.inf]))
        array([1., 0.])
    """
    if a.dtype.kind == "c":
        return np.where(condition, a, 0 if otherwise is None else otherwise)
    bits: Any = _INTEGERS[a.itemsize]
    chosen = np.multiply(condition, bits(-1), dtype=bits)  # all bits, or none
    if otherwise is None:
        np.bitwise_and(a.view(bits), chosen, out=chosen)
    else:  # of the bits that differ, those of a
        np.bitwise_and(a.view(bits) ^ otherwise.view(bits), chosen, out=chosen)
        np.bitwise_xor(otherwise.view(bits), chosen, out=chosen)
    found: Array = chosen.view(a.dtype)
    return found
