"""Layers one after another."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from textwrap import indent

from backprop import scalars
from backprop.files import load_npz, save_npz
from backprop.layers.arrays import assign, state
from backprop.layers.layer import Layer
from backprop.masking import Mask
from backprop.shapes import Array, shapes


class Sequential(Layer):
    """Layers one after another. It is a layer itself, so networks nest.

    Args:
        layers: the layers in order, called 0, 1, 2…; or a mapping from the names that you prefer.
            A parameter's name is its layer's and its own, `0.W`.

    Raises:
        TypeError: layers is no list or mapping, or something in it no layer; a class, say.
        ValueError: there is no layer, one is there twice, or a name is empty or has a dot or slash.

    Examples:
        >>> import numpy as np
        >>> from backprop.layers import Linear, ReLU
        >>> rng = np.random.default_rng(0)
        >>> network = Sequential([Linear(3, 4, rng=rng), ReLU(), Linear(4, 2, rng=rng)])
        >>> {name: param.shape for name, param in network.params.items()}
        {'0.W': (3, 4), '0.b': (4,), '2.W': (4, 2), '2.b': (2,)}
        >>> network
        Sequential(
          0: Linear(3, 4)
          1: ReLU()
          2: Linear(4, 2)
        )
        >>> network(np.zeros((5, 3))).shape
        (5, 2)
    """

    @shapes()
    def __init__(self, layers: Sequence[Layer] | Mapping[str, Layer]) -> None:
        scalars.instance("layers", layers, Iterable, "a list of layers")
        if not isinstance(layers, Mapping):
            layers = {str(index): layer for index, layer in enumerate(layers)}
        if not layers:
            raise ValueError("layers is empty, wanted at least one")
        for name, layer in layers.items():
            scalars.instance(f"layer {name}", layer, Layer, "a layer")
        if len({id(layer) for layer in layers.values()}) < len(layers):
            # Its second forward would overwrite what its first remembers.
            raise ValueError("layers holds one object twice, wanted a layer for each")
        for name in layers:
            if not name or {".", "/"} & set(name):
                raise ValueError(f"{name!r} names a layer, wanted no dot and no slash")
        super().__init__()
        self.layers = dict(layers)

    @property
    def params(self) -> dict[str, Array]:
        """The parameters of all layers by name: the arrays themselves."""
        return self._flat({name: layer.params for name, layer in self.layers.items()})

    @property
    def grads(self) -> dict[str, Array]:
        """The gradients of all layers by the same names."""
        return self._flat({name: layer.grads for name, layer in self.layers.items()})

    @property
    def buffers(self) -> dict[str, Array]:
        """The buffers of all layers by name."""
        return self._flat({name: layer.buffers for name, layer in self.layers.items()})

    @property
    def carried(self) -> dict[str, Array]:
        """The states that layers carry from pass to pass in training, by name."""
        return self._flat({name: layer.carried for name, layer in self.layers.items()})

    def reset_states(self, N: int | None = None) -> None:
        """Forgets what any layer carries."""
        for layer in self.layers.values():
            layer.reset_states(N)

    @staticmethod
    def _flat(nested: Mapping[str, Mapping[str, Array]]) -> dict[str, Array]:
        return {
            f"{outer}.{name}": a for outer, inner in nested.items() for name, a in inner.items()
        }

    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Sends a batch through the layers, first to last."""
        for layer in self.layers.values():
            x = layer.forward(x, training=training, mask=mask)
        return x

    def backward(self, dy: Array) -> Array:
        """Sends the gradient back through the layers, last to first."""
        for layer in reversed(self.layers.values()):
            dy = layer.backward(dy)
        return dy

    def __repr__(self) -> str:
        """The layers by name, each as the call that made it."""
        lines = "\n".join(f"{name}: {layer!r}" for name, layer in self.layers.items())
        return f"{type(self).__name__}(\n{indent(lines, '  ')}\n)"

    def save(self, path: Path | str) -> None:
        """Writes parameters and buffers to exactly this path, as an `.npz` of named arrays."""
        save_npz(path, state(self))

    @shapes()
    def load(self, path: Path | str) -> None:
        """Takes over what `save` wrote.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the file is no `.npz`, or its names, shapes or dtypes are not this
                network's; nothing is taken over then.
        """
        assign(state(self), load_npz(path), Path(path).name)
