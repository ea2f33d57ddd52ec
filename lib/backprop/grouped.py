"""Convolution in groups, as its formulas stand: no kernel sees a channel of another group.

The C channels and the K kernels are cut into as many groups, of neighbours. Images are
(N, C, H, W), kernels (K, C / groups, P, Q), outputs (N, K, U, V). One group is the ordinary
convolution; a group for each channel is called depthwise. Stride, padding and dilation are
integers, or pairs of them for rows and columns.
"""

from typing import NamedTuple

import numpy as np

from backprop.shapes import Array, shapes
from backprop.windows import Pair, add_windows, pad, windows_of


class GroupedConv2dCache(NamedTuple):
    """What `grouped_conv2d_backward` needs: windows and kernels by group."""

    x_sizes: tuple[int, ...]
    windows: Array
    kernels: Array
    stride: Pair
    padding: Pair
    dilation: Pair


@shapes(
    x="N C H W",
    W="K I P Q",
    b="K",
    groups="count",
    stride="pair >= 1",
    padding="pair >= 0",
    dilation="pair >= 1",
)
def grouped_conv2d_forward(
    x: Array,
    W: Array,
    b: Array,
    *,
    groups: int,
    stride: Pair = 1,
    padding: Pair = 0,
    dilation: Pair = 1,
) -> tuple[Array, GroupedConv2dCache]:
    """Convolves a batch of images with K kernels, each of which sees its own group of channels.

    Args:
        x: images, shape (N, C, H, W).
        W: kernels, shape (K, C / groups, P, Q); the first K / groups belong to the first group.
        b: biases, shape (K,).
        groups: how many there are; it divides C and K.
        stride: how far the kernel moves from one output to the next, at least 1.
        padding: how many zeros are put around the images on each side.
        dilation: how far the taps of the kernel lie apart, at least 1.

    Returns:
        The output y, shape (N, K, U, V), as large as that of `conv2d_forward`, and a cache for
        `grouped_conv2d_backward`.

    Raises:
        TypeError: x, W or b is no float array, or they differ in precision; a setting is no
            integer, and none of those that may be is a pair.
        ValueError: an array is empty or has a shape that does not fit, groups do not divide the
            channels or the kernels, the kernel is larger than the padded images, or a setting is
            too small.

    References:
        Xie and others, Aggregated residual transformations for deep neural networks, CVPR 2017.

    Examples:
        >>> x = np.array([1.0, 2.0, 10.0, 20.0]).reshape(1, 4, 1, 1)
        >>> W = np.array([[3.0, 1.0], [2.0, -1.0]]).reshape(2, 2, 1, 1)
        >>> y, cache = grouped_conv2d_forward(x, W, np.zeros(2), groups=2)
        >>> y.ravel()
        array([5., 0.])
    """
    if x.shape[1] != groups * W.shape[1]:
        raise ValueError(
            f"W has {W.shape[1]} input channels for each of {groups} groups, x has {x.shape[1]}"
        )
    if len(W) % groups:
        raise ValueError(f"W has {len(W)} kernels, wanted a multiple of {groups} groups")
    windows = windows_of(pad(x, padding), W.shape[2:], stride, dilation)
    windows = windows.reshape(len(x), groups, -1, *windows.shape[2:])
    kernels, biases = W.reshape(groups, -1, *W.shape[1:]), b.reshape(groups, -1, 1, 1)
    y = np.einsum("gkcpq,ngcuvpq->ngkuv", kernels, windows) + biases  # eq:grouped-y
    cache = GroupedConv2dCache(x.shape, windows, kernels, stride, padding, dilation)
    return y.reshape(len(x), len(W), *y.shape[3:]), cache


@shapes(windows="N G I U V P Q", kernels="G J I P Q", dy="N K U V")
def grouped_conv2d_backward(dy: Array, cache: GroupedConv2dCache) -> tuple[Array, Array, Array]:
    """Sends the gradient of the loss back through `grouped_conv2d_forward`.

    Args:
        dy: gradient for the output, shape (N, K, U, V).
        cache: what `grouped_conv2d_forward` returned.

    Returns:
        The gradients dx, shape (N, C, H, W), dW, shape (K, C / groups, P, Q), and db, shape (K,).

    Raises:
        TypeError: dy is no float array, or differs in precision from x.
        ValueError: dy has not the shape of the output.

    Examples:
        >>> x = np.array([1.0, 2.0, 10.0, 20.0]).reshape(1, 4, 1, 1)
        >>> W = np.array([[3.0, 1.0], [2.0, -1.0]]).reshape(2, 2, 1, 1)
        >>> y, cache = grouped_conv2d_forward(x, W, np.zeros(2), groups=2)
        >>> dx, dW, db = grouped_conv2d_backward(np.array([[[[1.0]], [[100.0]]]]), cache)
        >>> dx.ravel()
        array([   3.,    1.,  200., -100.])
        >>> dW.ravel()
        array([1.e+00, 2.e+00, 1.e+03, 2.e+03])
    """
    x_sizes, windows, kernels, *geometry = cache
    N, G, J = len(windows), *kernels.shape[:2]
    if dy.shape[1] != G * J:
        raise ValueError(
            f"dy has {dy.shape[1]} channels, wanted {G * J}, {J} in each of {G} groups"
        )
    dy = dy.reshape(N, G, J, *dy.shape[2:])
    db = np.einsum("ngkuv->gk", dy)  # eq:grouped-db
    dW = np.einsum("ngkuv,ngcuvpq->gkcpq", dy, windows)  # eq:grouped-dW
    dwindows = np.einsum("ngkuv,gkcpq->ngcuvpq", dy, kernels)  # eq:grouped-dx
    dx = add_windows(dwindows.reshape(*x_sizes[:2], *windows.shape[3:]), x_sizes, *geometry)
    return dx, dW.reshape(G * J, *dW.shape[2:]), db.ravel()
