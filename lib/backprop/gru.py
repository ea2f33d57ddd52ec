"""The gated recurrent unit: the LSTM's idea with one state, two gates and a candidate.

The gates stand side by side in one matrix, in the order r, z, n. Of the two variants in use, this
is the one of today's libraries: the reset gate acts on the candidate's product with the state,
which has a bias of its own. `backprop.gru_reset_before` has the one of the paper. As in
`backprop.recurrent` there is one step of the cell, the sequence step by step, and the sequence
with all that can be done for all steps at once.
"""

from typing import TypeAlias

import numpy as np

from backprop._check import Array, Cache, check_arrays
from backprop._sequence import (
    SequenceCache,
    check_sequence,
    input_gradients,
    project,
    state_gradient,
)
from backprop.activations import sigmoid_forward
from backprop.fast.parallel import one_thread_if_small
from backprop.masking import Mask, padded_steps, real_steps

GRUGradients: TypeAlias = tuple[Array, Array, Array, Array, Array, Array]


def gru_cell_forward(
    x: Array, h: Array, W_x: Array, W_h: Array, b: Array, b_hn: Array
) -> tuple[Array, Cache]:
    """Takes one step: a blend of the old state and a candidate, with the reset after the product.

    Args:
        x: input of this step, shape (N, D).
        h: state after the step before, shape (N, H).
        W_x: weights for the input, shape (D, 3H), gates in the order r, z, n.
        W_h: weights for the state, shape (H, 3H).
        b: biases, shape (3H,).
        b_hn: bias of the candidate's product with the state, shape (H,), inside the reset.

    Returns:
        The new state, shape (N, H), and a cache for `gru_cell_backward`.

    Raises:
        TypeError: an argument is no float array, or they differ in precision.
        ValueError: an argument is empty or has a shape that does not fit.

    References:
        Cho and others, Learning phrase representations using RNN encoder-decoder for statistical
        machine translation, 2014. The place of the reset gate is that of cuDNN and so of PyTorch;
        Keras calls it `reset_after`.

    Examples:
        >>> x, h = np.array([[0.0]]), np.array([[6.0]])
        >>> W_x, W_h = np.zeros((1, 3)), np.zeros((1, 3))
        >>> b, b_hn = np.array([0.0, 0.0, 500.0]), np.array([1000.0])
        >>> gru_cell_forward(x, h, W_x, W_h, b, b_hn)[0]  # half of 6, half of tanh(1000)
        array([[3.5]])
    """
    check_arrays(
        "gru_cell_forward",
        x=(x, "N D"),
        h=(h, "N H"),
        W_x=(W_x, "D 3H"),
        W_h=(W_h, "H 3H"),
        b=(b, "3H"),
        b_hn=(b_hn, "H"),
    )
    a_r, a_z, a_n = np.split(x @ W_x + b, 3, axis=1)
    u_r, u_z, u_n = np.split(h @ W_h, 3, axis=1)
    r, _ = sigmoid_forward(a_r + u_r)  # eq:gru-r
    z, _ = sigmoid_forward(a_z + u_z)  # eq:gru-z
    q = u_n + b_hn  # eq:gru-q
    n = np.tanh(a_n + r * q)  # eq:gru-n
    h_next = (1 - z) * n + z * h  # eq:gru-h
    return h_next, (x, h, W_x, W_h, r, z, q, n)


