"""Layers and networks: a thin shell over the pairs of functions that the chapters derive.

A layer remembers between forward and backward what the pair of functions hands over as its cache,
and holds its parameters. All the mathematics is elsewhere.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from backprop import activations
from backprop._check import Array, Cache, check_count, check_float_dtype, check_names, check_rng
from backprop.fast.parallel import share_batch, taking_turns
from backprop.files import load_npz, save_npz
from backprop.initializers import he_normal, zeros
from backprop.linear import linear_backward, linear_forward

# Elements of the input from which on two threads do the work of a linear layer.
LARGE = 1 << 17

Forward = Callable[[Array], tuple[Array, Any]]
Backward = Callable[[Array, Any], Array]


class Layer(Protocol):
    """What a network is made of, and what a network is."""

    @property
    def params(self) -> Mapping[str, Array]:
        """The parameters by name: the arrays themselves, which an optimiser writes into."""

    @property
    def grads(self) -> Mapping[str, Array]:
        """The loss's gradients by the same names, as the last `backward` left them."""

    @property
    def buffers(self) -> Mapping[str, Array]:
        """By name, what the layer follows in training without gradients: running statistics."""

    def forward(self, x: Array, *, training: bool) -> Array:
        """Maps a batch to its output; some layers do otherwise in training."""

    def backward(self, dy: Array) -> Array:
        """Maps dy to dx for the last batch that went forward, and replaces `grads`."""


class Linear:
    """y = x W + b, with `W` and `b` to be learned.

    Args:
        D: features of the input.
        M: features of the output.
        rng: draws the initial weights.
        init: an initialiser, called as `init((D, M), rng, dtype=dtype)`; the biases start at 0.
        dtype: the precision of the parameters, which the input must share.

    Raises:
        TypeError: D or M is no integer, rng is no generator, dtype is none of floats.
        ValueError: D or M is below 1.

    Examples:
        >>> layer = Linear(3, 2, rng=np.random.default_rng(0))
        >>> layer.forward(np.zeros((4, 3)), training=False).shape
        (4, 2)
    """

    def __init__(
        self,
        D: int,
        M: int,
        *,
        rng: np.random.Generator,
        init: Callable[..., Array] = he_normal,
        dtype: DTypeLike = np.float64,
    ) -> None:
        shape = check_count("Linear", "D", D), check_count("Linear", "M", M)
        check_rng("Linear", rng)
        check_float_dtype("Linear", dtype)
        self.params = {"W": init(shape, rng, dtype=dtype), "b": zeros((M,), dtype)}
        self.grads: dict[str, Array] = {}
        self.buffers: dict[str, Array] = {}
        self._cache: Cache | None = None

    def forward(self, x: Array, *, training: bool) -> Array:
        """Maps x, (N, D), to y, (N, M)."""
        W, b = self.params["W"], self.params["b"]
        forward = _linear_forward_shared if _is_shared(x, W) else linear_forward
        y, self._cache = forward(x, W, b)
        return y

    def backward(self, dy: Array) -> Array:
        """Maps dy, (N, M), to dx, (N, D)."""
        if self._cache is None:
            raise RuntimeError("Linear.backward: nothing went forward yet")
        backward = _linear_backward_shared if _is_shared(*self._cache) else linear_backward
        dx, dW, db = backward(dy, self._cache)
        self.grads = {"W": dW, "b": db}
        return dx


def _is_shared(x: Any, W: Array) -> bool:
    """Whether two threads do the work of a linear layer, half of the features each."""
    fits = isinstance(x, np.ndarray) and x.shape[1:] == W.shape[:1]
    return fits and len(W) > 1 and x.size >= LARGE and taking_turns()


def _linear_forward_shared(x: Array, W: Array, b: Array) -> tuple[Array, Cache]:
    """Does as `linear_forward`, in two threads."""

    def forward(features: slice) -> Array:
        own = b if features.start == 0 else np.zeros_like(b)
        return linear_forward(x[:, features], W[features], own)[0]

    first, second = _by_halves(forward, len(W))
    return first + second, (x, W)


def _linear_backward_shared(dy: Array, cache: Cache) -> tuple[Array, Array, Array]:
    """Does as `linear_backward`, in two threads."""
    x, W = cache
    dx, dW = np.empty_like(x), np.empty_like(W)

    def backward(features: slice) -> Array:
        dx[:, features], dW[features], db = linear_backward(dy, (x[:, features], W[features]))
        return db

    return dx, dW, _by_halves(backward, len(W))[0]


