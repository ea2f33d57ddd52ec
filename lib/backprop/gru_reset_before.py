"""The gated recurrent unit of the paper: the reset gate acts on the state, before its product.

`backprop.gru` has today's variant, where the gate acts after the product. There, one product of the
state serves all three gates. Here the candidate must wait for its reset gate, so that a step has
two products, one after the other. Weights of one variant mean something else in the other.
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

GRUBeforeGradients: TypeAlias = tuple[Array, Array, Array, Array, Array]


def gru_before_cell_forward(
    x: Array, h: Array, W_x: Array, W_h: Array, b: Array
) -> tuple[Array, Cache]:
    """Takes one step: a blend of the old state and a candidate, with the reset before the product.

    Args:
        x: input of this step, shape (N, D).
        h: state after the step before, shape (N, H).
        W_x: weights for the input, shape (D, 3H), gates in the order r, z, n.
        W_h: weights for the state, shape (H, 3H).
        b: biases, shape (3H,).

    Returns:
        The new state, shape (N, H), and a cache for `gru_before_cell_backward`.

    Raises:
        TypeError: an argument is no float array, or they differ in precision.
        ValueError: an argument is empty or has a shape that does not fit.

    References:
        Cho and others, Learning phrase representations using RNN encoder-decoder for statistical
        machine translation, 2014, section 2.3, where z and 1 - z stand as here.

    Examples:
        >>> x, h = np.array([[0.0]]), np.array([[6.0]])
        >>> W_x, W_h = np.zeros((1, 3)), np.array([[0.0, 0.0, 1000.0]])
        >>> b = np.array([0.0, 0.0, -2000.0])
        >>> gru_before_cell_forward(x, h, W_x, W_h, b)[0]  # half of 6, half of tanh(3000 - 2000)
        array([[3.5]])
    """
    check_arrays(
        "gru_before_cell_forward",
        x=(x, "N D"),
        h=(h, "N H"),
        W_x=(W_x, "D 3H"),
        W_h=(W_h, "H 3H"),
        b=(b, "3H"),
    )
    a_r, a_z, a_n = np.split(x @ W_x + b, 3, axis=1)
    W_hr, W_hz, W_hn = np.split(W_h, 3, axis=1)
    r, _ = sigmoid_forward(a_r + h @ W_hr)  # eq:gru-before-gates
    z, _ = sigmoid_forward(a_z + h @ W_hz)  # eq:gru-before-gates
    s = r * h  # eq:gru-before-s
    n = np.tanh(a_n + s @ W_hn)  # eq:gru-before-n
    h_next = (1 - z) * n + z * h  # eq:gru-before-h
    return h_next, (x, h, W_x, W_h, r, z, s, n)


def gru_before_cell_backward(dh_next: Array, cache: Cache) -> GRUBeforeGradients:
    """Sends the gradient back through one step.

    Args:
        dh_next: gradient for the new state, shape (N, H): from this step's output and from all
            later steps together.
        cache: what `gru_before_cell_forward` returned.

    Returns:
        The gradients dx, dh, dW_x, dW_h and db, each in the shape of its argument.

    Raises:
        TypeError: dh_next is no float array, or differs in precision from x.
        ValueError: dh_next has not the shape of the state.

    Examples:
        >>> x, h = np.array([[0.0]]), np.array([[6.0]])
        >>> W_x, W_h = np.zeros((1, 3)), np.array([[0.0, 0.0, 1000.0]])
        >>> b = np.array([0.0, 0.0, -2000.0])
        >>> _, cache = gru_before_cell_forward(x, h, W_x, W_h, b)
        >>> dx, dh, dW_x, dW_h, db = gru_before_cell_backward(np.array([[8.0]]), cache)
        >>> dh, db  # 8 z; 8 (6 - 1) z (1 - z)
        (array([[4.]]), array([ 0., 10.,  0.]))
    """
    x, h, W_x, W_h, r, z, s, n = cache
    check_arrays("gru_before_cell_backward", h=(h, "N H"), dh_next=(dh_next, "N H"))
    W_hr, W_hz, W_hn = np.split(W_h, 3, axis=1)
    dz = dh_next * (h - n)  # eq:gru-before-dgates
    dn = dh_next * (1 - z)  # eq:gru-before-dgates
    da_n = dn * (1 - n**2)  # eq:gru-before-dgates
    ds = da_n @ W_hn.T  # eq:gru-before-ds
    dr = ds * h  # eq:gru-before-dreset
    da_r = dr * r * (1 - r)  # eq:gru-before-dreset
    da_z = dz * z * (1 - z)  # eq:gru-before-dgates
    da = np.concatenate([da_r, da_z, da_n], axis=1)  # eq:gru-before-da
    dx = da @ W_x.T  # eq:gru-before-dinput
    dh = dh_next * z + ds * r + da_r @ W_hr.T + da_z @ W_hz.T  # eq:gru-before-dh
    dW_x = x.T @ da  # eq:gru-before-dinput
    dW_h = np.concatenate([h.T @ da_r, h.T @ da_z, s.T @ da_n], axis=1)  # eq:gru-before-dWh
    db = da.sum(axis=0)  # eq:gru-before-dinput
    return dx, dh, dW_x, dW_h, db


def gru_before_steps_forward(
    x: Array,
    h0: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    *,
    mask: Mask | None = None,
) -> tuple[Array, SequenceCache]:
    """Reads a sequence step by step, as it is derived: `gru_before_forward` by calls of the cell.

    Arguments, returns and errors are those of `gru_before_forward`.
    """
    check_sequence("gru_before_steps_forward", "3H", mask, x=x, h0=h0, W_x=W_x, W_h=W_h, b=b)
    real = real_steps(mask, *x.shape[:2])
    h, states, caches = h0, [], []
    for t in range(len(x)):
        h_next, cache = gru_before_cell_forward(x[t], h, W_x, W_h, b)
        h = np.where(real[t], h_next, h)  # eq:mask-h
        states.append(h)
        caches.append(cache)
    hs = np.stack(states)
    return hs, (caches, real, hs, (W_x, W_h, b))


def gru_before_steps_backward(dh: Array, cache: SequenceCache) -> GRUBeforeGradients:
    """Walks back from the last step to the first, one call of the cell's backward each.

    Arguments, returns and errors are those of `gru_before_backward`.
    """
    caches, real, hs, weights = cache
    check_arrays("gru_before_steps_backward", h=(hs, "T N H"), dh=(dh, "T N H"))
    dW_x, dW_h, db = (np.zeros_like(weight) for weight in weights)
    dx: list[Array] = []
    from_later = np.zeros_like(dh[0])
    for t in reversed(range(len(caches))):
        dh_t = dh[t] + from_later
        through_cell = np.where(real[t], dh_t, 0)  # eq:mask-dcell
        dx_t, dh_cell, dW_x_t, dW_h_t, db_t = gru_before_cell_backward(through_cell, caches[t])
        from_later = np.where(real[t], dh_cell, dh_t)  # eq:mask-dh
        dx.insert(0, dx_t)
        dW_x += dW_x_t
        dW_h += dW_h_t
        db += db_t
    return np.stack(dx), from_later, dW_x, dW_h, db


def gru_before_forward(
    x: Array,
    h0: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
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
        mask: true where a step is real, shape (T, N); None if all are. The state stays as it is
            through a step that is not.

    Returns:
        The states h, shape (T, N, H), and a cache for `gru_before_backward`.

    Raises:
        TypeError: an argument is no float array, or they differ in precision; the mask holds
            anything but booleans.
        ValueError: an argument is empty or has a shape that does not fit.

    Examples:
        >>> x, h0 = np.zeros((2, 1, 1)), np.array([[5.0]])
        >>> W_x, W_h, b = np.zeros((1, 3)), np.zeros((1, 3)), np.array([0.0, 0.0, 1000.0])
        >>> h, cache = gru_before_forward(x, h0, W_x, W_h, b)
        >>> h.ravel()  # (5 + 1) / 2, then (3 + 1) / 2
        array([3., 2.])
    """
    check_sequence("gru_before_forward", "3H", mask, x=x, h0=h0, W_x=W_x, W_h=W_h, b=b)
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
    return h[1:], (x, h, s, r_z, n, W_x, W_h, mask)


