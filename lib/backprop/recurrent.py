"""The recurrent network: one layer applied at every step, with its own last output as an input."""

from typing import NamedTuple, TypeAlias

import numpy as np

from backprop.masking import Mask
from backprop.shapes import Array, shapes
from backprop.steps import StepsCache, walk_back, walk_forward

RNNGradients: TypeAlias = tuple[Array, Array, Array, Array, Array]


class RNNCellCache(NamedTuple):
    """What `rnn_cell_backward` needs."""

    x: Array
    h: Array
    W_x: Array
    W_h: Array
    h_next: Array
    activation: str


@shapes(x="N D", h="N H", W_x="D H", W_h="H H", b="H", activation="'tanh' or 'relu'")
def rnn_cell_forward(
    x: Array, h: Array, W_x: Array, W_h: Array, b: Array, *, activation: str = "tanh"
) -> tuple[Array, RNNCellCache]:
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
    a = x @ W_x + h @ W_h + b  # eq:rnn-a
    h_next = np.tanh(a) if activation == "tanh" else np.maximum(0, a)  # eq:rnn-h
    return h_next, RNNCellCache(x, h, W_x, W_h, h_next, activation)


@shapes(h_next="N H", dh_next="N H")
def rnn_cell_backward(dh_next: Array, cache: RNNCellCache) -> RNNGradients:
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
    slope = 1 - h_next**2  # eq:rnn-tanh-slope
    if activation == "relu":
        slope = np.heaviside(h_next.real, 0)  # eq:rnn-relu-slope
    da = dh_next * slope  # eq:rnn-da
    dx = da @ W_x.T  # eq:rnn-dx
    dh = da @ W_h.T  # eq:rnn-dh
    dW_x = x.T @ da  # eq:rnn-dWx
    dW_h = h.T @ da  # eq:rnn-dWh
    db = da.sum(axis=0)  # eq:rnn-db
    return dx, dh, dW_x, dW_h, db


@shapes(
    x="T N D",
    h0="N H",
    W_x="D H",
    W_h="H H",
    b="H",
    mask="bool T N",
    activation="'tanh' or 'relu'",
)
def rnn_forward(
    x: Array,
    h0: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    *,
    mask: Mask | None = None,
    activation: str = "tanh",
) -> tuple[Array, StepsCache]:
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
    h, _, cache = walk_forward(
        rnn_cell_forward, x, (h0,), (W_x, W_h, b), mask=mask, activation=activation
    )
    return h, cache


@shapes(h="T N H", dh="T N H")
def rnn_backward(dh: Array, cache: StepsCache) -> RNNGradients:
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
    dx, dh0, dW_x, dW_h, db = walk_back(rnn_cell_backward, dh, (), cache)
    return dx, dh0, dW_x, dW_h, db
