"""The gated recurrent unit of `backprop.gru`, all steps at once.

Only the state waits for the step before. All gates of a step multiply one gradient, that for its
state, by what the forward pass has left: it is made for as many steps at once as stay in the cache.
"""

from typing import NamedTuple

import numpy as np

from backprop.fast.parallel import one_thread_if_small
from backprop.fast.rows import (
    ahead,
    back,
    blend,
    blocks_back,
    by_gate,
    in_one_dtype,
    input_gradients,
    padded_steps,
    project_by_gate,
    real_inputs,
    state_gradient,
)
from backprop.gru import GRUGradients
from backprop.masking import Mask
from backprop.shapes import Array, shapes
from backprop.sums import sum_rows


class GRUCache(NamedTuple):
    """What `gru_backward` needs; r, z and n are (T, 3, N, H), the states and q are (T, N, H)."""

    x: Array
    h_before: Array
    h: Array
    q: Array
    gates: Array
    W_x: Array
    W_h: Array
    mask: Mask | None


@shapes(x="T N D", h0="N H", W_x="D 3H", W_h="H 3H", b="3H", b_hn="H", mask="bool T N")
def gru_forward(
    x: Array,
    h0: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    b_hn: Array,
    *,
    mask: Mask | None = None,
) -> tuple[Array, GRUCache]:
    """Reads a batch of sequences and returns the state after every step.

    Arguments, returns and errors are those of `backprop.gru.gru_forward`.
    """
    x, h0, W_x, W_h, b, b_hn = in_one_dtype(real_inputs(x, mask), h0, W_x, W_h, b, b_hn)
    T, N, H = len(x), *h0.shape
    # The sigmoid is a tanh of half the argument, σ(a) = ½ tanh(a / 2) + ½: W and b are halved.
    halves = np.array([0.5, 0.5, 1.0], dtype=x.dtype).reshape(3, 1, 1)
    W_gx, W_gh, b_g = (halves * by_gate(array, 3) for array in (W_x, W_h, b))
    gates = project_by_gate(x, W_gx, b_g)
    states, q = np.empty((T + 1, N, H), dtype=x.dtype), np.empty((T, N, H), dtype=x.dtype)
    states[0] = h0
    h_before, h = states[:-1], states[1:]
    from_state, to_n = np.empty_like(gates[0]), np.empty_like(h0)
    steps = gates[:, :2], gates[:, 2], h_before, h, q, padded_steps(mask, T)
    with one_thread_if_small(len(h0) * W_h.size):
        for r_z, n, h_t, h_next, q_t, rest in ahead(*steps):
            np.matmul(h_t, W_gh, out=from_state)
            np.add(r_z, from_state[:2], out=r_z)
            np.tanh(r_z, out=r_z)
            np.multiply(r_z, 0.5, out=r_z)
            np.add(r_z, 0.5, out=r_z)  # eq:gru-r eq:gru-z
            r, z = r_z
            np.add(from_state[2], b_hn, out=q_t)  # eq:gru-q
            np.multiply(r, q_t, out=to_n)
            np.add(n, to_n, out=n)
            np.tanh(n, out=n)  # eq:gru-n
            blend(h_t, n, z, out=h_next)  # eq:gru-h
            if rest is not None:
                np.copyto(h_next, h_t, where=rest)
    return h, GRUCache(x, h_before, h, q, gates, W_x, W_h, mask)


@shapes(h="T N H", dh="T N H")
def gru_backward(dh: Array, cache: GRUCache) -> GRUGradients:
    """Sends the gradients for all states back through time.

    Arguments, returns and errors are those of `backprop.gru.gru_backward`.
    """
    dh, x, h_before, _, q, gates, W_x, W_h = in_one_dtype(dh, *cache[:7])
    T, N, H = dh.shape
    padded = padded_steps(cache.mask, T)
    du, da_n, dh_all = np.empty((T, N, 3, H), dtype=dh.dtype), np.empty_like(dh), np.empty_like(dh)
    rows, du_by_gate, W_hT = du.reshape(T, N, 3 * H), du.swapaxes(1, 2), W_h.T.copy()
    from_later, kept = np.zeros_like(dh[0]), np.empty_like(dh[0])
    with one_thread_if_small(N * W_h.size):
        for block in blocks_back(T, gates[0]):
            factors, to_n = derivative_factors(h_before[block], q[block], gates[block])
            steps = (
                *(dh[block], dh_all[block], rows[block], padded[block], gates[block, 1]),
                *(factors, du_by_gate[block]),
            )
            for dy_t, dh_t, row, rest, z, factors_t, du_t in back(*steps):
                np.add(dy_t, from_later, out=dh_t)
                np.multiply(factors_t, dh_t, out=du_t)
                if rest is not None:
                    np.copyto(row, 0, where=rest)
                np.matmul(row, W_hT, out=from_later)
                np.multiply(dh_t, z, out=kept)
                np.add(from_later, kept, out=from_later)  # eq:gru-dh
                if rest is not None:
                    np.copyto(from_later, dh_t, where=rest)
            np.multiply(dh_all[block], to_n, out=da_n[block])  # eq:gru-dan
    if cache.mask is not None:
        da_n[~cache.mask] = 0
    dW_h, db_hn = state_gradient(rows, h_before), sum_rows(du[:, :, 2].reshape(T * N, H))
    # For the input, the candidate's part is not behind the reset gate.
    du[:, :, 2] = da_n
    dx, dW_x, db = input_gradients(rows, x, W_x)
    return dx, from_later, dW_x, dW_h, db, db_hn


def derivative_factors(h: Array, q: Array, gates: Array) -> tuple[Array, Array]:
    """Returns what the walk back multiplies by, for some steps at once.

    Args:
        h: states before each step, shape (T, N, H).
        q: the candidate's products with the state, shape (T, N, H).
        gates: r, z and the candidate n of each step, shape (T, 3, N, H).

    Returns:
        The factors by which dh gives the gradients for what the state gave to each gate, shape
        (T, 3, N, H), and that for the candidate's weighted sum, shape (T, N, H).
    """
    r, z, n = gates.swapaxes(0, 1)
    to_n = 1 - n**2
    to_n *= 1 - z
    factors = np.empty_like(gates)
    du_r, du_z, dq = factors.swapaxes(0, 1)
    np.multiply(to_n, r, out=dq)  # eq:gru-dq
    np.multiply(dq, q, out=du_r)
    du_r *= 1 - r  # eq:gru-dar
    np.subtract(h, n, out=du_z)
    du_z *= z
    du_z *= 1 - z  # eq:gru-daz
    return factors, to_n
