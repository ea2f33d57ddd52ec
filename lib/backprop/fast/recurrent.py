"""The recurrent network of `backprop.recurrent`, all steps at once.

Only the state waits for the step before. The walk is left with one product to a step, in place.
"""

from typing import NamedTuple

import numpy as np

from backprop.fast.parallel import one_thread_if_small
from backprop.fast.rows import (
    ahead,
    back,
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
    T, tanh = len(x), activation == "tanh"
    a = project(x, W_x, b)
    from_state = np.empty_like(h0)
    states = np.empty((T + 1, *h0.shape), dtype=h0.dtype)
    states[0] = h0
    h_before, h = states[:-1], states[1:]
    with one_thread_if_small(len(h0) * W_h.size):
        for a_t, h_t, h_next, rest in ahead(a, h_before, h, padded_steps(mask, T)):
            np.matmul(h_t, W_h, out=from_state)
            np.add(a_t, from_state, out=a_t)  # eq:rnn-a-rows
            np.tanh(a_t, out=h_next) if tanh else np.maximum(0, a_t, out=h_next)  # eq:rnn-h
            if rest is not None:
                np.copyto(h_next, h_t, where=rest)  # eq:rnn-mask
    return h, RNNCache(x, h_before, h, W_x, W_h, mask, activation)


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
        for dy_t, da_t, rest in back(dh, da, padded):
            np.add(dy_t, from_later, out=dh_t)  # eq:bptt-delta
            np.multiply(da_t, dh_t, out=da_t)  # eq:rnn-da
            np.matmul(da_t, W_hT, out=from_later)  # eq:rnn-dh
            if rest is not None:
                np.copyto(from_later, dh_t, where=rest)  # eq:rnn-mask-dh
    dx, dW_x, db = input_gradients(da, x, W_x)
    return dx, from_later, dW_x, state_gradient(da, h_before), db
