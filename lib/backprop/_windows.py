"""Where the windows of a convolution or a pooling lie on an image, one axis at a time."""

from numbers import Integral
from typing import Any, NamedTuple, TypeAlias

Pair: TypeAlias = int | tuple[int, int]


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
        return (self.size + 2 * self.padding - self.reach) // self.stride + 1  # eq:conv-size

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


def axes(
    function: str,
    sizes: tuple[int, int],
    kernel: tuple[int, int],
    stride: Any,
    padding: Any,
    dilation: Any,
) -> tuple[Axis, Axis]:
    """Checks how a kernel moves over images, and returns that for rows and for columns.

    Args:
        function: name of the caller, with which a message begins.
        sizes: height and width of the images.
        kernel: height and width of the kernel.
        stride: an integer of at least 1, or a pair of them.
        padding: an integer of at least 0, or a pair of them.
        dilation: an integer of at least 1, or a pair of them.

    Raises:
        TypeError: one of the last three is neither an integer nor a pair of integers.
        ValueError: one of them is too small, or the kernel is larger than the padded images.
    """
    strides = pair(function, "stride", stride, 1)
    paddings = pair(function, "padding", padding, 0)
    dilations = pair(function, "dilation", dilation, 1)
    found = []
    for name, *given in zip(
        ("rows", "columns"), sizes, kernel, strides, paddings, dilations, strict=True
    ):
        axis = Axis(*given)
        padded = axis.size + 2 * axis.padding
        if axis.reach > padded:
            raise ValueError(
                f"{function}: the kernel spans {axis.reach} {name}, the padded images have {padded}"
            )
        found.append(axis)
    return found[0], found[1]


def pair(function: str, name: str, value: Any, least: int) -> tuple[int, int]:
    """Checks an integer, which stands for both rows and columns, or a pair of them.

    Raises:
        TypeError: it is neither.
        ValueError: an integer is below `least`.
    """
    both = value if isinstance(value, tuple) else (value, value)
    if len(both) != 2 or not all(isinstance(n, Integral) and not isinstance(n, bool) for n in both):
        raise TypeError(f"{function}: {name} is {value!r}, wanted an integer or a pair of integers")
    if min(both) < least:
        raise ValueError(f"{function}: {name} is {value}, wanted at least {least}")
    return int(both[0]), int(both[1])
