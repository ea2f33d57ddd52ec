"""The gated recurrent unit of `backprop.gru`, all steps at once.

Only the state waits for the step before. What multiplies the gradients on the way back is known
before it starts, for all steps. The walks are left with the products of the state, in place.
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
from backprop.gru import GRUGradients
from backprop.masking import Mask
from backprop.shapes import Array, shapes


class GRUCache(NamedTuple):
    """What `gru_backward` needs, each of shape (T, N, ·) but for the weights."""

    x: Array
    h_before: Array
    h: Array
    q: Array
    r_z: Array
    n: Array
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
    padded = padded_steps(mask, T)
    # The sigmoid is a tanh of half the argument, σ(a) = ½ tanh(a / 2) + ½: W and b are halved.
    W_r_z, W_n = 0.5 * W_h[:, : 2 * H], W_h[:, 2 * H :].copy()
    r_z = project(x, 0.5 * W_x[:, : 2 * H], 0.5 * b[: 2 * H])
    n = project(x, W_x[:, 2 * H :], b[2 * H :])
    r, z = r_z[:, :, :H], r_z[:, :, H:]
    h, q = np.empty((T + 1, N, H), dtype=x.dtype), np.empty_like(n)
    h[0] = h0
    to_r_z, to_n = np.empty_like(r_z[0]), np.empty_like(h0)
    with one_thread_if_small(len(h0) * W_h.size):
        for t in range(T):
            np.matmul(h[t], W_r_z, out=to_r_z)
            r_z[t] += to_r_z
            np.tanh(r_z[t], out=r_z[t])
            r_z[t] *= 0.5
            r_z[t] += 0.5  # eq:gru-r eq:gru-z
            np.matmul(h[t], W_n, out=q[t])
            q[t] += b_hn  # eq:gru-q
            np.multiply(r[t], q[t], out=to_n)
            n[t] += to_n
            np.tanh(n[t], out=n[t])  # eq:gru-n
            # The blend (1 - z) n + z h, with one product: n + z (h - n).
            np.subtract(h[t], n[t], out=h[t + 1])
            h[t + 1] *= z[t]
            h[t + 1] += n[t]  # eq:gru-h
            if (rest := padded[t]) is not None:
                np.copyto(h[t + 1], h[t], where=rest)
    return h[1:], GRUCache(x, h[:-1], h[1:], q, r_z, n, W_x, W_h, mask)


@shapes(h="T N H", dh="T N H")
def gru_backward(dh: Array, cache: GRUCache) -> GRUGradients:
    """Sends the gradients for all states back through time.

    Arguments, returns and errors are those of `backprop.gru.gru_backward`.
    """
    dh, x, h_before, _, q, r_z, n, W_x, W_h = in_one_dtype(dh, *cache[:8])
    mask = cache.mask
    padded = padded_steps(mask, len(x))
    r, z = np.split(r_z, 2, axis=2)
    to_n = 1 - n**2
    to_n *= 1 - z
    du = np.empty((*dh.shape[:2], 3, dh.shape[2]), dtype=dh.dtype)
    du_r, du_z, dq = du[:, :, 0], du[:, :, 1], du[:, :, 2]
    np.multiply(to_n, r, out=dq)  # eq:gru-dq
    np.multiply(dq, q, out=du_r)
    du_r *= 1 - r  # eq:gru-dar
    np.subtract(h_before, n, out=du_z)
    du_z *= z
    du_z *= 1 - z  # eq:gru-daz
    if mask is not None:
        to_n[~mask], du[~mask] = 0, 0
    du_rows = du.reshape(*dh.shape[:2], -1)
    dh = dh.copy()
    from_later, kept = np.zeros_like(dh[0]), np.empty_like(dh[0])
    W_hT = W_h.T.copy()
    with one_thread_if_small(dh.shape[1] * W_h.size):
        for t in reversed(range(len(x))):
            dh[t] += from_later
            du[t] *= dh[t][:, np.newaxis]
            np.matmul(du_rows[t], W_hT, out=from_later)
            np.multiply(dh[t], z[t], out=kept)
            from_later += kept  # eq:gru-dh
            if (rest := padded[t]) is not None:
                np.copyto(from_later, dh[t], where=rest)
    dW_h, db_hn = state_gradient(du_rows, h_before), dq.sum(axis=(0, 1))
    # For the input, the candidate's part is not behind the reset gate.
    np.multiply(dh, to_n, out=dq)  # eq:gru-dan
    dx, dW_x, db = input_gradients(du_rows, x, W_x)
    return dx, from_later, dW_x, dW_h, db, db_hn
