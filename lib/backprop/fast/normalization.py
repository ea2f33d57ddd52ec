"""Batch norm and layer norm in few passes over memory.

Arguments, results and errors are those of `backprop.normalization`. Images keep their order in
memory: nothing is laid out anew, and products are summed without an array of them.
"""

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from backprop import normalization
from backprop.fast.parallel import one_thread, share_batch
from backprop.normalization import BatchNormCache, LayerNormCache
from backprop.shapes import Array, shapes
from backprop.sums import sum_rows

# Values of a feature that are added up one after another; more are added by halves.
RUN = 1 << 12
# Bytes of rows up to which one core does layer norm alone.
SMALL = 1 << 18

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
    mean = _sums(x) / N
    x_hat = x - _along(x, mean)
    var = _sums_of_products(x_hat, x_hat) / N
    sigma = np.sqrt(var + eps)
    x_hat /= _along(x, sigma)
    y = _along(x, gamma) * x_hat
    y += _along(x, beta)
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
    dbeta, dgamma = _sums(dy), _sums_of_products(dy, x_hat)
    dx = x_hat * _along(dy, -dgamma / N)
    dx += dy
    dx -= _along(dy, dbeta / N)
    dx *= _along(dy, gamma / sigma)
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

    _by_shares(forward, rows)
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

    dgamma, dbeta = zip(*_by_shares(backward, rows), strict=True)
    return dx.reshape(dy.shape), sum_rows(np.array(dgamma)), sum_rows(np.array(dbeta))


def _any_complex(*arrays: Array) -> bool:
    """Whether a derivative is being taken by complex step, which is not done in place."""
    return any(array.dtype.kind == "c" for array in arrays)


def _sums(x: Array) -> Array:
    """Returns each feature's sum, shape (D,)."""
    half = len(x) // 2
    if half and x.size > RUN * x.shape[1]:
        return _sums(x[:half]) + _sums(x[half:])
    sums: Array = x.sum(axis=(0, *range(2, x.ndim)))
    return sums


def _sums_of_products(a: Array, b: Array) -> Array:
    """Returns each feature's sum of a * b, shape (D,), without an array of the products."""
    half = len(a) // 2
    if half and a.size > RUN * a.shape[1]:
        return _sums_of_products(a[:half], b[:half]) + _sums_of_products(a[half:], b[half:])
    pixels = "abcdefgh"[: a.ndim - 2]
    sums: Array = np.einsum(f"nm{pixels},nm{pixels}->m", a, b)
    return sums


def _sum_rows(rows: Array) -> Array:
    """Does `sum_rows` by products with ones, of so few rows at a time that no digit is lost."""
    whole = len(rows) // 64 * 64
    parts = rows[:whole].reshape(-1, 64, rows.shape[1])
    sums: Array = sum_rows((np.ones((1, 64), rows.dtype) @ parts)[:, 0]) + sum_rows(rows[whole:])
    return sums


def _along(x: Array, values: Array) -> Array:
    """Returns a value for each feature in a shape that broadcasts against x."""
    return values.reshape(-1, *[1] * (x.ndim - 2))


def _by_shares(work: Callable[[slice], T], rows: Array) -> list[T]:
    """Does work on all rows: at once if they are few, else in shares for the cores."""
    if rows.nbytes <= SMALL:
        with one_thread():
            return [work(slice(0, len(rows)))]
    return share_batch(work, len(rows), rows[0].nbytes)
