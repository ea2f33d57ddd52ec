"""Batch norm and layer norm in few passes over memory.

Arguments, results and errors are those of `backprop.normalization`. Images keep their order in
memory: nothing is laid out anew, and products are summed without an array of them.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import numpy as np

from backprop import normalization
from backprop.fast.parallel import one_thread, share_batch
from backprop.normalization import BatchNormCache, LayerNormCache
from backprop.shapes import Array, shapes
from backprop.sums import sum_rows

# Values that a product with ones adds up.
RUN = 1 << 12
# Bytes up to which one core does layer norm or batch norm alone. Where calls take some 20
# microseconds, as those of batch norm do, two threads wait for Python's lock most of the time.
SMALL = 1 << 18
MEDIUM = 1 << 23

T = TypeVar("T")


@shapes(x="N D ...", gamma="D", beta="D", eps="(0, inf)")
def batchnorm_forward(
    x: Array, gamma: Array, beta: Array, *, eps: float = 1e-5
) -> tuple[Array, BatchNormCache]:
    """Gives each feature mean 0 and variance 1 over the batch, then scales and shifts it.

    Examples:
        >>> x = np.array([[1.0, 10.0], [3.0, 10.0]])
        >>> y, cache = batchnorm_forward(x, np.array([2.0, 2.0]), np.array([0.0, 5.0]))
        >>> y.round(3)
        array([[-2.,  5.],
               [ 2.,  5.]])
    """
    if _any_complex(x, gamma, beta):
        return normalization.batchnorm_forward(x, gamma, beta, eps=eps)
    N = x.size // len(gamma)
    if N == 1:
        raise ValueError(f"x has shape {x.shape}: one value of a feature has no variance")
    x_hat, y = np.empty_like(x), np.empty_like(x)
    mean, var, sigma = np.empty((3, len(gamma)), x.dtype)
    order = _in_memory(x_hat)

    def forward(part: slice) -> None:
        given, hat, out = (_by_feature(array[:, part], order) for array in (x, x_hat, y))
        along = _repeated(given.shape[2])
        mean[part] = _sums(given) / N
        np.subtract(_rows(given), along(mean[part]), out=_rows(hat))
        var[part] = _sums_of_products(hat, hat) / N
        sigma[part] = np.sqrt(var[part] + eps)
        hat, out = _rows(hat), _rows(out)
        hat *= along(1 / sigma[part])
        np.multiply(hat, along(gamma[part]), out=out)
        out += along(beta[part])

    _by_shares(forward, len(gamma), x, MEDIUM)
    return y, BatchNormCache(x, mean, var, sigma, x_hat, gamma)


@shapes(x="...", dy="...")
def batchnorm_backward(dy: Array, cache: BatchNormCache) -> tuple[Array, Array, Array]:
    """Sends the gradient back through `batchnorm_forward`.

    Examples:
        >>> x = np.array([[1.0], [3.0], [5.0]])
        >>> y, cache = batchnorm_forward(x, np.array([2.0]), np.array([0.0]))
        >>> batchnorm_backward(np.array([[1.0], [0.0], [0.0]]), cache)[0].round(3)
        array([[ 0.204],
               [-0.408],
               [ 0.204]])
    """
    _, _, _, sigma, x_hat, gamma = cache
    N = dy.size // len(gamma)
    dx, order = np.empty_like(x_hat), _in_memory(x_hat)
    dgamma, dbeta = np.empty((2, len(gamma)), dy.dtype)

    def backward(part: slice) -> None:
        arriving, hat, out = (_by_feature(array[:, part], order) for array in (dy, x_hat, dx))
        along = _repeated(hat.shape[2])
        dgamma[part], dbeta[part] = _sums_of_products(arriving, hat), _sums(arriving)
        out = _rows(out)
        np.multiply(_rows(hat), along(-dgamma[part] / N), out=out)
        out += _rows(arriving)
        out -= along(dbeta[part] / N)
        out *= along(gamma[part] / sigma[part])

    _by_shares(backward, len(gamma), dy, MEDIUM)
    return dx, dgamma, dbeta


@shapes(x="... D", gamma="D", beta="D", eps="(0, inf)")
def layernorm_forward(
    x: Array, gamma: Array, beta: Array, *, eps: float = 1e-5
) -> tuple[Array, LayerNormCache]:
    """Gives each sample mean 0 and variance 1 over its features, then scales and shifts those.

    Examples:
        >>> x = np.array([[1.0, 3.0], [10.0, 50.0]])
        >>> layernorm_forward(x, np.array([1.0, 1.0]), np.array([0.0, 0.0]))[0].round(3)
        array([[-1.,  1.],
               [-1.,  1.]])
    """
    if _any_complex(x, gamma, beta):
        return normalization.layernorm_forward(x, gamma, beta, eps=eps)
    D = len(gamma)
    rows, mean_of = x.reshape(-1, D), np.full((D, 1), 1 / D, x.dtype)
    y, x_hat = np.empty_like(rows), np.empty_like(rows)
    sigma = np.empty((len(rows), 1), x.dtype)

    def forward(part: slice) -> None:
        hat, out, root = x_hat[part], y[part], sigma[part]
        np.subtract(rows[part], rows[part] @ mean_of, out=hat)
        np.vecdot(hat, hat, out=root[:, 0])
        root /= D
        root += eps
        np.sqrt(root, out=root)
        hat *= 1 / root
        np.multiply(hat, gamma, out=out)
        out += beta

    _by_shares(forward, len(rows), rows, SMALL)
    shape = (*x.shape[:-1], 1)
    return y.reshape(x.shape), LayerNormCache(x_hat.reshape(x.shape), sigma.reshape(shape), gamma)


@shapes(x_hat="...", dy="...")
def layernorm_backward(dy: Array, cache: LayerNormCache) -> tuple[Array, Array, Array]:
    """Sends the gradient back through `layernorm_forward`.

    Examples:
        >>> x, gamma = np.array([[1.0, 3.0, 5.0]]), np.array([2.0, 1.0, 1.0])
        >>> y, cache = layernorm_forward(x, gamma, np.array([0.0, 0.0, 0.0]))
        >>> layernorm_backward(np.array([[1.0, 0.0, 0.0]]), cache)[0].round(3)
        array([[ 0.204, -0.408,  0.204]])
    """
    x_hat, sigma, gamma = cache
    D = len(gamma)
    rows, hats, sigmas = dy.reshape(-1, D), x_hat.reshape(-1, D), sigma.reshape(-1, 1)
    dx, mean_of = np.empty_like(rows), (gamma / D)[:, np.newaxis]

    def backward(part: slice) -> tuple[Array, Array]:
        dy, hat, out = rows[part], hats[part], dx[part]
        products = dy * hat
        dgamma, dbeta = _sum_rows(products), _sum_rows(dy)
        of_products = products @ mean_of
        np.multiply(hat, of_products, out=products)
        np.multiply(dy, gamma, out=out)
        out -= products
        out -= dy @ mean_of
        out *= 1 / sigmas[part]
        return dgamma, dbeta

    dgamma, dbeta = zip(*_by_shares(backward, len(rows), rows, SMALL), strict=True)
    return dx.reshape(dy.shape), sum_rows(np.array(dgamma)), sum_rows(np.array(dbeta))


def _any_complex(*arrays: Array) -> bool:
    """Whether a derivative is being taken by complex step, which is not done in place."""
    return any(array.dtype.kind == "c" for array in arrays)


def _in_memory(x: Array) -> list[int]:
    """Returns the axes in the order in which they lie in memory, the furthest apart first."""
    return sorted(range(x.ndim), key=lambda axis: -x.strides[axis])


def _by_feature(x: Array, order: list[int]) -> Array:
    """Returns x with one axis before that of the features and one behind it, without a copy."""
    place = order.index(1)
    sizes = [x.shape[axis] for axis in order]
    before, behind = math.prod(sizes[:place]), math.prod(sizes[place + 1 :])
    return x.transpose(order).reshape(before, sizes[place], behind)


def _rows(x: Array) -> Array:
    """Returns what `_by_feature` returns as long rows, for NumPy to work on each in one go."""
    return x.reshape(len(x), -1)


def _repeated(times: int) -> Callable[[Array], Array]:
    """Returns what repeats a value of each feature as often as it stands in a row of `_rows`."""
    return (lambda values: values) if times == 1 else partial(np.repeat, repeats=times)


def _sums(x: Array) -> Array:
    """Returns each feature's sum, of what `_by_feature` returns: by a product with ones if few."""
    if x.shape[2] == 1:
        return _sum_rows(x[:, :, 0])
    if x.shape[2] > RUN:
        return sum_rows(x.sum(axis=2))
    return sum_rows((x @ np.ones((x.shape[2], 1), x.dtype))[:, :, 0])


def _sums_of_products(a: Array, b: Array) -> Array:
    """Returns each feature's sum of a * b, of what `_by_feature` returns."""
    if a.shape[2] == 1:
        return _sum_rows(a[:, :, 0] * b[:, :, 0])
    return sum_rows(np.vecdot(a, b))


def _sum_rows(rows: Array) -> Array:
    """Does `sum_rows` by products with ones, of so few rows at a time that no digit is lost."""
    if len(rows) <= 128:
        return sum_rows(rows)
    whole = len(rows) // 64 * 64
    parts = rows[:whole].reshape(-1, 64, rows.shape[1])
    sums: Array = sum_rows((np.ones((1, 64), rows.dtype) @ parts)[:, 0]) + sum_rows(rows[whole:])
    return sums


def _by_shares(work: Callable[[slice], T], count: int, x: Array, alone: int) -> list[T]:
    """Does work on all rows or features of x: at once up to so many bytes, else in shares."""
    if x.nbytes <= alone:
        with one_thread():
            return [work(slice(0, count))]
    return share_batch(work, count, x.nbytes // count)
