"""What ends a network in training: a loss as a pair of functions, and the targets that count."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop.fast.losses import softmax_cross_entropy_backward, softmax_cross_entropy_forward
from backprop.losses import (
    mean_squared_error_backward,
    mean_squared_error_forward,
    sigmoid_cross_entropy_backward,
    sigmoid_cross_entropy_forward,
)
from backprop.shapes import Array

Forward = Callable[[Array, NDArray[Any]], tuple[np.floating[Any], Any]]
Backward = Callable[[float, Any], Array]


@dataclass(frozen=True)
class Loss:
    """A pair of functions that ends a network: its output and a target in, one number out.

    Attributes:
        forward: from the output and the target to the loss, a mean, and a cache.
        backward: from the gradient for the loss and the cache to the gradient for the output.
        ignore_index: the class that stands where there is no target, or None; `ignoring` sets it.

    Examples:
        >>> y, target = np.array([[0.0, 0.0], [9.0, 0.0]]), np.array([1, 0])
        >>> loss, cache = CROSS_ENTROPY.forward(y[:1], target[:1])
        >>> print(loss.round(4))
        0.6931
        >>> CROSS_ENTROPY.backward(1.0, cache)
        array([[ 0.5, -0.5]])
    """

    forward: Forward
    backward: Backward
    ignore_index: int | None = None

    def ignoring(self, ignore_index: int) -> "Loss":
        """Returns this loss as a mean over the targets alone that are not `ignore_index`.

        Padding of sequences is such a target. Its outputs get no gradient. If no target is left,
        the loss is 0.

        Examples:
            >>> loss = CROSS_ENTROPY.ignoring(-1)
            >>> y = np.array([[0.0, 0.0], [9.0, 0.0]])
            >>> value, cache = loss.forward(y, np.array([1, -1]))
            >>> print(value.round(4))
            0.6931
            >>> loss.backward(1.0, cache)
            array([[ 0.5, -0.5],
                   [ 0. ,  0. ]])
        """
        forward = partial(_forward_of_some, self.forward, ignore_index)
        return Loss(forward, partial(_backward_of_some, self.backward), ignore_index)

    def weight(self, target: NDArray[Any]) -> int:
        """Returns the weight of a batch in a mean over several: how many numbers count in it."""
        if self.ignore_index is None:
            return target.size
        return int(np.count_nonzero(target != self.ignore_index))

    def counted(self, y: Array, target: NDArray[Any]) -> tuple[Array, NDArray[Any]]:
        """Returns outputs and targets without those that are ignored."""
        if self.ignore_index is None:
            return y, target
        counts = target != self.ignore_index
        return y[counts], target[counts]


CROSS_ENTROPY = Loss(softmax_cross_entropy_forward, softmax_cross_entropy_backward)
"""For classes: the cross-entropy of the softmax of the output, which are logits, (..., K)."""
SIGMOID_CROSS_ENTROPY = Loss(sigmoid_cross_entropy_forward, sigmoid_cross_entropy_backward)
"""For yes or no: the cross-entropy of the sigmoid of each output, a logit."""
MEAN_SQUARED_ERROR = Loss(mean_squared_error_forward, mean_squared_error_backward)
"""For numbers: the mean of the squared differences."""


class _Some(NamedTuple):
    """What `_backward_of_some` needs: which outputs count, and the cache of their loss."""

    y: Array
    counts: NDArray[np.bool_]
    cache: Any


def _forward_of_some(
    forward: Forward, ignore_index: int, y: Array, target: NDArray[Any]
) -> tuple[np.floating[Any], _Some]:
    counts = np.asarray(target) != ignore_index
    fits = isinstance(target, np.ndarray) and counts.shape == y.shape[: counts.ndim]
    if counts.all() or not fits:  # which `forward` refuses
        loss, cache = forward(y, target)
    elif counts.any():
        loss, cache = forward(y[counts], target[counts])
    else:
        loss, cache = y.dtype.type(0), None
    return loss, _Some(y, counts, cache)


def _backward_of_some(backward: Backward, dloss: float, some: _Some) -> Array:
    y, counts, cache = some
    if counts.all():
        return backward(dloss, cache)
    dy = np.zeros_like(y)
    if counts.any():
        dy[counts] = backward(dloss, cache)
    return dy
