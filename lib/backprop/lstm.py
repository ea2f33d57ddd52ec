"""Long short-term memory: a cell state that is added to, and gates that say what passes.

The four gates stand side by side in one matrix, in the order i, f, g, o: how much to let in, how
much to keep, what to let in, how much to show. As in `backprop.recurrent` there is one step of the
cell, the sequence step by step, and the sequence with all that can be done for all steps at once.
"""

from typing import Any, TypeAlias

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

LSTMGradients: TypeAlias = tuple[Array, Array, Array, Array, Array, Array]


def lstm_cell_forward(
    x: Array, h: Array, c: Array, W_x: Array, W_h: Array, b: Array
) -> tuple[Array, Array, Cache]:
    """Takes one step: the new state and cell state from the input and the old ones.

    Args:
        x: input of this step, shape (N, D).
        h: state after the step before, shape (N, H).
        c: cell state after the step before, shape (N, H).
        W_x: weights for the input, shape (D, 4H), gates in the order i, f, g, o.
        W_h: weights for the state, shape (H, 4H).
        b: biases, shape (4H,).

    Returns:
        The new state and cell state, each of shape (N, H), and a cache for `lstm_cell_backward`.

    Raises:
        TypeError: an argument is no float array, or they differ in precision.
        ValueError: an argument is empty or has a shape that does not fit.

    References:
        Hochreiter and Schmidhuber, Long short-term memory, Neural Computation 9, 1997. Gers,
        Schmidhuber and Cummins, Learning to forget, Neural Computation 12, 2000, for the gate f.

    Examples:
        >>> x, h, c = np.array([[1.0]]), np.array([[0.0]]), np.array([[2.0]])
        >>> W_x, W_h = np.zeros((1, 4)), np.zeros((1, 4))
        >>> b = np.array([-1000.0, 0.0, 1.0, 1000.0])  # let nothing in, keep half, show all
        >>> h_next, c_next, cache = lstm_cell_forward(x, h, c, W_x, W_h, b)
        >>> c_next, bool(h_next == np.tanh(1))
        (array([[1.]]), True)
    """
    check_arrays(
        "lstm_cell_forward",
        x=(x, "N D"),
        h=(h, "N H"),
        c=(c, "N H"),
        W_x=(W_x, "D 4H"),
        W_h=(W_h, "H 4H"),
        b=(b, "4H"),
    )
    a = x @ W_x + h @ W_h + b  # eq:lstm-a
    a_i, a_f, a_g, a_o = np.split(a, 4, axis=1)
    i, _ = sigmoid_forward(a_i)  # eq:lstm-i
    f, _ = sigmoid_forward(a_f)  # eq:lstm-f
    g = np.tanh(a_g)  # eq:lstm-g
    o, _ = sigmoid_forward(a_o)  # eq:lstm-o
    c_next = f * c + i * g  # eq:lstm-c
    h_next = o * np.tanh(c_next)  # eq:lstm-h
    return h_next, c_next, (x, h, c, W_x, W_h, i, f, g, o, c_next)


