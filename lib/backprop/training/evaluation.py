"""How well a network does: a loss, a measure beside it, and their means over a set."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop import scalars
from backprop.layers.layer import Layer
from backprop.masking import Mask
from backprop.shapes import Array, shapes
from backprop.training.loss import CROSS_ENTROPY, Loss
from backprop.training.samples import SampleAxis, Samples, both_axes, samples

Measure = Callable[[Array, NDArray[Any]], float]


class Score(NamedTuple):
    """How a network does on a set: its mean loss and, if there is a measure, its mean measure."""

    loss: float
    accuracy: float | None


@shapes(scores="... K", target="int ...")
def accuracy(scores: Array, target: NDArray[Any]) -> float:
    """The fraction of samples whose highest score is that of their class.

    Args:
        scores: logits or probabilities, (..., K); of equal scores the first counts.
        target: classes, (...), integers.

    Returns:
        The fraction; NaN if a score is NaN, which is higher than no other and lower than none.

    Raises:
        TypeError: scores holds no floats, or target no integers.
        ValueError: the two do not fit.

    Examples:
        >>> accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1]))
        0.5
    """
    if np.isnan(scores).any():
        return float("nan")
    return float(np.mean(scores.argmax(axis=-1) == target))


@shapes(batch_size="count")
def predict(
    network: Layer,
    x: NDArray[Any],
    *,
    mask: Mask | None = None,
    sample_axis: SampleAxis = 0,
    batch_size: int = 1000,
) -> Array:
    """Returns the network's output for a set, in evaluation mode.

    Args:
        network: what predicts.
        x: inputs, samples along `sample_axis`.
        mask: true where a step is real, (T, N); None if all are.
        sample_axis: the axis along which samples lie, in x and in the output: 0, or 1 for
            sequences, time first. (1, 0) is for sequences each of which has one output.
        batch_size: samples at a time, which memory decides.

    Raises:
        TypeError: network is no layer, or x no array.
        ValueError: x is empty, or batch_size below 1.

    Examples:
        >>> from backprop import Linear
        >>> network = Linear(2, 1, rng=np.random.default_rng(0))
        >>> predict(network, np.zeros((5, 2)), batch_size=2).shape
        (5, 1)
    """
    scalars.instance("network", network, Layer, "a layer")
    axis, axis_of_output = both_axes(sample_axis)
    given = samples(x, x, mask, axis)
    parts = [network(part.x, mask=part.mask) for part in _batches(given, batch_size)]
    return np.concatenate(parts, axis=axis_of_output)


@shapes(batch_size="count")
def evaluate(
    network: Layer,
    x: NDArray[Any],
    target: NDArray[Any],
    *,
    loss: Loss = CROSS_ENTROPY,
    measure: Measure | None = accuracy,
    mask: Mask | None = None,
    sample_axis: SampleAxis = 0,
    batch_size: int = 1000,
) -> Score:
    """Measures a network on a set, in batches, in evaluation mode.

    Args:
        network: what is measured.
        x: inputs, samples along `sample_axis`.
        target: what the loss wants, samples along `sample_axis`.
        loss: the loss.
        measure: what else to average over the targets; None for nothing.
        mask: true where a step is real, (T, N); None if all are.
        sample_axis: the axis along which samples lie, in x and in target: 0, or 1 for sequences,
            time first. (1, 0) is for sequences each of which has one target.
        batch_size: samples at a time, which memory decides and the result does not depend on.

    Returns:
        the means over all targets that count.

    Raises:
        TypeError: network is no layer, loss no Loss, or x or target no array.
        ValueError: x and target differ in length, or are empty; all targets are ignored.

    Examples:
        >>> from backprop import Identity
        >>> scores, classes = np.array([[0.0, 0.0], [0.0, 0.0]]), np.array([0, 1])
        >>> score = evaluate(Identity(), scores, classes)
        >>> round(score.loss, 4), score.accuracy
        (0.6931, 0.5)
    """
    scalars.instance("network", network, Layer, "a layer")
    scalars.instance("loss", loss, Loss, "a Loss")
    return mean_score(network, samples(x, target, mask, sample_axis), loss, measure, batch_size)


def mean_score(
    network: Layer, given: Samples, loss: Loss, measure: Measure | None, batch_size: int = 1000
) -> Score:
    """Does what `evaluate` does, for samples that have been checked."""
    loss_sum = measure_sum = weight_sum = 0.0
    for part in _batches(given, batch_size):
        weight = loss.weight(part.target)
        if weight:
            y = network(part.x, mask=part.mask)
            loss_sum += weight * float(loss.forward(y, part.target)[0])
            measure_sum += weight * measure(*loss.counted(y, part.target)) if measure else 0.0
        weight_sum += weight
    if not weight_sum:
        raise ValueError(f"target holds only {loss.ignore_index}, which the loss ignores")
    return Score(loss_sum / weight_sum, measure_sum / weight_sum if measure else None)


def _batches(given: Samples, batch_size: int) -> Iterator[Samples]:
    for start in range(0, len(given), batch_size):
        yield given.take(slice(start, start + batch_size))
