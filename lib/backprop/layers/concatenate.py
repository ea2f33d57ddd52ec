"""Layers side by side."""

import numpy as np

from backprop.concatenation import concatenate_backward, concatenate_forward
from backprop.layers.sequential import Sequential
from backprop.masking import Mask
from backprop.shapes import Array, shapes


class Concatenate(Sequential):
    """What each of several layers makes of the same batch, one's channels behind the other's.

    Names, parameters and files are those of `Sequential`.

    Args:
        layers: the layers in order, called 0, 1, 2…; or a mapping from the names that you prefer.
            Their outputs may differ in the number of channels, the second axis, and in no other.

    Raises:
        TypeError: something is no layer.
        ValueError: there is no layer, one is there twice, or a name is empty or has a dot or slash.

    References:
        Szegedy and others, Going deeper with convolutions, CVPR 2015.

    Examples:
        >>> from backprop.layers import Identity, ReLU
        >>> layer = Concatenate([Identity(), ReLU()])
        >>> layer(np.array([[-1.0, 3.0]]))
        array([[-1.,  3.,  0.,  3.]])
        >>> layer.backward(np.array([[1.0, 2.0, 3.0, 4.0]]))
        array([[1., 6.]])
    """

    @shapes()
    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Sends a batch through each layer, and puts what comes out one behind the other."""
        y, *others = [
            layer.forward(x, training=training, mask=mask) for layer in self.layers.values()
        ]
        self._cache = []
        for other in others:
            y, cache = concatenate_forward(y, other)
            self._cache.append(cache)
        return y

    def backward(self, dy: Array) -> Array:
        """Cuts the gradient, sends each piece back through its layer, and adds what comes out."""
        pieces = []
        for cache in reversed(self._remembered()):
            dy, piece = concatenate_backward(dy, cache)
            pieces.append(piece)
        found = [
            layer.backward(piece)
            for layer, piece in zip(self.layers.values(), [dy, *reversed(pieces)], strict=True)
        ]
        dx: Array = np.sum(found, axis=0)
        return dx
