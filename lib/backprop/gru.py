"""The gated recurrent unit: the LSTM's idea with one state, two gates and a candidate.

The gates stand side by side in one matrix, in the order r, z, n. Of the two variants in use, this
is the one of today's libraries: the reset gate acts on the candidate's product with the state,
which has a bias of its own. `backprop.gru_reset_before` has the one of the paper.
"""

from typing import NamedTuple, TypeAlias

import numpy as np

from backprop.activations import sigmoid_forward
from backprop.masking import Mask
from backprop.shapes import Array, shapes
from backprop.steps import StepsCache, walk_back, walk_forward

GRUGradients: TypeAlias = tuple[Array, Array, Array, Array, Array, Array]


class GRUCellCache(NamedTuple):
    """What `gru_cell_backward` needs."""

    x: Array
    h: Array
    W_x: Array
    W_h: Array
    r: Array
    z: Array
    q: Array
    n: Array


@shapes(x="N D", h="N H", W_x="D 3H", W_h="H 3H", b="3H", b_hn="H")
def gru_cell_forward(
    x: Array, h: Array, W_x: Array, W_h: Array, b: Array, b_hn: Array
) -> tuple[Array, GRUCellCache]:
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
    v_r, v_z, v_n = np.split(x @ W_x + b, 3, axis=1)
    u_r, u_z, u_n = np.split(h @ W_h, 3, axis=1)
    r, _ = sigmoid_forward(v_r + u_r)  # eq:gru-r
    z, _ = sigmoid_forward(v_z + u_z)  # eq:gru-z
    q = u_n + b_hn  # eq:gru-q
    n = np.tanh(v_n + r * q)  # eq:gru-n
    h_next = (1 - z) * n + z * h  # eq:gru-h
    return h_next, GRUCellCache(x, h, W_x, W_h, r, z, q, n)


@shapes(h="N H", dh_next="N H")
def gru_cell_backward(dh_next: Array, cache: GRUCellCache) -> GRUGradients:
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
    dz = dh_next * (h - n)  # eq:gru-dz
    dn = dh_next * (1 - z)  # eq:gru-dn
    da_n = dn * (1 - n**2)  # eq:gru-dan
    dr = da_n * q  # eq:gru-dr
    dq = da_n * r  # eq:gru-dq
    da_r = dr * r * (1 - r)  # eq:gru-dar
    da_z = dz * z * (1 - z)  # eq:gru-daz
    dv = np.concatenate([da_r, da_z, da_n], axis=1)  # eq:gru-da
    du = np.concatenate([da_r, da_z, dq], axis=1)  # eq:gru-du
    dx = dv @ W_x.T  # eq:gru-dx
    dh = dh_next * z + du @ W_h.T  # eq:gru-dh
    dW_x = x.T @ dv  # eq:gru-dWx
    dW_h = h.T @ du  # eq:gru-dWh
    db = dv.sum(axis=0)  # eq:gru-db
    db_hn = dq.sum(axis=0)  # eq:gru-dbhn
    return dx, dh, dW_x, dW_h, db, db_hn


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
) -> tuple[Array, StepsCache]:
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
    h, _, cache = walk_forward(gru_cell_forward, x, (h0,), (W_x, W_h, b, b_hn), mask=mask)
    return h, cache


@shapes(h="T N H", dh="T N H")
def gru_backward(dh: Array, cache: StepsCache) -> GRUGradients:
    """Sends the gradients for all states back through time.

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
    dx, dh0, dW_x, dW_h, db, db_hn = walk_back(gru_cell_backward, dh, (), cache)
    return dx, dh0, dW_x, dW_h, db, db_hn
