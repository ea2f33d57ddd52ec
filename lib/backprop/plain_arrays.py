"""Arrays that compute as they look: no matrices, which multiply otherwise, nothing hidden."""

import numpy as np


def check_plain(name: str, kind: type) -> None:
    """Checks the type of what is to be an array.

    Raises:
        TypeError: it is none; or it is a matrix, or an array that masks some of its entries, whose
            products and sums are others.

    Examples:
        >>> check_plain("x", type(np.ma.array([1.0, 2.0], mask=[False, True])))
        Traceback (most recent call last):
        TypeError: x has type MaskedArray, wanted a plain array
    """
    if not issubclass(kind, np.ndarray):
        raise TypeError(f"{name} has type {kind.__name__}, wanted an array")
    if issubclass(kind, np.matrix | np.ma.MaskedArray):
        raise TypeError(f"{name} has type {kind.__name__}, wanted a plain array")
