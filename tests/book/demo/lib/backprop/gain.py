"""A gain for each feature: the smallest layer that has a parameter."""

import numpy as np


def gain_forward(x: np.ndarray, g: np.ndarray) -> tuple[np.ndarray, tuple]:
    """Multiplies each feature by its gain.

    Args:
        x: input, shape (N, D).
        g: gains, shape (D,).

    Returns:
        The output, shape (N, D), and a cache for `gain_backward`.
    """
    y = g * x  # eq:gain-y
    return y, (x, g)


def gain_backward(dy: np.ndarray, cache: tuple) -> tuple[np.ndarray, np.ndarray]:
    """Gives the gradients of the input and the gains.

    Args:
        dy: gradient of the output, shape (N, D).
        cache: what `gain_forward` left.

    Returns:
        The gradients of x, shape (N, D), and of g, shape (D,).
    """
    x, g = cache
    dx = g * dy  # eq:gain-dx
    dg = (x * dy).sum(axis=0)  # eq:gain-dg
    return dx, dg
