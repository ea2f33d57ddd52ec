"""The recurrent network of `backprop.recurrent`, all steps at once.

Only the state waits for the step before. The walk is left with one product to a step, in place.
"""

from typing import NamedTuple

import numpy as np

from backprop.fast.parallel import one_thread_if_small
from backprop.fast.rows import (
    in_one_dtype,
    input_gradients,
    padded_steps,
    project,
    real_inputs,
    state_gradient,
)
from backprop.masking import Mask
from backprop.recurrent import RNNGradients
from backprop.shapes import Array, shapes


class RNNCache(NamedTuple):
    """What `rnn_backward` needs: the states before and after each step have shape (T, N, H)."""

    x: Array
    h_before: Array
    h: Array
    W_x: Array
    W_h: Array
    mask: Mask | None
    activation: str


@shapes(
    x="T N D",
    h0="N H",
    W_x="D H",
    W_h="H H",
    b="H",
    mask="bool T N",
    activation="'tanh' or 'relu'",
)
def rnn_forward(
    x: Array,
    h0: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    *,
    mask: Mask | None = None,
    activation: str = "tanh",
) -> tuple[Array, RNNCache]:
    """Reads a batch of sequences and returns the state after every step.

    Arguments, returns and errors are those of `backprop.recurrent.rnn_forward`.
    """
    x, h0, W_x, W_h, b = in_one_dtype(real_inputs(x, mask), h0, W_x, W_h, b)
    T, padded = len(x), padded_steps(mask, len(x))
    a = project(x, W_x, b)
    from_state = np.empty_like(h0)
    h = np.empty((T + 1, *h0.shape), dtype=h0.dtype)
    h[0] = h0
    with one_thread_if_small(len(h0) * W_h.size):
        for t in range(T):
            np.matmul(h[t], W_h, out=from_state)
            a[t] += from_state  # eq:rnn-a-rows
            if activation == "tanh":
                np.tanh(a[t], out=h[t + 1])  # eq:rnn-h
            else:
                np.maximum(0, a[t], out=h[t + 1])
            if padded[t] is not None:
                np.copyto(h[t + 1], h[t], where=padded[t])  # eq:rnn-mask
    return h[1:], RNNCache(x, h[:-1], h[1:], W_x, W_h, mask, activation)


@shapes(h="T N H", dh="T N H")
def rnn_backward(dh: Array, cache: RNNCache) -> RNNGradients:
    """Sends the gradients for all states back through time.

    Arguments, returns and errors are those of `backprop.recurrent.rnn_backward`.
    """
    dh, x, h_before, h, W_x, W_h = in_one_dtype(dh, *cache[:5])
    tanh = cache.activation == "tanh"
    da = 1 - h**2 if tanh else np.heaviside(h.real, 0).astype(h.dtype, copy=False)
    if cache.mask is not None:
        da[~cache.mask] = 0  # eq:rnn-mask-da
    padded = padded_steps(cache.mask, len(x))
    from_later, dh_t = np.zeros_like(dh[0]), np.empty_like(dh[0])
    W_hT = W_h.T.copy()
    with one_thread_if_small(dh.shape[1] * W_h.size):
        for t in reversed(range(len(x))):
            np.add(dh[t], from_later, out=dh_t)  # eq:bptt-delta
            da[t] *= dh_t  # eq:rnn-da
            np.matmul(da[t], W_hT, out=from_later)  # eq:rnn-dh
            if padded[t] is not None:
                np.copyto(from_later, dh_t, where=padded[t])  # eq:rnn-mask-dh
    dx, dW_x, db = input_gradients(da, x, W_x)
    return dx, from_later, dW_x, state_gradient(da, h_before), db
