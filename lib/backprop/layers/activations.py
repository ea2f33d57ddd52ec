"""Activations as layers: a function of each element, or of each row, without parameters."""

from collections.abc import Callable
from functools import partial
from typing import Any

from backprop import activations
from backprop.fast import activations as fast
from backprop.layers.layer import Layer
from backprop.masking import Mask
from backprop.shapes import Array


class Activation(Layer):
    """A pair of functions without parameters as a layer.

    Args:
        forward: maps x to an output and a cache.
        backward: maps dy and the cache to dx.
    """

    def __init__(
        self,
        forward: Callable[[Array], tuple[Array, Any]],
        backward: Callable[[Array, Any], Array],
    ) -> None:
        super().__init__()
        self._forward, self._backward = forward, backward

    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Maps x to the output."""
        y, self._cache = self._forward(x)
        return y

    def backward(self, dy: Array) -> Array:
        """Maps dy to dx."""
        return self._backward(dy, self._remembered())


class Identity(Activation):
    """The input as it is."""

    def __init__(self) -> None:
        super().__init__(activations.identity_forward, activations.identity_backward)


class Sigmoid(Activation):
    """1 / (1 + exp(-x))."""

    def __init__(self) -> None:
        super().__init__(fast.sigmoid_forward, fast.sigmoid_backward)


class Tanh(Activation):
    """The hyperbolic tangent."""

    def __init__(self) -> None:
        super().__init__(activations.tanh_forward, activations.tanh_backward)


class ReLU(Activation):
    """x where it is positive, else 0."""

    def __init__(self) -> None:
        super().__init__(activations.relu_forward, fast.relu_backward)


class LeakyReLU(Activation):
    """x where it is positive, else a small multiple of it."""

    def __init__(self, slope: float = 0.01) -> None:
        forward = partial(fast.leaky_relu_forward, slope=slope)
        super().__init__(forward, fast.leaky_relu_backward)


class Softplus(Activation):
    """log(1 + exp(x)), a smooth ReLU."""

    def __init__(self) -> None:
        super().__init__(activations.softplus_forward, activations.softplus_backward)


class GELU(Activation):
    """x times about the share of a normal distribution below it, in the form with tanh."""

    def __init__(self) -> None:
        super().__init__(activations.gelu_forward, activations.gelu_backward)


class Softmax(Activation):
    """Probabilities over the last axis; to train, leave it to the loss, which takes logits."""

    def __init__(self) -> None:
        super().__init__(activations.softmax_forward, activations.softmax_backward)
