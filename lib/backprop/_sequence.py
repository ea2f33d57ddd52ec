"""What the recurrent networks share: the products that take the inputs of all steps at once."""

from typing import Any, TypeAlias

from backprop._check import Array

SequenceCache: TypeAlias = tuple[Any, ...]


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
