"""Long short-term memory of `backprop.lstm`, all steps at once.

Only the state waits for the step before. All four gates are made by one tanh, and what multiplies
the gradients on the way back is made for as many steps at once as stay in the cache. Each gate has
an array of its own, since what lies together is worked on fastest.
"""

from typing import NamedTuple

import numpy as np

from backprop.fast.parallel import one_thread_if_small
from backprop.fast.rows import (
    in_one_dtype,
    input_gradients,
    padded_steps,
    real_inputs,
    state_gradient,
)
from backprop.lstm import LSTMGradients
from backprop.masking import Mask
from backprop.shapes import Array, shapes

# Bytes of factors that are made at once on the way back.
BLOCK = 1 << 18


class LSTMCache(NamedTuple):
    """What `lstm_backward` needs; gates i, f, g and o are (4, T, N, H), states (T, N, H)."""

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
    padded = padded_steps(mask, T)
    # The sigmoid is a tanh of half the argument, σ(a) = ½ tanh(a / 2) + ½: W and b are halved.
    halves = np.array([0.5, 0.5, 1.0, 0.5], dtype=x.dtype).reshape(4, 1, 1)
    shift = 1 - halves
    W_gx, W_gh, b_g = (halves * by_gate(array, H) for array in (W_x, W_h, b))
    gates = (x.reshape(T * N, -1) @ W_gx + b_g).reshape(4, T, N, H)
    h, c = np.empty((2, T + 1, N, H), dtype=x.dtype)
    h[0], c[0] = h0, c0
    tanh_c, let_in, from_state = np.empty_like(h[1:]), np.empty_like(h0), np.empty_like(gates[:, 0])
    with one_thread_if_small(len(h0) * W_h.size):
        for t in range(T):
            np.matmul(h[t], W_gh, out=from_state)
            gates_t = gates[:, t]
            gates_t += from_state  # eq:lstm-a
            np.tanh(gates_t, out=gates_t)
            gates_t *= halves
            gates_t += shift
            i, f, g, o = gates_t
            np.multiply(i, g, out=let_in)
            np.multiply(f, c[t], out=c[t + 1])
            c[t + 1] += let_in  # eq:lstm-c
            np.tanh(c[t + 1], out=tanh_c[t])
            np.multiply(o, tanh_c[t], out=h[t + 1])  # eq:lstm-h
            if (rest := padded[t]) is not None:
                np.copyto(h[t + 1], h[t], where=rest)
                np.copyto(c[t + 1], c[t], where=rest)
    cache = LSTMCache(x, c[:-1], h[:-1], h[1:], tanh_c, gates, W_x, W_h, mask)
    return h[1:], c[T].copy(), cache


@shapes(h="T N H", dh="T N H", dc="N H")
def lstm_backward(dh: Array, dc: Array, cache: LSTMCache) -> LSTMGradients:
    """Sends the gradients for all states back through time.

    Arguments, returns and errors are those of `backprop.lstm.lstm_backward`.
    """
    dh, dc, x, c_before, h_before, _, tanh_c, gates, W_x, W_h = in_one_dtype(dh, dc, *cache[:8])
    T, N, H = dh.shape
    padded = padded_steps(cache.mask, T)
    da = np.empty((T, N, 4, H), dtype=dh.dtype)
    da_rows, W_hT, dc = da.reshape(T, N, 4 * H), W_h.T.copy(), dc.copy()
    from_later, dh_t, dc_t = np.zeros_like(dc), np.empty_like(dc), np.empty_like(dc)
    block = max(1, BLOCK // gates[:, 0].nbytes)
    with one_thread_if_small(N * W_h.size):
        for end in range(T, 0, -block):
            steps = range(max(0, end - block), end)
            part = slice(steps.start, end)
            factors, through_h = derivative_factors(c_before[part], tanh_c[part], gates[:, part])
            for k, t in reversed([*enumerate(steps)]):
                np.add(dh[t], from_later, out=dh_t)
                np.multiply(dh_t, through_h[k], out=dc_t)
                dc_t += dc  # eq:lstm-dc-next
                da_t = da[t].swapaxes(0, 1)
                np.multiply(factors[:3, k], dc_t, out=da_t[:3])
                np.multiply(factors[3, k], dh_t, out=da_t[3])
                if (rest := padded[t]) is not None:
                    np.copyto(da_t, 0, where=rest)
                np.matmul(da_rows[t], W_hT, out=from_later)  # eq:lstm-dh
                if rest is None:
                    np.multiply(dc_t, gates[1, t], out=dc)  # eq:lstm-dc
                else:
                    np.multiply(dc_t, gates[1, t], out=dc, where=~rest)
                    np.copyto(from_later, dh_t, where=rest)
    dx, dW_x, db = input_gradients(da_rows, x, W_x)
    return dx, from_later, dc, dW_x, state_gradient(da_rows, h_before), db


def by_gate(array: Array, H: int) -> Array:
    """Returns the columns of each gate in an array of its own, from (·, 4H) to (4, ·, H)."""
    return array.reshape(-1, 4, H).swapaxes(0, 1)


def derivative_factors(c: Array, tanh_c: Array, gates: Array) -> tuple[Array, Array]:
    """Returns what the walk back multiplies by, for some steps at once.

    Args:
        c: cell states before each step, shape (T, N, H).
        tanh_c: tanh of the cell states after each step, shape (T, N, H).
        gates: i, f, g and o of each step, shape (4, T, N, H).

    Returns:
        The factors of the pre-activations, shape (4, T, N, H), of which the first three multiply
        dc and the last dh; and that of the way from h to c, shape (T, N, H).
    """
    i, _, g, o = gates
    # The derivatives of the sigmoid, y (1 - y), and of tanh, (1 - y) (1 + y), are (1 - y) (y + k).
    k = np.array([0.0, 0.0, 1.0, 0.0], dtype=gates.dtype).reshape(4, 1, 1, 1)
    factors = gates + k
    factors *= 1 - gates
    factors[0] *= g  # eq:lstm-dai
    factors[1] *= c  # eq:lstm-daf
    factors[2] *= i  # eq:lstm-dag
    factors[3] *= tanh_c  # eq:lstm-dao
    through_h = 1 - tanh_c**2
    through_h *= o
    return factors, through_h
