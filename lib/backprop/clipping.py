"""Clipping of gradients, against the steps that explode: by their common norm, or each by value."""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from backprop.shapes import Array, shapes

Gradients: TypeAlias = Mapping[str, Array]


@shapes(grads="arrays")
def global_norm(grads: Gradients) -> float:
    """Returns the Euclidean norm of all gradients together, as if they were one long vector.

    The squares are summed in float64, where those of float32 gradients cannot overflow.

    Args:
        grads: gradients by name, of any shapes.

    Raises:
        TypeError: a gradient is no float array.
        ValueError: there are no gradients, or one is empty.

    Examples:
        >>> global_norm({"W": np.array([[3.0, 0.0]]), "b": np.array([4.0])})
        5.0
    """
    squares = (np.square(grad, dtype=np.float64).sum() for grad in grads.values())
    return float(np.sqrt(sum(squares)))  # eq:clip-norm


@shapes(grads="arrays", max_norm="(0, inf]")
def clip_by_global_norm(grads: Gradients, max_norm: float) -> tuple[dict[str, Array], float]:
    """Scales all gradients by one factor if their common norm is too large.

    Their direction stays, which clipping each tensor by its own norm would change. The factor is
    PyTorch's, min(1, max_norm / (norm + 1e-6)).

    Args:
        grads: gradients by name, of any shapes.
        max_norm: the largest norm that passes, above 0.

    Returns:
        The clipped gradients, new arrays by the same names, and the norm before clipping.

    Raises:
        TypeError: a gradient is no float array, or max_norm no number.
        ValueError: there are no gradients, or one is empty; the norm is infinite or NaN, which no
            factor mends; max_norm is not above 0.

    References:
        Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, 2013,
        section 3.2.

    Examples:
        >>> grads = {"W": np.array([[3.0, 0.0]]), "b": np.array([4.0])}
        >>> clipped, norm = clip_by_global_norm(grads, 2.5)
        >>> clipped["W"].round(5), clipped["b"].round(5), norm
        (array([[1.5, 0. ]]), array([2.]), 5.0)
    """
    norm = global_norm(grads)
    if not np.isfinite(norm):
        raise ValueError(f"the norm is {norm}, wanted a finite number")
    factor = min(1.0, max_norm / (norm + 1e-6))  # eq:clip-factor
    return {name: factor * grad for name, grad in grads.items()}, norm  # eq:clip-g


@shapes(grads="arrays", limit="(0, inf]")
def clip_by_value(grads: Gradients, limit: float) -> dict[str, Array]:
    """Moves every element that leaves [-limit, limit] to the nearer end.

    Args:
        grads: gradients by name, of any shapes.
        limit: the largest magnitude that passes, above 0.

    Returns:
        The clipped gradients, new arrays by the same names.

    Raises:
        TypeError: a gradient is no float array, or limit no number.
        ValueError: there are no gradients, or one is empty; limit is not above 0.

    Examples:
        >>> clip_by_value({"b": np.array([0.5, -3.0])}, 1.0)
        {'b': array([ 0.5, -1. ])}
    """
    return {name: np.clip(grad, -limit, limit) for name, grad in grads.items()}
