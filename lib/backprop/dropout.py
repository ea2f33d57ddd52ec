"""Dropout: in training, each element is left out with a given probability."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop.shapes import Array, shapes


class DropoutCache(NamedTuple):
    """What `dropout_backward` needs: which elements were kept, and their factor."""

    kept: NDArray[np.bool_]
    scale: float


@shapes(x="...", p="[0, 1]", rng="rng")
def dropout_forward(x: Array, *, p: float, rng: np.random.Generator) -> tuple[Array, DropoutCache]:
    """Replaces each element by 0 with probability p, and divides the others by 1 - p.

    The division keeps what is expected of an element as it was, so that nothing is to be done when
    the network is put to use.

    Args:
        x: input, any shape.
        p: probability with which an element is left out, from 0 to 1.
        rng: draws a mask for each element.

    Returns:
        The output y, in the shape of x, and a cache for `dropout_backward`.

    Raises:
        TypeError: x is no float array, p is no number, or rng is no generator.
        ValueError: x is empty, or p lies outside 0 to 1.

    References:
        Srivastava et al., Dropout, Journal of Machine Learning Research 15, 2014, section 10.

    Examples:
        >>> y, cache = dropout_forward(np.ones(8), p=0.75, rng=np.random.default_rng(1))
        >>> y
        array([0., 0., 4., 4., 0., 0., 4., 4.])
    """
    kept = rng.random(x.shape, dtype=np.float32) >= p
    scale = 1 / (1 - p) if p < 1 else 0.0  # where p is 1, nothing is kept
    y = kept * x * scale  # eq:dropout-y
    return y, DropoutCache(kept, scale)


@shapes(kept="bool ...", dy="...")
def dropout_backward(dy: Array, cache: DropoutCache) -> Array:
    """Sends dy back through the elements that were kept, with the same factor.

    Args:
        dy: gradient for the output, in the shape of y.
        cache: what `dropout_forward` returned.

    Returns:
        The gradient dx, in the shape of x.

    Raises:
        TypeError: dy is no float array.
        ValueError: dy has not the shape of x.

    Examples:
        >>> y, cache = dropout_forward(np.ones(4), p=0.75, rng=np.random.default_rng(1))
        >>> y
        array([0., 0., 4., 4.])
        >>> dropout_backward(np.array([1.0, 2.0, 3.0, 4.0]), cache)
        array([ 0.,  0., 12., 16.])
    """
    return cache.kept * dy * cache.scale  # eq:dropout-dx
