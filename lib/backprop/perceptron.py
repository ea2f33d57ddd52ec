"""The perceptron: a unit that says yes or no, and learns from its mistakes alone."""

from typing import NamedTuple

import numpy as np

from backprop.shapes import Array, shapes


class Learned(NamedTuple):
    """What a perceptron learned.

    Attributes:
        w: its weights, shape (D,).
        mistakes: how many it made in each pass; the last is 0 if it got all right.
    """

    w: Array
    mistakes: list[int]


@shapes(x="N D", w="D")
def perceptron_predict(x: Array, w: Array) -> Array:
    """Says on which side of the plane each sample lies.

    Args:
        x: samples, shape (N, D); let one feature be 1, so that its weight is a bias.
        w: weights, shape (D,).

    Returns:
        1 or −1 for each sample, shape (N,); −1 on the plane itself.

    Raises:
        TypeError: an argument is no float array, or they differ in precision.
        ValueError: an argument is empty or has a shape that does not fit.

    Examples:
        >>> perceptron_predict(np.array([[2.0, 1.0], [-2.0, 1.0]]), np.array([1.0, 0.5]))
        array([ 1., -1.])
    """
    a = x @ w  # eq:perceptron-y
    y = np.where(a > 0, 1.0, -1.0)  # eq:perceptron-y
    return y.astype(x.dtype)


@shapes(x="N D", t="N", passes="count")
def perceptron_learn(x: Array, t: Array, *, passes: int) -> Learned:
    """Goes through the samples in their order, and corrects the weights at each mistake.

    Args:
        x: samples, shape (N, D).
        t: what is right, 1 or −1 for each, shape (N,).
        passes: how often to go through all of them, at most.

    Returns:
        The weights, and the mistakes of each pass. It ends early, after a pass without any.

    Raises:
        TypeError: x or t is no float array, or they differ in precision; passes is no integer.
        ValueError: an argument is empty, has a shape that does not fit, or passes is below 1.

    References:
        Rosenblatt, The perceptron, Psychological Review 65, 1958.

    Examples:
        >>> x = np.array([[1.0, 1.0], [2.0, 1.0], [-1.0, 1.0]])
        >>> perceptron_learn(x, np.array([1.0, 1.0, -1.0]), passes=10)
        Learned(w=array([2., 0.]), mistakes=[2, 0])
    """
    w = np.zeros_like(x[0])
    mistakes = []
    for _ in range(passes):
        wrong = 0
        for sample, right in zip(x, t, strict=True):
            if right * (sample @ w) <= 0:
                w = w + right * sample  # eq:perceptron-step
                wrong += 1
        mistakes.append(wrong)
        if wrong == 0:
            break
    return Learned(w, mistakes)
