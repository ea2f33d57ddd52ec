"""Activations as layers: a function of each element, or of each row, without parameters."""

from collections.abc import Callable
from functools import partial
from typing import Any

from backprop import activations
from backprop.fast import activations as fast
from backprop.layers.layer import Layer
from backprop.masking import Mask
from backprop.shapes import Array, shapes


class Activation(Layer):
    """A pair of functions without parameters as a layer.

    Args:
        forward: maps x to an output and a cache.
        backward: maps dy and the cache to dx.

    Examples:
        >>> import numpy as np
        >>> double = Activation(lambda x: (2 * x, ()), lambda dy, cache: 2 * dy)
        >>> double(np.array([1.0, 3.0]))
        array([2., 6.])
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
    """The input as it is.

    Examples:
        >>> import numpy as np
        >>> Identity()(np.array([-1.0, 2.0]))
        array([-1.,  2.])
    """

    def __init__(self) -> None:
        super().__init__(activations.identity_forward, activations.identity_backward)


class Sigmoid(Activation):
    """1 / (1 + exp(-x)).

    Examples:
        >>> import numpy as np
        >>> Sigmoid()(np.array([0.0, 100.0]))
        array([0.5, 1. ])
    """

    def __init__(self) -> None:
        super().__init__(fast.sigmoid_forward, fast.sigmoid_backward)


class Tanh(Activation):
    """The hyperbolic tangent.

    Examples:
        >>> import numpy as np
        >>> Tanh()(np.array([0.0, 100.0]))
        array([0., 1.])
    """

    def __init__(self) -> None:
        super().__init__(activations.tanh_forward, activations.tanh_backward)


class ReLU(Activation):
    """x where it is positive, else 0.

    Examples:
        >>> import numpy as np
        >>> ReLU()(np.array([-1.0, 2.0]))
        array([0., 2.])
    """

    def __init__(self) -> None:
        super().__init__(activations.relu_forward, fast.relu_backward)


class LeakyReLU(Activation):
    """x where it is positive, else a small multiple of it.

    Args:
        slope: the multiple.

    Raises:
        TypeError: slope is no number.
        ValueError: slope is infinite or NaN.

    Examples:
        >>> import numpy as np
        >>> LeakyReLU()(np.array([-1.0, 2.0]))
        array([-0.01,  2.  ])
    """

    @shapes(slope="(-inf, inf)")
    def __init__(self, slope: float = 0.01) -> None:
        forward = partial(fast.leaky_relu_forward, slope=slope)
        super().__init__(forward, fast.leaky_relu_backward)


class Softplus(Activation):
    """log(1 + exp(x)), a smooth ReLU.

    Examples:
        >>> import numpy as np
        >>> Softplus()(np.array([0.0, 100.0])).round(4)
        array([  0.6931, 100.    ])
    """

    def __init__(self) -> None:
        super().__init__(activations.softplus_forward, activations.softplus_backward)


class GELU(Activation):
    """x times about the share of a normal distribution below it, in the form with tanh.

    Examples:
        >>> import numpy as np
        >>> GELU()(np.array([-100.0, 0.0, 100.0])) + 0
        array([  0.,   0., 100.])
    """

    def __init__(self) -> None:
        super().__init__(activations.gelu_forward, activations.gelu_backward)


class Softmax(Activation):
    """Probabilities over the last axis; to train, leave it to the loss, which takes logits.

    Examples:
        >>> import numpy as np
        >>> Softmax()(np.array([[0.0, 0.0, 1000.0]]))
        array([[0., 0., 1.]])
    """

    def __init__(self) -> None:
        super().__init__(activations.softmax_forward, activations.softmax_backward)
