"""Attention among the steps of a sequence, or to another; and positions, which it cannot see."""

from collections.abc import Callable

import numpy as np
from numpy.typing import DTypeLike

from backprop.attention import (
    causal_mask,
    cross_attention_backward,
    cross_attention_forward,
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
        super().__init__(_drawn(D, heads, rng, init, dtype))
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


class CrossAttention(Layer):
    """Lets the steps of a sequence look at those of another, with several heads side by side.

    What is seen is given by `look_at`, before the layer goes forward; what comes back to it is in
    `dcontext`, after it has gone back.

    Args:
        D: features of a step, of both sequences and of the output.
        heads: how many heads; they divide D.
        rng: draws the initial weights.
        init: an initialiser for each of the four (D, D) matrices; the biases start at 0.
        dtype: the precision of the parameters, which both sequences must share.

    Raises:
        TypeError: D or heads is no integer, rng is no generator, dtype is neither float32 nor
            float64.
        ValueError: D or heads is below 1, or heads does not divide D.

    Examples:
        >>> layer = CrossAttention(6, 2, rng=np.random.default_rng(0))
        >>> layer.look_at(np.zeros((7, 4, 6)))  # seven steps of four sequences
        >>> layer(np.zeros((5, 4, 6))).shape  # five steps of theirs, of each
        (5, 4, 6)
        >>> layer.weights.shape  # each sequence, head, step that looks, step that is seen
        (4, 2, 5, 7)
        >>> dx = layer.backward(np.ones((5, 4, 6)))
        >>> layer.dcontext.shape
        (7, 4, 6)
    """

    @shapes(D="count", heads="count", rng="rng", dtype="dtype")
    def __init__(
        self,
        D: int,
        heads: int,
        *,
        rng: np.random.Generator,
        init: Callable[..., Array] = xavier_uniform,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(_drawn(D, heads, rng, init, dtype))
        self._heads = heads
        self._seen: tuple[Array, Mask | None] | None = None
        self._dcontext: Array | None = None

    @shapes(context="S N D", real="bool S N")
    def look_at(self, context: Array, real: Mask | None = None) -> None:
        """Sets what the next batches look at.

        Args:
            context: the sequences that are seen, shape (S, N, D).
            real: true where a step of theirs is no padding, shape (S, N); None if all are.
        """
        self._seen = context, real

    @property
    def weights(self) -> Array:
        """Who looked at whom when the last batch went forward, shape (N, heads, T, S)."""
        a: Array = self._remembered().attention.a
        return a

    @property
    def dcontext(self) -> Array:
        """The gradient for what was looked at, (S, N, D), as the last `backward` found it.

        Raises:
            RuntimeError: nothing went back yet.
        """
        if self._dcontext is None:
            raise RuntimeError("CrossAttention.dcontext: nothing went back yet")
        return self._dcontext

    @shapes(x="T N D")
    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Maps x, (T, N, D), to an output of the same shape.

        A mask of x changes nothing here: its padding may look, and none of it is seen.

        Raises:
            RuntimeError: `look_at` was not called yet.
        """
        if self._seen is None:
            raise RuntimeError("CrossAttention.forward: there is nothing to look at, see look_at")
        context, real = self._seen
        sees = None
        if real is not None:
            sees = np.broadcast_to(real.T[:, np.newaxis], (x.shape[1], len(x), len(real)))
        y, self._cache = cross_attention_forward(
            x.swapaxes(0, 1), context.swapaxes(0, 1), **self.params, heads=self._heads, mask=sees
        )
        return y.swapaxes(0, 1)

    def backward(self, dy: Array) -> Array:
        """Maps dy to dx, both (T, N, D), and replaces `grads` and `dcontext`."""
        dx, dcontext, *grads = cross_attention_backward(dy.swapaxes(0, 1), self._remembered())
        self._grads = dict(zip(self.params, grads, strict=True))
        self._dcontext = dcontext.swapaxes(0, 1)
        return dx.swapaxes(0, 1)


def _drawn(
    D: int,
    heads: int,
    rng: np.random.Generator,
    init: Callable[..., Array],
    dtype: DTypeLike,
) -> dict[str, Array]:
    """The parameters of heads as they start."""
    if D % heads:
        raise ValueError(f"heads is {heads}, wanted a number that divides D = {D}")
    W_q, W_k, W_v, W_o = (init((D, D), rng, dtype=dtype) for _ in range(4))
    return {
        "W_x": np.concatenate([W_q, W_k, W_v], axis=1),
        "b": zeros((3 * D,), dtype),
        "W_o": W_o,
        "b_o": zeros((D,), dtype),
    }


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

    @shapes(dy="T N D")
    def backward(self, dy: Array) -> Array:
        """Maps dy to dx: what is added has no gradient of its own."""
        return dy.copy()
