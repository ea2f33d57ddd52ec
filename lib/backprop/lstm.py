"""Long short-term memory: a cell state that is added to, and gates that say what passes.

The four gates stand side by side in one matrix, in the order i, f, g, o: how much to let in, how
much to keep, what to let in, how much to show.
"""

from typing import NamedTuple, TypeAlias

import numpy as np

from backprop.activations import sigmoid_forward
from backprop.masking import Mask
from backprop.shapes import Array, shapes
from backprop.steps import StepsCache, walk_back, walk_forward

LSTMGradients: TypeAlias = tuple[Array, Array, Array, Array, Array, Array]


class LSTMCellCache(NamedTuple):
    """What `lstm_cell_backward` needs."""

    x: Array
    h: Array
    c: Array
    W_x: Array
    W_h: Array
    i: Array
    f: Array
    g: Array
    o: Array
    c_next: Array


@shapes(x="N D", h="N H", c="N H", W_x="D 4H", W_h="H 4H", b="4H")
def lstm_cell_forward(
    x: Array, h: Array, c: Array, W_x: Array, W_h: Array, b: Array
) -> tuple[Array, Array, LSTMCellCache]:
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
    a = x @ W_x + h @ W_h + b  # eq:lstm-a
    a_i, a_f, a_g, a_o = np.split(a, 4, axis=1)  # eq:lstm-quarters
    i, _ = sigmoid_forward(a_i)  # eq:lstm-i
    f, _ = sigmoid_forward(a_f)  # eq:lstm-f
    g = np.tanh(a_g)  # eq:lstm-g
    o, _ = sigmoid_forward(a_o)  # eq:lstm-o
    c_next = f * c + i * g  # eq:lstm-c
    h_next = o * np.tanh(c_next)  # eq:lstm-h
    return h_next, c_next, LSTMCellCache(x, h, c, W_x, W_h, i, f, g, o, c_next)


@shapes(c_next="N H", dh_next="N H", dc_next="N H")
def lstm_cell_backward(dh_next: Array, dc_next: Array, cache: LSTMCellCache) -> LSTMGradients:
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


@shapes(x="T N D", h0="N H", c0="N H", W_x="D 4H", W_h="H 4H", b="4H", mask="bool T N")
def lstm_forward(
    x: Array,
    h0: Array,
    c0: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    *,
    mask: Mask | None = None,
) -> tuple[Array, Array, StepsCache]:
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
    h, (_, c), cache = walk_forward(lstm_cell_forward, x, (h0, c0), (W_x, W_h, b), mask=mask)
    return h, c, cache


@shapes(h="T N H", dh="T N H", dc="N H")
def lstm_backward(dh: Array, dc: Array, cache: StepsCache) -> LSTMGradients:
    """Sends the gradients for all states back through time.

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
    dx, dh0, dc0, dW_x, dW_h, db = walk_back(lstm_cell_backward, dh, (dc,), cache)
    return dx, dh0, dc0, dW_x, dW_h, db
