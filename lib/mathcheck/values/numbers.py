"""Arithmetic on the values of terms.

A number is a Python int or float, or an array of its lanes: one lane for each element by which a
derivative is taken, with that element's perturbation in the imaginary part. An array has its lanes
as its last axis. What decides by size, a maximum or a case, looks at the real part, which all
lanes share.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from mathcheck.text.errors import TooClose

Value = Any  # int | float | np.ndarray

STEP = 1e-30
# A comparison closer than this, and not exact, could come out differently after rounding.
MARGIN = 1e-6


def real(value: Value) -> float:
    """Returns the real part of a number."""
    if isinstance(value, np.ndarray):
        return float(value.reshape(-1)[0].real)
    return float(value)


def is_zero(value: Value) -> bool:
    """Tells whether all of a value is zero."""
    return not np.any(value)


def _near(difference: float) -> bool:
    return difference != 0 and abs(difference) < MARGIN


def _compare(test: Callable[[float], bool]) -> Callable[[Value, Value], int]:
    def compare(left: Value, right: Value) -> int:
        if type(left) is int and type(right) is int:
            return int(test(left - right))
        a, b = real(left), real(right)
        difference = 0.0 if a == b else a - b
        if _near(difference):
            if abs(difference) <= 1e-12 * max(abs(a), abs(b), 1.0):
                return int(test(0.0))
            raise TooClose
        return int(test(difference))

    return compare


COMPARISONS: dict[str, Callable[[Value, Value], int]] = {
    "==": _compare(lambda d: d == 0),
    "!=": _compare(lambda d: d != 0),
    "<": _compare(lambda d: d < 0),
    ">": _compare(lambda d: d > 0),
    "<=": _compare(lambda d: d <= 0),
    ">=": _compare(lambda d: d >= 0),
}


def divide(left: Value, right: Value) -> Value:
    """Divides; by zero gives infinity or NaN, as arrays do."""
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        return left / right
    if right == 0:
        return math.nan if left == 0 else math.copysign(math.inf, left)
    if isinstance(left, int) and isinstance(right, int) and left % right == 0:
        return left // right
    return left / right


def power(base: Value, exponent: Value) -> Value:
    """Raises to a power; NaN where the real numbers have none."""
    if isinstance(base, np.ndarray) or isinstance(exponent, np.ndarray):
        if not isinstance(exponent, np.ndarray):
            if exponent == 2:
                return base * base
            if float(exponent).is_integer():
                return base ** int(exponent) if exponent >= 0 else 1 / base ** int(-exponent)
        result = np.asarray(base, dtype=complex) ** exponent
        odd = np.real(np.asarray(base)) < 0
        result = np.where(odd, math.nan, result) if np.any(odd) else result
        return result if np.iscomplexobj(base) or np.iscomplexobj(exponent) else result.real
    if base < 0 and not float(exponent).is_integer():
        return math.nan
    if base == 0 and exponent < 0:
        return math.inf
    if isinstance(base, int) and isinstance(exponent, int) and exponent >= 0:
        return base**exponent if exponent < 64 else float(base) ** exponent
    try:
        return float(base) ** exponent
    except OverflowError:
        return math.inf


def larger(left: Value, right: Value) -> Value:
    """The maximum, element by element."""
    return _pick(left, right, 1.0)


def smaller(left: Value, right: Value) -> Value:
    """The minimum, element by element."""
    return _pick(left, right, -1.0)


def _pick(left: Value, right: Value, sign: float) -> Value:
    if not isinstance(left, np.ndarray) and not isinstance(right, np.ndarray):
        if _near(left - right if left != right else 0.0):
            raise TooClose
        return left if sign * left >= sign * right else right
    a, b = np.real(left), np.real(right)
    gap = np.where(a == b, 0.0, a - b)
    if np.any((gap != 0) & (np.abs(gap) < MARGIN)):
        raise TooClose
    return np.where(sign * gap >= 0, left, right)


def _kinked(value: Value) -> None:
    size = np.abs(np.real(value))
    if np.any((size != 0) & (size < MARGIN)):
        raise TooClose


def _abs(value: Value) -> Value:
    _kinked(value)
    if isinstance(value, np.ndarray):
        return np.where(value.real < 0, -value, value)
    return abs(value)


def _sign(value: Value) -> Value:
    _kinked(value)
    if isinstance(value, np.ndarray):
        return np.sign(value.real)
    return (value > 0) - (value < 0)


def _round(function: Callable[[Any], Any]) -> Callable[[Value], Value]:
    def apply(value: Value) -> Value:
        if isinstance(value, int):
            return value
        if isinstance(value, np.ndarray):
            _kinked(value.real - np.round(value.real))
            return function(value.real + MARGIN * (1 if function is np.floor else -1))
        nearest = round(value)
        if abs(value - nearest) < 1e-12:
            return nearest
        _kinked(value - nearest)
        return int(function(value))

    return apply


def _smooth(
    scalar: Callable[[float], float],
    array: Callable[[Any], Any],
    least: float | None = None,
) -> Callable[[Value], Value]:
    """Returns a function on values; below `least` it is not defined."""

    def apply(value: Value) -> Value:
        if isinstance(value, np.ndarray):
            if least is not None and np.any(value.real < least):
                return np.where(value.real < least, math.nan, array(value.astype(complex)))
            return array(value)
        if least is not None and value < least:
            return math.nan
        try:
            return scalar(value)
        except OverflowError:
            return math.inf
        except ValueError:
            return -math.inf if value == 0 else math.nan

    return apply


def _sigmoid(value: Value) -> Value:
    if isinstance(value, np.ndarray):
        return 1 / (1 + np.exp(-value))
    return 1 / (1 + math.exp(-value)) if value > -700 else 0.0


def _dsigmoid(value: Value) -> Value:
    y = _sigmoid(value)
    return y * (1 - y)


MAPS: dict[str, Callable[[Value], Value]] = {
    "neg": lambda value: -value,
    "abs": _abs,
    "sign": _sign,
    "floor": _round(np.floor),
    "ceil": _round(np.ceil),
    "sqrt": _smooth(math.sqrt, np.sqrt, 0.0),
    "log": _smooth(math.log, np.log, 0.0),
    "exp": _smooth(math.exp, np.exp),
    "sin": _smooth(math.sin, np.sin),
    "cos": _smooth(math.cos, np.cos),
    "tan": _smooth(math.tan, np.tan),
    "sinh": _smooth(math.sinh, np.sinh),
    "cosh": _smooth(math.cosh, np.cosh),
    "tanh": _smooth(math.tanh, np.tanh),
    "arctan": _smooth(math.atan, np.arctan),
    "arcsin": _smooth(math.asin, np.arcsin, -1.0),
    "arccos": _smooth(math.acos, np.arccos, -1.0),
    "sigmoid": _sigmoid,
    "dsigmoid": _dsigmoid,
    "relu": lambda value: larger(value, 0),
}


def add(left: Value, right: Value) -> Value:
    """Adds."""
    return left + right


def subtract(left: Value, right: Value) -> Value:
    """Subtracts."""
    return left - right


def multiply(left: Value, right: Value) -> Value:
    """Multiplies."""
    return left * right


OPERATIONS: dict[str, Callable[[Value, Value], Value]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
    "max": larger,
    "min": smaller,
}


def matmul(left: np.ndarray[Any, Any], right: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Multiplies matrices or vectors that have their lanes last."""
    a = np.moveaxis(left, -1, 0)
    b = np.moveaxis(right, -1, 0)
    if a.ndim == 2 and b.ndim == 2:
        return np.asarray((a * b).sum(axis=-1))
    if a.ndim == 2:
        return np.moveaxis((a[:, None, :] @ b)[:, 0, :], 0, -1)
    if b.ndim == 2:
        return np.moveaxis((a @ b[:, :, None])[:, :, 0], 0, -1)
    return np.moveaxis(a @ b, 0, -1)
