"""Truncated backpropagation through time: forwards through all of it, backwards window by window.

The state is carried from one window to the next, as a number: no gradient goes back across the
border. What is dropped is the influence of a window's weights and inputs on later windows' losses.
Any pair of sequence functions will do, those of `backprop.recurrent` or of `backprop.lstm`, say.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from backprop.masking import Mask
from backprop.shapes import Array, shapes


class TruncatedCache(NamedTuple):
    """What `truncated_backward` needs: the windows' caches, their length, and how many states."""

    windows: list[Any]
    window: int
    number_of_states: int
    h: Array


@shapes(x="T N D", window="count", mask="bool T N")
def truncated_forward(
    forward: Callable[..., tuple[Any, ...]],
    x: Array,
    states: Sequence[Array],
    weights: Sequence[Array],
    *,
    window: int,
    mask: Mask | None = None,
) -> tuple[Array, tuple[Array, ...], TruncatedCache]:
    """Reads a batch of sequences in windows, each starting from the state that the last one left.

    Args:
        forward: `rnn_forward`, `lstm_forward`, or another of their kind.
        x: inputs, time first, shape (T, N, D).
        states: the states before the first step, (h0,) or for an LSTM (h0, c0), each (N, H).
        weights: what `forward` takes after the states.
        window: number of steps in a window; the last window has what is left over.
        mask: true where a step is real, shape (T, N); None if all are.

    Returns:
        The states h, shape (T, N, H), the same as without windows; the states after the last step,
        as many as were given; and a cache for `truncated_backward`.

    Raises:
        TypeError: window is no integer; otherwise as `forward` does.
        ValueError: window is below 1; otherwise as `forward` does.

    Examples:
        >>> from functools import partial
        >>> from backprop.recurrent import rnn_forward
        >>> one = np.ones((1, 1))
        >>> weights = (one, one, np.zeros(1))  # with ReLU, the state is the sum so far
        >>> sum_up = partial(rnn_forward, activation="relu")
        >>> x = np.array([[[1.0]], [[2.0]], [[4.0]]])
        >>> h, states, cache = truncated_forward(sum_up, x, (0 * one,), weights, window=2)
        >>> h.ravel(), states
        (array([1., 3., 7.]), (array([[7.]]),))

    References:
        Williams and Peng, An efficient gradient-based algorithm for on-line training of recurrent
        network trajectories, Neural Computation 2, 1990.
    """
    hs, caches = [], []
    for start in range(0, len(x), window):
        part = slice(start, start + window)
        part_mask = None if mask is None else mask[part]
        h, *last, cache = forward(x[part], *states, *weights, mask=part_mask)
        states = (h[-1].copy(), *last)
        hs.append(h)
        caches.append(cache)
    h = np.concatenate(hs)
    return h, tuple(states), TruncatedCache(caches, window, len(states), h)


@shapes(h="T N H", dh="T N H")
def truncated_backward(
    backward: Callable[..., tuple[Array, ...]], dh: Array, cache: TruncatedCache
) -> tuple[Array, ...]:
    """Sends the gradients back within each window, and adds up those of the weights.

    Args:
        backward: the partner of `forward`.
        dh: gradient for the states, shape (T, N, H): at each step, from that step's output alone.
        cache: what `truncated_forward` returned.

    Returns:
        The gradient dx, shape (T, N, D), one for each of the initial states, from the first window
        alone, and one for each of the weights.

    Raises:
        TypeError: dh is no float array, or differs in precision from x.
        ValueError: dh has not the shape of the states.

    Examples:
        >>> from functools import partial
        >>> from backprop.recurrent import rnn_backward, rnn_forward
        >>> one = np.ones((1, 1))
        >>> weights = (one, one, np.zeros(1))
        >>> sum_up = partial(rnn_forward, activation="relu")
        >>> x = np.array([[[1.0]], [[2.0]], [[4.0]]])
        >>> h, states, cache = truncated_forward(sum_up, x, (0 * one,), weights, window=2)
        >>> dx, dh0, *dweights = truncated_backward(rnn_backward, np.ones((3, 1, 1)), cache)
        >>> dx.ravel()  # without windows 3, 2, 1: each input would reach all later states
        array([2., 1., 1.])
    """
    # A window's last cell state is a plain number to the next one, so nothing comes back for it.
    detached = [np.zeros_like(dh[0])] * (cache.number_of_states - 1)
    parts = np.split(dh, range(cache.window, len(dh), cache.window))
    gradients = [
        backward(dh_part, *detached, window_cache)  # eq:tbptt-delta
        for dh_part, window_cache in zip(parts, cache.windows, strict=True)
    ]
    dx, *others = zip(*gradients, strict=True)
    dstates = [of_windows[0] for of_windows in others[: cache.number_of_states]]
    weights = others[cache.number_of_states :]
    dweights = [
        np.sum(of_windows, axis=0) for of_windows in weights
    ]  # eq:tbptt-dWh eq:tbptt-windows
    return np.concatenate(dx), *dstates, *dweights
