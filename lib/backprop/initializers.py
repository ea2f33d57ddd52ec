"""Initial weights: random, since equal units stay equal, and of a size that keeps signals alive.

A weight matrix has shape (fan_in, fan_out), as in y = x W + b. The kernels of a convolution have
shape (out_channels, in_channels, height, width), and each output sees in_channels × height × width
inputs. The draws are made in float64 and rounded, so that a seed means the same weights in every
dtype. All functions raise `TypeError` for a shape that is no tuple of integers, for an rng that is
no `numpy.random.Generator` and for a dtype not of floats, and `ValueError` for a size below 1.
"""

import math

import numpy as np
from numpy.typing import DTypeLike

from backprop._check import Array, check_count, check_float_dtype, check_number, check_rng

Shape = tuple[int, ...]


def zeros(shape: Shape, dtype: DTypeLike = np.float64) -> Array:
    """Returns zeros, for biases. Weights that start equal receive equal gradients and stay equal.

    Examples:
        >>> zeros((3,))
        array([0., 0., 0.])
    """
    _check_shape("zeros", shape)
    check_float_dtype("zeros", dtype)
    return np.zeros(shape, dtype)


def normal(
    shape: Shape, rng: np.random.Generator, std: float = 0.01, dtype: DTypeLike = np.float64
) -> Array:
    """Draws from a normal distribution of mean 0 and a standard deviation that you choose.

    Examples:
        >>> W = normal((200, 100), np.random.default_rng(0), std=0.5)
        >>> print(round(W.std(), 2))
        0.5
    """
    std = check_number("normal", "std", std, "[0, inf)")
    return _draw_normal("normal", shape, rng, std, dtype)


def xavier_uniform(
    shape: Shape, rng: np.random.Generator, gain: float = 1.0, dtype: DTypeLike = np.float64
) -> Array:
    """Draws uniformly with variance gain² · 2 / (fan_in + fan_out).

    Between the variance that keeps the size of the outputs, 1 / fan_in, and the one that keeps the
    size of the gradients, 1 / fan_out. Suits activations that are near the identity at 0.

    References:
        Glorot and Bengio, Understanding the difficulty of training deep feedforward neural
        networks, 2010, section 4.2.1.

    Examples:
        >>> W = xavier_uniform((4, 2), np.random.default_rng(0))
        >>> bool(np.abs(W).max() <= 1)  # sqrt(3) · sqrt(2 / 6)
        True
    """
    std = _xavier_std("xavier_uniform", shape, gain)
    return _draw_uniform("xavier_uniform", shape, rng, std, dtype)


def xavier_normal(
    shape: Shape, rng: np.random.Generator, gain: float = 1.0, dtype: DTypeLike = np.float64
) -> Array:
    """Draws from a normal distribution with variance gain² · 2 / (fan_in + fan_out).

    References:
        As for `xavier_uniform`.

    Examples:
        >>> W = xavier_normal((150, 50), np.random.default_rng(0))
        >>> print(round(W.std(), 2))  # sqrt(2 / 200)
        0.1
    """
    std = _xavier_std("xavier_normal", shape, gain)
    return _draw_normal("xavier_normal", shape, rng, std, dtype)


def he_uniform(
    shape: Shape,
    rng: np.random.Generator,
    gain: float = math.sqrt(2),
    dtype: DTypeLike = np.float64,
) -> Array:
    """Draws uniformly with variance gain² / fan_in.

    A ReLU discards half of what it is given. The gain of sqrt(2) makes up for that.

    References:
        He, Zhang, Ren and Sun, Delving deep into rectifiers, 2015, section 2.2.

    Examples:
        >>> W = he_uniform((6, 2), np.random.default_rng(0))
        >>> bool(np.abs(W).max() <= 1)  # sqrt(3) · sqrt(2 / 6)
        True
    """
    std = _he_std("he_uniform", shape, gain)
    return _draw_uniform("he_uniform", shape, rng, std, dtype)


