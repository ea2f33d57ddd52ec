"""Activations without branches, and those that take long by several cores.

Where a branch goes as often one way as the other, the processor guesses wrong half of the time.
Arguments, results and errors are those of `backprop.activations`.
"""

from collections.abc import Callable

import numpy as np

from backprop.activations import InputCache, LeakyReLUCache, OutputCache
from backprop.fast.bits import where
from backprop.fast.parallel import share_batch
from backprop.shapes import Array, shapes

# Elements from which on the cores share the work.
LARGE = 1 << 16
# Elements that are not parted.
UNIT = 1 << 12


@shapes(x="...")
def sigmoid_forward(x: Array) -> tuple[Array, OutputCache]:
    """Squeezes each element into (0, 1).

    Where exp(-x) overflows, 1 / (1 + exp(-x)) is the 0 that it should be. So no element needs a
    form of its own.

    Examples:
        >>> sigmoid_forward(np.array([-1000.0, 0.0, 1000.0]))[0]
        array([0. , 0.5, 1. ])
    """

    @np.errstate(over="ignore")
    def forward(x: Array, y: Array) -> None:
        np.negative(x, out=y)
        np.exp(y, out=y)
        y += 1
        np.divide(1, y, out=y)

    y = np.empty_like(x)
    _by_parts(forward, x, y)
    return y, OutputCache(y)


@shapes(y="...", dy="...")
def sigmoid_backward(dy: Array, cache: OutputCache) -> Array:
    """Sends dy back through the sigmoid.

    Examples:
        >>> sigmoid_backward(np.array([8.0]), OutputCache(np.array([0.5])))
        array([2.])
    """

    def backward(y: Array, dy: Array, dx: Array) -> None:
        np.subtract(1, y, out=dx)
        dx *= y
        dx *= dy

    (y,) = cache
    dx = np.empty_like(y, np.result_type(y, dy))
    _by_parts(backward, y, dy, dx)
    return dx


@shapes(x="...", dy="...")
def relu_backward(dy: Array, cache: InputCache) -> Array:
    """Lets dy through where x was above 0.

    Examples:
        >>> relu_backward(np.array([5.0, 6.0, np.inf]), InputCache(np.array([3.0, 0.0, -2.0])))
        array([5., 0., 0.])
    """
    on = ~(cache.x <= 0)
    with np.errstate(invalid="ignore"):
        dx: Array = dy * on
    # Only an infinite dy times 0 needs more than a product.
    return where(on, dy) if np.isnan(dx.min()) else dx


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


def _by_parts(work: Callable[..., None], *arrays: Array) -> None:
    """Does work on all elements of arrays of one shape, in parts by the cores if they are large."""
    if arrays[0].size < LARGE or not all(array.flags.c_contiguous for array in arrays):
        work(*arrays)
        return
    flat = [array.reshape(-1) for array in arrays]
    size = flat[0].size

    def several(units: slice) -> None:
        part = slice(units.start * UNIT, min(units.stop * UNIT, size))
        work(*(array[part] for array in flat))

    share_batch(several, -(-size // UNIT), UNIT * flat[0].itemsize)
