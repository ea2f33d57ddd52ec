"""Optimisers of a network: they step with all its parameters, and keep what the steps need.

The steps themselves are functions of one parameter, in `backprop.optimizers`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from backprop.fast.optimizers import adam_update, momentum_update
from backprop.names import check_names
from backprop.optimizers import (
    adadelta_update,
    adagrad_update,
    nag_update,
    rmsprop_update,
    sgd_update,
)
from backprop.shapes import Array, check_shapes, shapes

Arrays: TypeAlias = tuple[Array, ...]
Numbers: TypeAlias = dict[str, float]

# Bytes of a parameter that are updated at once.
PART = 1 << 18


def biases_and_gains(name: str, param: Array) -> bool:
    """Whether a parameter is a bias or a gain, which weight decay had better leave alone.

    In this library these are the parameters with one axis.

    Args:
        name: the parameter's name.
        param: the parameter.

    Examples:
        >>> biases_and_gains("0.b", np.zeros(3)), biases_and_gains("0.W", np.zeros((2, 3)))
        (True, False)
    """
    return param.ndim == 1


class Group:
    """Parameters that an optimiser treats otherwise than the rest.

    Args:
        where: from a parameter's name and the parameter to whether it belongs here.
        lr_factor: multiple of the optimiser's learning rate that these are moved with.
        **hyperparameters: those that these have otherwise, but for the learning rate.

    Raises:
        TypeError: where is no function, or lr_factor no number.
        ValueError: lr_factor is below 0; a learning rate is given.

    Examples:
        >>> Group(biases_and_gains, weight_decay=0.0)
        Group(biases_and_gains, weight_decay=0.0)
    """

    @shapes(lr_factor="[0, inf)")
    def __init__(
        self,
        where: Callable[[str, Array], bool],
        *,
        lr_factor: float = 1.0,
        **hyperparameters: float,
    ) -> None:
        if not callable(where):
            raise TypeError(f"where has type {type(where).__name__}, wanted a function")
        if "lr" in hyperparameters:
            raise ValueError("lr is the optimiser's, and schedules set it: give lr_factor")
        self.where = where
        self.lr_factor = lr_factor
        self.hyperparameters = hyperparameters

    def __repr__(self) -> str:
        given = {} if self.lr_factor == 1 else {"lr_factor": self.lr_factor}
        given |= self.hyperparameters
        where = getattr(self.where, "__name__", type(self.where).__name__)
        return f"Group({', '.join([where, *(f'{k}={v}' for k, v in given.items())])})"


class Optimizer(ABC):
    """Updates every parameter of a network, and keeps between steps what the update needs.

    Args:
        groups: parameters that are treated otherwise; a parameter belongs to the first that fits.
        **hyperparameters: those of the kind.

    Attributes:
        groups: parameters that are treated otherwise.
        t: number of steps taken.

    Examples:
        >>> SGD(0.1, weight_decay=0.01, groups=[Group(biases_and_gains, weight_decay=0.0)])
        SGD(lr=0.1, weight_decay=0.01, groups=(Group(biases_and_gains, weight_decay=0.0),))
    """

    _kept: ClassVar[tuple[str, ...]] = ()

    def __init__(self, groups: Sequence[Group] = (), **hyperparameters: float) -> None:
        self._hyperparameters = hyperparameters
        self.groups = tuple(groups)
        for group in self.groups:
            for name in group.hyperparameters:
                if name not in hyperparameters:
                    raise ValueError(f"a group has {name}, which {type(self).__name__} has not")
            kind: Callable[..., Optimizer] = type(self)
            kind(**(hyperparameters | group.hyperparameters))  # refuses what is out of range
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

    def __repr__(self) -> str:
        return self.described(without_lr=False)

    def described(self, *, without_lr: bool) -> str:
        """Returns the call that would make such an optimiser, with or without learning rate."""
        given: dict[str, object] = dict(self._hyperparameters)
        if without_lr:
            del given["lr"]
        if self.groups:
            given["groups"] = self.groups
        return f"{type(self).__name__}({', '.join(f'{k}={v}' for k, v in given.items())})"

    def _hyperparameters_of(self, name: str, param: Array) -> Numbers:
        """Returns those that hold for a parameter: its group's, or else the optimiser's."""
        for group in self.groups:
            if group.where(name, param):
                lr = group.lr_factor * self.lr
                return {**self._hyperparameters, **group.hyperparameters, "lr": lr}
        return self._hyperparameters

    @abstractmethod
    def _update(self, old: Arrays, grad: Array, t: int, numbers: Numbers) -> Arrays:
        """Returns the new parameter and what is kept for it, or the old arrays, written over.

        Args:
            old: the parameter, and what is kept for it.
            grad: its gradient.
            t: number of this step.
            numbers: the hyperparameters that hold for it.
        """

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
        check_names(grads, "grads", params, "params")
        slots = self._slots or {
            name: {kept: np.zeros_like(param) for kept in self._kept}
            for name, param in params.items()
        }
        check_names(params, "params", slots, "the first step")
        for name, param in params.items():
            beside = (grads[name], *slots[name].values())
            if all(a.shape == param.shape and a.dtype == param.dtype for a in beside):
                continue
            arrays = {f"params[{name!r}]": param, f"grads[{name!r}]": grads[name]}
            arrays |= {f"{kept}/{name}": array for kept, array in slots[name].items()}
            check_shapes({label: (array, "...") for label, array in arrays.items()})
        t = self.t + 1
        for name, param in params.items():
            own = self._hyperparameters_of(name, param)
            for part in _parts(param):
                old = param[part], *(array[part] for array in slots[name].values())
                new = self._update(old, grads[name][part], t, own)
                for array, values in zip(old, new, strict=True):
                    if array is not values:
                        array[...] = values
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
    def load_state(
        self, state: Mapping[str, NDArray[Any]], params: Mapping[str, Array] | None = None
    ) -> None:
        """Takes over copies of what `state` returned, so that the next step continues exactly.

        Args:
            state: the flat mapping.
            params: the parameters that the next step will move, if they are to be compared.

        Raises:
            TypeError: an array holds no floats, or others than its parameter.
            ValueError: a name is missing or unknown, t is no number of steps, or an array has not
                the shape of its parameter. Nothing is taken over then.
        """
        function = f"{type(self).__name__}.load_state"
        arrays = dict(state)
        t = np.asarray(arrays.pop("t", None))
        if t.shape != () or not np.issubdtype(t.dtype, np.integer) or t < 0:
            raise ValueError(f"{function}: t is {t}, wanted the number of steps taken")
        names = {key.partition("/")[2]: None for key in arrays}
        wanted = {f"{kept}/{name}": None for name in names for kept in self._kept}
        check_names(arrays, "state", wanted, f"the state of {type(self).__name__}")
        if self._kept and t > 0 and not arrays:
            raise ValueError(f"{function}: state has no {' and no '.join(self._kept)}")
        if params is not None and arrays:
            check_names(names, "state", params, "the network")
        for key, array in arrays.items():
            compared = {key: (array, "...")}
            if params is not None:
                compared = {"its parameter": (params[key.partition("/")[2]], "..."), **compared}
            check_shapes(compared)
            if np.iscomplexobj(array):
                raise TypeError(f"{key} is {array.dtype}, wanted real numbers")
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
    def __init__(
        self, lr: float, *, weight_decay: float = 0.0, groups: Sequence[Group] = ()
    ) -> None:
        super().__init__(groups, lr=lr, weight_decay=weight_decay)

    def _update(self, old: Arrays, grad: Array, t: int, numbers: Numbers) -> Arrays:
        (param,) = old
        return (sgd_update(param, grad, **numbers),)


class Momentum(Optimizer):
    """Gradient descent with momentum: `momentum_update` for every parameter."""

    _kept = ("velocity",)

    @shapes(lr="[0, inf)", momentum="[0, 1)", weight_decay="[0, inf)")
    def __init__(
        self,
        lr: float,
        *,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
        groups: Sequence[Group] = (),
    ) -> None:
        super().__init__(groups, lr=lr, momentum=momentum, weight_decay=weight_decay)

    def _update(self, old: Arrays, grad: Array, t: int, numbers: Numbers) -> Arrays:
        param, velocity = old
        return momentum_update(param, grad, velocity, **numbers, out=(param, velocity))


class NAG(Optimizer):
    """Nesterov's accelerated gradient: `nag_update` for every parameter."""

    _kept = ("velocity",)

    @shapes(lr="[0, inf)", momentum="[0, 1)", weight_decay="[0, inf)")
    def __init__(
        self,
        lr: float,
        *,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
        groups: Sequence[Group] = (),
    ) -> None:
        super().__init__(groups, lr=lr, momentum=momentum, weight_decay=weight_decay)

    def _update(self, old: Arrays, grad: Array, t: int, numbers: Numbers) -> Arrays:
        param, velocity = old
        return nag_update(param, grad, velocity, **numbers)