def he_normal(
    shape: Shape,
    rng: np.random.Generator,
    gain: float = math.sqrt(2),
    dtype: DTypeLike = np.float64,
) -> Array:
    """Draws from a normal distribution with variance gain² / fan_in.

    References:
        As for `he_uniform`.

    Examples:
        >>> W = he_normal((200, 50), np.random.default_rng(0))
        >>> print(round(W.std(), 2))  # sqrt(2 / 200)
        0.1
    """
    std = _he_std("he_normal", shape, gain)
    return _draw_normal("he_normal", shape, rng, std, dtype)


def orthogonal(
    shape: Shape, rng: np.random.Generator, gain: float = 1.0, dtype: DTypeLike = np.float64
) -> Array:
    """Draws a matrix with orthonormal rows or columns, whichever are fewer, times the gain.

    A square one changes no vector's length, however often it is applied: what a recurrent network
    does with its state. A kernel counts as a matrix with a row for each output channel.

    References:
        Saxe, McClelland and Ganguli, Exact solutions to the nonlinear dynamics of learning in deep
        linear neural networks, 2014, section 3.

    Examples:
        >>> W = orthogonal((3, 3), np.random.default_rng(0))
        >>> bool(np.allclose(W.T @ W, np.eye(3)))
        True
    """
    gain = check_number("orthogonal", "gain", gain, "[0, inf)")
    _fans("orthogonal", shape)
    rows, columns = shape[0], math.prod(shape[1:])
    check_rng("orthogonal", rng)
    check_float_dtype("orthogonal", dtype)
    tall = rng.standard_normal((max(rows, columns), min(rows, columns)))
    Q, R = np.linalg.qr(tall)
    # With the signs of R's diagonal every orthogonal matrix is as likely as any other.
    Q *= np.sign(np.diag(R))
    W = Q if rows >= columns else Q.T
    return (gain * W.reshape(shape)).astype(dtype)


def _draw_normal(
    function: str, shape: Shape, rng: np.random.Generator, std: float, dtype: DTypeLike
) -> Array:
    _check_shape(function, shape)
    check_rng(function, rng)
    check_float_dtype(function, dtype)
    return (std * rng.standard_normal(shape)).astype(dtype)


def _draw_uniform(
    function: str, shape: Shape, rng: np.random.Generator, std: float, dtype: DTypeLike
) -> Array:
    check_rng(function, rng)
    check_float_dtype(function, dtype)
    # The variance of the uniform distribution on ±bound is bound² / 3.
    bound = math.sqrt(3) * std  # eq:uniform-bound
    return rng.uniform(-bound, bound, shape).astype(dtype)


def _xavier_std(function: str, shape: Shape, gain: float) -> float:
    gain = check_number(function, "gain", gain, "[0, inf)")
    std = gain * math.sqrt(2 / sum(_fans(function, shape)))  # eq:xavier-std
    return std


def _he_std(function: str, shape: Shape, gain: float) -> float:
    gain = check_number(function, "gain", gain, "[0, inf)")
    fan_in, _ = _fans(function, shape)
    std = gain * math.sqrt(1 / fan_in)  # eq:he-std
    return std


def _fans(function: str, shape: Shape) -> tuple[int, int]:
    """Returns how many inputs an output sees, and how many outputs an input reaches."""
    _check_shape(function, shape)
    if len(shape) == 2:
        return shape
    if len(shape) == 4:
        out_channels, in_channels, height, width = shape
        return in_channels * height * width, out_channels * height * width
    raise ValueError(f"{function}: shape is {shape}, wanted 2 sizes or 4")


def _check_shape(function: str, shape: Shape) -> None:
    if not isinstance(shape, tuple):
        raise TypeError(f"{function}: shape has type {type(shape).__name__}, wanted a tuple")
    if not shape:
        raise ValueError(f"{function}: shape is (), wanted at least one size")
    for axis, size in enumerate(shape):
        check_count(function, f"shape[{axis}]", size)
