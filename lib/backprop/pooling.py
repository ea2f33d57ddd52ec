"""Pooling: each window of an image gives one number, its largest or its mean.

Images are (N, C, H, W), outputs (N, C, U, V). Kernel, stride and padding are integers, or pairs of
them for rows and columns. Channels stay apart.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop.shapes import Array, shapes
from backprop.windows import Pair, add_windows, pad, windows_of


def pool_windows(padded: Array, kernel: Pair, stride: Pair | None, padding: Pair) -> Array:
    """Shows padded images as what each window of a pooling sees, (N, C, U, V, P, Q).

    Args:
        padded: images with their padding.
        kernel: height and width of a window.
        stride: how far a window moves from one output to the next; the kernel's size if None.
        padding: how wide the padding is.

    Raises:
        ValueError: the padding is larger than half the kernel, PyTorch's rule (less than the kernel
            would do for every window to meet the images); or the kernel is larger than the padded
            images.
    """
    P, Q = np.broadcast_to(kernel, 2)
    if (2 * np.broadcast_to(padding, 2) > (P, Q)).any():
        raise ValueError(
            f"padding is {padding}, wanted at most half the kernel, which is {(int(P), int(Q))}"
        )
    return windows_of(padded, (P, Q), kernel if stride is None else stride)


class MaxPoolCache(NamedTuple):
    """What `max_pool2d_backward` needs."""

    x_sizes: tuple[int, ...]
    winner: NDArray[np.integer[Any]]
    kernel: tuple[int, ...]
    stride: Pair
    padding: Pair


@shapes(x="N C H W", kernel="pair >= 1", stride="pair >= 1", padding="pair >= 0")
def max_pool2d_forward(
    x: Array, *, kernel: Pair, stride: Pair | None = None, padding: Pair = 0
) -> tuple[Array, MaxPoolCache]:
    """Takes the largest input of each window.

    Args:
        x: images, shape (N, C, H, W).
        kernel: height and width of a window.
        stride: how far a window moves from one output to the next; the kernel's size if None.
        padding: how far windows reach beyond the images, at most half the kernel. What they find
            there, minus infinity, is never the largest.

    Returns:
        The output y, shape (N, C, U, V), where U = floor((H + 2 padding - kernel) / stride) + 1 and
        V likewise, and a cache for `max_pool2d_backward`.

    Raises:
        TypeError: x is no float array; kernel, stride or padding is neither an integer nor a pair.
        ValueError: x is empty or not four-dimensional, the kernel is larger than the padded images,
            the padding is larger than half the kernel, or one of the three is too small.

    Examples:
        >>> x = np.array([[[[1.0, 2.0, 5.0, 5.0], [4.0, 3.0, 5.0, 0.0]]]])
        >>> max_pool2d_forward(x, kernel=2)[0]
        array([[[[4., 5.]]]])
    """
    windows = pool_windows(pad(x, padding, -np.inf), kernel, stride, padding)
    y = windows.max(axis=(4, 5))  # eq:max-pool-y
    winner = windows.reshape(*y.shape, -1).argmax(axis=4)  # eq:max-pool-m
    stride = kernel if stride is None else stride
    return y, MaxPoolCache(x.shape, winner, windows.shape[4:], stride, padding)


@shapes(winner="int N C U V", dy="N C U V")
def max_pool2d_backward(dy: Array, cache: MaxPoolCache) -> Array:
    """Sends each gradient to the input that was the largest of its window, the first if several.

    Args:
        dy: gradient for the output, shape (N, C, U, V).
        cache: what `max_pool2d_forward` returned.

    Returns:
        The gradient dx, shape (N, C, H, W).

    Raises:
        TypeError: dy is no float array.
        ValueError: dy has not the shape of the output.

    Examples:
        >>> x = np.array([[[[1.0, 2.0, 5.0, 5.0], [4.0, 3.0, 5.0, 0.0]]]])
        >>> y, cache = max_pool2d_forward(x, kernel=2)
        >>> max_pool2d_backward(np.array([[[[10.0, 20.0]]]]), cache)
        array([[[[ 0.,  0., 20.,  0.],
                 [10.,  0.,  0.,  0.]]]])
    """
    x_sizes, winner, (P, Q), *geometry = cache
    won = winner[..., None] == np.arange(P * Q)  # eq:max-pool-m
    dwindows = np.where(won, dy[..., None], 0).reshape(*dy.shape, P, Q)
    return add_windows(dwindows, x_sizes, *geometry)  # eq:max-pool-dx


class AvgPoolCache(NamedTuple):
    """What `avg_pool2d_backward` needs."""

    x_sizes: tuple[int, ...]
    counts: Array
    kernel: tuple[int, ...]
    stride: Pair
    padding: Pair


@shapes(x="N C H W", kernel="pair >= 1", stride="pair >= 1", padding="pair >= 0")
def avg_pool2d_forward(
    x: Array,
    *,
    kernel: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    count_include_pad: bool = True,
) -> tuple[Array, AvgPoolCache]:
    """Takes the mean of each window.

    Args:
        x: images, shape (N, C, H, W).
        kernel: height and width of a window.
        stride: how far a window moves from one output to the next; the kernel's size if None.
        padding: how far windows reach beyond the images, where they find zeros; at most half the
            kernel.
        count_include_pad: whether the zeros of the padding count in the mean.

    Returns:
        The output y, shape (N, C, U, V), and a cache for `avg_pool2d_backward`.

    Raises:
        TypeError: x is no float array; kernel, stride or padding is neither an integer nor a pair.
        ValueError: x is empty or not four-dimensional, the kernel is larger than the padded images,
            the padding is larger than half the kernel, or one of the three is too small.

    Examples:
        >>> x = np.array([[[[1.0, 2.0, 5.0, 5.0], [4.0, 3.0, 5.0, 0.0]]]])
        >>> avg_pool2d_forward(x, kernel=2)[0]
        array([[[[2.5 , 3.75]]]])
    """
    windows = pool_windows(pad(x, padding), kernel, stride, padding)
    counted = pad(np.ones_like(x), padding, value=1 if count_include_pad else 0)
    counts = pool_windows(counted, kernel, stride, padding)[0, 0].sum(axis=(2, 3))
    y = windows.sum(axis=(4, 5)) / counts  # eq:average-pool-y
    stride = kernel if stride is None else stride
    return y, AvgPoolCache(x.shape, counts, windows.shape[4:], stride, padding)


@shapes(x_sizes="sizes N C H W", counts="U V", dy="N C U V")
def avg_pool2d_backward(dy: Array, cache: AvgPoolCache) -> Array:
    """Gives every input of a window an equal part of the window's gradient.

    Args:
        dy: gradient for the output, shape (N, C, U, V).
        cache: what `avg_pool2d_forward` returned.

    Returns:
        The gradient dx, shape (N, C, H, W).

    Raises:
        TypeError: dy is no float array.
        ValueError: dy has not the shape of the output.

    Examples:
        >>> x = np.array([[[[1.0, 2.0, 5.0, 5.0], [4.0, 3.0, 5.0, 0.0]]]])
        >>> y, cache = avg_pool2d_forward(x, kernel=2)
        >>> avg_pool2d_backward(np.array([[[[10.0, 20.0]]]]), cache)
        array([[[[2.5, 2.5, 5. , 5. ],
                 [2.5, 2.5, 5. , 5. ]]]])
    """
    x_sizes, counts, kernel, *geometry = cache
    dwindows = np.broadcast_to((dy / counts)[..., None, None], (*dy.shape, *kernel))
    return add_windows(dwindows, x_sizes, *geometry)  # eq:average-pool-dx


class GlobalAvgPoolCache(NamedTuple):
    """What `global_avg_pool2d_backward` needs."""

    x_sizes: tuple[int, ...]


@shapes(x="N C H W")
def global_avg_pool2d_forward(x: Array) -> tuple[Array, GlobalAvgPoolCache]:
    """Takes the mean of each whole channel.

    Args:
        x: images, shape (N, C, H, W).

    Returns:
        The output y, shape (N, C), and a cache for `global_avg_pool2d_backward`.

    Raises:
        TypeError: x is no float array.
        ValueError: x is empty or not four-dimensional.

    Examples:
        >>> y, cache = global_avg_pool2d_forward(np.array([[[[1.0, 2.0], [3.0, 6.0]]]]))
        >>> y
        array([[3.]])
    """
    y = x.mean(axis=(2, 3))  # eq:global-average-y
    return y, GlobalAvgPoolCache(x.shape)


@shapes(x_sizes="sizes N C H W", dy="N C")
def global_avg_pool2d_backward(dy: Array, cache: GlobalAvgPoolCache) -> Array:
    """Gives every input of a channel an equal part of the channel's gradient.

    Args:
        dy: gradient for the output, shape (N, C).
        cache: what `global_avg_pool2d_forward` returned.

    Returns:
        The gradient dx, shape (N, C, H, W).

    Raises:
        TypeError: dy is no float array.
        ValueError: dy has not the shape of the output.

    Examples:
        >>> y, cache = global_avg_pool2d_forward(np.array([[[[1.0, 2.0], [3.0, 6.0]]]]))
        >>> global_avg_pool2d_backward(np.array([[8.0]]), cache)
        array([[[[2., 2.],
                 [2., 2.]]]])
    """
    H, W = cache.x_sizes[2:]
    return np.tile(dy[:, :, None, None] / (H * W), (1, 1, H, W))  # eq:global-average-dx
