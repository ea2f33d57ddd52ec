"""Initial weights: random, since equal units stay equal, and of a size that keeps signals alive.

A weight matrix has shape (fan_in, fan_out), as in y = x W + b. The kernels of a convolution have
shape (out_channels, in_channels, height, width), and each output sees in_channels × height × width
inputs. The draws are made in float64 and rounded, so that a seed means the same weights in every
dtype. All functions raise `TypeError` for a shape that is no tuple of integers, for an rng that is
no `numpy.random.Generator` and for a dtype not of floats, and `ValueError` for a size below 1.
"""

import numpy as np
from numpy.typing import DTypeLike

from backprop.shapes import Array, shapes

Shape = tuple[int, ...]


@shapes(shape="sizes", dtype="dtype")
def zeros(shape: Shape, dtype: DTypeLike = np.float64) -> Array:
    """Returns zeros, for biases. Weights that start equal receive equal gradients and stay equal.

    Examples:
        >>> zeros((3,))
        array([0., 0., 0.])
    """
    return np.zeros(shape, dtype)


@shapes(shape="sizes", rng="rng", std="[0, inf)", dtype="dtype")
def normal(
    shape: Shape, rng: np.random.Generator, std: float = 0.01, dtype: DTypeLike = np.float64
) -> Array:
    """Draws from a normal distribution of mean 0 and a standard deviation that you choose.

    Examples:
        >>> W = normal((200, 100), np.random.default_rng(0), std=0.5)
        >>> print(round(W.std(), 2))
        0.5
    """
    return rng.normal(0, std, shape).astype(dtype)


def fans(shape: Shape) -> tuple[int, int]:
    """Returns how many inputs an output sees, and how many outputs an input reaches.

    Args:
        shape: (fan_in, fan_out), or (out_channels, in_channels, height, width) of kernels.

    Raises:
        ValueError: the shape has neither 2 sizes nor 4.

    Examples:
        >>> fans((100, 10)), fans((8, 3, 5, 5))
        ((100, 10), (75, 200))
    """
    if len(shape) == 2:
        return shape
    if len(shape) == 4:
        K, C, P, Q = shape
        return C * P * Q, K * P * Q
    raise ValueError(f"shape is {shape}, wanted 2 sizes or 4")


@shapes(shape="sizes", rng="rng", gain="[0, inf)", dtype="dtype")
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
    fan_in, fan_out = fans(shape)
    std = gain * np.sqrt(2 / (fan_in + fan_out))  # eq:xavier-std
    bound = np.sqrt(3) * std  # eq:uniform-bound
    return rng.uniform(-bound, bound, shape).astype(dtype)


@shapes(shape="sizes", rng="rng", gain="[0, inf)", dtype="dtype")
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
    fan_in, fan_out = fans(shape)
    std = gain * np.sqrt(2 / (fan_in + fan_out))  # eq:xavier-std
    return rng.normal(0, std, shape).astype(dtype)


@shapes(shape="sizes", rng="rng", gain="[0, inf)", dtype="dtype")
def he_uniform(
    shape: Shape,
    rng: np.random.Generator,
    gain: float = np.sqrt(2),
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
    fan_in, _ = fans(shape)
    std = gain * np.sqrt(1 / fan_in)  # eq:he-std
    bound = np.sqrt(3) * std  # eq:uniform-bound
    return rng.uniform(-bound, bound, shape).astype(dtype)


@shapes(shape="sizes", rng="rng", gain="[0, inf)", dtype="dtype")
def he_normal(
    shape: Shape,
    rng: np.random.Generator,
    gain: float = np.sqrt(2),
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
    fan_in, _ = fans(shape)
    std = gain * np.sqrt(1 / fan_in)  # eq:he-std
    return rng.normal(0, std, shape).astype(dtype)


@shapes(shape="sizes", rng="rng", gain="[0, inf)", dtype="dtype")
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
    fans(shape)
    rows, columns = shape[0], int(np.prod(shape[1:]))
    tall = rng.standard_normal((max(rows, columns), min(rows, columns)))
    Q, R = np.linalg.qr(tall)
    # With the signs of R's diagonal every orthogonal matrix is as likely as any other.
    Q *= np.sign(np.diag(R))
    W = Q if rows >= columns else Q.T
    return (gain * W.reshape(shape)).astype(dtype)
