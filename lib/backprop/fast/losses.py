"""Softmax with cross-entropy, made fast: no row of zeros and a one is written for each class.

Arguments, results and errors are those of `backprop.losses`. The exponentials of the forward pass
are kept, so that the backward pass takes none; they are taken of the differences from the right
class's logit, since to find the largest of each row takes a third of the time. Large batches are
shared by the cores, in parts that stay in the cache from one pass over them to the next.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop import losses
from backprop.fast.parallel import share_batch
from backprop.shapes import Array, shapes

# Logits from which on the cores share the work.
LARGE = 1 << 19


class SoftmaxCrossEntropyCache(NamedTuple):
    """What `softmax_cross_entropy_backward` needs, for classes.

    Attributes:
        shape: that of the logits.
        e: exponentials of the logits, less a number for each row; a row for each sample.
        total: their sums over the classes, a column.
        right: the right classes.
    """

    shape: tuple[int, ...]
    e: Array
    total: Array
    right: NDArray[np.integer[Any]]


Cache = SoftmaxCrossEntropyCache | losses.SoftmaxCrossEntropyCache


@shapes(logits="... K", target="classes of logits")
@np.errstate(over="ignore", invalid="ignore")  # what comes of it is looked at
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
    rows, right = logits.reshape(-1, logits.shape[-1]), target.reshape(-1)
    at_right = rows[np.arange(len(rows)), right][:, np.newaxis]
    e, total = np.empty_like(rows), np.empty_like(at_right)
    shift = at_right  # any number of a row's own will do, and this one takes no search

    def forward(part: slice) -> None:
        np.subtract(rows[part], shift[part], out=e[part])
        np.exp(e[part], out=e[part])
        _sum_rows(e[part], total[part])

    _by_parts(forward, e)
    small = np.abs(total) < np.sqrt(np.finfo(e.dtype).max)  # so is what the gradient divides by
    if not small.all():  # a class lies far above the right one, or is no number
        shift = rows.max(axis=1, keepdims=True)
        _by_parts(forward, e)
    loss = (np.log(total) + (shift - at_right)).mean()
    return loss, SoftmaxCrossEntropyCache(logits.shape, e, total, right)


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
    shape, e, total, right = cache
    share = dloss / len(e)
    dlogits = np.empty_like(e)

    def backward(part: slice) -> None:
        np.multiply(e[part], share / total[part], out=dlogits[part])

    _by_parts(backward, e)
    dlogits[np.arange(len(e)), right] -= share
    return dlogits.reshape(shape)


def _sum_rows(e: Array, out: Array) -> None:
    """Adds up each row: in order where that is short enough to lose no digit, since it is fast."""
    if e.shape[1] <= 512:
        np.einsum("nk->n", e, out=out[:, 0])
    else:
        e.sum(axis=1, keepdims=True, out=out)


def _by_parts(work: Callable[[slice], None], rows: Array) -> None:
    """Does work on all rows: at once if they are few, else in parts that the cores share."""
    if rows.size < LARGE:
        work(slice(0, len(rows)))
    else:
        share_batch(work, len(rows), rows[0].nbytes)
