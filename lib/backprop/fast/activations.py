"""Activations without branches: a processor guesses which way each goes, and is often wrong.

Arguments, results and errors are those of `backprop.activations`.
"""

import numpy as np

from backprop.activations import InputCache, LeakyReLUCache, OutputCache
from backprop.fast.bits import where
from backprop.shapes import Array, shapes


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
    return where(~(x <= 0), dy)


@shapes(x="...", slope="(-inf, inf)")
def leaky_relu_forward(x: Array, *, slope: float = 0.01) -> tuple[Array, LeakyReLUCache]:
    """Keeps what is above 0 and multiplies the rest by a small slope.

    Examples:
        >>> leaky_relu_forward(np.array([-2.0, 0.0, 3.0]), slope=0.25)[0]
        array([-0.5,  0. ,  3. ])
    """
    return where(x > 0, x, slope * x), LeakyReLUCache(x, slope)


@shapes(x="...", dy="...")
def leaky_relu_backward(dy: Array, cache: LeakyReLUCache) -> Array:
    """Lets dy through where x was above 0, times the slope elsewhere.

    Examples:
        >>> cache = LeakyReLUCache(np.array([-2.0, 0.0, 3.0]), 0.25)
        >>> leaky_relu_backward(np.array([4.0, 8.0, 7.0]), cache)
        array([1., 2., 7.])
    """
    x, slope = cache
    return where(x > 0, dy, slope * dy)
