"""How well a network does: a loss, a measure beside it, and their means over a set."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop._check import Array, Cache, check_count
from backprop.layers import Layer
from backprop.losses import (
    mean_squared_error_backward,
    mean_squared_error_forward,
    softmax_cross_entropy_backward,
    softmax_cross_entropy_forward,
)


class Loss(NamedTuple):
    """A pair of functions that ends a network: its output and a target in, one number out."""

    forward: Callable[[Array, NDArray[Any]], tuple[np.floating[Any], Cache]]
    backward: Callable[[float, Cache], Array]


class Score(NamedTuple):
    """How a network does on a set: its mean loss and, if there is a measure, its mean measure."""

    loss: float
    accuracy: float | None


Measure = Callable[[Array, NDArray[Any]], float]
CROSS_ENTROPY = Loss(softmax_cross_entropy_forward, softmax_cross_entropy_backward)
MEAN_SQUARED_ERROR = Loss(mean_squared_error_forward, mean_squared_error_backward)


def accuracy(scores: Array, target: NDArray[Any]) -> float:
    """The fraction of samples whose highest score is that of their class.

    Args:
        scores: logits or probabilities, (N, K); of equal scores the first counts.
        target: classes, (N,), integers.

    Raises:
        ValueError: the two do not fit.

    Examples:
        >>> accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1]))
        0.5
    """
    if scores.ndim != 2 or target.shape != scores.shape[:1]:
        raise ValueError(f"accuracy: target has shape {target.shape}, scores {scores.shape}")
    return float(np.mean(scores.argmax(axis=1) == target))


def predict(network: Layer, x: Array, *, batch_size: int = 1000) -> Array:
    """Returns the network's output for a set, in evaluation mode.

    Args:
        network: what predicts.
        x: inputs, samples along the first axis.
        batch_size: samples at a time, which memory decides.

    Raises:
        TypeError: x is no array.
        ValueError: x is empty, or batch_size below 1.
    """
    check_samples("predict", x=x)
    check_count("predict", "batch_size", batch_size)
    parts = [x[start : start + batch_size] for start in range(0, len(x), batch_size)]
    return np.concatenate([network.forward(part, training=False) for part in parts])


def evaluate(
    network: Layer,
    x: Array,
    target: NDArray[Any],
    *,
    loss: Loss = CROSS_ENTROPY,
    measure: Measure | None = accuracy,
    batch_size: int = 1000,
) -> Score:
    """Measures a network on a set, in batches, in evaluation mode.

    Args:
        network: what is measured.
        x: inputs, samples along the first axis.
        target: what the loss wants, samples along the first axis.
        loss: the loss.
        measure: what else to average over the samples; None for nothing.
        batch_size: samples at a time, which memory decides and the result does not depend on.

    Returns:
        the means over all samples.

    Raises:
        TypeError: x or target is no array.
        ValueError: x and target differ in length, or are empty.
    """
    check_samples("evaluate", x=x, target=target)
    check_count("evaluate", "batch_size", batch_size)
    loss_sum = measure_sum = 0.0
    for start in range(0, len(x), batch_size):
        part = slice(start, start + batch_size)
        y = network.forward(x[part], training=False)
        loss_sum += float(loss.forward(y, target[part])[0]) * len(y)
        measure_sum += measure(y, target[part]) * len(y) if measure else 0.0
    return Score(loss_sum / len(x), measure_sum / len(x) if measure else None)


def check_samples(function: str, **arrays: NDArray[Any]) -> None:
    """Checks that arrays hold the same number of samples, and at least one.

    Raises:
        TypeError: one is no array.
        ValueError: they do not.
    """
    first = next(iter(arrays))
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):
            raise TypeError(f"{function}: {name} has type {type(array).__name__}, wanted an array")
        if len(array) != len(arrays[first]):
            raise ValueError(
                f"{function}: {name} has {len(array)} samples, "
                f"wanted {len(arrays[first])} as in {first}"
            )
        if len(array) == 0:
            raise ValueError(f"{function}: {name} is empty, wanted at least one sample")
