"""Pooling: each window of an image gives one number, its largest or its mean.

Images are (N, C, H, W), outputs (N, C, U, V). Kernel, stride and padding are integers, or pairs of
them for rows and columns. Channels stay apart.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from backprop._check import Array, check_arrays
from backprop._parallel import share_batch
from backprop._windows import Axis, Pair, axes, pair

# The inputs' shape, what the backward pass needs of them, and how the windows lie.
Cache: TypeAlias = tuple[tuple[int, ...], NDArray[Any], Axis, Axis]


def max_pool2d_forward(
    x: Array, *, kernel: Pair, stride: Pair | None = None, padding: Pair = 0
) -> tuple[Array, Cache]:
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
    rows, columns = _check_forward("max_pool2d_forward", x, kernel, stride, padding)
    y = np.full((*x.shape[:2], rows.outputs, columns.outputs), -np.inf, x.dtype)
    winner = np.zeros(y.shape, np.min_scalar_type(rows.kernel * columns.kernel))

    def pool(images: slice) -> None:
        for tap, into, taken in _taps(images, rows, columns):
            candidate = x[taken].copy()  # in one piece, to be read twice
            # A later one that is as large does not win.
            larger = candidate > y[into]  # eq:max-pool-m
            np.maximum(winner[into], larger * winner.dtype.type(tap), out=winner[into])
            np.maximum(y[into], candidate, out=y[into])  # eq:max-pool-y

    share_batch(pool, len(x), x[0].nbytes)
    return y, (x.shape, winner, rows, columns)


def max_pool2d_backward(dy: Array, cache: Cache) -> Array:
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
    shape, winner, rows, columns = cache
    _check_backward("max_pool2d_backward", dy, cache)
    dx = np.empty(shape, dy.dtype)

    def spread(images: slice) -> None:
        dx[images] = 0  # what no window chose
        for tap, into, taken in _taps(images, rows, columns):
            won = dy[into] * (winner[into] == tap)  # eq:max-pool-dx
            _give(won, dx[taken], rows, columns)

    share_batch(spread, len(dx), dx[0].nbytes)
    return dx


def average_pool2d_forward(
    x: Array,
    *,
    kernel: Pair,
    stride: Pair | None = None,
    padding: Pair = 0,
    count_include_pad: bool = True,
) -> tuple[Array, Cache]:
    """Takes the mean of each window.

    Args:
        x: images, shape (N, C, H, W).
        kernel: height and width of a window.
        stride: how far a window moves from one output to the next; the kernel's size if None.
        padding: how far windows reach beyond the images, where they find zeros; at most half the
            kernel.
        count_include_pad: whether the zeros of the padding count in the mean.

    Returns:
        The output y, shape (N, C, U, V), and a cache for `average_pool2d_backward`.

    Raises:
        TypeError: x is no float array; kernel, stride or padding is neither an integer nor a pair.
        ValueError: x is empty or not four-dimensional, the kernel is larger than the padded images,
            the padding is larger than half the kernel, or one of the three is too small.

    Examples:
        >>> x = np.array([[[[1.0, 2.0, 5.0, 5.0], [4.0, 3.0, 5.0, 0.0]]]])
        >>> average_pool2d_forward(x, kernel=2)[0]
        array([[[[2.5 , 3.75]]]])
    """
    rows, columns = _check_forward("average_pool2d_forward", x, kernel, stride, padding)
    counts = _counts(rows, columns, count_include_pad).astype(x.dtype)
    y = np.zeros((*x.shape[:2], rows.outputs, columns.outputs), x.dtype)

    def pool(images: slice) -> None:
        for _, into, taken in _taps(images, rows, columns):
            y[into] += x[taken]
        y[images] /= counts  # eq:average-pool-y

    share_batch(pool, len(x), x[0].nbytes)
    return y, (x.shape, counts, rows, columns)


def average_pool2d_backward(dy: Array, cache: Cache) -> Array:
    """Gives every input of a window an equal part of the window's gradient.

    Args:
        dy: gradient for the output, shape (N, C, U, V).
        cache: what `average_pool2d_forward` returned.

    Returns:
        The gradient dx, shape (N, C, H, W).

    Raises:
        TypeError: dy is no float array.
        ValueError: dy has not the shape of the output.

    Examples:
        >>> x = np.array([[[[1.0, 2.0, 5.0, 5.0], [4.0, 3.0, 5.0, 0.0]]]])
        >>> y, cache = average_pool2d_forward(x, kernel=2)
        >>> average_pool2d_backward(np.array([[[[10.0, 20.0]]]]), cache)
        array([[[[2.5, 2.5, 5. , 5. ],
                 [2.5, 2.5, 5. , 5. ]]]])
    """
    shape, counts, rows, columns = cache
    _check_backward("average_pool2d_backward", dy, cache)
    dx = np.empty(shape, dy.dtype)

    def spread(images: slice) -> None:
        dx[images] = 0  # what no window met
        part = dy[images] / counts
        for _, into, taken in _taps(slice(0, len(part)), rows, columns):
            _give(part[into], dx[images][taken], rows, columns)  # eq:average-pool-dx

    share_batch(spread, len(dx), dx[0].nbytes)
    return dx


def global_average_pool_forward(x: Array) -> tuple[Array, tuple[int, ...]]:
    """Takes the mean of each whole channel.

    Args:
        x: images, shape (N, C, H, W).

    Returns:
        The output y, shape (N, C), and a cache for `global_average_pool_backward`.

    Raises:
        TypeError: x is no float array.
        ValueError: x is empty or not four-dimensional.

    Examples:
        >>> y, cache = global_average_pool_forward(np.array([[[[1.0, 2.0], [3.0, 6.0]]]]))
        >>> y
        array([[3.]])
    """
    check_arrays("global_average_pool_forward", x=(x, "N C H W"))
    y = x.mean(axis=(2, 3))  # eq:global-average-y
    return y, x.shape


def global_average_pool_backward(dy: Array, cache: tuple[int, ...]) -> Array:
    """Gives every input of a channel an equal part of the channel's gradient.

    Args:
        dy: gradient for the output, shape (N, C).
        cache: what `global_average_pool_forward` returned.

    Returns:
        The gradient dx, shape (N, C, H, W).

    Raises:
        TypeError: dy is no float array.
        ValueError: dy has not the shape of the output.

    Examples:
        >>> y, cache = global_average_pool_forward(np.array([[[[1.0, 2.0], [3.0, 6.0]]]]))
        >>> global_average_pool_backward(np.array([[8.0]]), cache)
        array([[[[2., 2.],
                 [2., 2.]]]])
    """
    check_arrays("global_average_pool_backward", dy=(dy, "N C"))
    _check_same("global_average_pool_backward", dy, cache[:2])
    H, W = cache[2:]
    dx = np.empty(cache, dy.dtype)
    dx[...] = (dy / (H * W))[:, :, None, None]  # eq:global-average-dx
    return dx


Region: TypeAlias = tuple[slice, slice, slice, slice]


def _taps(images: slice, rows: Axis, columns: Axis) -> Iterator[tuple[int, Region, Region]]:
    """Yields each tap of the kernel by its number, row by row: outputs, and the inputs they meet.

    Outputs whose tap lies in the padding are left out.
    """
    for p in range(rows.kernel):
        for q in range(columns.kernel):
            (u, h), (v, w) = rows.tap(p), columns.tap(q)
            every = slice(None)
            yield p * columns.kernel + q, (images, every, u, v), (images, every, h, w)


def _give(gradients: Array, inputs: Array, rows: Axis, columns: Axis) -> None:
    """Adds gradients to those that the inputs have from other windows, if windows overlap."""
    if rows.overlap or columns.overlap:
        inputs += gradients
    else:
        inputs[...] = gradients


def _counts(rows: Axis, columns: Axis, count_include_pad: bool) -> NDArray[Any]:
    """Returns by how many inputs the sum of each window is divided, shape (U, V)."""
    if count_include_pad:
        return np.full((rows.outputs, columns.outputs), rows.kernel * columns.kernel)
    return np.outer(_real(rows), _real(columns))


def _real(axis: Axis) -> NDArray[Any]:
    """Returns how many taps of each output meet a real input, not padding."""
    counts = np.zeros(axis.outputs, int)
    for k in range(axis.kernel):
        counts[axis.tap(k)[0]] += 1
    return counts


def _check_forward(
    function: str, x: Any, kernel: Any, stride: Any, padding: Any
) -> tuple[Axis, Axis]:
    check_arrays(function, x=(x, "N C H W"))
    kernel = pair(function, "kernel", kernel, 1)
    paddings = pair(function, "padding", padding, 0)
    if any(pad > size // 2 for pad, size in zip(paddings, kernel, strict=True)):
        raise ValueError(
            f"{function}: padding is {padding}, wanted at most half the kernel, which is {kernel}"
        )
    stride = kernel if stride is None else stride
    return axes(function, x.shape[2:], kernel, stride, paddings, 1)


def _check_backward(function: str, dy: Any, cache: Cache) -> None:
    shape, _, rows, columns = cache
    check_arrays(function, dy=(dy, "N C U V"))
    _check_same(function, dy, (*shape[:2], rows.outputs, columns.outputs))


def _check_same(function: str, dy: Array, wanted: tuple[int, ...]) -> None:
    if dy.shape != wanted:
        raise ValueError(f"{function}: dy has shape {dy.shape}, wanted {wanted} as y has")
