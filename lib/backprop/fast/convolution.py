"""Convolution in blocks that stay in the caches, by several cores.

Arguments, results and errors are those of `backprop.convolution`. The columns of the images are
unrolled, the rows are not: the P rows that an output row looks at lie one after another in memory,
and so are a matrix already. Unrolling both would copy P times as much.
"""

import numpy as np

from backprop.fast.axes import Conv2dCache, axes
from backprop.fast.parallel import share_batch
from backprop.fast.unrolling import (
    blocks,
    fold,
    meeting_rows,
    meetings,
    multiply,
    output_rows,
    pieces,
    unroll,
    windows,
)
from backprop.shapes import Array, shapes
from backprop.windows import Pair


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

    The output lies in memory as (U, K, N, V), in the order in which it is computed.

    Examples:
        >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
        >>> W = np.array([[[[1.0, 0.0], [0.0, -1.0]]]])
        >>> y, cache = conv2d_forward(x, W, np.array([10.0]))
        >>> y
        array([[[[6., 6.],
                 [6., 6.]]]])
    """
    rows, columns = axes(x.shape[2:], W.shape[2:], stride, padding, dilation)
    (K, C), V = W.shape[:2], columns.outputs
    Y = np.empty((rows.outputs, K, len(x) * V), np.result_type(x, W, b))
    W_rows = _with_bias(W, b)

    def convolve(images: slice) -> None:
        for block, band in blocks(images, C, K, x.itemsize, rows, columns):
            Z, y_rows = unroll(x[block], band, rows, columns), Y[band, :, block.start * V :]
            for us, cols in windows(Z, rows, len(y_rows)):
                multiply(W_rows, cols, y_rows[us, :, : cols.shape[2]])  # eq:conv-fast-y

    share_batch(convolve, len(x))
    y = Y.reshape(rows.outputs, K, len(x), V).transpose(2, 1, 0, 3)
    return y, Conv2dCache(x, W, rows, columns, y.shape)


@shapes(x="N C H W", W="K C P Q", y_sizes="sizes N K U V", dy="N K U V")
def conv2d_backward(
    dy: Array, cache: Conv2dCache, *, input_gradient: bool = True
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
        The gradients dx, shape (N, C, H, W), dW, shape (K, C, P, Q), and db, shape (K,).

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
    x, W, rows, columns, _ = cache
    K, C, P, Q = W.shape
    dx = np.empty_like(x)
    W_back = W.transpose(2, 0, 3, 1)[::-1].copy()  # (P from the last, K, Q, C)

    def convolve(images: slice) -> Array:
        dW_rows = np.zeros((P * (Q * C + 1), K), W.dtype)
        dx[images] = 0 if input_gradient else np.nan
        for block, band in blocks(images, C, K, x.itemsize, rows, columns):
            Z, dY = unroll(x[block], band, rows, columns), output_rows(dy[block, :, band])
            for us, cols in windows(Z, rows, len(dY), product=dW_rows.nbytes):
                for part in pieces(cols.shape[2], *dW_rows.shape):
                    products = cols[:, :, part] @ dY[us, :, part].transpose(0, 2, 1)
                    dW_rows += products.sum(axis=0)  # eq:conv-fast-dW
            if not input_gradient:
                continue
            dZ = Z[:, :-1]  # the memory of Z has served
            dZ_rows = dZ.reshape(len(Z), Q * C, -1)
            for hs, us, ps in meetings(rows, len(dY)):
                dZ_h, W_h = dZ_rows[hs], W_back[ps].reshape(-1, Q * C).T
                multiply(W_h, meeting_rows(dY, len(dZ_h), us), dZ_h)  # eq:conv-fast-dX
            fold(dZ, dx[block], band, rows, columns)
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
