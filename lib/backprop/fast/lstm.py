"""Long short-term memory of `backprop.lstm`, all steps at once.

Only the state waits for the step before. All four gates are made by one tanh, and what multiplies
the gradients on the way back is made for as many steps at once as stay in the cache.
"""

from typing import NamedTuple

import numpy as np

from backprop.fast.parallel import one_thread_if_small
from backprop.fast.rows import (
    ahead,
    back,
    blocks_back,
    by_gate,
    in_one_dtype,
    in_parts,
    input_gradients,
    padded_steps,
    project_by_gate,
    real_inputs,
    state_gradient,
    written_in_parts,
)
from backprop.lstm import LSTMGradients
from backprop.masking import Mask
from backprop.shapes import Array, shapes


class LSTMCache(NamedTuple):
    """What `lstm_backward` needs; gates i, f, g and o are (T, 4, N, H), states (T, N, H)."""

    x: Array
    c_before: Array
    h_before: Array
    h: Array
    tanh_c: Array
    gates: Array
    W_x: Array
    W_h: Array
    mask: Mask | None


@shapes(x="T N D", h0="N H", c0="N H", W_x="D 4H", W_h="H 4H", b="4H", mask="bool T N")
def lstm_forward(
    x: Array,
    h0: Array,
    c0: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    *,
    mask: Mask | None = None,
) -> tuple[Array, Array, LSTMCache]:
    """Reads a batch of sequences and returns the state after every step.

    Arguments, returns and errors are those of `backprop.lstm.lstm_forward`.
    """
    x, h0, c0, W_x, W_h, b = in_one_dtype(real_inputs(x, mask), h0, c0, W_x, W_h, b)
    T, N, H = len(x), *h0.shape
    # The sigmoid is a tanh of half the argument, σ(a) = ½ tanh(a / 2) + ½: W and b are halved.
    halves = np.array([0.5, 0.5, 1.0, 0.5], dtype=x.dtype).reshape(4, 1, 1)
    W_gx, W_gh, b_g = (halves * by_gate(array, 4) for array in (W_x, W_h, b))
    gates = project_by_gate(x, W_gx, b_g)
    scale = np.broadcast_to(halves, (4, N, H)).copy()
    shift = 1 - scale
    h, c = np.empty((2, T + 1, N, H), dtype=x.dtype)
    h[0], c[0] = h0, c0
    tanh_c, let_in, from_state = np.empty_like(h[1:]), np.empty_like(h0), np.empty_like(scale)
    W_parts = in_parts(W_gh, N)
    products = written_in_parts(from_state, W_parts.shape[1])
    steps = gates, h[:-1], h[1:], c[:-1], c[1:], tanh_c, padded_steps(mask, T)
    with one_thread_if_small(len(h0) * W_h.size):
        for gates_t, h_t, h_next, c_t, c_next, tanh_t, rest in ahead(*steps):
            np.matmul(h_t, W_parts, out=products)
            np.add(gates_t, from_state, out=gates_t)  # eq:lstm-a
            np.tanh(gates_t, out=gates_t)
            np.multiply(gates_t, scale, out=gates_t)
            np.add(gates_t, shift, out=gates_t)
            i, f, g, o = gates_t
            np.multiply(i, g, out=let_in)
            np.multiply(f, c_t, out=c_next)
            np.add(c_next, let_in, out=c_next)  # eq:lstm-c
            np.tanh(c_next, out=tanh_t)
            np.multiply(o, tanh_t, out=h_next)  # eq:lstm-h
            if rest is not None:
                np.copyto(h_next, h_t, where=rest)
                np.copyto(c_next, c_t, where=rest)
    return h[1:], c[T].copy(), LSTMCache(x, c[:-1], h[:-1], h[1:], tanh_c, gates, W_x, W_h, mask)


@shapes(h="T N H", dh="T N H", dc="N H")
def lstm_backward(dh: Array, dc: Array, cache: LSTMCache) -> LSTMGradients:
    """Sends the gradients for all states back through time.

    Arguments, returns and errors are those of `backprop.lstm.lstm_backward`.
    """
    dh, dc, x, c_before, h_before, _, tanh_c, gates, W_x, W_h = in_one_dtype(dh, dc, *cache[:8])
    T, N, H = dh.shape
    padded = padded_steps(cache.mask, T)
    da = np.empty((T, N, 4, H), dtype=dh.dtype)
    rows, da_by_gate, W_hT = da.reshape(T, N, 4 * H), da.swapaxes(1, 2), in_parts(W_h.T, N)
    dc, from_later = dc.copy(), np.zeros((N, H), dc.dtype)
    products = written_in_parts(from_later, len(W_hT))
    dh_t, dc_t = np.empty_like(dc), np.empty_like(dc)
    with one_thread_if_small(N * W_h.size):
        for block in blocks_back(T, gates[0]):
            factors, through_h = derivative_factors(c_before[block], tanh_c[block], gates[block])
            steps = (
                *(dh[block], rows[block], padded[block], gates[block, 1], through_h),
                *(factors[:, :3], da_by_gate[block, :3], factors[:, 3], da_by_gate[block, 3]),
            )
            for dy_t, row, rest, f, through_t, to_i_f_g, da_i_f_g, to_o, da_o in back(*steps):
                np.add(dy_t, from_later, out=dh_t)
                np.multiply(dh_t, through_t, out=dc_t)
                np.add(dc_t, dc, out=dc_t)  # eq:lstm-dc-next
                np.multiply(to_i_f_g, dc_t, out=da_i_f_g)
                np.multiply(to_o, dh_t, out=da_o)
                if rest is not None:
                    np.copyto(row, 0, where=rest)
                np.matmul(row, W_hT, out=products)  # eq:lstm-dh
                if rest is None:
                    np.multiply(dc_t, f, out=dc)  # eq:lstm-dc
                else:
                    np.multiply(dc_t, f, out=dc, where=~rest)
                    np.copyto(from_later, dh_t, where=rest)
    dx, dW_x, db = input_gradients(rows, x, W_x)
    return dx, from_later, dc, dW_x, state_gradient(rows, h_before), db


def derivative_factors(c: Array, tanh_c: Array, gates: Array) -> tuple[Array, Array]:
    """Returns what the walk back multiplies by, for some steps at once.

    Args:
        c: cell states before each step, shape (T, N, H).
        tanh_c: tanh of the cell states after each step, shape (T, N, H).
        gates: i, f, g and o of each step, shape (T, 4, N, H).

    Returns:
        The factors of the pre-activations, shape (T, 4, N, H), of which the first three multiply
        dc and the last dh; and that of the way from h to c, shape (T, N, H).
    """
    i, _, g, o = gates.swapaxes(0, 1)
    # The derivative of the sigmoid is y (1 - y), that of tanh, of which g is made, (1 + y) (1 - y).
    factors = gates.copy()
    factors[:, 2] += 1
    factors *= 1 - gates
    factors[:, 0] *= g  # eq:lstm-dai
    factors[:, 1] *= c  # eq:lstm-daf
    factors[:, 2] *= i  # eq:lstm-dag
    factors[:, 3] *= tanh_c  # eq:lstm-dao
    through_h = 1 - tanh_c**2
    through_h *= o
    return factors, through_h
