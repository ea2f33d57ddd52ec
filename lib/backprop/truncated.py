"""Truncated backpropagation through time: forwards through all of it, backwards window by window.

The state is carried from one window to the next, as a number: no gradient goes back across the
border. What is dropped is the influence of a window's weights and inputs on later windows' losses.
Any pair of sequence functions will do, those of `backprop.recurrent` or of `backprop.lstm`, say.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from backprop._check import Array, check_arrays, check_count
from backprop._sequence import SequenceCache
from backprop.masking import Mask, check_mask


def truncated_forward(
    forward: Callable[..., tuple[Any, ...]],
    x: Array,
    states: Sequence[Array],
    weights: Sequence[Array],
    *,
    window: int,
    mask: Mask | None = None,
) -> tuple[Array, tuple[Array, ...], SequenceCache]:
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
    window = check_count("truncated_forward", "window", window)
    check_arrays("truncated_forward", x=(x, "T N D"))
    check_mask("truncated_forward", mask, *x.shape[:2])
    hs, caches = [], []
    for start in range(0, len(x), window):
        part = slice(start, start + window)
        part_mask = None if mask is None else mask[part]
        h, *last, cache = forward(x[part], *states, *weights, mask=part_mask)
        states = (h[-1].copy(), *last)
        hs.append(h)
        caches.append(cache)
    h = np.concatenate(hs)
    return h, tuple(states), (caches, window, len(states), h)


def truncated_backward(
    backward: Callable[..., tuple[Array, ...]], dh: Array, cache: SequenceCache
) -> tuple[Array, ...]:
    """Sends the gradients back within each window, and adds up those of the weights.

    Args:
        backward: the partner of `forward`.
        dh: gradient for the states, shape (T, N, H): at each step, from that step's output alone.
        cache: what `truncated_forward` returned.

    Returns:
        The gradient dx, shape (T, N, D), and one for each of the weights. There is none for the
        initial states, since only the first window would know it.

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
        >>> dx, *dweights = truncated_backward(rnn_backward, np.ones((3, 1, 1)), cache)
        >>> dx.ravel()  # without windows 3, 2, 1: each input would reach all later states
        array([2., 1., 1.])
    """
    caches, window, number_of_states, h = cache
    check_arrays("truncated_backward", h=(h, "T N H"), dh=(dh, "T N H"))
    # A window's last cell state is a plain number to the next one, so nothing comes back for it.
    detached = [np.zeros_like(dh[0])] * (number_of_states - 1)
    gradients = [
        backward(dh[k * window : (k + 1) * window], *detached, window_cache)  # eq:tbptt-delta
        for k, window_cache in enumerate(caches)
    ]
    dx = np.concatenate([of_window[0] for of_window in gradients])
    weights = range(1 + number_of_states, len(gradients[0]))
    dweights = (
        np.sum([of_window[k] for of_window in gradients], axis=0)  # eq:tbptt-dWh eq:tbptt-windows
        for k in weights
    )
    return dx, *dweights
