"""Softmax with cross-entropy, made fast: no row of zeros and a one is written for each class.

Arguments, results and errors are those of `backprop.losses`. The exponentials of the forward pass
are kept, so that the backward pass takes none. They are taken of the logits as they are: to find
the largest of each row and subtract it takes longer than the exponentials do, and is needed only
where these grow too large or too small. Large batches are shared by the cores.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop import losses
from backprop.fast.parallel import one_thread, share_batch
from backprop.shapes import Array, shapes

# Logits from which on the cores share the work.
LARGE = 1 << 20


class SoftmaxCrossEntropyCache(NamedTuple):
    """What `softmax_cross_entropy_backward` needs, for classes.

    Attributes:
        shape: that of the logits.
        e: exponentials of the logits, less the largest of each row if they are large or small; a
            row for each sample.
        total: their sums over the classes, a column.
        at_right: where the right classes lie among all elements of e.
    """

    shape: tuple[int, ...]
    e: Array
    total: Array
    at_right: NDArray[np.integer[Any]]


Cache = SoftmaxCrossEntropyCache | losses.SoftmaxCrossEntropyCache


@shapes(logits="... K", target="classes of logits")
@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # what comes of it is looked at
def softmax_cross_entropy_forward(
    logits: Array, target: NDArray[Any]
) -> tuple[np.floating[Any], Cache]:
    """Averages over the samples the cross-entropy of the softmax of the logits.

    Examples:
        >>> logits = np.array([[1000.0, -1000.0], [0.0, 2000.0]])
        >>> loss, cache = softmax_cross_entropy_forward(logits, np.array([1, 1]))
        >>> print(loss)
        1000.0
    """
    if target.ndim == logits.ndim:
        return losses.softmax_cross_entropy_forward(logits, target)
    rows = logits.reshape(-1, logits.shape[-1])
    at_right = np.arange(0, rows.size, rows.shape[1]) + target.reshape(-1).astype(np.intp)
    e, total = np.empty_like(rows, order="C"), np.empty((len(rows), 1), rows.dtype)

    def forward(part: slice) -> None:
        np.exp(rows[part], out=e[part])
        _sum_rows(e[part], total[part])

    _by_parts(forward, e)
    ratio = total[:, 0] / e.reshape(-1)[at_right]
    large = np.sqrt(np.finfo(e.dtype).max)
    usual = (ratio < large) & (abs(total[:, 0]) < large) & (abs(total[:, 0]) > 1 / large)
    if not usual.all():  # or there are rows that hold what is no number
        shifted = rows - rows.max(axis=1, keepdims=True)
        np.exp(shifted, out=e)
        _sum_rows(e, total)
        loss = (np.log(total[:, 0]) - shifted.reshape(-1)[at_right]).mean()
    else:
        loss = np.log(ratio).mean()
    return loss, SoftmaxCrossEntropyCache(logits.shape, e, total, at_right)


@shapes(dloss="(-inf, inf)")
def softmax_cross_entropy_backward(dloss: float, cache: Cache) -> Array:
    """Returns the gradient for the logits: softmax minus target, divided by the samples' number.

    Examples:
        >>> loss, cache = softmax_cross_entropy_forward(np.zeros((2, 2)), np.array([1, 1]))
        >>> softmax_cross_entropy_backward(1.0, cache)
        array([[ 0.25, -0.25],
               [ 0.25, -0.25]])
    """
    if isinstance(cache, losses.SoftmaxCrossEntropyCache):
        return losses.softmax_cross_entropy_backward(dloss, cache)
    shape, e, total, at_right = cache
    share = dloss / len(e)
    dlogits = np.empty_like(e)

    def backward(part: slice) -> None:
        np.multiply(e[part], share / total[part], out=dlogits[part])

    _by_parts(backward, e)
    dlogits.reshape(-1)[at_right] -= share
    return dlogits.reshape(shape)


def _sum_rows(e: Array, out: Array) -> None:
    """Adds up each row: by a product with ones, which is fast, where that loses no digit."""
    if e.shape[1] <= 4096:
        np.matmul(e, np.ones((e.shape[1], 1), e.dtype), out=out)
    else:
        e.sum(axis=1, keepdims=True, out=out)


def _by_parts(work: Callable[[slice], None], rows: Array) -> None:
    """Does work on all rows: at once if they are few, else in parts that the cores share."""
    if rows.size < LARGE:
        with one_thread():
            work(slice(0, len(rows)))
    else:
        share_batch(work, len(rows), rows[0].nbytes)
