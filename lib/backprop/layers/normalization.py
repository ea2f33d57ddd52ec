"""Batch norm and what normalises each sample alone: layers that keep scales and shifts."""

import numpy as np
from numpy.typing import DTypeLike

from backprop import normalization
from backprop.fast import normalization as fast
from backprop.layers.layer import Layer
from backprop.masking import Mask
from backprop.shapes import Array, shapes


class BatchNorm(Layer):
    """Batch norm, with scales `gamma` and shifts `beta` to be learned.

    In training it normalises by the batch, and follows its statistics in the buffers `mean` and
    `var`; by these it normalises in evaluation.

    Args:
        D: features of the input, or channels.
        eps: what is added to variances.
        momentum: the weight of a batch in the running statistics.
        dtype: the precision of the parameters, which the input must share.

    Raises:
        TypeError: D is no integer, eps or momentum is no number, dtype is neither float32 nor
            float64.
        ValueError: D is below 1, eps is not above 0, momentum lies outside 0 to 1.

    Examples:
        >>> layer = BatchNorm(1)
        >>> y = layer.forward(np.array([[1.0], [3.0]]), training=True)
        >>> layer.buffers
        {'mean': array([0.2]), 'var': array([1.1])}
    """

    @shapes(D="count", eps="(0, inf)", momentum="[0, 1]", dtype="dtype")
    def __init__(
        self, D: int, *, eps: float = 1e-5, momentum: float = 0.1, dtype: DTypeLike = np.float64
    ) -> None:
        super().__init__(
            {"gamma": np.ones(D, dtype), "beta": np.zeros(D, dtype)},
            {"mean": np.zeros(D, dtype), "var": np.ones(D, dtype)},
        )
        self._eps, self._momentum = eps, momentum
        self._trained = False

    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Normalises x, (N, D) or (N, D, H, W): in training by the batch."""
        gamma, beta = self.params["gamma"], self.params["beta"]
        mean, var = self.buffers["mean"], self.buffers["var"]
        self._trained = training
        if training:
            y, self._cache = fast.batchnorm_forward(x, gamma, beta, eps=self._eps)
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
        backward = (
            fast.batchnorm_backward
            if self._trained
            else normalization.batchnorm_evaluation_backward
        )
        dx, dgamma, dbeta = backward(dy, self._remembered())
        self._grads = {"gamma": dgamma, "beta": dbeta}
        return dx


class LayerNorm(Layer):
    """Layer norm over the last axis, with scales `gamma` and shifts `beta` to be learned.

    Args:
        D: features of the input.
        eps: what is added to variances.
        dtype: the precision of the parameters, which the input must share.

    Raises:
        TypeError: D is no integer, eps is no number, dtype is neither float32 nor float64.
        ValueError: D is below 1, eps is not above 0.

    Examples:
        >>> LayerNorm(2)(np.array([[1.0, 3.0]])).round(3)
        array([[-1.,  1.]])
    """

    @shapes(D="count", eps="(0, inf)", dtype="dtype")
    def __init__(self, D: int, *, eps: float = 1e-5, dtype: DTypeLike = np.float64) -> None:
        self._eps = eps
        super().__init__({"gamma": np.ones(D, dtype), "beta": np.zeros(D, dtype)})

    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Normalises each sample of x, (..., D)."""
        gamma, beta = self.params["gamma"], self.params["beta"]
        y, self._cache = fast.layernorm_forward(x, gamma, beta, eps=self._eps)
        return y

    def backward(self, dy: Array) -> Array:
        """Maps dy to dx, both in the shape of x."""
        dx, dgamma, dbeta = fast.layernorm_backward(dy, self._remembered())
        self._grads = {"gamma": dgamma, "beta": dbeta}
        return dx


class GroupNorm(Layer):
    """Group norm, with scales `gamma` and shifts `beta` of the channels to be learned.

    Args:
        groups: how many groups there are.
        C: channels of the input, which the groups share out evenly.
        eps: what is added to variances.
        dtype: the precision of the parameters, which the input must share.

    Raises:
        TypeError: groups or C is no integer, eps is no number, dtype is neither float32 nor
            float64.
        ValueError: groups or C is below 1, groups does not divide C, eps is not above 0.

    Examples:
        >>> GroupNorm(1, 2)(np.array([[[1.0], [3.0]]])).round(3)
        array([[[-1.],
                [ 1.]]])
    """

    @shapes(groups="count", C="count", eps="(0, inf)", dtype="dtype")
    def __init__(
        self, groups: int, C: int, *, eps: float = 1e-5, dtype: DTypeLike = np.float64
    ) -> None:
        if C % groups:
            raise ValueError(f"{groups} groups do not share out {C} channels evenly")
        self._groups, self._eps = groups, eps
        super().__init__({"gamma": np.ones(C, dtype), "beta": np.zeros(C, dtype)})

    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Normalises each group of the channels of each image of x, (N, C, H, W)."""
        gamma, beta = self.params["gamma"], self.params["beta"]
        y, self._cache = normalization.groupnorm_forward(
            x, gamma, beta, groups=self._groups, eps=self._eps
        )
        return y

    def backward(self, dy: Array) -> Array:
        """Maps dy to dx, both in the shape of x."""
        dx, dgamma, dbeta = normalization.groupnorm_backward(dy, self._remembered())
        self._grads = {"gamma": dgamma, "beta": dbeta}
        return dx


class InstanceNorm(GroupNorm):
    """Instance norm: group norm with a group for each channel.

    Args:
        C: channels of the input.
        eps: what is added to variances.
        dtype: the precision of the parameters, which the input must share.

    Raises:
        TypeError: C is no integer, eps is no number, dtype is neither float32 nor float64.
        ValueError: C is below 1, eps is not above 0.

    Examples:
        >>> InstanceNorm(2)(np.array([[[1.0, 3.0], [10.0, 50.0]]])).round(3)
        array([[[-1.,  1.],
                [-1.,  1.]]])
    """

    @shapes(C="count", eps="(0, inf)", dtype="dtype")
    def __init__(self, C: int, *, eps: float = 1e-5, dtype: DTypeLike = np.float64) -> None:
        super().__init__(C, C, eps=eps, dtype=dtype)


class RMSNorm(Layer):
    """RMS norm over the last axis, with scales `gamma` to be learned.

    Args:
        D: features of the input.
        eps: what is added to mean squares.
        dtype: the precision of the parameters, which the input must share.

    Raises:
        TypeError: D is no integer, eps is no number, dtype is neither float32 nor float64.
        ValueError: D is below 1, eps is not above 0.

    Examples:
        >>> RMSNorm(2)(np.array([[1.0, 7.0]])).round(3)
        array([[0.2, 1.4]])
    """

    @shapes(D="count", eps="(0, inf)", dtype="dtype")
    def __init__(self, D: int, *, eps: float = 1e-5, dtype: DTypeLike = np.float64) -> None:
        self._eps = eps
        super().__init__({"gamma": np.ones(D, dtype)})

    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Normalises each sample of x, (..., D)."""
        y, self._cache = normalization.rmsnorm_forward(x, self.params["gamma"], eps=self._eps)
        return y

    def backward(self, dy: Array) -> Array:
        """Maps dy to dx, both in the shape of x."""
        dx, dgamma = normalization.rmsnorm_backward(dy, self._remembered())
        self._grads = {"gamma": dgamma}
        return dx
