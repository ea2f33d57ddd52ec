"""Convolution by one matrix product over all windows of the batch.

Arguments, results and errors are those of `backprop.convolution`.
"""

from backprop.fast.axes import Conv2dCache, axes
from backprop.fast.unrolling import col2im, im2col
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
def conv2d_im2col_forward(
    x: Array, W: Array, b: Array, *, stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1
) -> tuple[Array, Conv2dCache]:
    """Convolves by one matrix product over all windows of the batch.

    Examples:
        >>> import numpy as np
        >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
        >>> W = np.array([[[[1.0, 0.0], [0.0, -1.0]]]])
        >>> y, cache = conv2d_im2col_forward(x, W, np.array([10.0]), stride=2)
        >>> y
        array([[[[5., 5.],
                 [5., 5.]]]])
    """
    rows, columns = axes(x.shape[2:], W.shape[2:], stride, padding, dilation)
    N, K, U, V = len(x), len(W), rows.outputs, columns.outputs
    cols = im2col(x, rows, columns)
    y = W.reshape(K, -1) @ cols + b[:, None]  # eq:conv-matrix-y
    y = y.reshape(K, N, U, V).transpose(1, 0, 2, 3)
    return y, Conv2dCache(x, W, rows, columns, y.shape)


@shapes(x="N C H W", W="K C P Q", y_sizes="sizes N K U V", dy="N K U V")
def conv2d_im2col_backward(dy: Array, cache: Conv2dCache) -> tuple[Array, Array, Array]:
    """Sends the gradient back through one matrix product.

    Examples:
        >>> import numpy as np
        >>> x = np.arange(16.0).reshape(1, 1, 4, 4)
        >>> W = np.array([[[[1.0, 0.0], [0.0, -1.0]]]])
        >>> y, cache = conv2d_im2col_forward(x, W, np.array([10.0]), stride=2)
        >>> conv2d_im2col_backward(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), cache)[1]
        array([[[[ 68.,  78.],
                 [108., 118.]]]])
    """
    x, W, rows, columns, _ = cache
    dy = dy.transpose(1, 0, 2, 3).reshape(len(W), -1)
    db = dy.sum(axis=1)  # eq:conv-db
    dW = (dy @ im2col(x, rows, columns).T).reshape(W.shape)  # eq:conv-matrix-dW
    dcols = W.reshape(len(W), -1).T @ dy  # eq:conv-matrix-dcols
    return col2im(dcols, x.shape, rows, columns), dW, db
