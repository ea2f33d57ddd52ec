"""What every layer has and does, and so what a network has and does."""

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np

from backprop.masking import Mask
from backprop.shapes import Array


class Layer(ABC):
    """What a network is made of, and what a network is.

    A layer of your own has `forward` and `backward`. It hands its parameters and buffers to this
    constructor, leaves in `_grads` what `backward` finds, and keeps in `_cache` what it remembers.

    Args:
        params: the parameters by name.
        buffers: by name, what the layer follows in training without gradients.

    Examples:
        >>> class Double(Layer):
        ...     def forward(self, x, *, training, mask=None):
        ...         return 2 * x
        ...
        ...     def backward(self, dy):
        ...         return 2 * dy
        >>> Double()(np.array([1.0, 3.0]))
        array([2., 6.])
    """

    _call: str

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Notes the call, so that a layer can show how it was made."""
        layer = super().__new__(cls)
        given = [_shown(value) for value in args if not _is_source_of_chance(value)]
        given += [f"{k}={_shown(v)}" for k, v in kwargs.items() if not _is_source_of_chance(v)]
        layer._call = ", ".join(given)
        return layer

    def __init__(
        self, params: dict[str, Array] | None = None, buffers: dict[str, Array] | None = None
    ) -> None:
        self._params = params or {}
        self._grads: dict[str, Array] = {}
        self._buffers = buffers or {}
        self._cache: Any = None

    @property
    def params(self) -> dict[str, Array]:
        """The parameters by name: the arrays themselves, which an optimiser writes into."""
        return self._params

    @property
    def grads(self) -> dict[str, Array]:
        """The loss's gradients by the same names, as the last `backward` left them."""
        return self._grads

    @property
    def buffers(self) -> dict[str, Array]:
        """By name, what the layer follows in training without gradients: running statistics."""
        return self._buffers

    @property
    def carried(self) -> dict[str, Array]:
        """By name, the states with which the next pass of training begins, if layers carry any."""
        return {}

    def reset_states(self, N: int | None = None) -> None:  # noqa: B027 - most have none
        """Forgets the states that layers carry: the next pass of training begins with zeros.

        Args:
            N: samples of that pass, whose zeros then stand in `carried`; None leaves it open.
        """

    @abstractmethod
    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Maps a batch to its output.

        Args:
            x: the batch.
            training: whether this is a pass of training, in which some layers do otherwise.
            mask: true where a step of a sequence is real, shape (T, N); None if all are. It goes
                through a network to the layers that ask for it; the others do not look at it.
        """

    @abstractmethod
    def backward(self, dy: Array) -> Array:
        """Maps dy to dx for the last batch that went forward, and replaces `grads`."""

    def __call__(self, x: Array, *, mask: Mask | None = None) -> Array:
        """Maps a batch to its output in evaluation: `forward` with `training=False`."""
        return self.forward(x, training=False, mask=mask)

    def __repr__(self) -> str:
        """The call that made the layer, but for the generator of its random numbers."""
        return f"{type(self).__name__}({self._call})"

    def _remembered(self) -> Any:
        """Returns what the last `forward` left for `backward`.

        Raises:
            RuntimeError: nothing went forward yet.
        """
        if self._cache is None:
            raise RuntimeError(f"{type(self).__name__}.backward: nothing went forward yet")
        return self._cache


def _is_source_of_chance(value: object) -> bool:
    return isinstance(value, np.random.Generator)


def _shown(value: object) -> str:
    """Returns an argument as text that is the same in every process: no address in memory."""
    if isinstance(value, np.ndarray):
        return f"array{value.shape}"
    if callable(value) and hasattr(value, "__name__"):  # a function, or a class such as np.float32
        return str(value.__name__)
    plain = isinstance(value, int | float | str | tuple | list | np.generic | np.dtype | Layer)
    return repr(value) if plain or value is None else type(value).__name__
