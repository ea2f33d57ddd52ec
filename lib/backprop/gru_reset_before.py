"""The gated recurrent unit of the paper: the reset gate acts on the state, before its product.

`backprop.gru` has today's variant, where the gate acts after the product. There, one product of the
state serves all three gates. Here the candidate must wait for its reset gate, so that a step has
two products, one after the other. Weights of one variant mean something else in the other.
"""

from typing import NamedTuple, TypeAlias

import numpy as np

from backprop.activations import sigmoid_forward
from backprop.masking import Mask
from backprop.shapes import Array, shapes
from backprop.steps import StepsCache, walk_back, walk_forward

GRUBeforeGradients: TypeAlias = tuple[Array, Array, Array, Array, Array]


class GRUBeforeCellCache(NamedTuple):
    """What `gru_before_cell_backward` needs."""

    x: Array
    h: Array
    W_x: Array
    W_h: Array
    r: Array
    z: Array
    s: Array
    n: Array


@shapes(x="N D", h="N H", W_x="D 3H", W_h="H 3H", b="3H")
def gru_before_cell_forward(
    x: Array, h: Array, W_x: Array, W_h: Array, b: Array
) -> tuple[Array, GRUBeforeCellCache]:
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
    v_r, v_z, v_n = np.split(x @ W_x + b, 3, axis=1)
    W_hr, W_hz, W_hn = np.split(W_h, 3, axis=1)
    r, _ = sigmoid_forward(v_r + h @ W_hr)  # eq:gru-before-gates
    z, _ = sigmoid_forward(v_z + h @ W_hz)  # eq:gru-before-gates
    s = r * h  # eq:gru-before-s
    n = np.tanh(v_n + s @ W_hn)  # eq:gru-before-n
    h_next = (1 - z) * n + z * h  # eq:gru-before-h
    return h_next, GRUBeforeCellCache(x, h, W_x, W_h, r, z, s, n)


@shapes(h="N H", dh_next="N H")
def gru_before_cell_backward(dh_next: Array, cache: GRUBeforeCellCache) -> GRUBeforeGradients:
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
    W_hr, W_hz, W_hn = np.split(W_h, 3, axis=1)
    dz = dh_next * (h - n)  # eq:gru-before-dgates
    dn = dh_next * (1 - z)  # eq:gru-before-dgates
    da_n = dn * (1 - n**2)  # eq:gru-before-dgates
    ds = da_n @ W_hn.T  # eq:gru-before-ds
    dr = ds * h  # eq:gru-before-dreset
    da_r = dr * r * (1 - r)  # eq:gru-before-dreset
    da_z = dz * z * (1 - z)  # eq:gru-before-dgates
    dv = np.concatenate([da_r, da_z, da_n], axis=1)  # eq:gru-before-da
    dx = dv @ W_x.T  # eq:gru-before-dinput
    dh = dh_next * z + ds * r + da_r @ W_hr.T + da_z @ W_hz.T  # eq:gru-before-dh
    dW_x = x.T @ dv  # eq:gru-before-dinput
    dW_h = np.concatenate([h.T @ da_r, h.T @ da_z, s.T @ da_n], axis=1)  # eq:gru-before-dWh
    db = dv.sum(axis=0)  # eq:gru-before-dinput
    return dx, dh, dW_x, dW_h, db


@shapes(x="T N D", h0="N H", W_x="D 3H", W_h="H 3H", b="3H", mask="bool T N")
def gru_before_forward(
    x: Array,
    h0: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    *,
    mask: Mask | None = None,
) -> tuple[Array, StepsCache]:
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
    h, _, cache = walk_forward(gru_before_cell_forward, x, (h0,), (W_x, W_h, b), mask=mask)
    return h, cache


@shapes(h="T N H", dh="T N H")
def gru_before_backward(dh: Array, cache: StepsCache) -> GRUBeforeGradients:
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
    dx, dh0, dW_x, dW_h, db = walk_back(gru_before_cell_backward, dh, (), cache)
    return dx, dh0, dW_x, dW_h, db
