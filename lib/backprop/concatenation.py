"""Two batches of features or maps, put one behind the other."""

from typing import NamedTuple

import numpy as np

from backprop.shapes import Array, shapes


class ConcatenateCache(NamedTuple):
    """What `concatenate_backward` needs: how many channels come from a and from b."""

    A: int
    B: int


@shapes(a="N A ...", b="N B ...")
def concatenate_forward(a: Array, b: Array) -> tuple[Array, ConcatenateCache]:
    """Puts the channels of b behind those of a.

    Args:
        a: features, shape (N, A), or maps, (N, A, H, W), or with any axes behind A.
        b: the same with B channels.

    Returns:
        The output y, shape (N, A + B) with the other axes of a, and a cache for
        `concatenate_backward`.

    Raises:
        TypeError: an argument is no float array, or they differ in precision.
        ValueError: an argument is empty, or they differ in another axis than that of channels.

    Examples:
        >>> a, b = np.array([[1.0, 2.0]]), np.array([[3.0]])
        >>> y, cache = concatenate_forward(a, b)
        >>> y
        array([[1., 2., 3.]])
    """
    y = np.concatenate([a, b], axis=1)  # eq:concatenate-y
    return y, ConcatenateCache(a.shape[1], b.shape[1])


@shapes(A="count", B="count", dy="N C ...")
def concatenate_backward(dy: Array, cache: ConcatenateCache) -> tuple[Array, Array]:
    """Cuts the gradient where the channels of a end.

    Args:
        dy: gradient for the output, in its shape.
        cache: what `concatenate_forward` returned.

    Returns:
        The gradients (da, db), in the shapes of the inputs.

    Raises:
        TypeError: dy is no float array.
        ValueError: dy has not the channels of the output.

    Examples:
        >>> _, cache = concatenate_forward(np.array([[1.0, 2.0]]), np.array([[3.0]]))
        >>> concatenate_backward(np.array([[10.0, 20.0, 30.0]]), cache)
        (array([[10., 20.]]), array([[30.]]))
    """
    A, B = cache
    if dy.shape[1] != A + B:
        raise ValueError(f"dy has {dy.shape[1]} channels, wanted {A} + {B}")
    da = dy[:, :A].copy()  # eq:concatenate-da
    db = dy[:, A:].copy()  # eq:concatenate-db
    return da, db
