"""Pooling tap by tap: all windows at once, part of the images at a time, by several cores.

Arguments, results and errors are those of `backprop.pooling`.
"""

from collections.abc import Callable
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from backprop.fast.axes import Axis, axes, both
from backprop.fast.bits import where
from backprop.fast.parallel import share_batch
from backprop.fast.unrolling import copy_rows
from backprop.shapes import Array, shapes
from backprop.windows import Pair


class MaxPoolCache(NamedTuple):
    """What `max_pool2d_backward` needs."""

    x_sizes: tuple[int, ...]
    winner: NDArray[np.integer[Any]]
    rows: Axis
    columns: Axis


class AvgPoolCache(NamedTuple):
    """What `avg_pool2d_backward` needs."""

    x_sizes: tuple[int, ...]
    counts: Array
    rows: Axis
    columns: Axis


@shapes(x="N C H W", kernel="pair >= 1", stride="pair >= 1", padding="pair >= 0")
def max_pool2d_forward(
    x: Array, *, kernel: Pair, stride: Pair | None = None, padding: Pair = 0
) -> tuple[Array, MaxPoolCache]:
    """Takes the largest input of each window.

    Examples:
        >>> x = np.array([[[[1.0, 2.0, 5.0, 5.0], [4.0, 3.0, 5.0, 0.0]]]])
        >>> max_pool2d_forward(x, kernel=2)[0]
        array([[[[4., 5.]]]])
    """
    rows, columns = _axes(x, kernel, stride, padding)
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
            larger = candidate[into] > largest[into]
            won = larger * winner.dtype.type(tap)
            np.maximum(winner_part[into], won, out=winner_part[into])
            np.maximum(largest[into], candidate[into], out=largest[into])
        copy_rows(largest, y[part])

    def first_nan(part: Part) -> None:
        """A NaN is larger than nothing, and yet what its window gives: it wins, the first does."""
        for tap, into, taken in reversed(_taps(rows, columns)):
            winner[part][into][np.isnan(x[part][taken])] = tap

    _share(pool, x)
    if np.isnan(y.min()):
        _share(first_nan, x)
    return y, MaxPoolCache(x.shape, winner, rows, columns)


@shapes(winner="int N C U V", dy="N C U V")
def max_pool2d_backward(dy: Array, cache: MaxPoolCache) -> Array:
    """Sends each gradient to the input that was the largest of its window, the first if several.

    Examples:
        >>> x = np.array([[[[1.0, 2.0, 5.0, 5.0], [4.0, 3.0, 5.0, 0.0]]]])
        >>> y, cache = max_pool2d_forward(x, kernel=2)
        >>> max_pool2d_backward(np.array([[[[10.0, 20.0]]]]), cache)
        array([[[[ 0.,  0., 20.,  0.],
                 [10.,  0.,  0.,  0.]]]])
    """
    shape, winner, rows, columns = cache
    dx = np.empty_like(winner, dy.dtype, shape=shape)

    # Only an infinite gradient times 0 needs more than a product.
    finite = dy.min() > -np.inf and dy.max() < np.inf

    def spread(part: Part) -> None:
        dx_part, winner_part = dx[part], winner[part]
        dy_part = np.empty_like(winner_part, dy.dtype)
        copy_rows(dy[part], dy_part)
        if not (rows.tiled and columns.tiled):
            dx_part[...] = 0
        for tap, into, taken in _taps(rows, columns):
            won, gradients = winner_part[into] == tap, dy_part[into]
            chosen = gradients * won if finite else where(won, gradients)
            _give(chosen, dx_part[taken], rows, columns)

    _share(spread, dx)
    return dx


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

    Examples:
        >>> x = np.array([[[[1.0, 2.0, 5.0, 5.0], [4.0, 3.0, 5.0, 0.0]]]])
        >>> avg_pool2d_forward(x, kernel=2)[0]
        array([[[[2.5 , 3.75]]]])
    """
    rows, columns = _axes(x, kernel, stride, padding)
    counts = _counts(rows, columns, count_include_pad).astype(x.dtype)
    y = np.empty((*x.shape[:2], rows.outputs, columns.outputs), x.dtype)

    def pool(part: Part) -> None:
        x_part = x[part]
        total = np.zeros_like(x_part, shape=y[part].shape)
        for _, into, taken in _taps(rows, columns):
            total[into] += x_part[taken]
        np.divide(total, counts, out=y[part])

    _share(pool, x)
    return y, AvgPoolCache(x.shape, counts, rows, columns)


@shapes(x_sizes="sizes N C H W", counts="U V", dy="N C U V")
def avg_pool2d_backward(dy: Array, cache: AvgPoolCache) -> Array:
    """Gives every input of a window an equal part of the window's gradient.

    Examples:
        >>> x = np.array([[[[1.0, 2.0, 5.0, 5.0], [4.0, 3.0, 5.0, 0.0]]]])
        >>> y, cache = avg_pool2d_forward(x, kernel=2)
        >>> avg_pool2d_backward(np.array([[[[10.0, 20.0]]]]), cache)
        array([[[[2.5, 2.5, 5. , 5. ],
                 [2.5, 2.5, 5. , 5. ]]]])
    """
    shape, counts, rows, columns = cache
    dx = np.empty_like(dy, shape=shape)

    def spread(part: Part) -> None:
        dx_part, each = dx[part], dy[part] / counts
        if not (rows.tiled and columns.tiled):
            dx_part[...] = 0
        for _, into, taken in _taps(rows, columns):
            _give(each[into], dx_part[taken], rows, columns)

    _share(spread, dx)
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


def _axes(x: Array, kernel: Pair, stride: Pair | None, padding: Pair) -> tuple[Axis, Axis]:
    """Returns how the windows lie on images, along their rows and along their columns."""
    P, Q = both(kernel)
    if any(2 * pad > taps for pad, taps in zip(both(padding), (P, Q), strict=True)):
        raise ValueError(f"padding is {padding}, wanted at most half the kernel, which is {P, Q}")
    return axes(x.shape[2:], (P, Q), kernel if stride is None else stride, padding, 1)
