"""One kernel on one image, as two nested loops: the smallest convolution there is.

`backprop.convolution` has batches, channels, stride, padding and dilation.
"""

from typing import NamedTuple

import numpy as np

from backprop.shapes import Array, shapes


class Correlate2dCache(NamedTuple):
    """What `correlate2d_backward` needs."""

    x: Array
    W: Array


@shapes(x="H W", W="P Q", b="(-inf, inf)")
def correlate2d_forward(x: Array, W: Array, b: float) -> tuple[Array, Correlate2dCache]:
    """Slides a kernel over an image.

    Args:
        x: image, shape (H, W).
        W: kernel, shape (P, Q).
        b: bias.

    Returns:
        The output y, shape (H - P + 1, W - Q + 1), and a cache for `correlate2d_backward`.

    Raises:
        TypeError: x or W is no float array, or b no number.
        ValueError: an array is empty, or the kernel is larger than the image.

    Examples:
        >>> x = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]])
        >>> correlate2d_forward(x, np.array([[1.0, -1.0]]), 10.0)[0]
        array([[ 9., 12.],
               [ 9.,  8.]])
    """
    P, Q = W.shape
    U, V = x.shape[0] - P + 1, x.shape[1] - Q + 1
    if min(U, V) < 1:
        raise ValueError(f"the kernel is {W.shape}, larger than the image, which is {x.shape}")
    y = np.empty((U, V), np.result_type(x, W))
    for u, v in np.ndindex(U, V):
        y[u, v] = b + (W * x[u : u + P, v : v + Q]).sum()  # eq:conv-one-y
    return y, Correlate2dCache(x, W)


@shapes(x="H W", W="P Q", dy="U V")
def correlate2d_backward(dy: Array, cache: Correlate2dCache) -> tuple[Array, Array, np.floating]:
    """Sends the gradient of the loss back through `correlate2d_forward`.

    Args:
        dy: gradient for the output, shape (H - P + 1, W - Q + 1).
        cache: what `correlate2d_forward` returned.

    Returns:
        The gradients dx, shape (H, W), dW, shape (P, Q), and db, a number.

    Raises:
        TypeError: dy is no float array, or differs in precision from x.
        ValueError: dy has not the shape of the output.

    Examples:
        >>> x = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]])
        >>> y, cache = correlate2d_forward(x, np.array([[1.0, -1.0]]), 10.0)
        >>> dx, dW, db = correlate2d_backward(np.array([[1.0, 0.0], [0.0, 2.0]]), cache)
        >>> dx
        array([[ 1., -1.,  0.],
               [ 0.,  2., -2.]])
        >>> dW
        array([[3., 8.]])
    """
    x, W = cache
    P, Q = W.shape
    wanted = x.shape[0] - P + 1, x.shape[1] - Q + 1
    if dy.shape != wanted:
        raise ValueError(f"dy has shape {dy.shape}, wanted {wanted}")
    dx, dW = np.zeros_like(x), np.zeros_like(W)
    for u, v in np.ndindex(dy.shape):
        dW += dy[u, v] * x[u : u + P, v : v + Q]  # eq:conv-one-dW
        dx[u : u + P, v : v + Q] += dy[u, v] * W  # eq:conv-one-dx
    db = dy.sum()  # eq:conv-one-db
    return dx, dW, db
