"""Normalisation: batch norm, for each feature over the batch; the others, for each sample.

Batch norm takes features, (N, D), or images, (N, D, H, W), where each channel is a feature and its
values are those of all pixels of all images. Layer norm and RMS norm go along the last axis; group
norm lays an image out so that layer norm does the rest, and instance norm is a group a channel.
"""

from typing import NamedTuple

import numpy as np

from backprop.shapes import Array, shapes
from backprop.sums import sum_rows


def rows_of(x: Array) -> Array:
    """Lays out a batch as a matrix with a column for each feature.

    A row is a sample, or a pixel of an image: x has shape (N, D), or (N, D, H, W), say.

    Examples:
        >>> rows_of(np.array([[[[1.0, 2.0]], [[30.0, 40.0]]]]))  # an image of 2 channels, 1 × 2
        array([[ 1., 30.],
               [ 2., 40.]])
    """
    return np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])


def rows_to(shape: tuple[int, ...], rows: Array) -> Array:
    """Lays such a matrix out as a batch of this shape again.

    Examples:
        >>> rows_to((1, 2, 1, 2), np.array([[1.0, 30.0], [2.0, 40.0]]))
        array([[[[ 1.,  2.]],
        <BLANKLINE>
                [[30., 40.]]]])
    """
    N, D, *pixels = shape
    return np.moveaxis(rows.reshape(N, *pixels, D), -1, 1)


class BatchNormCache(NamedTuple):
    """What the backward functions of batch norm need, and the running statistics."""

    x: Array
    mean: Array
    var: Array
    sigma: Array
    x_hat: Array
    gamma: Array


@shapes(x="N D ...", gamma="D", beta="D", eps="(0, inf)")
def batchnorm_forward(
    x: Array, gamma: Array, beta: Array, *, eps: float = 1e-5
) -> tuple[Array, BatchNormCache]:
    """Gives each feature mean 0 and variance 1 over the batch, then scales and shifts it.

    Args:
        x: input batch, shape (N, D), or (N, D, H, W) for images.
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
    rows = rows_of(x)
    N = len(rows)
    if N == 1:
        raise ValueError(f"x has shape {x.shape}: one value of a feature has no variance")
    mean = sum_rows(rows) / N  # eq:bn-mean
    var = sum_rows((rows - mean) ** 2) / N  # eq:bn-var
    sigma = np.sqrt(var + eps)  # eq:bn-sigma
    x_hat = (rows - mean) / sigma  # eq:bn-xhat
    y = gamma * x_hat + beta  # eq:bn-y
    return rows_to(x.shape, y), BatchNormCache(x, mean, var, sigma, x_hat, gamma)


@shapes(x="...", dy="...")
def batchnorm_backward_staged(dy: Array, cache: BatchNormCache) -> tuple[Array, Array, Array]:
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
    shape, x, dy = x.shape, rows_of(x), rows_of(dy)
    N = len(x)
    dbeta = sum_rows(dy)  # eq:bn-dbeta
    dgamma = sum_rows(dy * x_hat)  # eq:bn-dgamma
    dx_hat = dy * gamma  # eq:bn-dxhat
    dsigma = -sum_rows(dx_hat * x_hat / sigma)  # eq:bn-dsigma
    dvar = dsigma / (2 * sigma)  # eq:bn-dvar
    dmean = -sum_rows(dx_hat / sigma)  # eq:bn-dmean
    dx = dx_hat / sigma + dvar * 2 * (x - mean) / N + dmean / N  # eq:bn-dx
    return rows_to(shape, dx), dgamma, dbeta


@shapes(x="...", dy="...")
def batchnorm_backward(dy: Array, cache: BatchNormCache) -> tuple[Array, Array, Array]:
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
    dy = rows_of(dy)
    N = len(dy)
    dbeta = sum_rows(dy)  # eq:bn-dbeta
    dgamma = sum_rows(dy * x_hat)  # eq:bn-dgamma
    dx = gamma / sigma * (dy - dbeta / N - x_hat * (dgamma / N))  # eq:bn-dx-fused
    return rows_to(x.shape, dx), dgamma, dbeta


@shapes(x="N D ...", mean="D", var="D", momentum="[0, 1]")
def batchnorm_running(
    mean: Array, var: Array, cache: BatchNormCache, *, momentum: float = 0.1
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
    N = cache.x.size // len(mean)
    unbiased = cache.var * (N / (N - 1))  # eq:bn-unbiased
    new_mean = (1 - momentum) * mean + momentum * cache.mean  # eq:bn-running-mean
    new_var = (1 - momentum) * var + momentum * unbiased  # eq:bn-running-var
    return new_mean, new_var


class BatchNormEvaluationCache(NamedTuple):
    """What `batchnorm_evaluation_backward` needs."""

    x: Array
    x_hat: Array
    sigma: Array
    gamma: Array


@shapes(x="N D ...", gamma="D", beta="D", mean="D", var="D", eps="(0, inf)")
def batchnorm_evaluation_forward(
    x: Array, gamma: Array, beta: Array, mean: Array, var: Array, *, eps: float = 1e-5
) -> tuple[Array, BatchNormEvaluationCache]:
    """Normalises by running statistics: each sample alone, whatever the rest of the batch is.

    Args:
        x: input batch, shape (N, D), or (N, D, H, W) for images.
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
    sigma = np.sqrt(var + eps)  # eq:bn-sigma
    x_hat = (rows_of(x) - mean) / sigma  # eq:bn-evaluation-xhat
    y = gamma * x_hat + beta  # eq:bn-evaluation-y
    return rows_to(x.shape, y), BatchNormEvaluationCache(x, x_hat, sigma, gamma)