def lstm_cell_backward(dh_next: Array, dc_next: Array, cache: Cache) -> LSTMGradients:
    """Sends the gradients back through one step.

    Args:
        dh_next: gradient for the new state, shape (N, H): from this step's output and from all
            later steps together.
        dc_next: gradient for the new cell state that comes from the step after, shape (N, H).
        cache: what `lstm_cell_forward` returned.

    Returns:
        The gradients dx, dh, dc, dW_x, dW_h and db, each in the shape of its argument.

    Raises:
        TypeError: dh_next or dc_next is no float array, or differs in precision from x.
        ValueError: dh_next or dc_next has not the shape of the state.

    Examples:
        >>> x, h, c = np.array([[1.0]]), np.array([[0.0]]), np.array([[2.0]])
        >>> W_x, W_h = np.zeros((1, 4)), np.zeros((1, 4))
        >>> b = np.array([-1000.0, 0.0, 1.0, 1000.0])
        >>> _, _, cache = lstm_cell_forward(x, h, c, W_x, W_h, b)
        >>> dx, dh, dc, dW_x, dW_h, db = lstm_cell_backward(0 * h, np.array([[8.0]]), cache)
        >>> dc, db  # f = 1/2 for c; c f (1 - f) = 2 / 4 for the forget gate
        (array([[4.]]), array([0., 4., 0., 0.]))
    """
    x, h, c, W_x, W_h, i, f, g, o, c_next = cache
    check_arrays(
        "lstm_cell_backward",
        c_next=(c_next, "N H"),
        dh_next=(dh_next, "N H"),
        dc_next=(dc_next, "N H"),
    )
    tanh_c = np.tanh(c_next)
    do = dh_next * tanh_c  # eq:lstm-do
    dc_all = dc_next + dh_next * o * (1 - tanh_c**2)  # eq:lstm-dc-next
    di = dc_all * g  # eq:lstm-di
    df = dc_all * c  # eq:lstm-df
    dg = dc_all * i  # eq:lstm-dg
    dc = dc_all * f  # eq:lstm-dc
    da_i = di * i * (1 - i)  # eq:lstm-dai
    da_f = df * f * (1 - f)  # eq:lstm-daf
    da_g = dg * (1 - g**2)  # eq:lstm-dag
    da_o = do * o * (1 - o)  # eq:lstm-dao
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=1)  # eq:lstm-da
    dx = da @ W_x.T  # eq:lstm-dx
    dh = da @ W_h.T  # eq:lstm-dh
    dW_x = x.T @ da  # eq:lstm-dWx
    dW_h = h.T @ da  # eq:lstm-dWh
    db = da.sum(axis=0)  # eq:lstm-db
    return dx, dh, dc, dW_x, dW_h, db


def lstm_steps_forward(
    x: Array,
    h0: Array,
    c0: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    *,
    mask: Mask | None = None,
) -> tuple[Array, Array, SequenceCache]:
    """Reads a sequence step by step, one call of the cell each: `lstm_forward` as it is derived.

    Arguments, returns and errors are those of `lstm_forward`.
    """
    check_sequence("lstm_steps_forward", "4H", mask, x=x, h0=h0, c0=c0, W_x=W_x, W_h=W_h, b=b)
    real = real_steps(mask, *x.shape[:2])
    h, c, states, caches = h0, c0, [], []
    for t in range(len(x)):
        h_next, c_next, cache = lstm_cell_forward(x[t], h, c, W_x, W_h, b)
        h = np.where(real[t], h_next, h)
        c = np.where(real[t], c_next, c)
        states.append(h)
        caches.append(cache)
    hs = np.stack(states)
    return hs, c, (caches, real, hs, (W_x, W_h, b))


def lstm_steps_backward(dh: Array, dc: Array, cache: SequenceCache) -> LSTMGradients:
    """Walks back from the last step to the first, one call of the cell's backward each.

    Arguments, returns and errors are those of `lstm_backward`.
    """
    caches, real, hs, weights = cache
    check_arrays("lstm_steps_backward", h=(hs, "T N H"), dh=(dh, "T N H"), dc=(dc, "N H"))
    dW_x, dW_h, db = (np.zeros_like(weight) for weight in weights)
    dx: list[Array] = []
    from_later = np.zeros_like(dc)
    for t in reversed(range(len(caches))):
        dh_t = dh[t] + from_later
        dx_t, dh_cell, dc_cell, dW_x_t, dW_h_t, db_t = lstm_cell_backward(
            np.where(real[t], dh_t, 0), np.where(real[t], dc, 0), caches[t]
        )
        from_later = np.where(real[t], dh_cell, dh_t)
        dc = np.where(real[t], dc_cell, dc)
        dx.insert(0, dx_t)
        dW_x += dW_x_t
        dW_h += dW_h_t
        db += db_t
    return np.stack(dx), from_later, dc, dW_x, dW_h, db


