"""The linear layer, y = x W + b: each output is a weighted sum of all inputs."""

from backprop._check import Array, Cache, check_arrays


def linear_forward(x: Array, W: Array, b: Array) -> tuple[Array, Cache]:
    """Maps a batch of D features to M outputs.

    Args:
        x: input batch, shape (N, D), one sample a row.
        W: weights, shape (D, M).
        b: biases, shape (M,).

    Returns:
        The output y, shape (N, M), and a cache for `linear_backward`.

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
    check_arrays("linear_forward", x=(x, "N D"), W=(W, "D M"), b=(b, "M"))
    y = x @ W + b  # eq:linear-y
    return y, (x, W)


def linear_backward(dy: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Sends the gradient of the loss back through the linear layer.

    Args:
        dy: gradient for the output, shape (N, M).
        cache: what `linear_forward` returned.

    Returns:
        The gradients dx, shape (N, D), dW, shape (D, M), and db, shape (M,).

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
    check_arrays("linear_backward", x=(x, "N D"), W=(W, "D M"), dy=(dy, "N M"))
    dx = dy @ W.T  # eq:linear-dx
    dW = x.T @ dy  # eq:linear-dW
    db = dy.sum(axis=0)  # eq:linear-db
    return dx, dW, db