@shapes(x="...", dy="...")
def batchnorm_evaluation_backward(
    dy: Array, cache: BatchNormEvaluationCache
) -> tuple[Array, Array, Array]:
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
    x, x_hat, sigma, gamma = cache
    dy = rows_of(dy)
    dbeta = sum_rows(dy)  # eq:bn-evaluation-dbeta
    dgamma = sum_rows(dy * x_hat)  # eq:bn-evaluation-dgamma
    dx = dy * (gamma / sigma)  # eq:bn-evaluation-dx
    return rows_to(x.shape, dx), dgamma, dbeta


class LayerNormCache(NamedTuple):
    """What `layernorm_backward` needs."""

    x_hat: Array
    sigma: Array
    gamma: Array


@shapes(x="... D", gamma="D", beta="D", eps="(0, inf)")
def layernorm_forward(
    x: Array, gamma: Array, beta: Array, *, eps: float = 1e-5
) -> tuple[Array, LayerNormCache]:
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
    mean = x.mean(axis=-1, keepdims=True)  # eq:ln-mean
    var = ((x - mean) ** 2).mean(axis=-1, keepdims=True)  # eq:ln-var
    sigma = np.sqrt(var + eps)  # eq:ln-sigma
    x_hat = (x - mean) / sigma  # eq:ln-xhat
    y = gamma * x_hat + beta  # eq:ln-y
    return y, LayerNormCache(x_hat, sigma, gamma)


@shapes(x_hat="...", dy="...")
def layernorm_backward(dy: Array, cache: LayerNormCache) -> tuple[Array, Array, Array]:
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
    D = len(gamma)
    dbeta = sum_rows(dy.reshape(-1, D))  # eq:ln-dbeta
    dgamma = sum_rows((dy * x_hat).reshape(-1, D))  # eq:ln-dgamma
    dx_hat = dy * gamma  # eq:ln-dxhat
    total = dx_hat.sum(axis=-1, keepdims=True)
    along = (dx_hat * x_hat).sum(axis=-1, keepdims=True)
    dx = (dx_hat - total / D - x_hat * (along / D)) / sigma  # eq:ln-dx
    return dx, dgamma, dbeta


class GroupNormCache(NamedTuple):
    """What `groupnorm_backward` needs."""

    x_hat: Array
    rows: LayerNormCache
    gamma: Array


@shapes(x="N C ...", gamma="C", beta="C", groups="count", eps="(0, inf)")
def groupnorm_forward(
    x: Array, gamma: Array, beta: Array, *, groups: int, eps: float = 1e-5
) -> tuple[Array, GroupNormCache]:
    """Gives each group of an image's channels mean 0 and variance 1, then scales each channel.

    What shares a mean is laid out along one axis, and layer norm does the rest. With one group it
    is layer norm over the whole image, with a group for each channel *instance norm*.

    Args:
        x: images, shape (N, C, H, W), or (N, C) and any axes behind.
        gamma: scales, shape (C,).
        beta: shifts, shape (C,).
        groups: how many groups of C / groups neighbouring channels there are.
        eps: what is added to the variance, above 0.

    Returns:
        The output y, in the shape of x, and a cache for `groupnorm_backward`.

    Raises:
        TypeError: x, gamma or beta is no float array, they differ in precision, groups is no
            integer, or eps is no number.
        ValueError: an array is empty or has a shape that does not fit, eps is not above 0, groups
            is below 1 or does not divide C, or a group has a single value, which has no variance.

    References:
        Wu and He, Group normalization, ECCV 2018. Ulyanov, Vedaldi and Lempitsky, Instance
        normalization, 2016.

    Examples:
        >>> x = np.array([[[1.0, 3.0], [5.0, 7.0], [10.0, 30.0], [50.0, 70.0]]])  # 4 channels of 2
        >>> groupnorm_forward(x, np.ones(4), np.zeros(4), groups=2)[0].round(2)
        array([[[-1.34, -0.45],
                [ 0.45,  1.34],
                [-1.34, -0.45],
                [ 0.45,  1.34]]])
    """
    N, C = x.shape[:2]
    if C % groups:
        raise ValueError(f"x has {C} channels, which {groups} groups do not share out evenly")
    rows = x.reshape(N, groups, -1)
    if rows.shape[-1] == 1:
        raise ValueError(f"x has shape {x.shape}: one value of a group has no variance")
    one = np.ones(rows.shape[-1], x.dtype)
    normalised, cache = layernorm_forward(rows, one, 0 * one, eps=eps)
    x_hat = normalised.reshape(x.shape)  # eq:gn-xhat
    y = rows_to(x.shape, gamma * rows_of(x_hat) + beta)  # eq:gn-y
    return y, GroupNormCache(x_hat, cache, gamma)


