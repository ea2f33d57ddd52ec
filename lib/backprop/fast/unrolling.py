"""Images unrolled, so that a convolution becomes a matrix product.

`im2col` is the plain way: each window becomes a column. `unroll` is what the fast convolution uses.
Where a function returns elements, its counterpart adds elements up where they came from: one is the
backward pass of the other.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

import numpy as np
from numpy.lib.stride_tricks import as_strided

from backprop.fast.axes import Axis
from backprop.shapes import Array

# Bytes that a block of images may take unrolled: what stays in the caches.
BLOCK = 1 << 23
# Bytes that it may take when a single image is large.
LARGEST_BLOCK = 1 << 24
# Bytes that the products of several output rows may take beside it, if NumPy makes them in one go.
PRODUCTS = 1 << 20


def im2col(x: Array, rows: Axis, columns: Axis) -> Array:
    """Makes each window of each image a column.

    Args:
        x: images, shape (N, C, H, W).
        rows: how the windows lie along the rows.
        columns: how they lie along the columns.

    Returns:
        A matrix of C P Q rows, an input of a window each, and N U V columns, a window each.

    Examples:
        >>> x = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
        >>> two_of_three = Axis(size=3, kernel=2, stride=1, padding=0, dilation=1)
        >>> im2col(x, two_of_three, two_of_three)
        array([[1., 2., 4., 5.],
               [2., 3., 5., 6.],
               [4., 5., 7., 8.],
               [5., 6., 8., 9.]])
    """
    N, C = x.shape[:2]
    P, Q, U, V = rows.kernel, columns.kernel, rows.outputs, columns.outputs
    cols = np.zeros((C, P, Q, N, U, V), x.dtype)
    for p, q in np.ndindex(P, Q):
        (u, h), (v, w) = rows.tap(p), columns.tap(q)
        cols[:, p, q, :, u, v] = x[:, :, h, w].transpose(1, 0, 2, 3)  # eq:conv-im2col
    return cols.reshape(C * P * Q, N * U * V)


def col2im(dcols: Array, shape: tuple[int, ...], rows: Axis, columns: Axis) -> Array:
    """Adds the elements of each column to the inputs of its window.

    Args:
        dcols: a matrix of C P Q rows and N U V columns.
        shape: the images' shape, (N, C, H, W).
        rows: how the windows lie along the rows.
        columns: how they lie along the columns.

    Returns:
        The sums, shape (N, C, H, W).

    Examples:
        >>> two_of_three = Axis(size=3, kernel=2, stride=1, padding=0, dilation=1)
        >>> col2im(np.ones((4, 4)), (1, 1, 3, 3), two_of_three, two_of_three)
        array([[[[1., 2., 1.],
                 [2., 4., 2.],
                 [1., 2., 1.]]]])
    """
    N, C = shape[:2]
    P, Q, U, V = rows.kernel, columns.kernel, rows.outputs, columns.outputs
    dcols = dcols.reshape(C, P, Q, N, U, V)
    dx = np.zeros(shape, dcols.dtype)
    for p, q in np.ndindex(P, Q):
        (u, h), (v, w) = rows.tap(p), columns.tap(q)
        dx[:, :, h, w] += dcols[:, p, q, :, u, v].transpose(1, 0, 2, 3)  # eq:conv-col2im
    return dx


def blocks(
    images: slice, C: int, K: int, itemsize: int, rows: Axis, columns: Axis
) -> Iterator[tuple[slice, slice]]:
    """Cuts work into blocks small enough for the cache: yields their images and their output rows.

    A block has all output rows of some images; or, of a single large image, some of its rows.

    Args:
        images: which images to work on.
        C: channels of the images.
        K: channels of the output, which takes its place beside the images.
        itemsize: bytes of a number.
        rows: how the windows lie along the rows.
        columns: how they lie along the columns.

    Examples:
        >>> axis = Axis(size=28, kernel=5, stride=1, padding=0, dilation=1)
        >>> for images, output_rows in blocks(slice(0, 250), 1, 30, 4, axis, axis):
        ...     print(images.start, images.stop, output_rows.stop)
        0 83 24
        83 166 24
        166 250 24
    """
    input_row = (columns.kernel * C + 1) * columns.outputs * itemsize
    output_row = K * columns.outputs * itemsize
    # u output rows look at (u - 1) stride + reach input rows.
    each, once = rows.stride * input_row + output_row, (rows.reach - rows.stride) * input_row
    height = min(rows.outputs, max(1, (LARGEST_BLOCK - once) // each))
    N = images.stop - images.start
    count = -(-N // max(1, BLOCK // (height * each + once)))
    for block in range(count):
        part = slice(images.start + N * block // count, images.start + N * (block + 1) // count)
        for u in range(0, rows.outputs, height):
            yield part, slice(u, min(u + height, rows.outputs))


def unroll(x: Array, band: slice, rows: Axis, columns: Axis) -> Array:
    """Unrolls the columns of images, and leaves their rows as they are.

    Args:
        x: images, shape (N, C, H, W).
        band: the output rows that are wanted.
        rows: how the windows lie along the rows.
        columns: how they lie along the columns.

    Returns:
        Z, shape (H', Q C + 1, N, V). Z[h, q C + c, n, v] is the input that tap q of output column v
        meets in channel c, 0 in the padding; Z[h, Q C] is 1, for the bias to be multiplied by. Row
        0 is the first that the first wanted output row looks at.

    Examples:
        >>> x = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
        >>> two_of_three = Axis(size=3, kernel=2, stride=1, padding=0, dilation=1)
        >>> Z = unroll(x, slice(0, 2), two_of_three, two_of_three)
        >>> Z.reshape(3, 3, 2)  # row h; tap q, or what the bias meets; output column v
        array([[[1., 2.],
                [2., 3.],
                [1., 1.]],
        <BLANKLINE>
               [[4., 5.],
                [5., 6.],
                [1., 1.]],
        <BLANKLINE>
               [[7., 8.],
                [8., 9.],
                [1., 1.]]])
    """
    N, C = x.shape[:2]
    Q, V = columns.kernel, columns.outputs
    height = (band.stop - band.start - 1) * rows.stride + rows.reach
    Z = np.empty((height, Q * C + 1, N, V), x.dtype)
    Z[:, -1] = 1
    taps = Z[:, :-1].reshape(height, Q, C, N, V)
    if rows.padding or columns.padding:
        taps[...] = 0
    into, taken = _real_rows(band, height, rows)
    image = x.transpose(2, 1, 0, 3)[taken]
    for q in range(Q):
        v, w = columns.tap(q)
        copy_rows(image[..., w], taps[into, q, ..., v])  # eq:conv-unroll
    return Z


def fold(dZ: Array, dx: Array, band: slice, rows: Axis, columns: Axis) -> None:
    """Adds each element of dZ to the element of dx from which `unroll` would have taken it.

    To begin a row anew takes NumPy longer to add than to copy. So the short rows of a tap are
    copied to where they belong, among zeros, and what is added are whole images.

    Args:
        dZ: gradients for what `unroll` returns, without the ones, shape (H', Q C, N, V).
        dx: what is added to, shape (N, C, H, W).
        band: the output rows for which `unroll` was called.
        rows: how the windows lie along the rows.
        columns: how they lie along the columns.
    """
    into, taken = _real_rows(band, len(dZ), rows)
    image = dx.transpose(2, 1, 0, 3)[taken]
    taps = dZ.reshape(len(dZ), columns.kernel, -1, *dZ.shape[2:])[into]
    total = np.empty(image.shape, dZ.dtype)
    copy_rows(image, total)
    for q in range(columns.kernel):
        v, w = columns.tap(q)
        at_inputs = np.zeros_like(total)
        copy_rows(taps[:, q, ..., v], at_inputs[..., w])
        total += at_inputs  # eq:conv-fold
    copy_rows(total, image)


def copy_rows(source: Array, target: Array) -> None:
    """Copies an array into another of its shape, whole rows at once where they lie in one piece.

    NumPy takes far longer to go from one short row to the next than to copy it. If it is told that
    a row is a single item, it need not.
    """
    whole = source.shape[-1] * source.itemsize
    if whole and source.strides[-1] == target.strides[-1] == source.itemsize:
        row = np.dtype((np.void, whole))
        source, target = source.view(row), target.view(row)
    target[...] = source


def windows(Z: Array, rows: Axis, outputs: int, product: int = 0) -> Iterator[tuple[slice, Array]]:
    """Yields the rows of Z that its output rows look at as matrices, (U', P (Q C + 1), N V).

    They lie one after another in memory, so that nothing is copied, unless there is a dilation.

    Args:
        Z: what `unroll` returned.
        rows: how the windows lie along the rows.
        outputs: how many output rows there are.
        product: bytes that the caller needs beside, for its product with one of the matrices.

    Yields:
        Some output rows at a time, and their matrices.

    Examples:
        >>> Z = np.arange(1.0, 7.0).reshape(3, 2, 1, 1)
        >>> two_of_three = Axis(size=3, kernel=2, stride=1, padding=0, dilation=1)
        >>> [(us, cols)] = windows(Z, two_of_three, outputs=2)
        >>> cols.reshape(2, 4)
        array([[1., 2., 3., 4.],
               [3., 4., 5., 6.]])
    """
    taps = _going_on(Z.reshape(*Z.shape[:2], -1), outputs, rows.kernel, rows.stride, rows.dilation)
    each = product + (taps[0].nbytes if rows.dilation > 1 else 0)
    step = max(1, min(outputs, PRODUCTS // max(1, each)))
    for u in range(0, outputs, step):
        us = slice(u, min(u + step, outputs))
        yield us, taps[us].reshape(us.stop - us.start, -1, taps.shape[3])


def output_rows(y: Array) -> Array:
    """Returns images of shape (N, K, U, V) as (U, K, N V), copied unless they lie in memory so."""
    y = y.transpose(2, 1, 0, 3)
    if y.strides[2:] != (y.shape[3] * y.itemsize, y.itemsize):
        y, scattered = np.empty(y.shape, y.dtype), y
        copy_rows(scattered, y)
    return y.reshape(*y.shape[:2], -1)


@lru_cache(maxsize=4096)  # every block asks the same
def meetings(rows: Axis, outputs: int) -> tuple[tuple[slice, slice, slice], ...]:
    """Returns which of the first output rows look at the rows of Z, and by which taps each.

    Rows of Z that output rows meet with the same taps are taken together, as far as they go on by
    one stride each. The taps are counted from the last, so that all go upwards.

    Returns:
        Of each group the rows of Z, the output rows that meet the first of them, and their taps;
        a row further on is met by as many output rows one further on.

    Examples:
        >>> three = Axis(size=6, kernel=3, stride=1, padding=0, dilation=1)
        >>> for h, u, p in meetings(three, outputs=4):
        ...     print(range(6)[h], range(4)[u], range(3)[p])
        range(0, 1) range(0, 1) range(2, 3)
        range(1, 2) range(0, 2) range(1, 3)
        range(2, 4) range(0, 3) range(0, 3)
        range(4, 5) range(2, 4) range(0, 2)
        range(5, 6) range(3, 4) range(0, 1)
    """
    S, E, height = rows.stride, rows.dilation, (outputs - 1) * rows.stride + rows.reach

    def met(h: int) -> list[int]:
        """Returns the taps by which an output row meets row h, from the last."""
        near = reversed(range(rows.kernel))
        return [k for k in near if (h - k * E) % S == 0 and 0 <= h - k * E < outputs * S]

    found = []
    for first in range(min(S, height)):
        for taps, group in groupby(range(first, height, S), met):
            h, *others = group
            us = _as_slice([(h - k * E) // S for k in taps])
            ps = _as_slice([rows.kernel - 1 - k for k in taps])
            found.append((slice(h, h + S * len(others) + 1, S), us, ps))
    return tuple(found)


def meeting_rows(dY: Array, count: int, us: slice) -> Array:
    """Returns the output rows that meet each of `count` rows of Z as matrices, (count, U' K, N V).

    Args:
        dY: what `output_rows` returned.
        count: how many rows of Z a group of `meetings` has.
        us: the output rows that meet the first of them.
    """
    taps = len(range(len(dY))[us])
    return _going_on(dY[us.start :], count, taps, 1, us.step).reshape(count, -1, dY.shape[2])


def pieces(columns: int, rows: int, others: int) -> Iterator[slice]:
    """Cuts the columns of a matrix for its product with one of `others` rows or columns.

    Before it multiplies, OpenBLAS lays out both matrices in an order of its own; but not for up to
    a million multiplications, on processors for which it has a form without. And 2^16 numbers stay
    in the cache next to the core while they are multiplied. Where pieces would be narrow, because
    the other matrix is large, none of this pays.

    Examples:
        >>> list(pieces(1000, rows=147, others=16))
        [slice(0, 333, None), slice(333, 666, None), slice(666, 1000, None)]
        >>> list(pieces(1000, rows=291, others=64))
        [slice(0, 1000, None)]
    """
    most = min(1_000_000 // (rows * others), (1 << 16) // rows)
    count = -(-columns // most) if most >= 128 else 1
    for piece in range(count):
        yield slice(columns * piece // count, columns * (piece + 1) // count)


def multiply(a: Array, b: Array, out: Array) -> None:
    """Multiplies a matrix by several, in pieces of their columns."""
    for part in pieces(b.shape[2], max(1, b.shape[1]), len(a)):
        np.matmul(a, b[:, :, part], out=out[:, :, part])


def _going_on(A: Array, count: int, taps: int, stride: int, dilation: int) -> Array:
    """Returns the rows that each of `count` windows sees, a view, shape (count, taps, L, M).

    Args:
        A: shape (·, L, M).
        count: how many windows there are.
        taps: how many rows each sees.
        stride: how many rows further the next window lies.
        dilation: how many rows the taps of a window lie apart.
    """
    row, line, column = A.strides
    strides = stride * row, dilation * row, line, column
    return as_strided(A, (count, taps, *A.shape[1:]), strides)


def _as_slice(numbers: list[int]) -> slice:
    """Returns numbers that lie equally far apart, upwards, as a slice."""
    if not numbers:
        return slice(0, 0, 1)
    step = numbers[1] - numbers[0] if len(numbers) > 1 else 1
    return slice(numbers[0], numbers[-1] + 1, step)


def _real_rows(band: slice, height: int, rows: Axis) -> tuple[slice, slice]:
    """Returns which rows of a block are no padding, and which rows of the images they are.

    There are none where the whole block lies above the images or below them.
    """
    top = band.start * rows.stride - rows.padding
    start = max(0, top)
    stop = max(start, min(rows.size, top + height))
    return slice(start - top, stop - top), slice(start, stop)
