"""Convolution of images: by loops, as the formula stands; by one matrix product; and fast.

What neural networks call a convolution is a cross-correlation: the kernel is not flipped. Images
are (N, C, H, W), kernels (K, C, P, Q), outputs (N, K, U, V). Stride, padding and dilation are
integers, or pairs of them for rows and columns.
"""

from typing import Any, TypeAlias

import numpy as np

from backprop._check import Array, check_arrays
from backprop._windows import Axis, Pair, axes
from backprop.fast.parallel import share_batch
from backprop.fast.unrolling import (
    blocks,
    col2im,
    fold,
    im2col,
    meeting,
    output_rows,
    unroll,
    windows,
)

Cache: TypeAlias = tuple[Array, Array, Axis, Axis]


def conv2d_loops_forward(
    x: Array, W: Array, b: Array, *, stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1
) -> tuple[Array, Cache]:
    """Convolves by seven nested loops, for reading and for comparison.

    Arguments, results and errors are those of `conv2d_forward`.

    Examples:
        >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
        >>> W = np.array([[[[1.0, 0.0], [0.0, -1.0]]]])
        >>> y, cache = conv2d_loops_forward(x, W, np.array([10.0]), stride=2)
        >>> y
        array([[[[5., 5.],
                 [5., 5.]]]])
    """
    rows, columns = _check_forward("conv2d_loops_forward", x, W, b, stride, padding, dilation)
    padded = _pad(x, rows, columns)
    y = np.empty((len(x), len(W), rows.outputs, columns.outputs), np.result_type(x, W, b))
    for n, k, u, v in np.ndindex(y.shape):
        y[n, k, u, v] = b[k]
        for c, p, q in np.ndindex(W.shape[1:]):
            h = u * rows.stride + p * rows.dilation
            w = v * columns.stride + q * columns.dilation
            y[n, k, u, v] += W[k, c, p, q] * padded[n, c, h, w]  # eq:conv-y
    return y, (x, W, rows, columns)


def conv2d_loops_backward(dy: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Sends the gradient back by the same seven loops.

    Arguments, results and errors are those of `conv2d_backward`.

    Examples:
        >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
        >>> W = np.array([[[[1.0, 0.0], [0.0, -1.0]]]])
        >>> y, cache = conv2d_loops_forward(x, W, np.array([10.0]), stride=2)
        >>> dx, dW, db = conv2d_loops_backward(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), cache)
        >>> dx
        array([[[[ 1.,  0.,  2.,  0.],
                 [ 0., -1.,  0., -2.],
                 [ 3.,  0.,  4.,  0.],
                 [ 0., -3.,  0., -4.]]]])
        >>> dW
        array([[[[ 68.,  78.],
                 [108., 118.]]]])
        >>> db
        array([10.])
    """
    x, W, rows, columns = cache
    _check_backward("conv2d_loops_backward", dy, cache)
    padded = _pad(x, rows, columns)
    dpadded, dW, db = np.zeros_like(padded), np.zeros_like(W), np.zeros_like(W[:, 0, 0, 0])
    for n, k, u, v in np.ndindex(dy.shape):
        db[k] += dy[n, k, u, v]  # eq:conv-db
        for c, p, q in np.ndindex(W.shape[1:]):
            h = u * rows.stride + p * rows.dilation
            w = v * columns.stride + q * columns.dilation
            dW[k, c, p, q] += dy[n, k, u, v] * padded[n, c, h, w]  # eq:conv-dW
            dpadded[n, c, h, w] += dy[n, k, u, v] * W[k, c, p, q]  # eq:conv-dx
    top, left = rows.padding, columns.padding
    dx = dpadded[:, :, top : top + rows.size, left : left + columns.size].copy()
    return dx, dW, db


def conv2d_im2col_forward(
    x: Array, W: Array, b: Array, *, stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1
) -> tuple[Array, Cache]:
    """Convolves by one matrix product over all windows of the batch.

    Arguments, results and errors are those of `conv2d_forward`.

    Examples:
        >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
        >>> W = np.array([[[[1.0, 0.0], [0.0, -1.0]]]])
        >>> y, cache = conv2d_im2col_forward(x, W, np.array([10.0]), stride=2)
        >>> y
        array([[[[5., 5.],
                 [5., 5.]]]])
    """
    rows, columns = _check_forward("conv2d_im2col_forward", x, W, b, stride, padding, dilation)
    cols = im2col(x, rows, columns)
    y = W.reshape(len(W), -1) @ cols + b[:, None]  # eq:conv-matrix-y
    y = y.reshape(len(W), len(x), rows.outputs, columns.outputs).transpose(1, 0, 2, 3)
    return y, (x, W, rows, columns)


def conv2d_im2col_backward(dy: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Sends the gradient back through one matrix product.

    Arguments, results and errors are those of `conv2d_backward`.

    Examples:
        >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
        >>> W = np.array([[[[1.0, 0.0], [0.0, -1.0]]]])
        >>> y, cache = conv2d_im2col_forward(x, W, np.array([10.0]), stride=2)
        >>> conv2d_im2col_backward(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), cache)[1]
        array([[[[ 68.,  78.],
                 [108., 118.]]]])
    """
    x, W, rows, columns = cache
    _check_backward("conv2d_im2col_backward", dy, cache)
    dy = dy.transpose(1, 0, 2, 3).reshape(len(W), -1)
    db = dy.sum(axis=1)  # eq:conv-db
    dW = (dy @ im2col(x, rows, columns).T).reshape(W.shape)  # eq:conv-matrix-dW
    dcols = W.reshape(len(W), -1).T @ dy  # eq:conv-matrix-dcols
    return col2im(dcols, x.shape, rows, columns), dW, db


