"""Pooling: each window of an image gives one number, its largest or its mean.

Images are (N, C, H, W), outputs (N, C, U, V). Kernel, stride and padding are integers, or pairs of
them for rows and columns. Channels stay apart.
"""

from collections.abc import Callable
from functools import lru_cache
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from backprop._check import Array, check_arrays
from backprop._windows import Axis, Pair, axes, pair
from backprop.fast.parallel import share_batch
from backprop.fast.unrolling import copy_rows

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
    y = np.empty((*x.shape[:2], rows.outputs, columns.outputs), x.dtype)
    winner = np.zeros_like(x, np.min_scalar_type(rows.kernel * columns.kernel), shape=y.shape)

    def pool(part: Part) -> None:
        x_part, winner_part = x[part], winner[part]
        taps = iter(_taps(rows, columns))
        if rows.padding or columns.padding:
            largest = np.full_like(x_part, -np.inf, shape=winner_part.shape)
        else:  # tap 0 meets an input in every window
            largest = x_part[next(taps)[2]].copy(order="K")
        candidate = np.empty_like(largest)  # in one piece, to be read twice
        for tap, into, taken in taps:
            candidate[into] = x_part[taken]
            # A later one that is as large does not win.
            larger = candidate[into] > largest[into]  # eq:max-pool-m
            won = larger * winner.dtype.type(tap)
            np.maximum(winner_part[into], won, out=winner_part[into])
            np.maximum(largest[into], candidate[into], out=largest[into])  # eq:max-pool-y
        copy_rows(largest, y[part])

    _share(pool, x)
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
    dx = np.empty_like(winner, dy.dtype, shape=shape)

    def spread(part: Part) -> None:
        dx_part, winner_part = dx[part], winner[part]
        dy_part = np.empty_like(winner_part, dy.dtype)
        copy_rows(dy[part], dy_part)
        if not (rows.tiled and columns.tiled):
            dx_part[...] = 0
        for tap, into, taken in _taps(rows, columns):
            won = dy_part[into] * (winner_part[into] == tap)  # eq:max-pool-dx
            _give(won, dx_part[taken], rows, columns)

    _share(spread, dx)
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
    y = np.empty((*x.shape[:2], rows.outputs, columns.outputs), x.dtype)

    def pool(part: Part) -> None:
        x_part = x[part]
        total = np.zeros_like(x_part, shape=y[part].shape)
        for _, into, taken in _taps(rows, columns):
            total[into] += x_part[taken]
        np.divide(total, counts, out=y[part])  # eq:average-pool-y

    _share(pool, x)
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
    dx = np.empty_like(dy, shape=shape)

    def spread(part: Part) -> None:
        dx_part, each = dx[part], dy[part] / counts
        if not (rows.tiled and columns.tiled):
            dx_part[...] = 0
        for _, into, taken in _taps(rows, columns):
            _give(each[into], dx_part[taken], rows, columns)  # eq:average-pool-dx

    _share(spread, dx)
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


Part: TypeAlias = tuple[slice, ...]


def _share(work: Callable[[Part], None], x: Array) -> None:
    """Calls `work` with parts of images, some of the images or some of the channels.

    Neither depends on the others. Whichever lie further apart in memory are taken apart.
    """
    axis = int(x.strides[1] > x.strides[0])
    before = (slice(None),) * axis
    share_batch(lambda part: work((*before, part)), x.shape[axis], x.nbytes // x.shape[axis])


@lru_cache(maxsize=256)  # every part of a batch asks the same
def _taps(rows: Axis, columns: Axis) -> tuple[tuple[int, Any, Any], ...]:
    """Returns each tap of the kernel, row by row: its number, outputs, and the inputs they meet.

    Outputs whose tap lies in the padding are left out.
    """
    down, across = ([axis.tap(k) for k in range(axis.kernel)] for axis in (rows, columns))
    pairs = enumerate(product(down, across))
    return tuple((tap, (..., u, v), (..., h, w)) for tap, ((u, h), (v, w)) in pairs)


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
