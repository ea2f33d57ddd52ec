"""Activations without branches: a processor guesses which way each goes, and is often wrong.

Arguments, results and errors are those of `backprop.activations`. A choice between two numbers is
made with their bits, by a mask of ones or of zeros.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop.activations import InputCache, LeakyReLUCache, OutputCache
from backprop.shapes import Array, shapes

# An integer as wide as a float.
_BITS = {4: np.int32, 8: np.int64}


@shapes(x="...")
def sigmoid_forward(x: Array) -> tuple[Array, OutputCache]:
    """Squeezes each element into (0, 1).

    Examples:
        >>> sigmoid_forward(np.array([-1000.0, 0.0, 1000.0]))[0]
        array([0. , 0.5, 1. ])
    """
    e = np.minimum(x, -x)
    np.exp(e, out=e)
    y = np.maximum(e, x >= 0)
    e += 1
    y /= e
    return y, OutputCache(y)


@shapes(x="...", dy="...")
def relu_backward(dy: Array, cache: InputCache) -> Array:
    """Lets dy through where x was above 0.

    Examples:
        >>> relu_backward(np.array([5.0, 6.0, np.inf]), InputCache(np.array([3.0, 0.0, -2.0])))
        array([5., 0., 0.])
    """
    (x,) = cache
    return _where(~(x <= 0), dy)


@shapes(x="...", slope="(-inf, inf)")
def leaky_relu_forward(x: Array, *, slope: float = 0.01) -> tuple[Array, LeakyReLUCache]:
    """Keeps what is above 0 and multiplies the rest by a small slope.

    Examples:
        >>> leaky_relu_forward(np.array([-2.0, 0.0, 3.0]), slope=0.25)[0]
        array([-0.5,  0. ,  3. ])
    """
    return _where(x > 0, x, slope * x), LeakyReLUCache(x, slope)


@shapes(x="...", dy="...")
def leaky_relu_backward(dy: Array, cache: LeakyReLUCache) -> Array:
    """Lets dy through where x was above 0, times the slope elsewhere.

    Examples:
        >>> cache = LeakyReLUCache(np.array([-2.0, 0.0, 3.0]), 0.25)
        >>> leaky_relu_backward(np.array([4.0, 8.0, 7.0]), cache)
        array([1., 2., 7.])
    """
    x, slope = cache
    return _where(x > 0, dy, slope * dy)


def _where(condition: NDArray[np.bool_], a: Array, otherwise: Array | None = None) -> Array:
    """Returns a where the condition holds, and 0 or another array elsewhere, bit by bit."""
    if a.dtype.kind == "c":
        return np.where(condition, a, 0 if otherwise is None else otherwise)
    bits: Any = _BITS[a.itemsize]
    chosen = np.multiply(condition, bits(-1), dtype=bits)  # all bits, or none
    if otherwise is None:
        np.bitwise_and(a.view(bits), chosen, out=chosen)
    else:  # of the bits that differ, those of a
        np.bitwise_and(a.view(bits) ^ otherwise.view(bits), chosen, out=chosen)
        np.bitwise_xor(otherwise.view(bits), chosen, out=chosen)
    found: Array = chosen.view(a.dtype)
    return found
