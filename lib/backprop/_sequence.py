"""What the recurrent networks share: checks, and the products that take all steps at once."""

from typing import Any, TypeAlias

from backprop._check import Array, check_arrays
from backprop.masking import Mask, check_mask

SequenceCache: TypeAlias = tuple[Any, ...]


def check_sequence(function: str, gates: str, mask: Mask | None, **arguments: Array) -> None:
    """Checks what a recurrent network is given for a sequence.

    Args:
        function: name of the caller, with which a message begins.
        gates: the layout of its gates side by side, `"4H"` for four.
        mask: true where a step is real, shape (T, N), or None.
        **arguments: inputs, states and weights, in the order in which sizes become known.

    Raises:
        TypeError: an argument is no float array, or differs in precision; the mask is no mask.
        ValueError: an argument is empty, or its shape does not fit.
    """
    layouts = {
        "x": "T N D",
        "h0": "N H",
        "c0": "N H",
        "W_x": f"D {gates}",
        "W_h": f"H {gates}",
        "b": gates,
        "b_hn": "H",
    }
    check_arrays(function, **{name: (array, layouts[name]) for name, array in arguments.items()})
    check_mask(function, mask, *arguments["x"].shape[:2])


def project(x: Array, W: Array, b: Array) -> Array:
    """Returns x W + b for all steps in one matrix product, a new array of shape (T, N, M)."""
    T, N, D = x.shape
    a = x.reshape(T * N, D) @ W
    a += b  # eq:rnn-project
    return a.reshape(T, N, -1)


def input_gradients(da: Array, x: Array, W: Array) -> tuple[Array, Array, Array]:
    """Returns the gradients of `project` for x, W and b, each from one product over all steps."""
    T, N, D = x.shape
    rows = da.reshape(T * N, -1)
    dx = (rows @ W.T).reshape(T, N, D)  # eq:rnn-dx-rows
    dW = x.reshape(T * N, D).T @ rows  # eq:rnn-dWx-rows
    db = rows.sum(axis=0)  # eq:rnn-db-rows
    return dx, dW, db


def state_gradient(da: Array, h: Array) -> Array:
    """Returns the gradient for W in h W, summed over all steps; h and da have shape (T, N, ·)."""
    T, N, H = h.shape
    dW: Array = h.reshape(T * N, H).T @ da.reshape(T * N, -1)  # eq:rnn-dWh-rows
    return dW