class Adagrad(Optimizer):
    """Adagrad: `adagrad_update` for every parameter."""

    _kept = ("s",)

    @shapes(lr="[0, inf)", eps="(0, inf)", weight_decay="[0, inf)")
    def __init__(
        self,
        lr: float = 1e-2,
        *,
        eps: float = 1e-10,
        weight_decay: float = 0.0,
        groups: Sequence[Group] = (),
    ) -> None:
        super().__init__(groups, lr=lr, eps=eps, weight_decay=weight_decay)

    def _update(self, old: Arrays, grad: Array, t: int, numbers: Numbers) -> Arrays:
        param, s = old
        return adagrad_update(param, grad, s, **numbers)


class RMSprop(Optimizer):
    """RMSprop: `rmsprop_update` for every parameter."""

    _kept = ("v",)

    @shapes(lr="[0, inf)", rho="[0, 1)", eps="(0, inf)", weight_decay="[0, inf)")
    def __init__(
        self,
        lr: float = 1e-2,
        *,
        rho: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        groups: Sequence[Group] = (),
    ) -> None:
        super().__init__(groups, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay)

    def _update(self, old: Arrays, grad: Array, t: int, numbers: Numbers) -> Arrays:
        param, v = old
        return rmsprop_update(param, grad, v, **numbers)


