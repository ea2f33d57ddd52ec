"""The linear layer with its large products shared by two cores, half of the features each.

Arguments, results and errors are those of `backprop.linear`. What is shared, and into which halves,
depends on shapes alone, and OpenBLAS has one thread: results do not depend on the machine's cores,
on other threads, or on what ran before.
"""

import inspect
from collections.abc import Callable

import numpy as np

from backprop import linear
from backprop.fast.parallel import one_thread, share_batch
from backprop.linear import LinearCache
from backprop.shapes import Array, shapes

# The plain forms without their declarations, which stand above these here.
_linear_forward: Callable[[Array, Array, Array], tuple[Array, LinearCache]]
_linear_backward: Callable[[Array, LinearCache], tuple[Array, Array, Array]]
_linear_forward = inspect.unwrap(linear.linear_forward)
_linear_backward = inspect.unwrap(linear.linear_backward)

# Elements of the input from which on two threads do the work.
LARGE = 1 << 17


@shapes(x="... D", W="D M", b="M")
def linear_forward(x: Array, W: Array, b: Array) -> tuple[Array, LinearCache]:
    """Maps a batch of D features to M outputs.

    Examples:
        >>> x, W = np.array([[1.0, 2.0]]), np.array([[1.0], [10.0]])
        >>> linear_forward(x, W, np.array([0.5]))[0]
        array([[21.5]])
    """
    if not _is_large(x, W):
        with one_thread():
            return _linear_forward(x, W, b)

    rows = x.reshape(-1, len(W))

    def forward(features: slice) -> Array:
        return rows[:, features] @ W[features]

    y, second = _by_halves(forward, len(W))
    y += second
    y += b
    return y.reshape(*x.shape[:-1], len(b)), LinearCache(x, W)


@shapes(x="... D", W="D M", dy="... M")
def linear_backward(dy: Array, cache: LinearCache) -> tuple[Array, Array, Array]:
    """Sends the gradient of the loss back through the linear layer.

    Examples:
        >>> x, W = np.array([[1.0, 2.0]]), np.array([[1.0], [10.0]])
        >>> y, cache = linear_forward(x, W, np.array([0.5]))
        >>> linear_backward(np.array([[3.0]]), cache)
        (array([[ 3., 30.]]), array([[3.],
               [6.]]), array([3.]))
    """
    x, W = cache
    if not _is_large(x, W):
        with one_thread():
            return _linear_backward(dy, cache)
    rows, dy = x.reshape(-1, len(W)), dy.reshape(-1, W.shape[1])
    dx, dW = np.empty_like(rows), np.empty_like(W)

    def backward(features: slice) -> Array:
        half = LinearCache(rows[:, features], W[features])
        dx[:, features], dW[features], db = _linear_backward(dy, half)
        return db

    db = _by_halves(backward, len(W))[0]
    return dx.reshape(x.shape), dW, db


def _is_large(x: Array, W: Array) -> bool:
    return len(W) > 1 and x.size >= LARGE


def _by_halves(work: Callable[[slice], Array], D: int) -> list[Array]:
    halves = slice(0, D // 2), slice(D // 2, D)
    return share_batch(lambda half: work(halves[half.start]), 2)