def gru_cell_backward(dh_next: Array, cache: Cache) -> GRUGradients:
    """Sends the gradient back through one step.

    Args:
        dh_next: gradient for the new state, shape (N, H): from this step's output and from all
            later steps together.
        cache: what `gru_cell_forward` returned.

    Returns:
        The gradients dx, dh, dW_x, dW_h, db and db_hn, each in the shape of its argument.

    Raises:
        TypeError: dh_next is no float array, or differs in precision from x.
        ValueError: dh_next has not the shape of the state.

    Examples:
        >>> x, h = np.array([[0.0]]), np.array([[6.0]])
        >>> W_x, W_h = np.zeros((1, 3)), np.zeros((1, 3))
        >>> b, b_hn = np.array([0.0, 0.0, 500.0]), np.array([1000.0])
        >>> _, cache = gru_cell_forward(x, h, W_x, W_h, b, b_hn)
        >>> dx, dh, dW_x, dW_h, db, db_hn = gru_cell_backward(np.array([[8.0]]), cache)
        >>> dh, db  # 8 z; 8 (6 - 1) z (1 - z)
        (array([[4.]]), array([ 0., 10.,  0.]))
    """
    x, h, W_x, W_h, r, z, q, n = cache
    check_arrays("gru_cell_backward", h=(h, "N H"), dh_next=(dh_next, "N H"))
    dz = dh_next * (h - n)  # eq:gru-dz
    dn = dh_next * (1 - z)  # eq:gru-dn
    da_n = dn * (1 - n**2)  # eq:gru-dan
    dr = da_n * q  # eq:gru-dr
    dq = da_n * r  # eq:gru-dq
    da_r = dr * r * (1 - r)  # eq:gru-dar
    da_z = dz * z * (1 - z)  # eq:gru-daz
    da = np.concatenate([da_r, da_z, da_n], axis=1)  # eq:gru-da
    du = np.concatenate([da_r, da_z, dq], axis=1)  # eq:gru-du
    dx = da @ W_x.T  # eq:gru-dx
    dh = dh_next * z + du @ W_h.T  # eq:gru-dh
    dW_x = x.T @ da  # eq:gru-dWx
    dW_h = h.T @ du  # eq:gru-dWh
    db = da.sum(axis=0)  # eq:gru-db
    db_hn = dq.sum(axis=0)  # eq:gru-dbhn
    return dx, dh, dW_x, dW_h, db, db_hn


def gru_steps_forward(
    x: Array,
    h0: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    b_hn: Array,
    *,
    mask: Mask | None = None,
) -> tuple[Array, SequenceCache]:
    """Reads a sequence step by step, one call of the cell each: `gru_forward` as it is derived.

    Arguments, returns and errors are those of `gru_forward`.
    """
    check_sequence("gru_steps_forward", "3H", mask, x=x, h0=h0, W_x=W_x, W_h=W_h, b=b, b_hn=b_hn)
    real = real_steps(mask, *x.shape[:2])
    h, states, caches = h0, [], []
    for t in range(len(x)):
        h_next, cache = gru_cell_forward(x[t], h, W_x, W_h, b, b_hn)
        h = np.where(real[t], h_next, h)  # eq:mask-h
        states.append(h)
        caches.append(cache)
    hs = np.stack(states)
    return hs, (caches, real, hs, (W_x, W_h, b, b_hn))


def gru_steps_backward(dh: Array, cache: SequenceCache) -> GRUGradients:
    """Walks back from the last step to the first, one call of the cell's backward each.

    Arguments, returns and errors are those of `gru_backward`.
    """
    caches, real, hs, weights = cache
    check_arrays("gru_steps_backward", h=(hs, "T N H"), dh=(dh, "T N H"))
    dW_x, dW_h, db, db_hn = (np.zeros_like(weight) for weight in weights)
    dx: list[Array] = []
    from_later = np.zeros_like(dh[0])
    for t in reversed(range(len(caches))):
        dh_t = dh[t] + from_later
        through_cell = np.where(real[t], dh_t, 0)  # eq:mask-dcell
        dx_t, dh_cell, dW_x_t, dW_h_t, db_t, db_hn_t = gru_cell_backward(through_cell, caches[t])
        from_later = np.where(real[t], dh_cell, dh_t)  # eq:mask-dh
        dx.insert(0, dx_t)
        dW_x += dW_x_t
        dW_h += dW_h_t
        db += db_t
        db_hn += db_hn_t
    return np.stack(dx), from_later, dW_x, dW_h, db, db_hn


