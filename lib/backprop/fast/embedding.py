"""The gradient of the table of `backprop.embedding`, element by element.

NumPy adds single elements at places of one axis five times as fast as rows of a table.
"""

import numpy as np

from backprop.embedding import EmbeddingCache
from backprop.shapes import Array, shapes


@shapes(y="...", dy="...")
def embedding_backward(dy: Array, cache: EmbeddingCache) -> Array:
    """Adds each gradient to the row that was looked up.

    Arguments, returns and errors are those of `backprop.embedding.embedding_backward`.
    """
    D = dy.shape[-1]
    dW = np.zeros((cache.V, D), dtype=dy.dtype)
    places = cache.tokens.reshape(-1, 1).astype(np.intp) * D + np.arange(D)
    np.add.at(dW.ravel(), places.ravel(), dy.ravel())
    return dW
