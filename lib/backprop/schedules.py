"""Schedules: the learning rate of each step.

A schedule is called with a step's number, counted from 0, and returns its learning rate. `train`
takes any such function. These here are objects, so that they can be shown, compared and pickled.
They follow PyTorch's schedulers step for step.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from backprop import scalars

Schedule: TypeAlias = Callable[[int], float]


@dataclass(frozen=True)
class cosine_decay:
    """Lowers the learning rate from lr to 0 along half a cosine.

    Args:
        lr: learning rate of the first step.
        steps: number of steps until it is 0, where it stays.

    Raises:
        TypeError: lr is no number or steps no integer.
        ValueError: lr is below 0 or steps below 1.

    References:
        Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, 2017, eq. 5.

    Examples:
        >>> schedule = cosine_decay(0.1, 4)
        >>> [round(schedule(step), 4) for step in range(5)]
        [0.1, 0.0854, 0.05, 0.0146, 0.0]
    """

    lr: float
    steps: int

    def __post_init__(self) -> None:
        _check(self, lr="[0, inf)", steps="count")

    def __call__(self, step: int) -> float:
        """Returns the learning rate of a step, counted from 0."""
        done = min(step / self.steps, 1.0)
        return self.lr * (1 + math.cos(math.pi * done)) / 2


@dataclass(frozen=True)
class linear_decay:
    """Lowers the learning rate from lr to 0 along a straight line.

    Args:
        lr: learning rate of the first step.
        steps: number of steps until it is 0, where it stays.

    Raises:
        TypeError: lr is no number or steps no integer.
        ValueError: lr is below 0 or steps below 1.

    Examples:
        >>> schedule = linear_decay(0.1, 4)
        >>> [round(schedule(step), 4) for step in range(6)]
        [0.1, 0.075, 0.05, 0.025, 0.0, 0.0]
    """

    lr: float
    steps: int

    def __post_init__(self) -> None:
        _check(self, lr="[0, inf)", steps="count")

    def __call__(self, step: int) -> float:
        """Returns the learning rate of a step, counted from 0."""
        done = min(step / self.steps, 1.0)
        return self.lr * (1 - done)


@dataclass(frozen=True)
class step_decay:
    """Multiplies the learning rate by a factor, every so many steps.

    Args:
        lr: learning rate of the first step.
        every: number of steps with the same rate.
        factor: what it is multiplied by then.

    Raises:
        TypeError: lr or factor is no number, or every no integer.
        ValueError: lr is below 0, every below 1, or factor leaves 0 to 1.

    Examples:
        >>> schedule = step_decay(0.8, every=2, factor=0.5)
        >>> [schedule(step) for step in range(5)]
        [0.8, 0.8, 0.4, 0.4, 0.2]
    """

    lr: float
    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        _check(self, lr="[0, inf)", every="count", factor="[0, 1]")

    def __call__(self, step: int) -> float:
        """Returns the learning rate of a step, counted from 0."""
        return self.lr * self.factor ** (step // self.every)


@dataclass(frozen=True)
class exponential_decay:
    """Multiplies the learning rate by the same factor after each step.

    Args:
        lr: learning rate of the first step.
        factor: what it is multiplied by.

    Raises:
        TypeError: lr or factor is no number.
        ValueError: lr is below 0, or factor leaves 0 to 1.

    Examples:
        >>> schedule = exponential_decay(0.8, factor=0.5)
        >>> [schedule(step) for step in range(4)]
        [0.8, 0.4, 0.2, 0.1]
    """

    lr: float
    factor: float

    def __post_init__(self) -> None:
        _check(self, lr="[0, inf)", factor="[0, 1]")

    def __call__(self, step: int) -> float:
        """Returns the learning rate of a step, counted from 0."""
        return self.lr * self.factor**step


@dataclass(frozen=True)
class warmup:
    """Raises the learning rate along a straight line to that with which another schedule begins.

    Args:
        steps: number of steps that it takes; the last of them has the whole rate.
        then: the schedule that follows, whose steps are counted from 0 again.

    Raises:
        TypeError: steps is no integer, or then no function.
        ValueError: steps is below 1.

    References:
        Goyal et al., Accurate, large minibatch SGD: training ImageNet in 1 hour, 2017, section 2.2.

    Examples:
        >>> schedule = warmup(2, then=linear_decay(0.1, 4))
        >>> [round(schedule(step), 4) for step in range(7)]
        [0.05, 0.1, 0.1, 0.075, 0.05, 0.025, 0.0]
    """

    steps: int
    then: Schedule

    def __post_init__(self) -> None:
        _check(self, steps="count")
        if not callable(self.then):
            raise TypeError(f"warmup: then has type {type(self.then).__name__}, wanted a schedule")

    def __call__(self, step: int) -> float:
        """Returns the learning rate of a step, counted from 0."""
        if step < self.steps:
            return self.then(0) * (step + 1) / self.steps
        return self.then(step - self.steps)


def _check(schedule: object, **wanted: str) -> None:
    for name, kind in wanted.items():
        label, value = f"{type(schedule).__name__}: {name}", getattr(schedule, name)
        if kind == "count":
            scalars.integer(label, value, 1)
        else:
            scalars.real_number(label, value, kind)
