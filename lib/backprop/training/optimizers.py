"""Optimisers of a network: they step with all its parameters, and keep what the steps need.

The steps themselves are functions of one parameter, in `backprop.optimizers`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from backprop._check import check_names
from backprop.fast.optimizers import adam_update, momentum_update
from backprop.optimizers import sgd_update
from backprop.shapes import Array, check_shapes, shapes

# Bytes of a parameter that are updated at once.
PART = 1 << 18


class Optimizer(ABC):
    """Updates every parameter of a network, and keeps between steps what the update needs.

    Attributes:
        t: number of steps taken.
    """

    _kept: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **hyperparameters: float) -> None:
        self._hyperparameters = hyperparameters
        self._slots: dict[str, dict[str, Array]] = {}
        self.t = 0

    @property
    def lr(self) -> float:
        """The learning rate of the next step; may be set."""
        return self._hyperparameters["lr"]

    @lr.setter
    @shapes(lr="[0, inf)")
    def lr(self, lr: float) -> None:
        self._hyperparameters["lr"] = lr

    @abstractmethod
    def _update(self, param: Array, grad: Array, slot: dict[str, Array], t: int) -> None:
        """Writes the new values into the parameter and into what is kept for it."""

    @shapes(params="arrays", grads="arrays")
    def step(self, params: Mapping[str, Array], grads: Mapping[str, Array]) -> None:
        """Takes one step.

        The new values are written into the arrays of `params`: the one place in this library that
        writes into an argument, so that all who hold a parameter see it learn. Nothing is written
        unless every array is right.

        Args:
            params: the parameters by name.
            grads: their gradients, under the same names.

        Raises:
            TypeError: an array is none of floats, or of another precision than its parameter.
            ValueError: a name is missing, unknown, or not among those of the first step; an array
                has not the shape of its parameter.
        """
        function = f"{type(self).__name__}.step"
        check_names(function, grads, "grads", params, "params")
        slots = self._slots or {
            name: {kept: np.zeros_like(param) for kept in self._kept}
            for name, param in params.items()
        }
        check_names(function, params, "params", slots, "the first step")
        for name, param in params.items():
            arrays = {f"params[{name!r}]": param, f"grads[{name!r}]": grads[name]}
            arrays |= {f"{kept}/{name}": array for kept, array in slots[name].items()}
            check_shapes({label: (array, "...") for label, array in arrays.items()})
        t = self.t + 1
        for name, param in params.items():
            for part in _parts(param):
                slot = {kept: array[part] for kept, array in slots[name].items()}
                self._update(param[part], grads[name][part], slot, t)
        self._slots, self.t = slots, t

    def state(self) -> dict[str, NDArray[Any]]:
        """Returns copies of what the steps so far have left, as a flat mapping for `numpy.savez`.

        The hyperparameters are not among it: they belong to whoever makes the optimiser.
        """
        state: dict[str, NDArray[Any]] = {"t": np.array(self.t)}
        for name, slot in self._slots.items():
            state |= {f"{kept}/{name}": array.copy() for kept, array in slot.items()}
        return state

    @shapes()
    def load_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Takes over copies of what `state` returned, so that the next step continues exactly.

        Args:
            state: the flat mapping.

        Raises:
            TypeError: an array holds no floats.
            ValueError: a name is missing or unknown, or t is no number of steps.
        """
        function = f"{type(self).__name__}.load_state"
        arrays = dict(state)
        t = np.asarray(arrays.pop("t", None))
        if t.shape != () or not np.issubdtype(t.dtype, np.integer) or t < 0:
            raise ValueError(f"{function}: t is {t}, wanted the number of steps taken")
        names = {key.partition("/")[2]: None for key in arrays}
        wanted = {f"{kept}/{name}": None for name in names for kept in self._kept}
        check_names(function, arrays, "state", wanted, f"the state of {type(self).__name__}")
        if self._kept and t > 0 and not arrays:
            raise ValueError(f"{function}: state has no {' and no '.join(self._kept)}")
        for key, array in arrays.items():
            check_shapes({key: (array, "...")})
        self._slots = {
            name: {kept: arrays[f"{kept}/{name}"].copy() for kept in self._kept} for name in names
        }
        self.t = int(t)


class SGD(Optimizer):
    """Stochastic gradient descent: `sgd_update` for every parameter.

    Examples:
        >>> params, grads = {"W": np.array([1.0, 2.0])}, {"W": np.array([10.0, -10.0])}
        >>> SGD(lr=0.1).step(params, grads)
        >>> params["W"]
        array([0., 3.])
    """

    @shapes(lr="[0, inf)", weight_decay="[0, inf)")
    def __init__(self, lr: float, *, weight_decay: float = 0.0) -> None:
        super().__init__(lr=lr, weight_decay=weight_decay)

    def _update(self, param: Array, grad: Array, slot: dict[str, Array], t: int) -> None:
        param[...] = sgd_update(param, grad, **self._hyperparameters)


class Momentum(Optimizer):
    """Gradient descent with momentum: `momentum_update` for every parameter."""

    _kept = ("velocity",)

    @shapes(lr="[0, inf)", momentum="[0, 1)", weight_decay="[0, inf)")
    def __init__(self, lr: float, *, momentum: float = 0.9, weight_decay: float = 0.0) -> None:
        super().__init__(lr=lr, momentum=momentum, weight_decay=weight_decay)

    def _update(self, param: Array, grad: Array, slot: dict[str, Array], t: int) -> None:
        velocity = slot["velocity"]
        momentum_update(param, grad, velocity, **self._hyperparameters, out=(param, velocity))


class Adam(Optimizer):
    """Adam: `adam_update` for every parameter, with one count of the steps for all."""

    _kept = ("m", "v")

    @shapes(
        lr="[0, inf)",
        beta1="[0, 1)",
        beta2="[0, 1)",
        eps="(0, inf)",
        weight_decay="[0, inf)",
    )
    def __init__(
        self,
        lr: float = 1e-3,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay)

    def _update(self, param: Array, grad: Array, slot: dict[str, Array], t: int) -> None:
        m, v = slot["m"], slot["v"]
        adam_update(param, grad, m, v, t, **self._hyperparameters, out=(param, m, v))


def _parts(param: Array) -> Iterator[slice]:
    """Cuts a parameter along its first axis, so that what an update computes stays in the cache."""
    count = max(1, PART // param[0].nbytes)
    for start in range(0, len(param), count):
        yield slice(start, start + count)
