"""A language model's text: windows of many readers to learn from, and draws to write with."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop.activations import softmax_forward
from backprop.shapes import Array, shapes


@shapes(tokens="int T", N="count", window="count")
def text_windows(
    tokens: NDArray[np.integer[Any]], N: int, window: int
) -> Iterator[tuple[NDArray[np.integer[Any]], NDArray[np.integer[Any]]]]:
    """Cuts a text into N parts of one length, and reads all of them at once, window by window.

    What is left over at the end of the text, less than a window for each part, is not read.

    Args:
        tokens: the text as numbers, shape (T,).
        N: how many parts there are, each of which is a sequence of the batch.
        window: number of steps in a window.

    Returns:
        Window by window, its tokens, shape (window, N), and those that come one step later, which
        the network is to foretell.

    Raises:
        TypeError: tokens is no array of integers, N or window no integer.
        ValueError: N or window is below 1, or the text is too short for one window.

    Examples:
        >>> for x, target in text_windows(np.arange(9), N=2, window=2):
        ...     print(x.tolist(), target.tolist())
        [[0, 4], [1, 5]] [[1, 5], [2, 6]]
        [[2, 6], [3, 7]] [[3, 7], [4, 8]]
    """
    length = (len(tokens) - 1) // (N * window) * window
    if length == 0:
        raise ValueError(
            f"tokens has {len(tokens)} numbers, wanted more than {N * window}: a window of "
            f"{window} for {N} parts, and one to come"
        )
    x = tokens[: N * length].reshape(N, length).T
    target = tokens[1 : N * length + 1].reshape(N, length).T
    starts = range(0, length, window)
    return ((x[start : start + window], target[start : start + window]) for start in starts)


@shapes(logits="N K", temperature="(0, inf)", rng="rng")
def sample_class(logits: Array, temperature: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draws a class from the softmax of each row of logits, divided by a temperature.

    Args:
        logits: shape (N, K).
        temperature: below 1 favours what is probable, above 1 what is not; 1 leaves them as is.
        rng: draws.

    Returns:
        A class for each row, shape (N,).

    Raises:
        TypeError: logits is no float array, temperature no number, rng no generator.
        ValueError: logits has not two axes, or temperature is not above 0.

    Examples:
        >>> logits = np.array([[0.0, 1.0, 2.0]] * 1000)
        >>> for temperature in (0.5, 1, 2):
        ...     drawn = sample_class(logits, temperature, np.random.default_rng(0))
        ...     print(np.bincount(drawn))
        [ 21  97 882]
        [ 84 219 697]
        [169 296 535]
    """
    y, _ = softmax_forward(logits / temperature)  # eq:writing-temperature
    edges = np.cumsum(y, axis=1)
    r = rng.random((len(logits), 1)) * edges[:, -1:]
    drawn: NDArray[np.int64] = (edges[:, :-1] <= r).sum(axis=1)  # eq:writing-draw
    return drawn