@shapes(x_hat="...", dy="...")
def groupnorm_backward(dy: Array, cache: GroupNormCache) -> tuple[Array, Array, Array]:
    """Sends the gradient back through `groupnorm_forward`.

    Args:
        dy: gradient for the output, in the shape of x.
        cache: what `groupnorm_forward` returned.

    Returns:
        The gradients dx, in the shape of x, dgamma, shape (C,), and dbeta, shape (C,).

    Raises:
        TypeError: dy is no float array, or differs in precision from x.
        ValueError: dy has not the shape of x.

    Examples:
        >>> x = np.array([[[1.0, 3.0, 5.0], [10.0, 30.0, 50.0]]])  # two channels of three pixels
        >>> y, cache = groupnorm_forward(x, np.array([2.0, 1.0]), np.zeros(2), groups=2)
        >>> dy = np.array([[[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]])
        >>> groupnorm_backward(dy, cache)[0].round(3) + 0
        array([[[ 0.204, -0.408,  0.204],
                [ 0.   ,  0.   ,  0.   ]]])
    """
    x_hat, rows, gamma = cache
    dbeta = sum_rows(rows_of(dy))  # eq:gn-dbeta
    dgamma = sum_rows(rows_of(dy * x_hat))  # eq:gn-dgamma
    dx_hat = rows_to(dy.shape, rows_of(dy) * gamma)  # eq:gn-dxhat
    dx_rows, _, _ = layernorm_backward(dx_hat.reshape(rows.x_hat.shape), rows)
    dx = dx_rows.reshape(dy.shape)  # eq:gn-dx
    return dx, dgamma, dbeta


class RMSNormCache(NamedTuple):
    """What `rmsnorm_backward` needs."""

    x_hat: Array
    r: Array
    gamma: Array


@shapes(x="... D", gamma="D", eps="(0, inf)")
def rmsnorm_forward(x: Array, gamma: Array, *, eps: float = 1e-5) -> tuple[Array, RMSNormCache]:
    """Gives each sample mean square 1 over its features, then scales those.

    No mean is taken off, and nothing is added.

    Args:
        x: input, shape (..., D): samples, or sequences of them.
        gamma: scales, shape (D,).
        eps: what is added to the mean square, above 0. PyTorch's, unless given, is the smallest
            step from 1 that the precision has.

    Returns:
        The output y, in the shape of x, and a cache for `rmsnorm_backward`.

    Raises:
        TypeError: x or gamma is no float array, they differ in precision, or eps is no number.
        ValueError: an array is empty or has a shape that does not fit, or eps is not above 0.

    References:
        Zhang and Sennrich, Root mean square layer normalization, NeurIPS 2019.

    Examples:
        >>> rmsnorm_forward(np.array([[1.0, 7.0], [30.0, 40.0]]), np.array([1.0, 10.0]))[0].round(2)
        array([[ 0.2 , 14.  ],
               [ 0.85, 11.31]])
    """
    r = np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps)  # eq:rms-r
    x_hat = x / r  # eq:rms-xhat
    y = gamma * x_hat  # eq:rms-y
    return y, RMSNormCache(x_hat, r, gamma)


@shapes(x_hat="...", dy="...")
def rmsnorm_backward(dy: Array, cache: RMSNormCache) -> tuple[Array, Array]:
    """Sends the gradient back through `rmsnorm_forward`.

    Args:
        dy: gradient for the output, in the shape of x.
        cache: what `rmsnorm_forward` returned.

    Returns:
        The gradients dx, in the shape of x, and dgamma, shape (D,).

    Raises:
        TypeError: dy is no float array, or differs in precision from x.
        ValueError: dy has not the shape of x.

    Examples:
        >>> y, cache = rmsnorm_forward(np.array([[1.0, 7.0]]), np.array([1.0, 10.0]))
        >>> dx, dgamma = rmsnorm_backward(np.array([[1.0, 0.0]]), cache)
        >>> dx.round(3), dgamma.round(1)
        (array([[ 0.196, -0.028]]), array([0.2, 0. ]))
    """
    x_hat, r, gamma = cache
    dgamma = sum_rows((dy * x_hat).reshape(-1, len(gamma)))  # eq:rms-dgamma
    dx_hat = dy * gamma  # eq:rms-dxhat
    dx = (dx_hat - x_hat * (dx_hat * x_hat).mean(axis=-1, keepdims=True)) / r  # eq:rms-dx
    return dx, dgamma
