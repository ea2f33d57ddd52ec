"""A way past a layer."""

from backprop import scalars
from backprop.layers.activations import Identity
from backprop.layers.layer import Layer
from backprop.masking import Mask
from backprop.shapes import Array, check_shapes, shapes


class Residual(Layer):
    """What came in and what a layer made of it, added: y = x + f(x).

    Args:
        layer: the layer f, or layers in a `Sequential`; its output has the shape of its input. Its
            parameters are this layer's, under the same names.
        way: what is done to x on its way past, if f changes its shape: a convolution with kernels
            of one pixel, say. Its parameters are this layer's, with `way.` in front of their names.

    Raises:
        TypeError: layer or way is no layer.
        ValueError: layer has a part that is called `way`.

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
    def __init__(self, layer: Layer, way: Layer | None = None) -> None:
        for name, given in {"layer": layer, "way": way or Identity()}.items():
            scalars.instance(name, given, Layer, "a layer")
        super().__init__()
        self.layer, self.way = layer, way or Identity()
        self._past = "the way's output" if way else "x"
        if any(name.startswith("way.") for name in [*layer.params, *layer.buffers]):
            raise ValueError("layer has a part called way, which is what leads past it")

    @property
    def params(self) -> dict[str, Array]:
        """The parameters of the layer inside, and of the way past it."""
        return self.layer.params | _of_way(self.way.params)

    @property
    def grads(self) -> dict[str, Array]:
        """The gradients of the layer inside, and of the way past it."""
        return self.layer.grads | _of_way(self.way.grads)

    @property
    def buffers(self) -> dict[str, Array]:
        """The buffers of the layer inside, and of the way past it."""
        return self.layer.buffers | _of_way(self.way.buffers)

    @property
    def carried(self) -> dict[str, Array]:
        """The states that the layer inside carries in training, and the way past it."""
        return self.layer.carried | _of_way(self.way.carried)

    def reset_states(self, N: int | None = None) -> None:
        """Forgets what the layer inside carries, and the way past it."""
        self.layer.reset_states(N)
        self.way.reset_states(N)

    @shapes()
    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Maps x to an output of the same shape, or of the shape that the way gives it."""
        f = self.layer.forward(x, training=training, mask=mask)
        past = self.way.forward(x, training=training, mask=mask)
        check_shapes({self._past: (past, "..."), "the layer's output": (f, "...")})
        return past + f  # eq:residual-y

    def backward(self, dy: Array) -> Array:
        """Maps dy to dx: what arrives goes past the layer whole, and through it."""
        return self.way.backward(dy) + self.layer.backward(dy)  # eq:residual-dx


def _of_way(arrays: dict[str, Array]) -> dict[str, Array]:
    return {f"way.{name}": array for name, array in arrays.items()}
