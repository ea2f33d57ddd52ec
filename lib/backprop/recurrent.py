"""The recurrent network: one layer applied at every step, with its own last output as an input.

A cell is one step. A sequence, time-major (T, N, D), is T steps of the same cell. It comes twice:
`rnn_steps_*` calls the cell step by step, as the derivation does; `rnn_*` returns the same numbers
sooner, since everything that does not depend on the step before is done for all steps at once.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from backprop._check import Array, check_arrays
from backprop._sequence import (
    SequenceCache,
    check_sequence,
    input_gradients,
    project,
    state_gradient,
)
from backprop.fast.parallel import one_thread_if_small
from backprop.masking import Mask, padded_steps, real_steps

RNNGradients: TypeAlias = tuple[Array, Array, Array, Array, Array]


def _relu(a: Array, out: Array | None = None) -> Array:
    return np.maximum(a, 0, out=out)


def _relu_slope(h: Array) -> Array:
    return (h > 0).astype(h.dtype)  # eq:rnn-relu-slope


def _tanh_slope(h: Array) -> Array:
    return 1 - h**2  # eq:rnn-tanh-slope


# Each activation function, and its derivative as a function of its output.
_ACTIVATIONS: dict[str, tuple[Callable[..., Array], Callable[[Array], Array]]] = {
    "tanh": (np.tanh, _tanh_slope),
    "relu": (_relu, _relu_slope),
}


def rnn_cell_forward(
    x: Array, h: Array, W_x: Array, W_h: Array, b: Array, *, activation: str = "tanh"
) -> tuple[Array, SequenceCache]:
    """Takes one step: the new state from the input and the old state.

    Args:
        x: input of this step, shape (N, D).
        h: state after the step before, shape (N, H).
        W_x: weights for the input, shape (D, H).
        W_h: weights for the state, shape (H, H).
        b: biases, shape (H,).
        activation: `"tanh"` or `"relu"`.

    Returns:
        The new state, shape (N, H), and a cache for `rnn_cell_backward`.

    Raises:
        TypeError: an argument is no float array, or they differ in precision.
        ValueError: an argument is empty or has a shape that does not fit; the activation is
            unknown.

    References:
        Elman, Finding structure in time, Cognitive Science 14, 1990.

    Examples:
        >>> x, h = np.array([[2.0]]), np.array([[3.0]])
        >>> W_x, W_h, b = np.array([[1.0]]), np.array([[0.5]]), np.array([-3.0])
        >>> h_next, cache = rnn_cell_forward(x, h, W_x, W_h, b, activation="relu")
        >>> h_next  # 2 + 1.5 - 3
        array([[0.5]])
    """
    name = "rnn_cell_forward"
    check_arrays(name, x=(x, "N D"), h=(h, "N H"), W_x=(W_x, "D H"), W_h=(W_h, "H H"), b=(b, "H"))
    f, _ = _find_activation(name, activation)
    h_next = f(x @ W_x + h @ W_h + b)  # eq:rnn-h
    return h_next, (x, h, W_x, W_h, h_next, activation)


def rnn_cell_backward(dh_next: Array, cache: SequenceCache) -> RNNGradients:
    """Sends the gradient back through one step.

    Args:
        dh_next: gradient for the new state, shape (N, H): from this step's output and from all
            later steps together.
        cache: what `rnn_cell_forward` returned.

    Returns:
        The gradients dx, dh, dW_x, dW_h and db, each in the shape of its argument.

    Raises:
        TypeError: dh_next is no float array, or differs in precision from x.
        ValueError: dh_next has not the shape of the state.

    Examples:
        >>> x, h = np.array([[2.0]]), np.array([[3.0]])
        >>> W_x, W_h, b = np.array([[1.0]]), np.array([[0.5]]), np.array([-3.0])
        >>> h_next, cache = rnn_cell_forward(x, h, W_x, W_h, b, activation="relu")
        >>> [gradient.item() for gradient in rnn_cell_backward(np.array([[10.0]]), cache)]
        [10.0, 5.0, 20.0, 30.0, 10.0]
    """
    x, h, W_x, W_h, h_next, activation = cache
    check_arrays("rnn_cell_backward", h_next=(h_next, "N H"), dh_next=(dh_next, "N H"))
    _, slope = _ACTIVATIONS[activation]
    da = dh_next * slope(h_next)  # eq:rnn-da
    dx = da @ W_x.T  # eq:rnn-dx
    dh = da @ W_h.T  # eq:rnn-dh
    dW_x = x.T @ da  # eq:rnn-dWx
    dW_h = h.T @ da  # eq:rnn-dWh
    db = da.sum(axis=0)  # eq:rnn-db
    return dx, dh, dW_x, dW_h, db


def rnn_steps_forward(
    x: Array,
    h0: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    *,
    mask: Mask | None = None,
    activation: str = "tanh",
) -> tuple[Array, SequenceCache]:
    """Reads a sequence step by step, one call of the cell each: `rnn_forward` as it is derived.

    Arguments, returns and errors are those of `rnn_forward`.
    """
    check_sequence("rnn_steps_forward", "H", mask, x=x, h0=h0, W_x=W_x, W_h=W_h, b=b)
    _find_activation("rnn_steps_forward", activation)
    real = real_steps(mask, *x.shape[:2])
    h, states, caches = h0, [], []
    for t in range(len(x)):
        h_next, cache = rnn_cell_forward(x[t], h, W_x, W_h, b, activation=activation)
        h = np.where(real[t], h_next, h)  # eq:rnn-mask
        states.append(h)
        caches.append(cache)
    hs = np.stack(states)
    return hs, (caches, real, hs, (W_x, W_h, b))


def rnn_steps_backward(dh: Array, cache: SequenceCache) -> RNNGradients:
    """Walks back from the last step to the first, one call of the cell's backward each.

    Arguments, returns and errors are those of `rnn_backward`.
    """
    caches, real, hs, weights = cache
    check_arrays("rnn_steps_backward", h=(hs, "T N H"), dh=(dh, "T N H"))
    dW_x, dW_h, db = (np.zeros_like(weight) for weight in weights)
    dx: list[Array] = []
    from_later = np.zeros_like(dh[0])
    for t in reversed(range(len(caches))):
        dh_t = dh[t] + from_later  # eq:bptt-delta
        through_cell = np.where(real[t], dh_t, 0)  # eq:rnn-mask-da
        dx_t, dh_cell, dW_x_t, dW_h_t, db_t = rnn_cell_backward(through_cell, caches[t])
        from_later = np.where(real[t], dh_cell, dh_t)  # eq:rnn-mask-dh
        dx.insert(0, dx_t)
        dW_x += dW_x_t  # eq:bptt-dWx
        dW_h += dW_h_t  # eq:bptt-dWh
        db += db_t  # eq:bptt-db
    return np.stack(dx), from_later, dW_x, dW_h, db


def rnn_forward(
    x: Array,
    h0: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    *,
    mask: Mask | None = None,
    activation: str = "tanh",
) -> tuple[Array, SequenceCache]:
    """Reads a batch of sequences and returns the state after every step.

    Args:
        x: inputs, time first, shape (T, N, D).
        h0: state before the first step, shape (N, H).
        W_x: weights for the input, shape (D, H).
        W_h: weights for the state, shape (H, H).
        b: biases, shape (H,).
        mask: true where a step is real, shape (T, N); None if all are. The state stays as it is
            through a step that is not.
        activation: `"tanh"` or `"relu"`.

    Returns:
        The states h, shape (T, N, H), and a cache for `rnn_backward`.

    Raises:
        TypeError: an argument is no float array, or they differ in precision; the mask holds
            anything but booleans.
        ValueError: an argument is empty or has a shape that does not fit; the activation is
            unknown.

    Examples:
        >>> x = np.array([[[1.0]], [[4.0]]])
        >>> one = np.array([[1.0]])
        >>> h, cache = rnn_forward(x, 2 * one, one, -one, 3 * one[0], activation="relu")
        >>> h.ravel()  # 1 - 2 + 3, then 4 - 2 + 3
        array([2., 5.])
    """
    check_sequence("rnn_forward", "H", mask, x=x, h0=h0, W_x=W_x, W_h=W_h, b=b)
    f, _ = _find_activation("rnn_forward", activation)
    T, padded = len(x), padded_steps(mask, len(x))
    a = project(x, W_x, b)
    from_state = np.empty_like(h0)
    h = np.empty((T + 1, *h0.shape), dtype=h0.dtype)
    h[0] = h0
    with one_thread_if_small(len(h0) * W_h.size):
        for t in range(T):
            np.matmul(h[t], W_h, out=from_state)
            a[t] += from_state  # eq:rnn-a-rows
            f(a[t], out=h[t + 1])  # eq:rnn-h
            if padded[t] is not None:
                np.copyto(h[t + 1], h[t], where=padded[t])  # eq:rnn-mask
    return h[1:], (x, h, W_x, W_h, mask, activation)


def rnn_backward(dh: Array, cache: SequenceCache) -> RNNGradients:
    """Sends the gradients for all states back through time.

    Args:
        dh: gradient for the states, shape (T, N, H): at each step, from that step's output alone.
        cache: what `rnn_forward` returned.

    Returns:
        The gradients dx, dh0, dW_x, dW_h and db, each in the shape of its argument.

    Raises:
        TypeError: dh is no float array, or differs in precision from x.
        ValueError: dh has not the shape of the states.

    References:
        Werbos, Backpropagation through time: what it does and how to do it, Proceedings of the
        IEEE 78, 1990.

    Examples:
        >>> x = np.array([[[1.0]], [[4.0]]])
        >>> one = np.array([[1.0]])
        >>> h, cache = rnn_forward(x, 2 * one, one, -one, 3 * one[0], activation="relu")
        >>> dx, dh0, dW_x, dW_h, db = rnn_backward(np.array([[[0.0]], [[10.0]]]), cache)
        >>> dx.ravel(), dW_h.item()  # the second step sends -10 to the first
        (array([-10.,  10.]), 0.0)
    """
    x, h, W_x, W_h, mask, activation = cache
    check_arrays("rnn_backward", h=(h[1:], "T N H"), dh=(dh, "T N H"))
    _, slope = _ACTIVATIONS[activation]
    da = slope(h[1:])
    if mask is not None:
        da[~mask] = 0  # eq:rnn-mask-da
    padded = padded_steps(mask, len(x))
    from_later, dh_t = np.zeros_like(dh[0]), np.empty_like(dh[0])
    W_hT = W_h.T.copy()
    with one_thread_if_small(dh.shape[1] * W_h.size):
        for t in reversed(range(len(x))):
            np.add(dh[t], from_later, out=dh_t)  # eq:bptt-delta
            da[t] *= dh_t  # eq:rnn-da
            np.matmul(da[t], W_hT, out=from_later)  # eq:rnn-dh
            if padded[t] is not None:
                np.copyto(from_later, dh_t, where=padded[t])  # eq:rnn-mask-dh
    dx, dW_x, db = input_gradients(da, x, W_x)
    return dx, from_later, dW_x, state_gradient(da, h[:-1]), db


def _find_activation(
    function: str, activation: str
) -> tuple[Callable[..., Array], Callable[[Array], Array]]:
    if activation not in _ACTIVATIONS:
        raise ValueError(f"{function}: activation is {activation!r}, wanted 'tanh' or 'relu'")
    return _ACTIVATIONS[activation]