def gru_forward(
    x: Array,
    h0: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    b_hn: Array,
    *,
    mask: Mask | None = None,
) -> tuple[Array, SequenceCache]:
    """Reads a batch of sequences and returns the state after every step.

    Args:
        x: inputs, time first, shape (T, N, D).
        h0: state before the first step, shape (N, H).
        W_x: weights for the input, shape (D, 3H), gates in the order r, z, n.
        W_h: weights for the state, shape (H, 3H).
        b: biases, shape (3H,).
        b_hn: bias of the candidate's product with the state, shape (H,), inside the reset.
        mask: true where a step is real, shape (T, N); None if all are. The state stays as it is
            through a step that is not.

    Returns:
        The states h, shape (T, N, H), and a cache for `gru_backward`.

    Raises:
        TypeError: an argument is no float array, or they differ in precision; the mask holds
            anything but booleans.
        ValueError: an argument is empty or has a shape that does not fit.

    Examples:
        >>> x, h0 = np.zeros((2, 1, 1)), np.array([[5.0]])
        >>> W_x, W_h = np.zeros((1, 3)), np.zeros((1, 3))
        >>> b, b_hn = np.array([0.0, 0.0, 500.0]), np.array([1000.0])
        >>> h, cache = gru_forward(x, h0, W_x, W_h, b, b_hn)
        >>> h.ravel()  # (5 + 1) / 2, then (3 + 1) / 2
        array([3., 2.])
    """
    check_sequence("gru_forward", "3H", mask, x=x, h0=h0, W_x=W_x, W_h=W_h, b=b, b_hn=b_hn)
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
    return h[1:], (x, h, q, r_z, n, W_x, W_h, mask)


def gru_backward(dh: Array, cache: SequenceCache) -> GRUGradients:
    """Sends the gradients for all states back through time.

    All gates of a step multiply one gradient, that for its state, by what is known before the walk
    back starts. The walk itself is left with one matrix product and a few element-wise ones.

    Args:
        dh: gradient for the states, shape (T, N, H): at each step, from that step's output alone.
        cache: what `gru_forward` returned.

    Returns:
        The gradients dx, dh0, dW_x, dW_h, db and db_hn, each in the shape of its argument.

    Raises:
        TypeError: dh is no float array, or differs in precision from x.
        ValueError: dh has not the shape of the states.

    Examples:
        >>> x, h0 = np.zeros((2, 1, 1)), np.array([[5.0]])
        >>> W_x, W_h = np.zeros((1, 3)), np.zeros((1, 3))
        >>> b, b_hn = np.array([0.0, 0.0, 500.0]), np.array([1000.0])
        >>> h, cache = gru_forward(x, h0, W_x, W_h, b, b_hn)
        >>> dx, dh0, dW_x, dW_h, db, db_hn = gru_backward(np.array([[[2.0]], [[8.0]]]), cache)
        >>> dh0, db  # (8 / 2 + 2) / 2; 8 (3 - 1) / 4 + 6 (5 - 1) / 4
        (array([[3.]]), array([ 0., 10.,  0.]))
    """
    x, h, q, r_z, n, W_x, W_h, mask = cache
    check_arrays("gru_backward", h=(h[1:], "T N H"), dh=(dh, "T N H"))
    padded = padded_steps(mask, len(x))
    r, z = np.split(r_z, 2, axis=2)
    to_n = 1 - n**2
    to_n *= 1 - z
    du = np.empty((*dh.shape[:2], 3, dh.shape[2]), dtype=dh.dtype)
    du_r, du_z, dq = du[:, :, 0], du[:, :, 1], du[:, :, 2]
    np.multiply(to_n, r, out=dq)  # eq:gru-dq
    np.multiply(dq, q, out=du_r)
    du_r *= 1 - r  # eq:gru-dar
    np.subtract(h[:-1], n, out=du_z)
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
    dW_h, db_hn = state_gradient(du_rows, h[:-1]), dq.sum(axis=(0, 1))
    # For the input, the candidate's part is not behind the reset gate.
    np.multiply(dh, to_n, out=dq)  # eq:gru-dan
    dx, dW_x, db = input_gradients(du_rows, x, W_x)
    return dx, from_later, dW_x, dW_h, db, db_hn
