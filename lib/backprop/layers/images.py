"""Layers for images, normalisation and dropout: a thin shell over pairs of functions.

They join those of `network`, whose `Layer` says what each has and does.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from backprop import normalization, pooling
from backprop._check import (
    Array,
    check_count,
    check_float_dtype,
    check_number,
    check_rng,
)
from backprop._windows import Pair, pair
from backprop.convolution import conv2d_backward, conv2d_forward
from backprop.dropout import dropout_backward, dropout_forward
from backprop.initializers import he_normal, zeros
from backprop.layers.network import Activation


class Conv2d:
    """K kernels `W` over images of C channels, with biases `b`.

    Args:
        C: channels of the input.
        K: channels of the output.
        kernel: height and width of the kernels.
        stride: how far a kernel moves from one output to the next.
        padding: how many zeros are put around the images.
        dilation: how far the taps of a kernel lie apart.
        rng: draws the initial weights.
        init: an initialiser, called as `init((K, C, P, Q), rng, dtype=dtype)`; the biases start
            at 0.
        dtype: the precision of the parameters, which the input must share.
        input_gradient: whether `backward` computes dx. A network's first layer can do without, and
            saves half of the work; dx is NaN then.

    Raises:
        TypeError: a size is no integer, rng is no generator, dtype is none of floats.
        ValueError: a size is too small.

    Examples:
        >>> layer = Conv2d(3, 8, 5, padding=2, rng=np.random.default_rng(0))
        >>> layer.forward(np.zeros((2, 3, 28, 28)), training=False).shape
        (2, 8, 28, 28)
    """

    def __init__(
        self,
        C: int,
        K: int,
        kernel: Pair,
        *,
        stride: Pair = 1,
        padding: Pair = 0,
        dilation: Pair = 1,
        rng: np.random.Generator,
        init: Callable[..., Array] = he_normal,
        dtype: DTypeLike = np.float64,
        input_gradient: bool = True,
    ) -> None:
        check_count("Conv2d", "C", C)
        check_count("Conv2d", "K", K)
        shape = (K, C, *pair("Conv2d", "kernel", kernel, 1))
        self.options = {
            "stride": pair("Conv2d", "stride", stride, 1),
            "padding": pair("Conv2d", "padding", padding, 0),
            "dilation": pair("Conv2d", "dilation", dilation, 1),
        }
        check_rng("Conv2d", rng)
        check_float_dtype("Conv2d", dtype)
        self.params = {"W": init(shape, rng, dtype=dtype), "b": zeros((K,), dtype)}
        self.grads: dict[str, Array] = {}
        self.buffers: dict[str, Array] = {}
        self._input_gradient = input_gradient
        self._cache: Any = None

    def forward(self, x: Array, *, training: bool) -> Array:
        """Maps x, (N, C, H, W), to y, (N, K, U, V)."""
        y, self._cache = conv2d_forward(x, self.params["W"], self.params["b"], **self.options)
        return y

    def backward(self, dy: Array) -> Array:
        """Maps dy, (N, K, U, V), to dx, (N, C, H, W)."""
        if self._cache is None:
            raise RuntimeError("Conv2d.backward: nothing went forward yet")
        dx, dW, db = conv2d_backward(dy, self._cache, input_gradient=self._input_gradient)
        self.grads = {"W": dW, "b": db}
        return dx


class MaxPool2d(Activation):
    """The largest value of each window, as `pooling.max_pool2d_forward`."""

    def __init__(self, kernel: Pair, *, stride: Pair | None = None, padding: Pair = 0) -> None:
        options: dict[str, Any] = {"kernel": kernel, "stride": stride, "padding": padding}
        super().__init__(
            partial(pooling.max_pool2d_forward, **options), pooling.max_pool2d_backward
        )


class AvgPool2d(Activation):
    """The mean of each window, as `pooling.average_pool2d_forward`."""

    def __init__(
        self,
        kernel: Pair,
        *,
        stride: Pair | None = None,
        padding: Pair = 0,
        count_include_pad: bool = True,
    ) -> None:
        options: dict[str, Any] = {"kernel": kernel, "stride": stride, "padding": padding}
        forward = partial(
            pooling.average_pool2d_forward, **options, count_include_pad=count_include_pad
        )
        super().__init__(forward, pooling.average_pool2d_backward)


class GlobalAvgPool2d(Activation):
    """The mean of each channel: (N, C, H, W) to (N, C)."""

    def __init__(self) -> None:
        super().__init__(pooling.global_average_pool_forward, pooling.global_average_pool_backward)


class Flatten(Activation):
    """All values of a sample in a row: (N, ...) to (N, D).

    Examples:
        >>> Flatten().forward(np.zeros((2, 3, 4, 5)), training=False).shape
        (2, 60)
    """

    def __init__(self) -> None:
        super().__init__(
            lambda x: (x.reshape(len(x), -1), x.shape), lambda dy, shape: dy.reshape(shape)
        )


class BatchNorm:
    """Batch norm, with scales `gamma` and shifts `beta` to be learned.

    In training it normalises by the batch, and follows its statistics in the buffers `mean` and
    `var`; by these it normalises in evaluation.

    Args:
        D: features of the input, or channels.
        eps: what is added to variances.
        momentum: the weight of a batch in the running statistics.
        dtype: the precision of the parameters, which the input must share.

    Raises:
        TypeError: D is no integer, eps or momentum is no number, dtype is none of floats.
        ValueError: D is below 1, eps is not above 0, momentum lies outside 0 to 1.

    Examples:
        >>> layer = BatchNorm(1)
        >>> y = layer.forward(np.array([[1.0], [3.0]]), training=True)
        >>> layer.buffers
        {'mean': array([0.2]), 'var': array([1.1])}
    """

    def __init__(
        self, D: int, *, eps: float = 1e-5, momentum: float = 0.1, dtype: DTypeLike = np.float64
    ) -> None:
        check_count("BatchNorm", "D", D)
        self._eps = check_number("BatchNorm", "eps", eps, "(0, inf)")
        self._momentum = check_number("BatchNorm", "momentum", momentum, "[0, 1]")
        check_float_dtype("BatchNorm", dtype)
        self.params: dict[str, Array] = {"gamma": np.ones(D, dtype), "beta": np.zeros(D, dtype)}
        self.grads: dict[str, Array] = {}
        self.buffers: dict[str, Array] = {"mean": np.zeros(D, dtype), "var": np.ones(D, dtype)}
        self._cache: Any = None
        self._trained = False

    def forward(self, x: Array, *, training: bool) -> Array:
        """Normalises x, (N, D) or (N, D, H, W): in training by the batch."""
        gamma, beta = self.params["gamma"], self.params["beta"]
        mean, var = self.buffers["mean"], self.buffers["var"]
        self._trained = training
        if training:
            y, self._cache = normalization.batchnorm_forward(x, gamma, beta, eps=self._eps)
            mean[...], var[...] = normalization.batchnorm_running(
                mean, var, self._cache, momentum=self._momentum
            )
        else:
            y, self._cache = normalization.batchnorm_evaluation_forward(
                x, gamma, beta, mean, var, eps=self._eps
            )
        return y

    def backward(self, dy: Array) -> Array:
        """Maps dy to dx, both in the shape of x, for the mode of the last forward pass."""
        if self._cache is None:
            raise RuntimeError("BatchNorm.backward: nothing went forward yet")
        backward = (
            normalization.batchnorm_backward
            if self._trained
            else normalization.batchnorm_evaluation_backward
        )
        dx, dgamma, dbeta = backward(dy, self._cache)
        self.grads = {"gamma": dgamma, "beta": dbeta}
        return dx


class LayerNorm:
    """Layer norm over the last axis, with scales `gamma` and shifts `beta` to be learned.

    Args:
        D: features of the input.
        eps: what is added to variances.
        dtype: the precision of the parameters, which the input must share.

    Raises:
        TypeError: D is no integer, eps is no number, dtype is none of floats.
        ValueError: D is below 1, eps is not above 0.

    Examples:
        >>> LayerNorm(2).forward(np.array([[1.0, 3.0]]), training=True).round(3)
        array([[-1.,  1.]])
    """

    def __init__(self, D: int, *, eps: float = 1e-5, dtype: DTypeLike = np.float64) -> None:
        check_count("LayerNorm", "D", D)
        self._eps = check_number("LayerNorm", "eps", eps, "(0, inf)")
        check_float_dtype("LayerNorm", dtype)
        self.params: dict[str, Array] = {"gamma": np.ones(D, dtype), "beta": np.zeros(D, dtype)}
        self.grads: dict[str, Array] = {}
        self.buffers: dict[str, Array] = {}
        self._cache: Any = None

    def forward(self, x: Array, *, training: bool) -> Array:
        """Normalises each sample of x, (..., D)."""
        gamma, beta = self.params["gamma"], self.params["beta"]
        y, self._cache = normalization.layernorm_forward(x, gamma, beta, eps=self._eps)
        return y

    def backward(self, dy: Array) -> Array:
        """Maps dy to dx, both in the shape of x."""
        if self._cache is None:
            raise RuntimeError("LayerNorm.backward: nothing went forward yet")
        dx, dgamma, dbeta = normalization.layernorm_backward(dy, self._cache)
        self.grads = {"gamma": dgamma, "beta": dbeta}
        return dx


class Dropout:
    """In training, leaves each element out with probability p; in evaluation, does nothing.

    Args:
        p: the probability, from 0 to 1.
        rng: draws the masks. For a run that can be continued exactly, let it be the generator that
            `training.train` gets.

    Raises:
        TypeError: p is no number, or rng is no generator.
        ValueError: p lies outside 0 to 1.

    Examples:
        >>> layer = Dropout(0.5, rng=np.random.default_rng(0))
        >>> layer.forward(np.ones(6), training=True), layer.forward(np.ones(2), training=False)
        (array([2., 2., 2., 0., 0., 0.]), array([1., 1.]))
    """

    def __init__(self, p: float, *, rng: np.random.Generator) -> None:
        self._p = check_number("Dropout", "p", p, "[0, 1]")
        check_rng("Dropout", rng)
        self._rng = rng
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}
        self.buffers: dict[str, Array] = {}
        self._cache: Any = None

    def forward(self, x: Array, *, training: bool) -> Array:
        """Maps x to an output of the same shape."""
        if training:
            y, self._cache = dropout_forward(x, p=self._p, rng=self._rng)
            return y
        self._cache = np.broadcast_to(True, x.shape), 1.0  # all are kept
        return x.copy()

    def backward(self, dy: Array) -> Array:
        """Maps dy to dx, by the mask of the last forward pass."""
        if self._cache is None:
            raise RuntimeError("Dropout.backward: nothing went forward yet")
        return dropout_backward(dy, self._cache)