def conv2d_forward(
    x: Array, W: Array, b: Array, *, stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1
) -> tuple[Array, Cache]:
    """Convolves a batch of images with K kernels, fast.

    The columns of the images are unrolled, the rows are not: the P rows that an output row looks at
    lie one after another in memory, and so are a matrix already. Unrolling both would copy P times
    as much. Work proceeds in blocks of images that stay in the caches. The output lies in memory as
    (U, K, N, V), in the order in which it is computed.

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
    rows, columns = _check_forward("conv2d_forward", x, W, b, stride, padding, dilation)
    (K, C), V = W.shape[:2], columns.outputs
    Y = np.empty((rows.outputs, K, len(x) * V), np.result_type(x, W, b))
    W_rows = _with_bias(W, b)

    def convolve(images: slice) -> None:
        for block, band in blocks(images, C, K, x.itemsize, rows, columns):
            X, y_rows = unroll(x[block], band, rows, columns), Y[band, :, block.start * V :]
            for us, cols in windows(X, rows, len(y_rows)):
                np.matmul(W_rows, cols, out=y_rows[us, :, : cols.shape[2]])  # eq:conv-fast-y

    share_batch(convolve, len(x))
    y = Y.reshape(rows.outputs, K, len(x), V).transpose(2, 1, 0, 3)
    return y, (x, W, rows, columns)


def conv2d_backward(
    dy: Array, cache: Cache, *, input_gradient: bool = True
) -> tuple[Array, Array, Array]:
    """Sends the gradient of the loss back through `conv2d_forward`.

    The columns are unrolled once more: kept from the forward pass, they would take memory for the
    whole batch, and reading them back costs as much as making them.

    Args:
        dy: gradient for the output, shape (N, K, U, V).
        cache: what `conv2d_forward` returned.
        input_gradient: whether to compute dx, half of the work, for which a network's first layer
            has no use. If not, it is NaN.

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
    x, W, rows, columns = cache
    _check_backward("conv2d_backward", dy, cache)
    K, C, P, Q = W.shape
    dx = np.full_like(x, 0 if input_gradient else np.nan)
    W_back = W.transpose(3, 1, 2, 0)[:, :, ::-1].copy()  # (Q, C, P from the last, K)

    def convolve(images: slice) -> Array:
        dW_rows = np.zeros((P * (Q * C + 1), K), W.dtype)
        for block, band in blocks(images, C, K, x.itemsize, rows, columns):
            X, dY = unroll(x[block], band, rows, columns), output_rows(dy[block, :, band])
            for us, cols in windows(X, rows, len(dY), product=dW_rows.nbytes):
                dW_rows += (cols @ dY[us].transpose(0, 2, 1)).sum(axis=0)  # eq:conv-fast-dW
            if not input_gradient:
                continue
            dX = X[:, :-1]  # the memory of X has served
            for h, dX_h in enumerate(dX.reshape(len(X), Q * C, -1)):
                us, ps = meeting(h, rows, len(dY))
                W_h, dY_h = W_back[:, :, ps].reshape(Q * C, -1), dY[us].reshape(-1, dX_h.shape[1])
                np.matmul(W_h, dY_h, out=dX_h)  # eq:conv-fast-dX
            fold(dX, dx[block], band, rows, columns)
        return dW_rows

    dW_rows = np.sum(share_batch(convolve, len(x)), axis=0).reshape(P, Q * C + 1, K)
    dW = dW_rows[:, :-1].reshape(P, Q, C, K).transpose(3, 2, 0, 1)
    db = dW_rows[0, -1]  # eq:conv-db
    return dx, np.ascontiguousarray(dW), db.copy()


def _with_bias(W: Array, b: Array) -> Array:
    """Returns kernels as `unroll` orders their inputs, (K, P (Q C + 1)): b meets ones in row 0."""
    K, C, P, Q = W.shape
    W_rows = np.zeros((K, P, Q * C + 1), np.result_type(W, b))
    W_rows[:, :, :-1] = W.transpose(0, 2, 3, 1).reshape(K, P, -1)
    W_rows[:, 0, -1] = b
    return W_rows.reshape(K, -1)


def _pad(x: Array, rows: Axis, columns: Axis) -> Array:
    """Puts zeros around images."""
    return np.pad(x, ((0, 0), (0, 0), (rows.padding,) * 2, (columns.padding,) * 2))


def _check_forward(
    function: str, x: Any, W: Any, b: Any, stride: Any, padding: Any, dilation: Any
) -> tuple[Axis, Axis]:
    check_arrays(function, x=(x, "N C H W"))
    check_arrays(function, W=(W, "K C P Q"))
    if W.shape[1] != x.shape[1]:
        raise ValueError(f"{function}: W has {W.shape[1]} input channels, x has {x.shape[1]}")
    check_arrays(function, x=(x, "N C H W"), W=(W, "K C P Q"), b=(b, "K"))
    return axes(function, x.shape[2:], W.shape[2:], stride, padding, dilation)


def _check_backward(function: str, dy: Any, cache: Cache) -> None:
    x, W, rows, columns = cache
    check_arrays(function, x=(x, "N C H W"), dy=(dy, "N K U V"))
    wanted = (len(x), len(W), rows.outputs, columns.outputs)
    if dy.shape != wanted:
        raise ValueError(f"{function}: dy has shape {dy.shape}, wanted {wanted} as y has")