def lstm_forward(
    x: Array,
    h0: Array,
    c0: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    *,
    mask: Mask | None = None,
) -> tuple[Array, Array, SequenceCache]:
    """Reads a batch of sequences and returns the state after every step.

    Args:
        x: inputs, time first, shape (T, N, D).
        h0: state before the first step, shape (N, H).
        c0: cell state before the first step, shape (N, H).
        W_x: weights for the input, shape (D, 4H), gates in the order i, f, g, o.
        W_h: weights for the state, shape (H, 4H).
        b: biases, shape (4H,).
        mask: true where a step is real, shape (T, N); None if all are. Both states stay as they
            are through a step that is not.

    Returns:
        The states h, shape (T, N, H), the last cell state c, shape (N, H), and a cache for
        `lstm_backward`.

    Raises:
        TypeError: an argument is no float array, or they differ in precision; the mask holds
            anything but booleans.
        ValueError: an argument is empty or has a shape that does not fit.

    Examples:
        >>> x, h0, c0 = np.zeros((3, 1, 1)), np.zeros((1, 1)), np.array([[8.0]])
        >>> W_x, W_h = np.zeros((1, 4)), np.zeros((1, 4))
        >>> b = np.array([-1000.0, 0.0, 1.0, 1000.0])  # let nothing in, keep half, show all
        >>> h, c, cache = lstm_forward(x, h0, c0, W_x, W_h, b)
        >>> c
        array([[1.]])
    """
    check_sequence("lstm_forward", "4H", mask, x=x, h0=h0, c0=c0, W_x=W_x, W_h=W_h, b=b)
    T, N, H = len(x), *h0.shape
    padded = padded_steps(mask, T)
    halves = _halve_sigmoids(H, x.dtype)
    W = W_h * halves
    gates = project(x, W_x * halves, b * halves)
    scale = np.tile(halves, (N, 1))
    shift = 1 - scale
    i, f, g, o = np.split(gates, 4, axis=2)
    h, c = np.empty((2, T + 1, N, H), dtype=x.dtype)
    h[0], c[0] = h0, c0
    tanh_c, let_in, from_state = np.empty_like(h[1:]), np.empty_like(h0), np.empty_like(gates[0])
    with one_thread_if_small(len(h0) * W_h.size):
        for t in range(T):
            np.matmul(h[t], W, out=from_state)
            gates[t] += from_state  # eq:lstm-a
            # One tanh for all four gates, since the weights of the sigmoids are halved.
            np.tanh(gates[t], out=gates[t])
            gates[t] *= scale
            gates[t] += shift
            np.multiply(i[t], g[t], out=let_in)
            np.multiply(f[t], c[t], out=c[t + 1])
            c[t + 1] += let_in  # eq:lstm-c
            np.tanh(c[t + 1], out=tanh_c[t])
            np.multiply(o[t], tanh_c[t], out=h[t + 1])  # eq:lstm-h
            if (rest := padded[t]) is not None:
                np.copyto(h[t + 1], h[t], where=rest)
                np.copyto(c[t + 1], c[t], where=rest)
    return h[1:], c[T].copy(), (x, h, c, tanh_c, gates, W_x, W_h, mask)


