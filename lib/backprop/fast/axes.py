"""Where the windows of a convolution or a pooling lie on an image, one axis at a time."""

from typing import NamedTuple

from backprop.shapes import Array
from backprop.windows import Pair, output_size


class Axis(NamedTuple):
    """The windows along the rows of an image, or along its columns.

    Output u looks at the inputs `u stride + k dilation - padding`, for the taps k of the kernel.
    """

    size: int
    kernel: int
    stride: int
    padding: int
    dilation: int

    @property
    def reach(self) -> int:
        """How many inputs a window spans, the first and the last included."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def outputs(self) -> int:
        """How many windows fit."""
        return output_size(self.size, self.kernel, self.stride, self.padding, self.dilation)

    @property
    def overlap(self) -> bool:
        """Whether an input can lie in several windows."""
        return self.reach > self.stride

    @property
    def tiled(self) -> bool:
        """Whether every input lies in exactly one window."""
        whole = self.outputs * self.stride - self.padding >= self.size
        return self.dilation == 1 and self.kernel == self.stride and whole

    def tap(self, k: int) -> tuple[slice, slice]:
        """Returns the outputs whose tap k meets a real input, not padding, and those inputs."""
        offset = k * self.dilation - self.padding
        first = max(0, -(offset // self.stride))
        end = max(first, min(self.outputs, (self.size - 1 - offset) // self.stride + 1))
        start = offset + first * self.stride
        return slice(first, end), slice(start, start + (end - first) * self.stride, self.stride)


def both(option: Pair) -> tuple[int, int]:
    """Returns what holds for rows and for columns.

    Examples:
        >>> both(2), both((1, 3))
        ((2, 2), (1, 3))
    """
    rows, columns = option if isinstance(option, tuple) else (option, option)
    return int(rows), int(columns)


def axes(
    sizes: tuple[int, ...], kernel: tuple[int, ...], stride: Pair, padding: Pair, dilation: Pair
) -> tuple[Axis, Axis]:
    """Returns how a kernel moves over images, for rows and for columns.

    Args:
        sizes: height and width of the images.
        kernel: height and width of the kernel.
        stride: an integer, or a pair of them.
        padding: an integer, or a pair of them.
        dilation: an integer, or a pair of them.

    Raises:
        ValueError: the kernel is larger than the padded images.
    """
    options = [both(option) for option in (stride, padding, dilation)]
    found = []
    for name, *given in zip(("rows", "columns"), sizes, kernel, *options, strict=True):
        axis = Axis(*(int(n) for n in given))
        padded = axis.size + 2 * axis.padding
        if axis.reach > padded:
            raise ValueError(
                f"the kernel spans {axis.reach} {name}, the padded images have {padded}"
            )
        found.append(axis)
    return found[0], found[1]


class Conv2dCache(NamedTuple):
    """What the backward functions of the fast convolutions need."""

    x: Array
    W: Array
    rows: Axis
    columns: Axis
    y_sizes: tuple[int, ...]
