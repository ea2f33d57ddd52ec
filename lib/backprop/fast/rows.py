"""What the fast recurrent networks share: all steps at once, what need not wait for its turn.

For the products the steps of all samples stand under one another, as T N rows of one matrix: so a
gradient that is summed over time is one product, after the walk back. For what is done element by
element each gate of a step has an array of its own, since what lies together is worked on fastest.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from backprop.masking import Mask
from backprop.shapes import Array
from backprop.sums import sum_rows

# Bytes of a block of steps: what stays in the cache, with what is made of it.
BLOCK = 1 << 18


def in_one_dtype(*arrays: Array) -> list[Array]:
    """Returns arrays in the dtype that holds them all: complex if one of them is."""
    dtype = np.result_type(*arrays)
    return [array.astype(dtype, copy=False) for array in arrays]


def real_inputs(x: Array, mask: Mask | None) -> Array:
    """Returns x with 0 in the padding, so that what stands there has no influence."""
    return x if mask is None else np.where(mask[:, :, np.newaxis], x, 0)


def padded_steps(mask: Mask | None, T: int) -> list[Mask | None]:
    """Returns for each step a column that is true where it is padding, or None where none is."""
    if mask is None:
        return [None] * T
    return [None if real.all() else ~real[:, np.newaxis] for real in mask]


def ahead(*of_steps: Sequence[Any] | Array) -> Iterator[tuple[Any, ...]]:
    """Goes from the first step to the last, through several arrays at once."""
    return zip(*of_steps, strict=True)


def back(*of_steps: Sequence[Any] | Array) -> Iterator[tuple[Any, ...]]:
    """Goes from the last step to the first, through several arrays at once."""
    return zip(*(each[::-1] for each in of_steps), strict=True)


def blocks_back(T: int, step: Array) -> Iterator[slice]:
    """Goes from the last steps to the first, by as many as stay in the cache."""
    size = max(1, BLOCK // step.nbytes)
    return (slice(max(0, end - size), end) for end in range(T, 0, -size))


def by_gate(array: Array, gates: int) -> Array:
    """Returns the columns of each gate in an array of its own, (gates, ·, H) of (·, gates H)."""
    rows = len(array) if array.ndim > 1 else 1
    return array.reshape(rows, gates, -1).swapaxes(0, 1).copy()


def in_parts(W: Array, N: int) -> Array:
    """Cuts the columns of matrices into parts for products with N rows, (..., parts, H, M / parts).

    OpenBLAS lays out a matrix anew before it multiplies, which for few rows takes longer than the
    product; but not for some half a million multiplications, on processors for which it has a form
    without.

    Examples:
        >>> in_parts(np.ones((4, 64, 64)), N=32).shape, in_parts(np.ones((4, 256, 256)), N=32).shape
        ((4, 1, 64, 64), (4, 4, 256, 64))
    """
    *gates, H, M = W.shape
    narrow = [n for n in range(1, M) if M % n == 0 and 32 <= M // n <= 64]
    parts = next((n for n in [1, *narrow] if N * H * M // n <= 700_000), 1)
    return W.reshape(*gates, H, parts, M // parts).swapaxes(-3, -2).copy()


def written_in_parts(a: Array, parts: int) -> Array:
    """Returns a view of rows, (..., N, M), into which a product with parts of columns is written.

    Examples:
        >>> written_in_parts(np.ones((4, 32, 256)), parts=4).shape
        (4, 4, 32, 64)
    """
    return a.reshape(*a.shape[:-1], parts, -1).swapaxes(-3, -2)


def blend(h: Array, n: Array, z: Array, out: Array) -> None:
    """Writes (1 - z) n + z h, with one product: n + z (h - n)."""
    np.subtract(h, n, out=out)
    np.multiply(out, z, out=out)
    np.add(out, n, out=out)


def project(x: Array, W: Array, b: Array) -> Array:
    """Returns x W + b for all steps in one matrix product, a new array of shape (T, N, M)."""
    T, N, D = x.shape
    a = x.reshape(T * N, D) @ W
    a += b  # eq:rnn-project
    return a.reshape(T, N, -1)


def project_by_gate(x: Array, W: Array, b: Array) -> Array:
    """Returns `project` for each gate, shape (T, gates, N, H), with weights as of `by_gate`."""
    a = x[:, np.newaxis] @ W
    a += b
    return a


def input_gradients(da: Array, x: Array, W: Array) -> tuple[Array, Array, Array]:
    """Returns the gradients of `project` for x, W and b, each from one product over all steps."""
    T, N, D = x.shape
    rows = da.reshape(T * N, -1)
    dx = (rows @ W.T).reshape(T, N, D)  # eq:rnn-dx-rows
    dW = x.reshape(T * N, D).T @ rows  # eq:rnn-dWx-rows
    db = sum_rows(rows)  # eq:rnn-db-rows
    return dx, dW, db


def state_gradient(da: Array, h: Array) -> Array:
    """Returns the gradient for W in h W, summed over all steps; h and da have shape (T, N, ·)."""
    T, N, H = h.shape
    dW: Array = h.reshape(T * N, H).T @ da.reshape(T * N, -1)  # eq:rnn-dWh-rows
    return dW
