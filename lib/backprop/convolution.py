"""Convolution of images, as its formulas stand.

What neural networks call a convolution is a cross-correlation: the kernel is not flipped. Images
are (N, C, H, W), kernels (K, C, P, Q), outputs (N, K, U, V). Stride, padding and dilation are
integers, or pairs of them for rows and columns.
"""

from typing import NamedTuple

import numpy as np

from backprop.shapes import Array, shapes
from backprop.windows import Pair, add_windows, pad, windows_of


class Conv2dCache(NamedTuple):
    """What `conv2d_backward` needs."""

    x_sizes: tuple[int, ...]
    windows: Array
    W: Array
    stride: Pair
    padding: Pair
    dilation: Pair


@shapes(
    x="N C H W",
    W="K C P Q",
    b="K",
    C="input channels",
    stride="pair >= 1",
    padding="pair >= 0",
    dilation="pair >= 1",
)
def conv2d_forward(
    x: Array, W: Array, b: Array, *, stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1
) -> tuple[Array, Conv2dCache]:
    """Convolves a batch of images with K kernels.

    Args:
        x: images, shape (N, C, H, W).
        W: kernels, shape (K, C, P, Q).
        b: biases, shape (K,).
        stride: how far the kernel moves from one output to the next, at least 1.
        padding: how many zeros are put around the images on each side.
        dilation: how far the taps of the kernel lie apart, at least 1.

    Returns:
        The output y, shape (N, K, U, V), where U = floor((H + 2 padding - dilation (P - 1) - 1) /
        stride) + 1 and V likewise, and a cache for `conv2d_backward`.

    Raises:
        TypeError: x, W or b is no float array, or they differ in precision; stride, padding or
            dilation is neither an integer nor a pair of them.
        ValueError: an array is empty or has a shape that does not fit, the kernel is larger than
            the padded images, or stride, padding or dilation is too small.

    Examples:
        >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
        >>> W = np.array([[[[1.0, 0.0], [0.0, -1.0]]]])
        >>> y, cache = conv2d_forward(x, W, np.array([10.0]))
        >>> y
        array([[[[6., 6.],
                 [6., 6.]]]])
    """
    windows = windows_of(pad(x, padding), W.shape[2:], stride, dilation)
    y = b[:, None, None] + np.einsum("kcpq,ncuvpq->nkuv", W, windows)  # eq:conv-y
    return y, Conv2dCache(x.shape, windows, W, stride, padding, dilation)


@shapes(windows="N C U V P Q", W="K C P Q", dy="N K U V")
def conv2d_backward(dy: Array, cache: Conv2dCache) -> tuple[Array, Array, Array]:
    """Sends the gradient of the loss back through `conv2d_forward`.

    Args:
        dy: gradient for the output, shape (N, K, U, V).
        cache: what `conv2d_forward` returned.

    Returns:
        The gradients dx, shape (N, C, H, W), dW, shape (K, C, P, Q), and db, shape (K,). Inputs
        that no window reaches, such as rows that the stride leaves over, get 0.

    Raises:
        TypeError: dy is no float array, or differs in precision from x.
        ValueError: dy has not the shape of the output.

    Examples:
        >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
        >>> W = np.array([[[[1.0, 0.0], [0.0, -1.0]]]])
        >>> y, cache = conv2d_forward(x, W, np.array([10.0]))
        >>> dx, dW, db = conv2d_backward(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), cache)
        >>> dx
        array([[[[ 1.,  2.,  0.],
                 [ 3.,  3., -2.],
                 [ 0., -3., -4.]]]])
        >>> dW
        array([[[[27., 37.],
                 [57., 67.]]]])
        >>> db
        array([10.])
    """
    x_sizes, windows, W, *geometry = cache
    db = np.einsum("nkuv->k", dy)  # eq:conv-db
    dW = np.einsum("nkuv,ncuvpq->kcpq", dy, windows)  # eq:conv-dW
    dwindows = np.einsum("nkuv,kcpq->ncuvpq", dy, W)  # eq:conv-dwindows
    dx = add_windows(dwindows, x_sizes, *geometry)  # eq:conv-dx
    return dx, dW, db
