"""The gated recurrent unit of `backprop.gru_reset_before`, all steps at once.

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
from backprop.gru_reset_before import GRUBeforeGradients
from backprop.masking import Mask
from backprop.shapes import Array, shapes


class GRUBeforeCache(NamedTuple):
    """What `gru_before_backward` needs, each of shape (T, N, ·) but for the weights."""

    x: Array
    h_before: Array
    h: Array
    s: Array
    r_z: Array
    n: Array
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
    padded = padded_steps(mask, T)
    # The sigmoid is a tanh of half the argument, σ(a) = ½ tanh(a / 2) + ½: W and b are halved.
    W_r_z, W_n = 0.5 * W_h[:, : 2 * H], W_h[:, 2 * H :].copy()
    r_z = project(x, 0.5 * W_x[:, : 2 * H], 0.5 * b[: 2 * H])
    n = project(x, W_x[:, 2 * H :], b[2 * H :])
    r, z = r_z[:, :, :H], r_z[:, :, H:]
    h, s = np.empty((T + 1, N, H), dtype=x.dtype), np.empty_like(n)
    h[0] = h0
    to_r_z, to_n = np.empty_like(r_z[0]), np.empty_like(h0)
    with one_thread_if_small(len(h0) * W_h.size):
        for t in range(T):
            np.matmul(h[t], W_r_z, out=to_r_z)
            r_z[t] += to_r_z
            np.tanh(r_z[t], out=r_z[t])
            r_z[t] *= 0.5
            r_z[t] += 0.5  # eq:gru-before-gates
            np.multiply(r[t], h[t], out=s[t])  # eq:gru-before-s
            np.matmul(s[t], W_n, out=to_n)
            n[t] += to_n
            np.tanh(n[t], out=n[t])  # eq:gru-before-n
            # The blend (1 - z) n + z h, with one product: n + z (h - n).
            np.subtract(h[t], n[t], out=h[t + 1])
            h[t + 1] *= z[t]
            h[t + 1] += n[t]  # eq:gru-before-h
            if (rest := padded[t]) is not None:
                np.copyto(h[t + 1], h[t], where=rest)
    return h[1:], GRUBeforeCache(x, h[:-1], h[1:], s, r_z, n, W_x, W_h, mask)


@shapes(h="T N H", dh="T N H")
def gru_before_backward(dh: Array, cache: GRUBeforeCache) -> GRUBeforeGradients:
    """Sends the gradients for all states back through time.

    Arguments, returns and errors are those of `backprop.gru_reset_before.gru_before_backward`.
    """
    dh, x, h_before, _, s, r_z, n, W_x, W_h = in_one_dtype(dh, *cache[:8])
    mask = cache.mask
    padded, H = padded_steps(mask, len(x)), dh.shape[2]
    W_r_zT, W_nT = W_h[:, : 2 * H].T.copy(), W_h[:, 2 * H :].T.copy()
    r, z = np.split(r_z, 2, axis=2)
    da = np.empty((*dh.shape[:2], 3 * H), dtype=dh.dtype)
    da_r_z, da_n = da[:, :, : 2 * H], da[:, :, 2 * H :]
    da_r, da_z = da_r_z[:, :, :H], da_r_z[:, :, H:]
    da_r[:] = h_before * r * (1 - r)  # eq:gru-before-dreset
    da_z[:] = (h_before - n) * z * (1 - z)  # eq:gru-before-dgates
    da_n[:] = (1 - z) * (1 - n**2)  # eq:gru-before-dgates
    if mask is not None:
        da[~mask] = 0
    from_later, dh_t = np.zeros_like(dh[0]), np.empty_like(dh[0])
    ds, kept = np.empty_like(dh[0]), np.empty_like(dh[0])
    with one_thread_if_small(dh.shape[1] * W_h.size):
        for t in reversed(range(len(x))):
            np.add(dh[t], from_later, out=dh_t)
            da_n[t] *= dh_t
            np.matmul(da_n[t], W_nT, out=ds)  # eq:gru-before-ds
            da_r[t] *= ds
            da_z[t] *= dh_t
            np.matmul(da_r_z[t], W_r_zT, out=from_later)
            ds *= r[t]
            from_later += ds
            np.multiply(dh_t, z[t], out=kept)
            from_later += kept  # eq:gru-before-dh
            if (rest := padded[t]) is not None:
                np.copyto(from_later, dh_t, where=rest)
    dx, dW_x, db = input_gradients(da, x, W_x)
    dW_h = np.concatenate([state_gradient(da_r_z, h_before), state_gradient(da_n, s)], axis=1)
    return dx, from_later, dW_x, dW_h, db