class Adadelta(Optimizer):
    """Adadelta: `adadelta_update` for every parameter."""

    _kept = ("v", "d")

    @shapes(lr="[0, inf)", rho="[0, 1)", eps="(0, inf)", weight_decay="[0, inf)")
    def __init__(
        self,
        lr: float = 1.0,
        *,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
        groups: Sequence[Group] = (),
    ) -> None:
        super().__init__(groups, lr=lr, rho=rho, eps=eps, weight_decay=weight_decay)

    def _update(self, old: Arrays, grad: Array, t: int, numbers: Numbers) -> Arrays:
        param, v, d = old
        return adadelta_update(param, grad, v, d, **numbers)


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
        groups: Sequence[Group] = (),
    ) -> None:
        super().__init__(
            groups, lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay
        )

    def _update(self, old: Arrays, grad: Array, t: int, numbers: Numbers) -> Arrays:
        param, m, v = old
        return adam_update(param, grad, m, v, t, **numbers, out=(param, m, v))


class AdamW(Adam):
    """AdamW: `adamw_update` for every parameter, with one count of the steps for all."""

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
        weight_decay: float = 1e-2,
        groups: Sequence[Group] = (),
    ) -> None:
        super().__init__(
            lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay, groups=groups
        )

    def _update(self, old: Arrays, grad: Array, t: int, numbers: Numbers) -> Arrays:
        param, *_ = old
        param *= 1 - numbers["lr"] * numbers["weight_decay"]
        return super()._update(old, grad, t, {**numbers, "weight_decay": 0.0})


def _parts(param: Array) -> Iterator[slice]:
    """Cuts a parameter along its first axis, so that what an update computes stays in the cache."""
    count = max(1, PART // param[0].nbytes)
    for start in range(0, len(param), count):
        yield slice(start, start + count)
