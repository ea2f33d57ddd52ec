"""Activation functions: each acts on every element alone, but for softmax, which acts on rows.

Every function but `step` comes as a pair. The forward one returns the output and a cache; the
backward one takes the gradient for the output, with that cache, and returns the one for the input.
All of them take float arrays of any shape and return arrays of the same shape and dtype. All raise
`TypeError` for anything but float arrays of one precision, and `ValueError` for an empty array or
for a `dy` that has not the shape of the output.
"""

from typing import NamedTuple

import numpy as np

from backprop.shapes import Array, shapes


class InputCache(NamedTuple):
    """What a backward function needs whose slope is known from the input."""

    x: Array


class OutputCache(NamedTuple):
    """What a backward function needs whose slope is known from the output."""

    y: Array


class LeakyReLUCache(NamedTuple):
    """What `leaky_relu_backward` needs."""

    x: Array
    slope: float


@shapes(x="...")
def step(x: Array) -> Array:
    """Returns 1 where x is above 0, and 0 elsewhere.

    Its derivative is 0 wherever it has one, so nothing could be learnt through it: there is no
    backward function.

    Examples:
        >>> import numpy as np
        >>> step(np.array([-2.0, 0.0, 0.5]))
        array([0., 0., 1.])
    """
    return np.heaviside(x, 0)  # eq:step-y


@shapes(x="...")
def identity_forward(x: Array) -> tuple[Array, InputCache]:
    """Returns a copy of x: the output of a network that predicts any real number.

    Examples:
        >>> import numpy as np
        >>> identity_forward(np.array([-2.0, 3.0]))[0]
        array([-2.,  3.])
    """
    y = x.copy()
    return y, InputCache(x)


@shapes(x="...", dy="...")
def identity_backward(dy: Array, cache: InputCache) -> Array:
    """Returns a copy of dy.

    Examples:
        >>> import numpy as np
        >>> y, cache = identity_forward(np.array([-2.0, 3.0]))
        >>> identity_backward(np.array([5.0, 7.0]), cache)
        array([5., 7.])
    """
    return dy.copy()  # eq:identity-dx


@shapes(x="...")
def sigmoid_forward(x: Array) -> tuple[Array, OutputCache]:
    """Squeezes each element into (0, 1), without overflow on either side.

    exp(x) overflows where x is large, exp(-x) where x is very negative. The smaller of the two, e,
    never does; the numerator is 1 where x is at least 0 and e elsewhere.

    Examples:
        >>> import numpy as np
        >>> sigmoid_forward(np.array([-1000.0, 0.0, 1000.0]))[0]
        array([0. , 0.5, 1. ])
    """
    e = np.exp(np.minimum(x, -x))
    y = np.maximum(e, x >= 0) / (1 + e)  # eq:sigmoid-y
    return y, OutputCache(y)


@shapes(y="...", dy="...")
def sigmoid_backward(dy: Array, cache: OutputCache) -> Array:
    """Sends dy back through the sigmoid, whose derivative is y (1 - y).

    Examples:
        >>> import numpy as np
        >>> y, cache = sigmoid_forward(np.array([0.0]))
        >>> sigmoid_backward(np.array([8.0]), cache)
        array([2.])
    """
    return dy * cache.y * (1 - cache.y)  # eq:sigmoid-dx


@shapes(x="...")
def tanh_forward(x: Array) -> tuple[Array, OutputCache]:
    """Squeezes each element into (-1, 1).

    Examples:
        >>> import numpy as np
        >>> tanh_forward(np.array([-1000.0, 0.0, 1000.0]))[0]
        array([-1.,  0.,  1.])
    """
    y = np.tanh(x)  # eq:tanh-y
    return y, OutputCache(y)


@shapes(y="...", dy="...")
def tanh_backward(dy: Array, cache: OutputCache) -> Array:
    """Sends dy back through tanh, whose derivative is 1 - y².

    Examples:
        >>> import numpy as np
        >>> y, cache = tanh_forward(np.array([0.0, 1000.0]))
        >>> tanh_backward(np.array([8.0, 8.0]), cache)
        array([8., 0.])
    """
    return dy * (1 - cache.y**2)  # eq:tanh-dx


@shapes(x="...")
def relu_forward(x: Array) -> tuple[Array, InputCache]:
    """Keeps what is above 0 and replaces the rest by 0.

    Examples:
        >>> import numpy as np
        >>> relu_forward(np.array([-2.0, 0.0, 3.0]))[0]
        array([0., 0., 3.])
    """
    y = np.maximum(x, 0)  # eq:relu-y
    return y, InputCache(x)


@shapes(x="...", dy="...")
def relu_backward(dy: Array, cache: InputCache) -> Array:
    """Lets dy through where x was above 0. At 0 itself the gradient is 0, as in PyTorch.

    Where x was NaN, so is the output, and dy goes through with what it says.

    Examples:
        >>> import numpy as np
        >>> y, cache = relu_forward(np.array([-2.0, 0.0, 3.0]))
        >>> relu_backward(np.array([5.0, 6.0, 7.0]), cache)
        array([0., 0., 7.])
    """
    return np.where(cache.x <= 0, 0, dy)  # eq:relu-dx


