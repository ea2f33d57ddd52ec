"""Dropout as a layer."""

import numpy as np

from backprop.dropout import DropoutCache, dropout_backward, dropout_forward
from backprop.layers.layer import Layer
from backprop.masking import Mask
from backprop.shapes import Array, shapes


class Dropout(Layer):
    """In training, leaves each element out with probability p; in evaluation, does nothing.

    Args:
        p: the probability, from 0 to 1.
        rng: draws the masks. For a run that can be continued exactly, let it be the generator that
            `training.train` gets.

    Raises:
        TypeError: p is no number, or rng is no generator.
        ValueError: p lies outside 0 to 1.

    Examples:
        >>> layer = Dropout(0.5, rng=np.random.default_rng(0))
        >>> layer.forward(np.ones(6), training=True), layer(np.ones(2))
        (array([2., 2., 2., 0., 0., 0.]), array([1., 1.]))
    """

    @shapes(p="[0, 1]", rng="rng")
    def __init__(self, p: float, *, rng: np.random.Generator) -> None:
        super().__init__()
        self._p = p
        self._rng = rng

    @shapes(x="...")
    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Maps x to an output of the same shape."""
        if training:
            y, self._cache = dropout_forward(x, p=self._p, rng=self._rng)
            return y
        self._cache = DropoutCache(np.broadcast_to(True, x.shape), 1.0)  # all are kept
        return x.copy()

    def backward(self, dy: Array) -> Array:
        """Maps dy to dx, by the mask of the last forward pass."""
        return dropout_backward(dy, self._remembered())