def lstm_backward(dh: Array, dc: Array, cache: SequenceCache) -> LSTMGradients:
    """Sends the gradients for all states back through time.

    What multiplies the gradients in each gate is known before the walk back starts, for all steps.
    The walk itself is left with one matrix product and a few element-wise ones to a step.

    Args:
        dh: gradient for the states, shape (T, N, H): at each step, from that step's output alone.
        dc: gradient for the last cell state, shape (N, H).
        cache: what `lstm_forward` returned.

    Returns:
        The gradients dx, dh0, dc0, dW_x, dW_h and db, each in the shape of its argument.

    Raises:
        TypeError: dh or dc is no float array, or differs in precision from x.
        ValueError: dh has not the shape of the states, or dc that of the cell state.

    Examples:
        >>> x, h0, c0 = np.zeros((3, 1, 1)), np.zeros((1, 1)), np.array([[8.0]])
        >>> W_x, W_h = np.zeros((1, 4)), np.zeros((1, 4))
        >>> b = np.array([-1000.0, 0.0, 1.0, 1000.0])
        >>> h, c, cache = lstm_forward(x, h0, c0, W_x, W_h, b)
        >>> dx, dh0, dc0, dW_x, dW_h, db = lstm_backward(0 * h, np.array([[8.0]]), cache)
        >>> dc0  # the forget gate of 1/2, three times
        array([[1.]])
    """
    x, h, c, tanh_c, gates, W_x, W_h, mask = cache
    check_arrays("lstm_backward", h=(h[1:], "T N H"), dh=(dh, "T N H"), dc=(dc, "N H"))
    padded = padded_steps(mask, len(x))
    da, through_h = _derivative_factors(c[:-1], tanh_c, gates)
    if mask is not None:
        da[~mask] = 0
    da_i_f_g, da_o = da[:, :, :3], da[:, :, 3]
    f = np.split(gates, 4, axis=2)[1]
    da_rows = da.reshape(gates.shape)
    dc = dc.copy()
    from_later, dh_t, dc_t = np.zeros_like(dc), np.empty_like(dc), np.empty_like(dc)
    W_hT = W_h.T.copy()
    with one_thread_if_small(dh.shape[1] * W_h.size):
        for t in reversed(range(len(x))):
            np.add(dh[t], from_later, out=dh_t)
            np.multiply(dh_t, through_h[t], out=dc_t)
            dc_t += dc  # eq:lstm-dc-next
            da_i_f_g[t] *= dc_t[:, np.newaxis]
            da_o[t] *= dh_t
            np.matmul(da_rows[t], W_hT, out=from_later)  # eq:lstm-dh
            if (rest := padded[t]) is None:
                np.multiply(dc_t, f[t], out=dc)  # eq:lstm-dc
            else:
                np.multiply(dc_t, f[t], out=dc, where=~rest)
                np.copyto(from_later, dh_t, where=rest)
    dx, dW_x, db = input_gradients(da_rows, x, W_x)
    return dx, from_later, dc, dW_x, state_gradient(da_rows, h[:-1]), db


def _halve_sigmoids(H: int, dtype: np.dtype[Any]) -> Array:
    """Returns factors for the columns of the gates, with which one tanh makes all four, (4H,).

    The sigmoid is a tanh of half the argument, σ(a) = ½ tanh(a / 2) + ½. So the columns of i, f and
    o are halved, once, in the weights, and their tanh is halved again and shifted.
    """
    return np.repeat([0.5, 0.5, 1.0, 0.5], H).astype(dtype)


def _derivative_factors(c: Array, tanh_c: Array, gates: Array) -> tuple[Array, Array]:
    """Returns what the walk back multiplies by, for all steps at once.

    Args:
        c: cell states before each step, shape (T, N, H).
        tanh_c: tanh of the cell states after each step, shape (T, N, H).
        gates: i, f, g and o of each step, shape (T, N, 4H).

    Returns:
        The factors of the pre-activations, shape (T, N, 4, H), of which the first three multiply
        dc and the last dh; and that of the way from h to c, shape (T, N, H).
    """
    i, _, g, o = np.split(gates, 4, axis=2)
    # The derivatives of the sigmoid, y (1 - y), and of tanh, (1 - y) (1 + y), are (1 - y) (y + k).
    k = 2 * _halve_sigmoids(i.shape[2], gates.dtype) - 1
    factors = gates + k
    factors *= 1 - gates
    factors_of = factors.reshape(*gates.shape[:2], 4, i.shape[2])
    factors_of[:, :, 0] *= g  # eq:lstm-dai
    factors_of[:, :, 1] *= c  # eq:lstm-daf
    factors_of[:, :, 2] *= i  # eq:lstm-dag
    factors_of[:, :, 3] *= tanh_c  # eq:lstm-dao
    through_h = 1 - tanh_c**2
    through_h *= o
    return factors_of, through_h
