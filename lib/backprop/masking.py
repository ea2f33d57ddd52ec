"""Sequences of unequal length in one batch: which steps are real and which are padding.

A mask is a boolean array of shape (T, N), true where sequence n has a real step at time t. The
recurrent modules carry the state through a padded step unchanged, so that the state after the last
step is the one after each sequence's own last real step, and a padded step gets no gradient.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop._check import check_count

Mask = NDArray[np.bool_]


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
    name = "mask_from_lengths"
    T = check_count(name, "T", T)
    if not isinstance(lengths, np.ndarray):
        raise TypeError(f"{name}: lengths has type {type(lengths).__name__}, wanted an array")
    if not np.issubdtype(lengths.dtype, np.integer):
        raise TypeError(f"{name}: lengths is {lengths.dtype}, wanted integers")
    if lengths.ndim != 1 or lengths.size == 0:
        raise ValueError(f"{name}: lengths has shape {lengths.shape}, wanted (N,) with N above 0")
    outside = lengths[(lengths < 0) | (lengths > T)]
    if outside.size:
        raise ValueError(f"{name}: lengths holds {outside[0]}, wanted 0 to T = {T}")
    mask: Mask = np.arange(T)[:, np.newaxis] < lengths
    return mask


def check_mask(function: str, mask: Any, T: int, N: int) -> None:
    """Checks the mask of a batch; None stands for no padding at all.

    Raises:
        TypeError: the mask is no boolean array.
        ValueError: its shape is not (T, N).
    """
    if mask is None:
        return
    if not isinstance(mask, np.ndarray):
        raise TypeError(f"{function}: mask has type {type(mask).__name__}, wanted an array or None")
    if mask.dtype != np.bool_:
        raise TypeError(f"{function}: mask is {mask.dtype}, wanted booleans")
    if mask.shape != (T, N):
        raise ValueError(f"{function}: mask has shape {mask.shape}, wanted (T, N) = {(T, N)}")


def real_steps(mask: Mask | None, T: int, N: int) -> Mask:
    """Returns the mask as a column for each step, shape (T, N, 1), all true if there is none."""
    return np.ones((T, N, 1), dtype=np.bool_) if mask is None else mask[:, :, np.newaxis]


def padded_steps(mask: Mask | None, T: int) -> list[Mask | None]:
    """Returns for each step a column that is true where it is padding, or None where none is."""
    if mask is None:
        return [None] * T
    return [None if real.all() else ~real[:, np.newaxis] for real in mask]
