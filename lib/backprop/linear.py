"""The linear layer, y = x W + b: each output is a weighted sum of all inputs."""

from typing import NamedTuple

from backprop.shapes import Array, shapes
from backprop.sums import sum_rows


class LinearCache(NamedTuple):
    """What `linear_backward` needs."""

    x: Array
    W: Array


@shapes(x="... D", W="D M", b="M")
def linear_forward(x: Array, W: Array, b: Array) -> tuple[Array, LinearCache]:
    """Maps a batch of D features to M outputs.

    Args:
        x: input batch, shape (N, D), one sample a row; or (T, N, D), or with any axes before D.
        W: weights, shape (D, M).
        b: biases, shape (M,).

    Returns:
        The output y, shape (N, M) with the axes of x, and a cache for `linear_backward`.

    Raises:
        TypeError: an argument is no float array, or they differ in precision.
        ValueError: an argument is empty or has a shape that does not fit.

    Examples:
        >>> import numpy as np
        >>> x = np.array([[1.0, 2.0, 3.0]])
        >>> W = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
        >>> y, cache = linear_forward(x, W, np.array([0.5, -0.5]))
        >>> y
        array([[4.5, 4.5]])
    """
    y = x @ W + b  # eq:linear-y
    return y, LinearCache(x, W)


@shapes(x="... D", W="D M", dy="... M")
def linear_backward(dy: Array, cache: LinearCache) -> tuple[Array, Array, Array]:
    """Sends the gradient of the loss back through the linear layer.

    Args:
        dy: gradient for the output, in its shape.
        cache: what `linear_forward` returned.

    Returns:
        The gradients dx, in the shape of x, dW, shape (D, M), and db, shape (M,).

    Raises:
        TypeError: dy is no float array, or differs in precision from x.
        ValueError: dy has not the shape of the output.

    Examples:
        >>> import numpy as np
        >>> x = np.array([[1.0, 2.0, 3.0]])
        >>> W = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
        >>> y, cache = linear_forward(x, W, np.array([0.5, -0.5]))
        >>> dx, dW, db = linear_backward(np.array([[1.0, 10.0]]), cache)
        >>> dx
        array([[ 1., 10., 11.]])
        >>> dW
        array([[ 1., 10.],
               [ 2., 20.],
               [ 3., 30.]])
        >>> db
        array([ 1., 10.])
    """
    x, W = cache
    dx = dy @ W.T  # eq:linear-dx
    x, dy = x.reshape(-1, len(W)), dy.reshape(-1, W.shape[1])  # a row for each sample
    dW = x.T @ dy  # eq:linear-dW
    db = sum_rows(dy)  # eq:linear-db
    return dx, dW, db
