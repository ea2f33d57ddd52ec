"""Transposed convolution: the way back through a convolution, taken as a way forward.

A convolution with the kernels W, (K, C, P, Q), makes K small maps of C large ones. The transposed
convolution with the same W makes C large maps of K small ones. Stride and padding are integers, or
pairs of them for rows and columns.
"""

from typing import NamedTuple

import numpy as np

from backprop.shapes import Array, shapes
from backprop.windows import Pair, add_windows, pad, windows_of


class ConvTranspose2dCache(NamedTuple):
    """What `conv_transpose2d_backward` needs."""

    x: Array
    W: Array
    y_sizes: tuple[int, ...]
    stride: Pair
    padding: Pair


@shapes(
    x="N K U V",
    W="K C P Q",
    b="C",
    K="input channels",
    stride="pair >= 1",
    padding="pair >= 0",
)
def conv_transpose2d_forward(
    x: Array, W: Array, b: Array, *, stride: Pair = 1, padding: Pair = 0
) -> tuple[Array, ConvTranspose2dCache]:
    """Lays a kernel down for each pixel, as strong as the pixel, and adds up.

    Args:
        x: small maps, shape (N, K, U, V).
        W: kernels, shape (K, C, P, Q): those of the convolution from C maps to K.
        b: biases, shape (C,).
        stride: how far the kernels lie apart, at least 1.
        padding: how many rows and columns are cut off on each side.

    Returns:
        The output y, shape (N, C, H, W), where H = stride (U - 1) + P - 2 padding and W likewise,
        and a cache for `conv_transpose2d_backward`.

    Raises:
        TypeError: x, W or b is no float array, or they differ in precision; stride or padding is
            neither an integer nor a pair of them.
        ValueError: an array is empty or has a shape that does not fit, stride or padding is too
            small, or padding leaves nothing over.

    References:
        Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016, section 4.

    Examples:
        >>> x = np.array([[[[1.0, 2.0]]]])
        >>> W = np.array([[[[1.0, 10.0, 100.0]]]])
        >>> y, cache = conv_transpose2d_forward(x, W, np.array([0.0]), stride=2)
        >>> y
        array([[[[  1.,  10., 102.,  20., 200.]]]])
    """
    steps = np.multiply(stride, np.subtract(x.shape[2:], 1))
    large = steps + W.shape[2:] - np.multiply(2, padding)
    if large.min() < 1:
        raise ValueError(f"padding is {padding}, which leaves no row or no column")
    y_sizes = (len(x), W.shape[1], *map(int, large))
    dwindows = np.einsum("nkuv,kcpq->ncuvpq", x, W, optimize=True)
    y = b[:, None, None] + add_windows(dwindows, y_sizes, stride, padding)  # eq:transposed-y
    return y, ConvTranspose2dCache(x, W, y_sizes, stride, padding)


@shapes(x="N K U V", W="K C P Q", y_sizes="sizes N C H I", dy="N C H I")
def conv_transpose2d_backward(dy: Array, cache: ConvTranspose2dCache) -> tuple[Array, Array, Array]:
    """Sends the gradient of the loss back through `conv_transpose2d_forward`: by a convolution.

    Args:
        dy: gradient for the output, shape (N, C, H, W).
        cache: what `conv_transpose2d_forward` returned.

    Returns:
        The gradients dx, shape (N, K, U, V), dW, shape (K, C, P, Q), and db, shape (C,).

    Raises:
        TypeError: dy is no float array, or differs in precision from x.
        ValueError: dy has not the shape of the output.

    Examples:
        >>> x = np.array([[[[1.0, 2.0]]]])
        >>> W = np.array([[[[1.0, 10.0, 100.0]]]])
        >>> y, cache = conv_transpose2d_forward(x, W, np.array([0.0]), stride=2)
        >>> dx, dW, db = conv_transpose2d_backward(np.array([[[[1.0, 0, 1, 0, 0]]]]), cache)
        >>> dx
        array([[[[101.,   1.]]]])
        >>> dW
        array([[[[3., 0., 1.]]]])
    """
    x, W, _, stride, padding = cache
    dwindows = windows_of(pad(dy, padding), W.shape[2:], stride)
    dx = np.einsum("kcpq,ncuvpq->nkuv", W, dwindows, optimize=True)  # eq:transposed-dx
    dW = np.einsum("nkuv,ncuvpq->kcpq", x, dwindows, optimize=True)  # eq:transposed-dW
    db = np.einsum("nchw->c", dy)  # eq:transposed-db
    return dx, dW, db
