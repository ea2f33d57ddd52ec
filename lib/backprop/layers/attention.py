"""Attention among the steps of a sequence, and the positions that it would not see otherwise."""

from collections.abc import Callable

import numpy as np
from numpy.typing import DTypeLike

from backprop.attention import (
    causal_mask,
    multi_head_attention_backward,
    multi_head_attention_forward,
    sinusoidal_positions,
)
from backprop.initializers import xavier_uniform, zeros
from backprop.layers.layer import Layer
from backprop.masking import Mask
from backprop.shapes import Array, shapes


class MultiHeadAttention(Layer):
    """Lets the steps of a sequence look at one another, with several heads side by side.

    Steps that a mask calls padding are seen by no real step.

    Args:
        D: features of a step, of the input and of the output.
        heads: how many heads; they divide D.
        rng: draws the initial weights.
        causal: whether a step sees itself and what came before, and nothing later.
        init: an initialiser for each of the four (D, D) matrices; the biases start at 0.
        dtype: the precision of the parameters, which the input must share.

    Raises:
        TypeError: D or heads is no integer, rng is no generator, dtype is neither float32 nor
            float64.
        ValueError: D or heads is below 1, or heads does not divide D.

    Examples:
        >>> layer = MultiHeadAttention(6, 2, rng=np.random.default_rng(0))
        >>> layer(np.zeros((5, 4, 6))).shape  # five steps of four sequences
        (5, 4, 6)
        >>> layer.weights.shape  # each sequence, head, step that looks, step that is seen
        (4, 2, 5, 5)
    """

    @shapes(D="count", heads="count", rng="rng", dtype="dtype")
    def __init__(
        self,
        D: int,
        heads: int,
        *,
        rng: np.random.Generator,
        causal: bool = False,
        init: Callable[..., Array] = xavier_uniform,
        dtype: DTypeLike = np.float64,
    ) -> None:
        if D % heads:
            raise ValueError(f"heads is {heads}, wanted a number that divides D = {D}")
        W_q, W_k, W_v, W_o = (init((D, D), rng, dtype=dtype) for _ in range(4))
        super().__init__(
            {
                "W_x": np.concatenate([W_q, W_k, W_v], axis=1),
                "b": zeros((3 * D,), dtype),
                "W_o": W_o,
                "b_o": zeros((D,), dtype),
            }
        )
        self._heads, self._causal = heads, causal

    @property
    def weights(self) -> Array:
        """Who looked at whom when the last batch went forward, shape (N, heads, T, T)."""
        a: Array = self._remembered().attention.a
        return a

    @shapes(x="T N D", mask="bool T N")
    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Maps x, (T, N, D), to an output of the same shape."""
        y, self._cache = multi_head_attention_forward(
            x.swapaxes(0, 1), **self.params, heads=self._heads, mask=self._sees(x, mask)
        )
        return y.swapaxes(0, 1)

    def backward(self, dy: Array) -> Array:
        """Maps dy to dx, both (T, N, D), and replaces `grads`."""
        dx, *grads = multi_head_attention_backward(dy.swapaxes(0, 1), self._remembered())
        self._grads = dict(zip(self.params, grads, strict=True))
        return dx.swapaxes(0, 1)

    def _sees(self, x: Array, real: Mask | None) -> Mask | None:
        """Which step may see which, (N, T, T). A step of the padding sees all, and nobody it."""
        T, N, _ = x.shape
        if real is None and not self._causal:
            return None
        sees = np.broadcast_to(causal_mask(T) if self._causal else True, (N, T, T))
        return sees if real is None else sees & (real.T[:, np.newaxis] | ~real.T[..., np.newaxis])


class Positions(Layer):
    """Adds to each step the sines and cosines of its position.

    Examples:
        >>> Positions()(np.zeros((2, 1, 4))).round(2)
        array([[[0.  , 1.  , 0.  , 1.  ]],
        <BLANKLINE>
               [[0.84, 0.54, 0.01, 1.  ]]])
    """

    @shapes(x="T N D")
    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Maps x, (T, N, D), to an output of the same shape; D is even."""
        T, _, D = x.shape
        return x + sinusoidal_positions(T, D)[:, np.newaxis].astype(x.dtype)

    def backward(self, dy: Array) -> Array:
        """Maps dy to dx: what is added has no gradient of its own."""
        return dy.copy()
