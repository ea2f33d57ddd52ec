"""Inputs, targets and masks that belong together, sample by sample."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop.masking import Mask
from backprop.plain_arrays import check_plain

# Along which axis the samples lie, in inputs and in what belongs to them: one for both, or a pair.
SampleAxis = int | tuple[int, int]
Which = slice | NDArray[np.intp]


class Samples(NamedTuple):
    """A set of samples.

    Attributes:
        x: inputs.
        target: what the loss wants.
        mask: which steps are real, (T, N), or None.
        axes: along which axis the samples lie in x, and in target.
    """

    x: NDArray[Any]
    target: NDArray[Any]
    mask: Mask | None
    axes: tuple[int, int]

    def __len__(self) -> int:
        return int(self.x.shape[self.axes[0]])

    def take(self, which: Which) -> "Samples":
        """Returns some of the samples, by their numbers."""
        x, target = self.axes
        return Samples(
            self.x[_at(x, which)],
            self.target[_at(target, which)],
            None if self.mask is None else self.mask[:, which],
            self.axes,
        )


def samples(
    x: NDArray[Any],
    target: NDArray[Any],
    mask: Mask | None,
    sample_axis: SampleAxis,
    prefix: str = "",
) -> Samples:
    """Checks that arrays hold the same number of samples, and at least one.

    Args:
        x: inputs.
        target: what belongs to them.
        mask: which steps are real, (T, N); None if all are.
        sample_axis: along which axis the samples lie.
        prefix: what the names of the arrays begin with, in messages.

    Raises:
        TypeError: one is no plain array, or the mask holds no booleans.
        ValueError: their numbers of samples differ, or are 0.
    """
    axes = both_axes(sample_axis)
    N = _count(f"{prefix}x", x, axes[0])
    if N == 0:
        raise ValueError(f"{prefix}x is empty, wanted at least one sample")
    others = {"target": (target, axes[1])} | ({} if mask is None else {"mask": (mask, 1)})
    for name, (array, axis) in others.items():
        found = _count(f"{prefix}{name}", array, axis)
        if found != N:
            raise ValueError(f"{prefix}{name} has {found} samples, wanted {N} as in {prefix}x")
    if mask is not None and (mask.dtype != np.bool_ or mask.ndim != 2):
        raise TypeError(f"{prefix}mask is {mask.dtype} of shape {mask.shape}, wanted bool (T, N)")
    return Samples(x, target, mask, axes)


def both_axes(sample_axis: SampleAxis) -> tuple[int, int]:
    """Returns the axis along which samples lie in inputs, and that in what belongs to them.

    Raises:
        ValueError: it is not one of those that can be.
    """
    axes = sample_axis if isinstance(sample_axis, tuple) else (sample_axis, sample_axis)
    if axes not in [(0, 0), (1, 1), (1, 0)]:
        raise ValueError(f"sample_axis is {sample_axis}, wanted 0, 1 or (1, 0)")
    return axes


def _at(axis: int, which: Which) -> tuple[Any, ...]:
    return (*[slice(None)] * axis, which)


def _count(name: str, array: Any, axis: int) -> int:
    check_plain(name, type(array))
    if array.ndim <= axis:
        raise ValueError(f"{name} has shape {array.shape}, wanted samples along axis {axis}")
    return int(array.shape[axis])