@shapes(x="...", slope="(-inf, inf)")
def leaky_relu_forward(x: Array, *, slope: float = 0.01) -> tuple[Array, LeakyReLUCache]:
    """Keeps what is above 0 and multiplies the rest by a small slope.

    Raises:
        TypeError: slope is no number, besides what the module states.
        ValueError: slope is infinite or NaN, besides what the module states.

    Examples:
        >>> import numpy as np
        >>> leaky_relu_forward(np.array([-2.0, 0.0, 3.0]), slope=0.25)[0]
        array([-0.5,  0. ,  3. ])
    """
    y = np.where(x > 0, x, slope * x)  # eq:leaky-relu-y
    return y, LeakyReLUCache(x, slope)


@shapes(x="...", dy="...")
def leaky_relu_backward(dy: Array, cache: LeakyReLUCache) -> Array:
    """Lets dy through where x was above 0, times the slope elsewhere, 0 itself included.

    Examples:
        >>> import numpy as np
        >>> y, cache = leaky_relu_forward(np.array([-2.0, 0.0, 3.0]), slope=0.25)
        >>> leaky_relu_backward(np.array([4.0, 8.0, 7.0]), cache)
        array([1., 2., 7.])
    """
    return np.where(cache.x > 0, dy, cache.slope * dy)  # eq:leaky-relu-dx


@shapes(x="...")
def softmax_forward(x: Array) -> tuple[Array, OutputCache]:
    """Turns each row, the last axis, into probabilities: positive, with sum 1.

    A number subtracted from a whole row leaves its softmax as it was. The row's largest makes
    every exponent at most 0, so that nothing overflows.

    Examples:
        >>> import numpy as np
        >>> softmax_forward(np.array([[0.0, 0.0], [1000.0, -1000.0]]))[0]
        array([[0.5, 0.5],
               [1. , 0. ]])
    """
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    y = e / e.sum(axis=-1, keepdims=True)  # eq:softmax-y
    return y, OutputCache(y)


@shapes(y="...", dy="...")
def softmax_backward(dy: Array, cache: OutputCache) -> Array:
    """Sends dy back through the softmax, row by row.

    The Jacobian of a row is diag(y) - y yᵀ. Its product with dy needs no K × K matrix.

    Examples:
        >>> import numpy as np
        >>> y, cache = softmax_forward(np.array([[0.0, 0.0]]))
        >>> softmax_backward(np.array([[4.0, 0.0]]), cache)
        array([[ 1., -1.]])
    """
    (y,) = cache
    dx: Array = y * (dy - (dy * y).sum(axis=-1, keepdims=True))  # eq:softmax-dx
    return dx


@shapes(x="...")
def softplus_forward(x: Array) -> tuple[Array, InputCache]:
    """Bends smoothly from 0 on the left to x on the right, without overflow on either side.

    Examples:
        >>> import numpy as np
        >>> softplus_forward(np.array([-1000.0, 0.0, 1000.0]))[0].round(4)
        array([0.000e+00, 6.931e-01, 1.000e+03])
    """
    y = np.maximum(x, 0) + np.log1p(np.exp(np.minimum(x, -x)))  # eq:softplus-y
    return y, InputCache(x)


@shapes(x="...", dy="...")
def softplus_backward(dy: Array, cache: InputCache) -> Array:
    """Sends dy back through the softplus, whose derivative is the sigmoid.

    Examples:
        >>> import numpy as np
        >>> y, cache = softplus_forward(np.array([0.0]))
        >>> softplus_backward(np.array([8.0]), cache)
        array([4.])
    """
    y, _ = sigmoid_forward(cache.x)
    dx = dy * y  # eq:softplus-dx
    return dx


@shapes(x="...")
def gelu_forward(x: Array) -> tuple[Array, InputCache]:
    """Multiplies x by about the share of a normal distribution that lies below it.

    This is the form with tanh; PyTorch has it as `approximate="tanh"`.

    References:
        Hendrycks and Gimpel, Gaussian error linear units, 2016, section 2.

    Examples:
        >>> import numpy as np
        >>> gelu_forward(np.array([-100.0, 0.0, 1.0, 100.0]))[0].round(4)
        array([ -0.    ,   0.    ,   0.8412, 100.    ])
    """
    # NumPy's x**3 is a power like any other, and took 250 times as long as two products.
    s = np.tanh(np.sqrt(2 / np.pi).astype(x.dtype) * (x + 0.044715 * x * x * x))  # eq:gelu-s
    y = x * (1 + s) / 2  # eq:gelu-y
    return y, InputCache(x)


@shapes(x="...", dy="...")
def gelu_backward(dy: Array, cache: InputCache) -> Array:
    """Sends dy back through the GELU in the form with tanh.

    Examples:
        >>> import numpy as np
        >>> y, cache = gelu_forward(np.array([0.0]))
        >>> gelu_backward(np.array([8.0]), cache)
        array([4.])
    """
    (x,) = cache
    root = np.sqrt(2 / np.pi).astype(x.dtype)
    s = np.tanh(root * (x + 0.044715 * x * x * x))
    slope = root * (1 + 3 * 0.044715 * x**2)
    dx: Array = dy * ((1 + s) / 2 + x * (1 - s**2) * slope / 2)  # eq:gelu-dx
    return dx
