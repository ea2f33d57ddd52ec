"""The gated recurrent unit of `backprop.gru_reset_before`, all steps at once.

Only the state waits for the step before. What multiplies the gradients on the way back is made for
as many steps at once as stay in the cache.
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
from backprop.gru_reset_before import GRUBeforeGradients
from backprop.masking import Mask
from backprop.shapes import Array, shapes


class GRUBeforeCache(NamedTuple):
    """What `gru_before_backward` needs; r, z, n are (T, 3, N, H), the states and s (T, N, H)."""

    x: Array
    h_before: Array
    h: Array
    s: Array
    gates: Array
    W_x: Array
    W_h: Array
    mask: Mask | None


@shapes(x="T N D", h0="N H", W_x="D 3H", W_h="H 3H", b="3H", mask="bool T N")
def gru_before_forward(
    x: Array,
    h0: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    *,
    mask: Mask | None = None,
) -> tuple[Array, GRUBeforeCache]:
    """Reads a batch of sequences and returns the state after every step.

    Arguments, returns and errors are those of `backprop.gru_reset_before.gru_before_forward`.
    """
    x, h0, W_x, W_h, b = in_one_dtype(real_inputs(x, mask), h0, W_x, W_h, b)
    T, N, H = len(x), *h0.shape
    # The sigmoid is a tanh of half the argument, σ(a) = ½ tanh(a / 2) + ½: W and b are halved.
    halves = np.array([0.5, 0.5, 1.0], dtype=x.dtype).reshape(3, 1, 1)
    W_gx, W_gh, b_g = (halves * by_gate(array, 3) for array in (W_x, W_h, b))
    gates = project_by_gate(x, W_gx, b_g)
    states, s = np.empty((T + 1, N, H), dtype=x.dtype), np.empty((T, N, H), dtype=x.dtype)
    states[0] = h0
    h_before, h = states[:-1], states[1:]
    to_r_z, to_n = np.empty_like(gates[0, :2]), np.empty_like(h0)
    steps = gates[:, :2], gates[:, 2], h_before, h, s, padded_steps(mask, T)
    with one_thread_if_small(len(h0) * W_h.size):
        for r_z, n, h_t, h_next, s_t, rest in ahead(*steps):
            np.matmul(h_t, W_gh[:2], out=to_r_z)
            np.add(r_z, to_r_z, out=r_z)
            np.tanh(r_z, out=r_z)
            np.multiply(r_z, 0.5, out=r_z)
            np.add(r_z, 0.5, out=r_z)  # eq:gru-before-gates
            r, z = r_z
            np.multiply(r, h_t, out=s_t)  # eq:gru-before-s
            np.matmul(s_t, W_gh[2], out=to_n)
            np.add(n, to_n, out=n)
            np.tanh(n, out=n)  # eq:gru-before-n
            blend(h_t, n, z, out=h_next)  # eq:gru-before-h
            if rest is not None:
                np.copyto(h_next, h_t, where=rest)
    return h, GRUBeforeCache(x, h_before, h, s, gates, W_x, W_h, mask)


@shapes(h="T N H", dh="T N H")
def gru_before_backward(dh: Array, cache: GRUBeforeCache) -> GRUBeforeGradients:
    """Sends the gradients for all states back through time.

    Arguments, returns and errors are those of `backprop.gru_reset_before.gru_before_backward`.
    """
    dh, x, h_before, _, s, gates, W_x, W_h = in_one_dtype(dh, *cache[:7])
    T, N, H = dh.shape
    padded = padded_steps(cache.mask, T)
    W_r_zT, W_nT = W_h[:, : 2 * H].T.copy(), W_h[:, 2 * H :].T.copy()
    da = np.empty((T, N, 3, H), dtype=dh.dtype)
    rows, da_by_gate = da.reshape(T, N, 3 * H), da.swapaxes(1, 2)
    from_later, dh_t = np.zeros_like(dh[0]), np.empty_like(dh[0])
    ds, kept = np.empty_like(dh[0]), np.empty_like(dh[0])
    with one_thread_if_small(N * W_h.size):
        for block in blocks_back(T, gates[0]):
            factors = derivative_factors(h_before[block], gates[block])
            steps = dh[block], rows[block], padded[block], gates[block], factors, da_by_gate[block]
            for dy_t, row, rest, (r, z, _), factors_t, (da_r, da_z, da_n) in back(*steps):
                to_r, to_z, to_n = factors_t
                np.add(dy_t, from_later, out=dh_t)
                np.multiply(to_n, dh_t, out=da_n)
                np.matmul(da_n, W_nT, out=ds)  # eq:gru-before-ds
                np.multiply(to_r, ds, out=da_r)
                np.multiply(to_z, dh_t, out=da_z)
                if rest is not None:
                    np.copyto(row, 0, where=rest)
                np.matmul(row[:, : 2 * H], W_r_zT, out=from_later)
                np.multiply(ds, r, out=ds)
                np.add(from_later, ds, out=from_later)
                np.multiply(dh_t, z, out=kept)
                np.add(from_later, kept, out=from_later)  # eq:gru-before-dh
                if rest is not None:
                    np.copyto(from_later, dh_t, where=rest)
    dx, dW_x, db = input_gradients(rows, x, W_x)
    da_r_z, da_n = rows[:, :, : 2 * H], rows[:, :, 2 * H :]
    dW_h = np.concatenate([state_gradient(da_r_z, h_before), state_gradient(da_n, s)], axis=1)
    return dx, from_later, dW_x, dW_h, db


def derivative_factors(h: Array, gates: Array) -> Array:
    """Returns what the walk back multiplies by, for some steps at once.

    Args:
        h: states before each step, shape (T, N, H).
        gates: r, z and the candidate n of each step, shape (T, 3, N, H).

    Returns:
        The factors of the pre-activations, shape (T, 3, N, H), of which the first multiplies ds and
        the others dh.
    """
    r, z, n = gates.swapaxes(0, 1)
    factors = np.empty_like(gates)
    da_r, da_z, da_n = factors.swapaxes(0, 1)
    np.multiply(h, r, out=da_r)
    da_r *= 1 - r  # eq:gru-before-dreset
    np.subtract(h, n, out=da_z)
    da_z *= z
    da_z *= 1 - z  # eq:gru-before-dgates
    np.subtract(1, n**2, out=da_n)
    da_n *= 1 - z  # eq:gru-before-dgates
    return factors
