"""A way past a layer."""

from backprop.layers.layer import Layer
from backprop.masking import Mask
from backprop.shapes import Array, check_shapes, shapes


class Residual(Layer):
    """What came in and what a layer made of it, added: y = x + f(x).

    Args:
        layer: the layer f, or layers in a `Sequential`; its output has the shape of its input. Its
            parameters are this layer's, under the same names.

    Raises:
        TypeError: layer is no layer.

    References:
        He and others, Deep residual learning for image recognition, CVPR 2016.

    Examples:
        >>> import numpy as np
        >>> from backprop.layers import ReLU
        >>> layer = Residual(ReLU())
        >>> layer(np.array([-1.0, 3.0]))
        array([-1.,  6.])
        >>> layer.backward(np.array([10.0, 10.0]))
        array([10., 20.])
    """

    @shapes()
    def __init__(self, layer: Layer) -> None:
        if not isinstance(layer, Layer):
            given = layer.__name__ if isinstance(layer, type) else type(layer).__name__
            raise TypeError(f"layer is {given}, wanted a layer, with what it takes in brackets")
        super().__init__()
        self.layer = layer

    @property
    def params(self) -> dict[str, Array]:
        """The parameters of the layer inside."""
        return self.layer.params

    @property
    def grads(self) -> dict[str, Array]:
        """The gradients of the layer inside."""
        return self.layer.grads

    @property
    def buffers(self) -> dict[str, Array]:
        """The buffers of the layer inside."""
        return self.layer.buffers

    @shapes()
    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Maps x to an output of the same shape."""
        y = self.layer.forward(x, training=training, mask=mask)
        check_shapes({"x": (x, "..."), "the layer's output": (y, "...")})
        return x + y  # eq:residual-y

    def backward(self, dy: Array) -> Array:
        """Maps dy to dx: what arrives goes past the layer whole, and through it."""
        return dy + self.layer.backward(dy)  # eq:residual-dx