def gru_before_backward(dh: Array, cache: SequenceCache) -> GRUBeforeGradients:
    """Sends the gradients for all states back through time.

    Args:
        dh: gradient for the states, shape (T, N, H): at each step, from that step's output alone.
        cache: what `gru_before_forward` returned.

    Returns:
        The gradients dx, dh0, dW_x, dW_h and db, each in the shape of its argument.

    Raises:
        TypeError: dh is no float array, or differs in precision from x.
        ValueError: dh has not the shape of the states.

    Examples:
        >>> x, h0 = np.zeros((2, 1, 1)), np.array([[5.0]])
        >>> W_x, W_h, b = np.zeros((1, 3)), np.zeros((1, 3)), np.array([0.0, 0.0, 1000.0])
        >>> h, cache = gru_before_forward(x, h0, W_x, W_h, b)
        >>> dx, dh0, dW_x, dW_h, db = gru_before_backward(np.array([[[2.0]], [[8.0]]]), cache)
        >>> dh0, db  # (8 / 2 + 2) / 2; 8 (3 - 1) / 4 + 6 (5 - 1) / 4
        (array([[3.]]), array([ 0., 10.,  0.]))
    """
    x, h, s, r_z, n, W_x, W_h, mask = cache
    check_arrays("gru_before_backward", h=(h[1:], "T N H"), dh=(dh, "T N H"))
    padded, H = padded_steps(mask, len(x)), dh.shape[2]
    W_r_zT, W_nT = W_h[:, : 2 * H].T.copy(), W_h[:, 2 * H :].T.copy()
    r, z = np.split(r_z, 2, axis=2)
    da = np.empty((*dh.shape[:2], 3 * H), dtype=dh.dtype)
    da_r_z, da_n = da[:, :, : 2 * H], da[:, :, 2 * H :]
    da_r, da_z = da_r_z[:, :, :H], da_r_z[:, :, H:]
    da_r[:] = h[:-1] * r * (1 - r)  # eq:gru-before-dreset
    da_z[:] = (h[:-1] - n) * z * (1 - z)  # eq:gru-before-dgates
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
    dW_h = np.concatenate([state_gradient(da_r_z, h[:-1]), state_gradient(da_n, s)], axis=1)
    return dx, from_later, dW_x, dW_h, db
