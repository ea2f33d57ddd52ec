"""Layers around the recurrent ones: tokens in, the last step out, time first."""

from typing import Any

import numpy as np

from backprop.embedding import embedding_forward
from backprop.fast.embedding import embedding_backward
from backprop.layers.layer import Layer
from backprop.masking import Mask
from backprop.shapes import Array, check_shapes, shapes


class Embedding(Layer):
    """A vector for each token, looked up in a table `W`.

    Args:
        W: the table to start from, shape (V, D), a row for each token; the layer keeps a copy.
        trained: whether the table is a parameter; if not, it stays as it is.
        padding: the token of padded steps, whose row stays as it is; None if there is none.

    Raises:
        TypeError: W is no float array.
        ValueError: W is empty or has not two axes; padding is none of its rows.

    Examples:
        >>> layer = Embedding(np.array([[0.0, 0.0], [1.0, 2.0]]), padding=0)
        >>> layer(np.array([1, 0]))
        array([[1., 2.],
               [0., 0.]])
    """

    @shapes(W="V D", padding="integer >= 0")
    def __init__(self, W: Array, *, trained: bool = True, padding: int | None = None) -> None:
        if padding is not None and padding >= len(W):
            raise ValueError(f"padding is {padding}, wanted 0 to {len(W) - 1}")
        self._W = W.copy()
        self._padding = padding
        super().__init__({"W": self._W} if trained else {})

    def forward(self, x: Any, *, training: bool, mask: Mask | None = None) -> Array:
        """Maps tokens, (T, N), to their vectors, (T, N, D)."""
        y, self._cache = embedding_forward(x, self._W)
        return y

    def backward(self, dy: Array) -> Array:
        """Replaces `grads`; what goes further back is 0, since a token is no quantity."""
        cache = self._remembered()
        if self.params:
            dW = embedding_backward(dy, cache)
            if self._padding is not None:
                dW[self._padding] = 0
            self._grads = {"W": dW}
        return np.zeros(dy.shape[:-1], dtype=dy.dtype)


class TimeFirst(Layer):
    """Swaps samples and steps, (N, T, D) to (T, N, D): training counts samples, networks steps.

    Examples:
        >>> TimeFirst()(np.zeros((2, 5, 3))).shape
        (5, 2, 3)
    """

    @shapes(x="N T D")
    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Maps x, (N, T, D), to (T, N, D)."""
        y: Array = x.swapaxes(0, 1)
        return y

    @shapes(dy="T N D")
    def backward(self, dy: Array) -> Array:
        """Maps dy, (T, N, D), to (N, T, D)."""
        dx: Array = dy.swapaxes(0, 1)
        return dx


class LastStep(Layer):
    """What the last step has, (T, N, D) to (N, D): the summary of a sequence.

    With a mask it is each sequence's own last real step, or the last of all if none is real.

    Examples:
        >>> x = np.array([[[1.0], [2.0]], [[3.0], [4.0]]])
        >>> LastStep()(x)
        array([[3.],
               [4.]])
        >>> LastStep()(x, mask=np.array([[True, True], [True, False]]))
        array([[3.],
               [2.]])
    """

    @shapes(x="T N D", mask="bool T N")
    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Maps x, (T, N, D), to its last step, (N, D)."""
        T, N, _ = x.shape
        last = np.full(N, T - 1)
        if mask is not None:
            last -= np.argmax(mask[::-1], axis=0)
        y: Array = x[last, np.arange(N)]
        self._cache = x.shape, last, y
        return y

    @shapes()
    def backward(self, dy: Array) -> Array:
        """Maps dy, (N, D), to zeros, (T, N, D), with dy at the last step."""
        shape, last, y = self._remembered()
        check_shapes({"y": (y, "..."), "dy": (dy, "...")})
        dx = np.zeros(shape, dtype=dy.dtype)
        dx[last, np.arange(len(last))] = dy
        return dx
