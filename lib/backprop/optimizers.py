"""Optimisers: how a gradient moves a parameter.

Each is a pure function of one parameter, which returns new values. The classes below apply it to
all parameters of a network and keep between steps what has to be kept. All follow PyTorch step for
step. `weight_decay` adds that multiple of the parameter to its gradient, as the penalty
weight_decay / 2 · ‖param‖² in the loss would.

Parameters, gradients and what is kept beside them are float arrays of one shape and precision. The
functions raise `TypeError` or `ValueError` where they are not, and for hyperparameters that are no
numbers or out of range.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from backprop._check import (
    Array,
    check_arrays,
    check_count,
    check_floats,
    check_names,
    check_number,
)

# Bytes of a parameter that are updated at once.
PART = 1 << 18

_INTERVALS = {
    "lr": "[0, inf)",
    "weight_decay": "[0, inf)",
    "momentum": "[0, 1)",
    "beta1": "[0, 1)",
    "beta2": "[0, 1)",
    "eps": "(0, inf)",
}


def sgd_update(param: Array, grad: Array, *, lr: float, weight_decay: float = 0.0) -> Array:
    """Takes one step of stochastic gradient descent.

    Args:
        param: parameter, any shape.
        grad: gradient of the loss for it.
        lr: learning rate.
        weight_decay: multiple of the parameter that is added to the gradient.

    Returns:
        The new parameter.

    Examples:
        >>> sgd_update(np.array([1.0, 2.0]), np.array([10.0, -10.0]), lr=0.1)
        array([0., 3.])
    """
    check_arrays("sgd_update", param=(param, "..."), grad=(grad, "..."))
    numbers = _numbers("sgd_update", lr=lr, weight_decay=weight_decay)
    new_param = param.copy()
    _step_sgd(new_param, grad, **numbers)
    return new_param


def _step_sgd(param: Array, g: Array, *, lr: float, weight_decay: float) -> None:
    """Writes what `sgd_update` returns over the old values."""
    param -= lr * (g + weight_decay * param)  # eq:sgd-step


def momentum_update(
    param: Array,
    grad: Array,
    velocity: Array,
    *,
    lr: float,
    momentum: float = 0.9,
    weight_decay: float = 0.0,
) -> tuple[Array, Array]:
    """Takes one step of gradient descent with momentum.

    The learning rate multiplies the velocity, as in PyTorch. Polyak's form, and Keras's, has it
    inside the velocity; the two differ once the rate changes during training.

    Args:
        param: parameter, any shape.
        grad: gradient of the loss for it.
        velocity: decaying sum of the gradients so far, zeros at first.
        lr: learning rate.
        momentum: what is left of the velocity after a step.
        weight_decay: multiple of the parameter that is added to the gradient.

    Returns:
        The new parameter and the new velocity.

    References:
        Polyak, Some methods of speeding up the convergence of iteration methods, 1964.

    Examples:
        >>> param, velocity = np.array([1.0]), np.array([10.0])
        >>> param, velocity = momentum_update(param, np.array([1.0]), velocity, lr=0.5)
        >>> param, velocity  # 1 - 0.5 · 10; 0.9 · 10 + 1
        (array([-4.]), array([10.]))
    """
    check_arrays(
        "momentum_update", param=(param, "..."), grad=(grad, "..."), velocity=(velocity, "...")
    )
    numbers = _numbers("momentum_update", lr=lr, momentum=momentum, weight_decay=weight_decay)
    new_param, new_velocity = param.copy(), velocity.copy()
    _step_momentum(new_param, grad, new_velocity, **numbers)
    return new_param, new_velocity


def _step_momentum(
    param: Array, g: Array, velocity: Array, *, lr: float, momentum: float, weight_decay: float
) -> None:
    """Writes what `momentum_update` returns over the old values."""
    velocity *= momentum
    velocity += g + weight_decay * param  # eq:momentum-v
    param -= lr * velocity  # eq:momentum-step


def adam_update(
    param: Array,
    grad: Array,
    m: Array,
    v: Array,
    t: int,
    *,
    lr: float = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    weight_decay: float = 0.0,
) -> tuple[Array, Array, Array]:
    """Takes one step of Adam.

    Both averages start at 0 and are too small at first. Division by 1 - betaᵗ corrects that, which
    is why the number of the step matters. eps is added after the correction.

    Args:
        param: parameter, any shape.
        grad: gradient of the loss for it.
        m: moving average of the gradients, zeros at first.
        v: moving average of their squares, zeros at first.
        t: number of this step, the first being 1.
        lr: learning rate.
        beta1: what is left of m after a step.
        beta2: what is left of v after a step.
        eps: keeps the division away from 0.
        weight_decay: multiple of the parameter that is added to the gradient.

    Returns:
        The new parameter, the new m and the new v.

    References:
        Kingma and Ba, Adam: a method for stochastic optimization, 2015, algorithm 1.

    Examples:
        >>> zero = np.zeros(2)
        >>> param, m, v = adam_update(zero, np.array([5.0, -0.01]), zero, zero, t=1, lr=0.1)
        >>> param.round(6)  # the first step is as long as the learning rate, whatever the gradient
        array([-0.1,  0.1])
    """
    check_arrays(
        "adam_update", param=(param, "..."), grad=(grad, "..."), m=(m, "..."), v=(v, "...")
    )
    t = check_count("adam_update", "t", t)
    numbers = _numbers(
        "adam_update", lr=lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay
    )
    new_param, new_m, new_v = param.copy(), m.copy(), v.copy()
    _step_adam(new_param, grad, new_m, new_v, t, **numbers)
    return new_param, new_m, new_v


def _step_adam(
    param: Array,
    g: Array,
    m: Array,
    v: Array,
    t: int,
    *,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
    weight_decay: float,
) -> None:
    """Writes what `adam_update` returns over the old values."""
    if weight_decay:
        g = g + weight_decay * param
    m *= beta1
    m += (1 - beta1) * g  # eq:adam-m
    v *= beta2
    v += (1 - beta2) * g**2  # eq:adam-v
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)  # eq:adam-hat
    # In place: arrays that are made anew would push others out of the cache.
    root = np.sqrt(v_hat, out=v_hat)
    root += eps
    m_hat *= lr
    m_hat /= root
    param -= m_hat  # eq:adam-step


class Optimizer(ABC):
    """Updates every parameter of a network, and keeps between steps what the update needs.

    Attributes:
        t: number of steps taken.
    """

    _kept: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **hyperparameters: float) -> None:
        self._hyperparameters = _numbers(type(self).__name__, **hyperparameters)
        self._slots: dict[str, dict[str, Array]] = {}
        self.t = 0

    @property
    def lr(self) -> float:
        """The learning rate of the next step; may be set."""
        return self._hyperparameters["lr"]

    @lr.setter
    def lr(self, lr: float) -> None:
        self._hyperparameters |= _numbers(type(self).__name__, lr=lr)

    @abstractmethod
    def _update(self, param: Array, grad: Array, slot: dict[str, Array], t: int) -> None:
        """Writes the new values into the parameter and into what is kept for it."""

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
            check_arrays(function, **{label: (array, "...") for label, array in arrays.items()})
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
            check_floats(function, key, array)
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

    def __init__(self, lr: float, *, weight_decay: float = 0.0) -> None:
        super().__init__(lr=lr, weight_decay=weight_decay)

    def _update(self, param: Array, grad: Array, slot: dict[str, Array], t: int) -> None:
        _step_sgd(param, grad, **self._hyperparameters)


class Momentum(Optimizer):
    """Gradient descent with momentum: `momentum_update` for every parameter."""

    _kept = ("velocity",)

    def __init__(self, lr: float, *, momentum: float = 0.9, weight_decay: float = 0.0) -> None:
        super().__init__(lr=lr, momentum=momentum, weight_decay=weight_decay)

    def _update(self, param: Array, grad: Array, slot: dict[str, Array], t: int) -> None:
        _step_momentum(param, grad, slot["velocity"], **self._hyperparameters)


class Adam(Optimizer):
    """Adam: `adam_update` for every parameter, with one count of the steps for all."""

    _kept = ("m", "v")

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
        _step_adam(param, grad, slot["m"], slot["v"], t, **self._hyperparameters)


def _parts(param: Array) -> Iterator[slice]:
    """Cuts a parameter along its first axis, so that what an update computes stays in the cache."""
    count = max(1, PART // param[0].nbytes)
    for start in range(0, len(param), count):
        yield slice(start, start + count)


def _numbers(function: str, **values: float) -> dict[str, float]:
    return {
        name: check_number(function, name, value, _INTERVALS[name])
        for name, value in values.items()
    }
