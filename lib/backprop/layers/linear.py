"""The linear layer, which keeps its weights and biases."""

from collections.abc import Callable

import numpy as np
from numpy.typing import DTypeLike

from backprop.fast.linear import linear_backward, linear_forward
from backprop.initializers import he_normal, zeros
from backprop.layers.layer import Layer
from backprop.masking import Mask
from backprop.shapes import Array, shapes


class Linear(Layer):
    """y = x W + b, with `W` and `b` to be learned.

    Args:
        D: features of the input.
        M: features of the output.
        rng: draws the initial weights.
        init: an initialiser, called as `init((D, M), rng, dtype=dtype)`; the biases start at 0.
        bias: whether there are biases; before a batch norm, say, they would do nothing.
        dtype: the precision of the parameters, which the input must share.

    Raises:
        TypeError: D or M is no integer, rng is no generator, dtype is neither float32 nor float64.
        ValueError: D or M is below 1.

    Examples:
        >>> layer = Linear(3, 2, rng=np.random.default_rng(0))
        >>> layer(np.zeros((4, 3))).shape
        (4, 2)
        >>> layer(np.zeros((7, 4, 3))).shape  # seven steps of four sequences
        (7, 4, 2)
    """

    @shapes(D="count", M="count", rng="rng", dtype="dtype")
    def __init__(
        self,
        D: int,
        M: int,
        *,
        rng: np.random.Generator,
        init: Callable[..., Array] = he_normal,
        bias: bool = True,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self._b = zeros((M,), dtype)
        params = {"W": init((D, M), rng, dtype=dtype)}
        super().__init__(params | {"b": self._b} if bias else params)

    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Maps x, (..., D), to y, (..., M)."""
        y, self._cache = linear_forward(x, self.params["W"], self.params.get("b", self._b))
        return y

    def backward(self, dy: Array) -> Array:
        """Maps dy, (..., M), to dx, (..., D)."""
        dx, dW, db = linear_backward(dy, self._remembered())
        self._grads = {"W": dW, "b": db} if "b" in self.params else {"W": dW}
        return dx
