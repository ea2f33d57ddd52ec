"""Normalisation: batch norm, for each feature over the batch; layer norm, for each sample.

Batch norm takes features, (N, D), or images, (N, D, H, W), where each channel is a feature and its
values are those of all pixels of all images.
"""

from typing import Any, TypeAlias

import numpy as np

from backprop._check import Array, check_arrays, check_floats, check_number

Cache: TypeAlias = tuple[Array, ...]


def batchnorm_forward(
    x: Array, gamma: Array, beta: Array, *, eps: float = 1e-5
) -> tuple[Array, Cache]:
    """Gives each feature mean 0 and variance 1 over the batch, then scales and shifts it.

    Args:
        x: input batch, shape (N, D) or (N, D, H, W).
        gamma: scales, shape (D,).
        beta: shifts, shape (D,).
        eps: what is added to the variance, above 0.

    Returns:
        The output y, in the shape of x, and a cache for `batchnorm_backward`,
        `batchnorm_backward_staged` and `batchnorm_running`.

    Raises:
        TypeError: x, gamma or beta is no float array, they differ in precision, or eps is no
            number.
        ValueError: an array is empty or has a shape that does not fit, eps is not above 0, or there
            is a single value of each feature, which has no variance.

    References:
        Ioffe and Szegedy, Batch normalization, ICML 2015, algorithm 1.

    Examples:
        >>> x = np.array([[1.0, 10.0], [3.0, 10.0]])
        >>> y, cache = batchnorm_forward(x, np.array([2.0, 2.0]), np.array([0.0, 5.0]))
        >>> y.round(3)
        array([[-2.,  5.],
               [ 2.,  5.]])
    """
    eps = _check_batch("batchnorm_forward", x, eps, gamma=gamma, beta=beta)
    axes, M = _all_but_features(x), x.size // x.shape[1]
    if M == 1:
        raise ValueError(
            f"batchnorm_forward: x has shape {x.shape}, a single value of each feature, "
            "wanted several, for their variance"
        )
    gamma, beta = _along_features(x, gamma), _along_features(x, beta)
    mean = x.mean(axis=axes, keepdims=True)  # eq:bn-mean
    centred = x - mean
    var = _sum_products(centred, centred) / M  # eq:bn-var
    sigma = np.sqrt(var + eps)  # eq:bn-sigma
    x_hat = np.divide(centred, sigma, out=centred)  # eq:bn-xhat
    y = gamma * x_hat + beta  # eq:bn-y
    return y, (x, mean, var, sigma, x_hat, gamma)


