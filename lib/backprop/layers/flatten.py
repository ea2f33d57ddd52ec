"""Flattening as a layer."""

from backprop.layers.layer import Layer
from backprop.masking import Mask
from backprop.shapes import Array, shapes


class Flatten(Layer):
    """All values of a sample in a row: (N, ...) to (N, D).

    Examples:
        >>> import numpy as np
        >>> Flatten()(np.zeros((2, 3, 4, 5))).shape
        (2, 60)
    """

    @shapes(x="N ...")
    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Maps x, (N, ...), to y, (N, D)."""
        self._cache = x.shape
        return x.reshape(len(x), -1)

    @shapes(dy="N D")
    def backward(self, dy: Array) -> Array:
        """Maps dy, (N, D), to dx, in the shape of x."""
        return dy.reshape(self._remembered())
