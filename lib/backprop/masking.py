"""Sequences of unequal length in one batch: which steps are real and which are padding.

A mask is a boolean array of shape (T, N), true where sequence n has a real step at time t. At a
padded step the states stay as they are, so that the state after the last step is the one after each
sequence's own last real step, and what stands in the padding has no influence.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from backprop.shapes import Array, shapes

Mask: TypeAlias = NDArray[np.bool_]


@shapes(lengths="int N", T="count")
def mask_from_lengths(lengths: NDArray[np.integer[Any]], T: int) -> Mask:
    """Marks the first steps of each sequence as real, as many as it is long.

    Args:
        lengths: number of real steps of each sequence, shape (N,), integers from 0 to T.
        T: number of steps that the batch is padded to.

    Returns:
        The mask, shape (T, N), boolean.

    Raises:
        TypeError: lengths is no array of integers; T is no integer.
        ValueError: lengths has not one axis, is empty, or leaves 0 to T; T is below 1.

    Examples:
        >>> mask_from_lengths(np.array([2, 0, 3]), 3).astype(int)
        array([[1, 0, 1],
               [1, 0, 1],
               [0, 0, 1]])
    """
    outside = lengths[(lengths < 0) | (lengths > T)]
    if outside.size:
        raise ValueError(f"lengths holds {outside[0]}, wanted 0 to T = {T}")
    mask: Mask = np.arange(T)[:, np.newaxis] < lengths
    return mask


def masked_cell_forward(cell: Callable[..., tuple[Any, ...]]) -> Callable[..., tuple[Any, ...]]:
    """Makes of a cell one whose states stay as they are where a step is padding.

    Args:
        cell: one step forward.

    Returns:
        A cell that takes, in place of x, x and which samples have this step, a boolean (N,).
    """

    def forward(x_and_real: tuple[Array, Mask], *arguments: Array, **options: Any) -> Any:
        x, real = x_and_real[0], x_and_real[1][:, np.newaxis]
        *states, cache = cell(np.where(real, x, 0), *arguments, **options)
        for k, h_next in enumerate(states):
            states[k] = np.where(real, h_next, arguments[k])  # eq:rnn-mask eq:mask-h
        return *states, (real, cache)

    return forward


def masked_cell_backward(cell_backward: Callable[..., Any]) -> Callable[..., tuple[Array, ...]]:
    """Makes of a step back one that leads past the cell where the step is padding.

    Args:
        cell_backward: one step back.

    Returns:
        A step back for the cache of `masked_cell_forward`.
    """

    def backward(*arguments: Any) -> tuple[Array, ...]:
        *dstates, (real, cache) = arguments
        through = [np.where(real, dh, 0) for dh in dstates]  # eq:rnn-mask-da eq:mask-dcell
        dx, *gradients = cell_backward(*through, cache)
        for k, dh in enumerate(dstates):
            gradients[k] = np.where(real, gradients[k], dh)  # eq:rnn-mask-dh eq:mask-dh
        return dx, *gradients

    return backward