def batchnorm_backward_staged(dy: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Sends the gradient back through `batchnorm_forward`, one intermediate at a time.

    Arguments, results and errors are those of `batchnorm_backward`.

    Examples:
        >>> x = np.array([[1.0], [3.0], [5.0]])
        >>> y, cache = batchnorm_forward(x, np.array([2.0]), np.array([0.0]))
        >>> dx, dgamma, dbeta = batchnorm_backward_staged(np.array([[1.0], [0.0], [0.0]]), cache)
        >>> dx.round(3)
        array([[ 0.204],
               [-0.408],
               [ 0.204]])
    """
    x, mean, _, sigma, x_hat, gamma = cache
    _check_cotangent("batchnorm_backward_staged", dy, x)
    axes, M = _all_but_features(x), x.size // gamma.size
    dbeta = dy.sum(axis=axes)  # eq:bn-dbeta
    dgamma = (dy * x_hat).sum(axis=axes)  # eq:bn-dgamma
    dx_hat = dy * gamma  # eq:bn-dxhat
    dsigma = -(dx_hat * x_hat / sigma).sum(axis=axes, keepdims=True)  # eq:bn-dsigma
    dvar = dsigma / (2 * sigma)  # eq:bn-dvar
    dmean = -(dx_hat / sigma).sum(axis=axes, keepdims=True)  # eq:bn-dmean
    dx = dx_hat / sigma + dvar * 2 * (x - mean) / M + dmean / M  # eq:bn-dx
    return dx, dgamma, dbeta


def batchnorm_backward(dy: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Sends the gradient back through `batchnorm_forward`, in one step.

    Args:
        dy: gradient for the output, in the shape of x.
        cache: what `batchnorm_forward` returned.

    Returns:
        The gradients dx, in the shape of x, dgamma, shape (D,), and dbeta, shape (D,).

    Raises:
        TypeError: dy is no float array, or differs in precision from x.
        ValueError: dy has not the shape of x.

    Examples:
        >>> x = np.array([[1.0], [3.0], [5.0]])
        >>> y, cache = batchnorm_forward(x, np.array([2.0]), np.array([0.0]))
        >>> dx, dgamma, dbeta = batchnorm_backward(np.array([[1.0], [0.0], [0.0]]), cache)
        >>> dx.round(3)
        array([[ 0.204],
               [-0.408],
               [ 0.204]])
        >>> dgamma.round(3), dbeta
        (array([-1.225]), array([1.]))
    """
    x, _, _, sigma, x_hat, gamma = cache
    _check_cotangent("batchnorm_backward", dy, x)
    axes, M = _all_but_features(x), x.size // gamma.size
    dbeta = dy.sum(axis=axes, keepdims=True)
    dgamma = _sum_products(dy, x_hat)
    dx = dy - dbeta / M - x_hat * (dgamma / M)
    dx *= gamma / sigma  # eq:bn-dx-fused
    return dx, dgamma.reshape(-1), dbeta.reshape(-1)


def batchnorm_running(
    mean: Array, var: Array, cache: Cache, *, momentum: float = 0.1
) -> tuple[Array, Array]:
    """Moves the running statistics a step towards those of a batch.

    The variance that is kept is the unbiased one: it stands for images yet to come, about which a
    batch of M values tells M / (M - 1) times what it shows.

    Args:
        mean: running mean, shape (D,); 0 before the first batch.
        var: running variance, shape (D,); 1 before the first batch.
        cache: what `batchnorm_forward` returned for the batch.
        momentum: the weight of the new value, from 0 to 1. Keras gives its name to the weight of
            the old one.

    Returns:
        The new running mean and variance.

    Raises:
        TypeError: mean or var is no float array, they differ in precision from the batch, or
            momentum is no number.
        ValueError: mean or var has not shape (D,), or momentum lies outside 0 to 1.

    Examples:
        >>> x = np.array([[1.0], [3.0]])
        >>> y, cache = batchnorm_forward(x, np.array([1.0]), np.array([0.0]))
        >>> batchnorm_running(np.array([0.0]), np.array([1.0]), cache)  # the batch has 2 and 2
        (array([0.2]), array([1.1]))
    """
    x, batch_mean, batch_var, _, _, gamma = cache
    layout = "N D H W" if x.ndim == 4 else "N D"
    check_arrays("batchnorm_running", x=(x, layout), mean=(mean, "D"), var=(var, "D"))
    momentum = check_number("batchnorm_running", "momentum", momentum, "[0, 1]")
    M = x.size // gamma.size
    unbiased = batch_var.reshape(-1) * (M / (M - 1))  # eq:bn-unbiased
    new_mean = (1 - momentum) * mean + momentum * batch_mean.reshape(-1)  # eq:bn-running-mean
    new_var = (1 - momentum) * var + momentum * unbiased  # eq:bn-running-var
    return new_mean, new_var


def batchnorm_evaluation_forward(
    x: Array, gamma: Array, beta: Array, mean: Array, var: Array, *, eps: float = 1e-5
) -> tuple[Array, Cache]:
    """Normalises by running statistics: each sample alone, whatever the rest of the batch is.

    Args:
        x: input batch, shape (N, D) or (N, D, H, W).
        gamma: scales, shape (D,).
        beta: shifts, shape (D,).
        mean: running mean, shape (D,).
        var: running variance, shape (D,), 0 or more.
        eps: what is added to the variance, above 0.

    Returns:
        The output y, in the shape of x, and a cache for `batchnorm_evaluation_backward`.

    Raises:
        TypeError: an array is no float array, they differ in precision, or eps is no number.
        ValueError: an array is empty or has a shape that does not fit, or eps is not above 0.

    Examples:
        >>> x, one, two = np.array([[5.0]]), np.array([1.0]), np.array([2.0])
        >>> y, cache = batchnorm_evaluation_forward(x, two, one, mean=one, var=two * two, eps=1e-9)
        >>> y.round(3)
        array([[5.]])
    """
    function = "batchnorm_evaluation_forward"
    eps = _check_batch(function, x, eps, gamma=gamma, beta=beta, mean=mean, var=var)
    gamma, beta = _along_features(x, gamma), _along_features(x, beta)
    sigma = np.sqrt(_along_features(x, var) + eps)
    x_hat = (x - _along_features(x, mean)) / sigma  # eq:bn-evaluation-xhat
    y = gamma * x_hat + beta  # eq:bn-evaluation-y
    return y, (x_hat, sigma, gamma)


def batchnorm_evaluation_backward(dy: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Sends the gradient back where mean and variance are constants.

    Args:
        dy: gradient for the output, in the shape of x.
        cache: what `batchnorm_evaluation_forward` returned.

    Returns:
        The gradients dx, in the shape of x, dgamma, shape (D,), and dbeta, shape (D,).

    Raises:
        TypeError: dy is no float array, or differs in precision from x.
        ValueError: dy has not the shape of x.

    Examples:
        >>> x, one, two = np.array([[5.0]]), np.array([1.0]), np.array([2.0])
        >>> y, cache = batchnorm_evaluation_forward(x, two, one, mean=one, var=two * two, eps=1e-9)
        >>> dx, dgamma, dbeta = batchnorm_evaluation_backward(np.array([[3.0]]), cache)
        >>> dx.round(3), dgamma.round(3), dbeta
        (array([[3.]]), array([6.]), array([3.]))
    """
    x_hat, sigma, gamma = cache
    _check_cotangent("batchnorm_evaluation_backward", dy, x_hat)
    axes = _all_but_features(dy)
    dbeta = dy.sum(axis=axes)  # eq:bn-evaluation-dbeta
    dgamma = (dy * x_hat).sum(axis=axes)  # eq:bn-evaluation-dgamma
    dx = dy * (gamma / sigma)  # eq:bn-evaluation-dx
    return dx, dgamma, dbeta


def layernorm_forward(
    x: Array, gamma: Array, beta: Array, *, eps: float = 1e-5
) -> tuple[Array, Cache]:
    """Gives each sample mean 0 and variance 1 over its features, then scales and shifts those.

    Nothing depends on the rest of the batch, so training and evaluation are the same.

    Args:
        x: input, shape (..., D): samples, or sequences of them.
        gamma: scales, shape (D,).
        beta: shifts, shape (D,).
        eps: what is added to the variance, above 0.

    Returns:
        The output y, in the shape of x, and a cache for `layernorm_backward`.

    Raises:
        TypeError: x, gamma or beta is no float array, they differ in precision, or eps is no
            number.
        ValueError: an array is empty or has a shape that does not fit, or eps is not above 0.

    References:
        Ba, Kiros and Hinton, Layer normalization, 2016.

    Examples:
        >>> x = np.array([[1.0, 3.0], [10.0, 50.0]])
        >>> layernorm_forward(x, np.array([1.0, 1.0]), np.array([0.0, 0.0]))[0].round(3)
        array([[-1.,  1.],
               [-1.,  1.]])
    """
    check_floats("layernorm_forward", "x", x)
    layout = " ".join([f"N{axis}" for axis in range(x.ndim - 1)] + ["D"])
    check_arrays("layernorm_forward", x=(x, layout), gamma=(gamma, "D"), beta=(beta, "D"))
    eps = check_number("layernorm_forward", "eps", eps, "(0, inf)")
    mean = x.mean(axis=-1, keepdims=True)  # eq:ln-mean
    var = ((x - mean) ** 2).mean(axis=-1, keepdims=True)  # eq:ln-var
    sigma = np.sqrt(var + eps)  # eq:ln-sigma
    x_hat = (x - mean) / sigma  # eq:ln-xhat
    y = gamma * x_hat + beta  # eq:ln-y
    return y, (x_hat, sigma, gamma)


def layernorm_backward(dy: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Sends the gradient back through `layernorm_forward`.

    Args:
        dy: gradient for the output, in the shape of x.
        cache: what `layernorm_forward` returned.

    Returns:
        The gradients dx, in the shape of x, dgamma, shape (D,), and dbeta, shape (D,).

    Raises:
        TypeError: dy is no float array, or differs in precision from x.
        ValueError: dy has not the shape of x.

    Examples:
        >>> x, gamma = np.array([[1.0, 3.0, 5.0]]), np.array([2.0, 1.0, 1.0])
        >>> y, cache = layernorm_forward(x, gamma, np.array([0.0, 0.0, 0.0]))
        >>> layernorm_backward(np.array([[1.0, 0.0, 0.0]]), cache)[0].round(3)
        array([[ 0.204, -0.408,  0.204]])
    """
    x_hat, sigma, gamma = cache
    _check_cotangent("layernorm_backward", dy, x_hat)
    leading, D = tuple(range(dy.ndim - 1)), dy.shape[-1]
    dbeta = dy.sum(axis=leading)  # eq:ln-dbeta
    dgamma = (dy * x_hat).sum(axis=leading)  # eq:ln-dgamma
    dx_hat = dy * gamma  # eq:ln-dxhat
    total = dx_hat.sum(axis=-1, keepdims=True)
    along = (dx_hat * x_hat).sum(axis=-1, keepdims=True)
    dx = (dx_hat - total / D - x_hat * (along / D)) / sigma  # eq:ln-dx
    return dx, dgamma, dbeta


def _all_but_features(x: Array) -> tuple[int, ...]:
    """Returns the axes over which a feature has its values: all but the second."""
    return (0, *range(2, x.ndim))


def _sum_products(a: Array, b: Array) -> Array:
    """Returns each feature's sum of a * b, without an array of the products, to broadcast."""
    axes = "ndhw"[: a.ndim]
    sums: Array = np.einsum(f"{axes},{axes}->d", a, b)
    return _along_features(a, sums)[None]


def _along_features(x: Array, values: Array) -> Array:
    """Returns a value for each feature in a shape that broadcasts against x."""
    return values.reshape(-1, *[1] * (x.ndim - 2))


def _check_batch(function: str, x: Any, eps: Any, **features: Any) -> float:
    """Checks a batch, arrays with an element for each of its features, and eps."""
    check_floats(function, "x", x)
    if x.ndim not in (2, 4):
        raise ValueError(
            f"{function}: x has shape {x.shape}, wanted (N, D), or (N, D, H, W) for images"
        )
    layout = "N D" if x.ndim == 2 else "N D H W"
    check_arrays(function, x=(x, layout), **{name: (a, "D") for name, a in features.items()})
    return check_number(function, "eps", eps, "(0, inf)")


def _check_cotangent(function: str, dy: Any, x: Array) -> None:
    check_arrays(function, x=(x, "..."), dy=(dy, "..."))
