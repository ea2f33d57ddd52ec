"""The embedding: a table with a vector for each token, and looking vectors up in it.

A lookup is a product with a one-hot matrix, without the product. Its gradient is a scatter-add: a
token that occurs three times gets three gradients added. To freeze the table, do not ask for it.
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from backprop.shapes import Array, shapes

Tokens: TypeAlias = NDArray[np.integer[Any]]


class EmbeddingCache(NamedTuple):
    """What `embedding_backward` needs."""

    tokens: Tokens
    y: Array
    V: int


@shapes(tokens="rows of W", W="V D")
def embedding_forward(tokens: Tokens, W: Array) -> tuple[Array, EmbeddingCache]:
    """Looks up the vector of each token.

    Args:
        tokens: numbers of rows of W, integers from 0 to V - 1, of any shape, (T, N) for instance.
        W: the table, shape (V, D), a row for each token of the vocabulary.

    Returns:
        The vectors, shape (T, N, D) for instance, and a cache for `embedding_backward`.

    Raises:
        TypeError: tokens is no array of integers, or W no float array.
        ValueError: an argument is empty, W has not two axes, or a token is out of range.

    Examples:
        >>> W = np.array([[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]])
        >>> y, cache = embedding_forward(np.array([2, 1, 2]), W)
        >>> y
        array([[3., 4.],
               [1., 2.],
               [3., 4.]])
    """
    y = W[tokens]  # eq:embedding-y
    return y, EmbeddingCache(tokens, y, len(W))


@shapes(y="...", dy="...")
def embedding_backward(dy: Array, cache: EmbeddingCache) -> Array:
    """Adds each gradient to the row that was looked up.

    Args:
        dy: gradient for the vectors, in their shape.
        cache: what `embedding_forward` returned.

    Returns:
        The gradient dW, shape (V, D), 0 in the rows that were not looked up.

    Raises:
        TypeError: dy is no float array, or differs in precision from W.
        ValueError: dy has not the shape of the vectors.

    Examples:
        >>> W = np.array([[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]])
        >>> y, cache = embedding_forward(np.array([2, 1, 2]), W)
        >>> embedding_backward(np.array([[1.0, 0.0], [10.0, 0.0], [100.0, 5.0]]), cache)
        array([[  0.,   0.],
               [ 10.,   0.],
               [101.,   5.]])
    """
    dW = np.zeros((cache.V, dy.shape[-1]), dtype=dy.dtype)
    np.add.at(dW, cache.tokens, dy)  # eq:embedding-dW
    return dW
