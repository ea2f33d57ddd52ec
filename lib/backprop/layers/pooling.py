"""Pooling as layers."""

from functools import partial
from typing import Any

from backprop import pooling
from backprop.fast import pooling as fast
from backprop.layers.activations import Activation
from backprop.windows import Pair


class MaxPool2d(Activation):
    """The largest value of each window, as `pooling.max_pool2d_forward`."""

    def __init__(self, kernel: Pair, *, stride: Pair | None = None, padding: Pair = 0) -> None:
        options: dict[str, Any] = {"kernel": kernel, "stride": stride, "padding": padding}
        super().__init__(partial(fast.max_pool2d_forward, **options), fast.max_pool2d_backward)


class AvgPool2d(Activation):
    """The mean of each window, as `pooling.avg_pool2d_forward`."""

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
    """The mean of each channel: (N, C, H, W) to (N, C)."""

    def __init__(self) -> None:
        super().__init__(pooling.global_avg_pool2d_forward, pooling.global_avg_pool2d_backward)
