"""Pooling as layers."""

from functools import partial
from typing import Any

from backprop import pooling
from backprop.fast import pooling as fast
from backprop.layers.activations import Activation
from backprop.shapes import shapes
from backprop.windows import Pair


class MaxPool2d(Activation):
    """The largest value of each window, as `pooling.max_pool2d_forward` has it.

    Args:
        kernel: height and width of a window.
        stride: how far a window moves from one output to the next; the kernel's size if None.
        padding: how far windows reach beyond the images, at most half the kernel.

    Raises:
        TypeError: one of them is neither an integer nor a pair of integers.
        ValueError: one of them is too small.

    Examples:
        >>> import numpy as np
        >>> MaxPool2d(2)(np.array([[[[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, 8.0, 6.0]]]]))
        array([[[[5., 8.]]]])
    """

    @shapes(kernel="pair >= 1", stride="pair >= 1", padding="pair >= 0")
    def __init__(self, kernel: Pair, *, stride: Pair | None = None, padding: Pair = 0) -> None:
        options: dict[str, Any] = {"kernel": kernel, "stride": stride, "padding": padding}
        super().__init__(partial(fast.max_pool2d_forward, **options), fast.max_pool2d_backward)


class AvgPool2d(Activation):
    """The mean of each window, as `pooling.avg_pool2d_forward` has it.

    Args:
        kernel: height and width of a window.
        stride: how far a window moves from one output to the next; the kernel's size if None.
        padding: how many zeros are put around the images, at most half the kernel.
        count_include_pad: whether zeros of the padding count in the mean.

    Raises:
        TypeError: one of the first three is neither an integer nor a pair of integers.
        ValueError: one of them is too small.

    Examples:
        >>> import numpy as np
        >>> AvgPool2d(2)(np.array([[[[1.0, 5.0, 2.0, 0.0], [2.0, 4.0, 4.0, 6.0]]]]))
        array([[[[3., 3.]]]])
    """

    @shapes(kernel="pair >= 1", stride="pair >= 1", padding="pair >= 0")
    def __init__(
        self,
        kernel: Pair,
        *,
        stride: Pair | None = None,
        padding: Pair = 0,
        count_include_pad: bool = True,
    ) -> None:
        options: dict[str, Any] = {"kernel": kernel, "stride": stride, "padding": padding}
        forward = partial(fast.avg_pool2d_forward, **options, count_include_pad=count_include_pad)
        super().__init__(forward, fast.avg_pool2d_backward)


class GlobalAvgPool2d(Activation):
    """The mean of each channel: (N, C, H, W) to (N, C).

    Examples:
        >>> import numpy as np
        >>> GlobalAvgPool2d()(np.array([[[[1.0, 5.0]], [[0.0, 2.0]]]]))
        array([[3., 1.]])
    """

    def __init__(self) -> None:
        super().__init__(pooling.global_avg_pool2d_forward, pooling.global_avg_pool2d_backward)
