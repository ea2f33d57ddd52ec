"""How much of a gradient at the last step is left, the further it goes back in time."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop import GRU, LSTM, RNN, Layer
from backprop.fast.gru import gru_backward, gru_forward
from backprop.fast.lstm import lstm_backward, lstm_forward
from backprop.fast.recurrent import rnn_backward, rnn_forward
from backprop.shapes import Array


def gradient_flow(
    forward: Callable[..., tuple[Any, ...]],
    backward: Callable[..., tuple[Array, ...]],
    x: Array,
    states: Sequence[Array],
    weights: Sequence[Array],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Measures the gradients for the states of every step, of a loss that sees the last one alone.

    The loss is the product of the last state with a random vector of length 1, drawn for each
    sequence.

    Args:
        forward: `rnn_forward`, `lstm_forward`, or another of their kind.
        backward: its partner.
        x: inputs, time first, shape (T, N, D).
        states: the initial states, (h0,) or for an LSTM (h0, c0), each of shape (N, H).
        weights: what `forward` takes after the states.
        rng: draws the vectors.

    Returns:
        The mean length of the gradient for all states of a step together, shape (T + 1,): of the
        initial state first, of the last state, which is 1, last.
    """
    caches = []
    for step in x:
        h, *last, cache = forward(step[np.newaxis], *states, *weights)
        states = (h[0], *last)
        caches.append(cache)
    direction = rng.standard_normal(states[0].shape).astype(x.dtype)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    gradients: list[Array] = [direction, *(np.zeros_like(state) for state in states[1:])]
    norms = [1.0]
    for cache in reversed(caches):
        _, *rest = backward(gradients[0][np.newaxis], *gradients[1:], cache)
        gradients = rest[: len(states)]
        lengths = np.sqrt(sum((gradient**2).sum(axis=1) for gradient in gradients))
        norms.append(float(lengths.mean()))
    return np.array(norms[::-1])


def flow_through(layer: Layer, x: Array, rng: np.random.Generator) -> NDArray[np.float64]:
    """Measures a recurrent layer as `gradient_flow` does, from zeros and in float64.

    Args:
        layer: an `RNN`, `LSTM` or `GRU` of one layer that reads forwards, with tanh and the reset
            after the product.
        x: inputs, time first, shape (T, N, D).
        rng: draws the directions in which the loss looks at the last state.

    Raises:
        TypeError: the layer is of another kind.
    """
    pairs: dict[type, tuple[Callable[..., Any], Callable[..., Any], int]] = {
        RNN: (rnn_forward, rnn_backward, 1),
        LSTM: (lstm_forward, lstm_backward, 2),
        GRU: (gru_forward, gru_backward, 1),
    }
    if not isinstance(layer, RNN | LSTM | GRU):
        raise TypeError(f"layer has type {type(layer).__name__}, wanted RNN, LSTM or GRU")
    forward, backward, count = pairs[type(layer)]
    states = [np.zeros((x.shape[1], layer.H))] * count
    weights = [param.astype(np.float64) for param in layer.params.values()]
    return gradient_flow(forward, backward, x.astype(np.float64), states, weights, rng)