def _by_halves(work: Callable[[slice], Array], D: int) -> list[Array]:
    halves = slice(0, D // 2), slice(D // 2, D)
    return share_batch(lambda half: work(halves[half.start]), 2)


class Activation:
    """A pair of functions without parameters as a layer."""

    def __init__(self, forward: Forward, backward: Backward) -> None:
        self.params: dict[str, Array] = {}
        self.grads: dict[str, Array] = {}
        self.buffers: dict[str, Array] = {}
        self._forward, self._backward = forward, backward
        self._cache: Any = None

    def forward(self, x: Array, *, training: bool) -> Array:
        """Maps x to an output of the same shape."""
        y, self._cache = self._forward(x)
        return y

    def backward(self, dy: Array) -> Array:
        """Maps dy to dx."""
        if self._cache is None:
            raise RuntimeError(f"{type(self).__name__}.backward: nothing went forward yet")
        return self._backward(dy, self._cache)


class Identity(Activation):
    """The input as it is."""

    def __init__(self) -> None:
        super().__init__(activations.identity_forward, activations.identity_backward)


class Sigmoid(Activation):
    """1 / (1 + exp(-x))."""

    def __init__(self) -> None:
        super().__init__(activations.sigmoid_forward, activations.sigmoid_backward)


class Tanh(Activation):
    """The hyperbolic tangent."""

    def __init__(self) -> None:
        super().__init__(activations.tanh_forward, activations.tanh_backward)


class ReLU(Activation):
    """x where it is positive, else 0."""

    def __init__(self) -> None:
        super().__init__(activations.relu_forward, activations.relu_backward)


class LeakyReLU(Activation):
    """x where it is positive, else a small multiple of it."""

    def __init__(self, slope: float = 0.01) -> None:
        forward = partial(activations.leaky_relu_forward, slope=slope)
        super().__init__(forward, activations.leaky_relu_backward)


class Softmax(Activation):
    """Probabilities over the last axis; to train, leave it to the loss, which takes logits."""

    def __init__(self) -> None:
        super().__init__(activations.softmax_forward, activations.softmax_backward)


class Sequential:
    """Layers one after another. It is a layer itself, so networks nest.

    Args:
        layers: the layers in order, called 0, 1, 2…; or a mapping from the names that you prefer.
            A parameter's name is its layer's and its own, `0.W`.

    Raises:
        ValueError: there is no layer, one is there twice, or a name is empty or has a dot or slash.

    Examples:
        >>> rng = np.random.default_rng(0)
        >>> network = Sequential([Linear(3, 4, rng=rng), ReLU(), Linear(4, 2, rng=rng)])
        >>> {name: param.shape for name, param in network.params.items()}
        {'0.W': (3, 4), '0.b': (4,), '2.W': (4, 2), '2.b': (2,)}
    """

    def __init__(self, layers: Sequence[Layer] | Mapping[str, Layer]) -> None:
        if not isinstance(layers, Mapping):
            layers = {str(index): layer for index, layer in enumerate(layers)}
        if not layers:
            raise ValueError("Sequential: layers is empty, wanted at least one")
        if len({id(layer) for layer in layers.values()}) < len(layers):
            # Its second forward would overwrite what its first remembers.
            raise ValueError("Sequential: layers holds one object twice, wanted a layer for each")
        for name in layers:
            if not name or {".", "/"} & set(name):
                raise ValueError(f"Sequential: {name!r} names a layer, wanted no dot and no slash")
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

    @staticmethod
    def _flat(nested: Mapping[str, Mapping[str, Array]]) -> dict[str, Array]:
        return {
            f"{outer}.{name}": a for outer, inner in nested.items() for name, a in inner.items()
        }

    def forward(self, x: Array, *, training: bool) -> Array:
        """Sends a batch through the layers, first to last."""
        for layer in self.layers.values():
            x = layer.forward(x, training=training)
        return x

    def backward(self, dy: Array) -> Array:
        """Sends the gradient back through the layers, last to first."""
        for layer in reversed(self.layers.values()):
            dy = layer.backward(dy)
        return dy

    def save(self, path: Path | str) -> None:
        """Writes parameters and buffers to exactly this path, as an `.npz` of named arrays."""
        save_npz(Path(path), state(self))

    def load(self, path: Path | str) -> None:
        """Takes over what `save` wrote.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: the file is no `.npz`, or its names, shapes or dtypes are not this
                network's; nothing is taken over then.
        """
        assign("Sequential.load", state(self), load_npz(Path(path)), Path(path).name)


def state(network: Layer) -> dict[str, Array]:
    """Returns all arrays by name that make a network what it is, its parameters and buffers."""
    return {**network.params, **network.buffers}


def assign(
    function: str, params: Mapping[str, Array], values: Mapping[str, NDArray[Any]], source: str
) -> None:
    """Writes new values into arrays, all of them or, if anything does not fit, none.

    Args:
        function: name of the caller, with which a message begins.
        params: the network's arrays by name.
        values: their new values by the same names.
        source: where the values come from, for messages.

    Raises:
        ValueError: a name is missing or unknown, or a shape or dtype differs.
    """
    check_names(function, values, source, params, "the network")
    for name, param in params.items():
        value = values[name]
        if value.shape != param.shape:
            raise ValueError(
                f"{function}: {name} in {source} has shape {value.shape}, wanted {param.shape}"
            )
        if value.dtype != param.dtype:
            raise ValueError(
                f"{function}: {name} in {source} is {value.dtype}, wanted {param.dtype}"
            )
    for name, param in params.items():
        param[...] = values[name]
