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

from mathcheck.text.errors import TooClose, UndefinedError

Value = Any  # int | float | np.ndarray

STEP = 1e-100
# A comparison closer than this part of its sides, and not exact, could come out differently after
# rounding; so could one of numbers that are all but 0, which may be what is left of larger ones.
MARGIN = 1e-6
_NOTHING = 1e-13
# A float that is larger may be any of several whole numbers; powers of whole numbers are computed
# as such while they are no larger than a float can be.
MOST_COUNTED, _MOST_BITS = 2**53, 1023


def check_counted(value: float) -> None:
    """Refuses a float for a whole number of which it does not have all digits.

    Raises:
        ArithmeticError: it is too large.
    """
    if not abs(value) < MOST_COUNTED:
        message = "of a whole number with more than 15 digits the last ones are not known here"
        raise ArithmeticError(message)


def real(value: Value) -> float:
    """Returns the real part of a number."""
    if isinstance(value, np.ndarray):
        return float(value.reshape(-1)[0].real)
    return float(value)


def is_zero(value: Value) -> bool:
    """Tells whether all of a value is zero."""
    return not np.any(value)


def _close(left: float, right: float) -> bool:
    """Tells whether two numbers that differ are too close to say which is larger."""
    largest = max(abs(left), abs(right))
    return left != right and (abs(left - right) < MARGIN * largest or largest < _NOTHING)


def _compare(test: Callable[[float], bool]) -> Callable[[Value, Value], int]:
    def compare(left: Value, right: Value) -> int:
        if type(left) is int and type(right) is int:
            return int(test(left - right))
        a, b = real(left), real(right)
        if a == b:
            _same(left, right)
            return int(test(0.0))
        if _close(a, b):
            if abs(a - b) <= 1e-12 * max(abs(a), abs(b)):
                return int(test(0.0))
            raise TooClose
        return int(test(a - b))

    return compare


def _same(left: Value, right: Value) -> None:
    """Refuses to decide between equal numbers one of which is moved by a derivative's step."""
    if np.any(np.imag(left) != np.imag(right)):
        raise TooClose


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
        negative = np.real(np.asarray(base)) < 0
        if np.any(negative & (np.real(exponent) % 1 != 0)):
            raise UndefinedError("a broken power of a negative number")
        return result if np.iscomplexobj(base) or np.iscomplexobj(exponent) else result.real
    whole = isinstance(exponent, int)
    if base < 0 and not whole:
        if math.isfinite(exponent) and not exponent.is_integer():
            raise UndefinedError(f"{base:.6g} to the power {exponent:.6g}")
        check_counted(exponent)  # it tells the sign
    if base == 0 and exponent < 0:
        return math.inf
    if isinstance(base, int) and whole and exponent >= 0:
        least = (abs(base).bit_length() - 1) * exponent
        if least <= _MOST_BITS and (found := base**exponent).bit_length() <= _MOST_BITS:
            return found
        return float(base) ** exponent  # raises: a sum of such terms has not come to an end
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
        if not (isinstance(left, int) and isinstance(right, int)) and _close(left, right):
            raise TooClose
        return left if (left >= right if sign > 0 else left <= right) else right
    a, b = np.real(left), np.real(right)
    same = a == b
    largest = np.maximum(np.abs(a), np.abs(b))
    gap = np.where(same, 0.0, a - b)
    close = (np.abs(gap) < MARGIN * largest) | (largest < _NOTHING)
    if np.any(~same & close) or np.any(same & (np.imag(left) != np.imag(right))):
        raise TooClose
    return np.where(sign * gap >= 0, left, right)


def _kinked(value: Value) -> None:
    size = np.abs(np.real(value))
    if np.any((size != 0) & (size < _NOTHING)) or np.any((size == 0) & (np.imag(value) != 0)):
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
            check_counted(float(np.max(np.abs(value.real), initial=0.0)))
            _near_a_step(value.real - np.round(value.real))
            return function(value.real + MARGIN * (1 if function is np.floor else -1))
        check_counted(value)
        nearest = round(value)
        if abs(value - nearest) < 1e-12:
            return nearest
        _near_a_step(value - nearest)
        return int(function(value))

    return apply


def _near_a_step(gap: Value) -> None:
    if np.any((gap != 0) & (np.abs(gap) < MARGIN)):
        raise TooClose


def smooth(
    name: str,
    scalar: Callable[[float], float],
    array: Callable[[Any], Any],
    least: float = -math.inf,
    most: float = math.inf,
) -> Callable[[Value], Value]:
    """Returns a function on values that is defined from `least` to `most`."""

    def apply(value: Value) -> Value:
        if isinstance(value, np.ndarray):
            outside = (value.real < least) | (value.real > most)
            if np.any(outside):
                raise _undefined(name, float(value.real[outside].flat[0]), least, most)
            return array(value)
        if value < least or value > most:
            raise _undefined(name, value, least, most)
        try:
            return scalar(value)
        except OverflowError:
            return math.copysign(math.inf, value) if name == "sinh" else math.inf
        except ValueError:
            return -math.inf if value == 0 else math.nan

    return apply


def _undefined(name: str, value: float, least: float, most: float) -> Exception:
    """Returns what is wrong with a number outside the range of a function."""
    if least - 1e-12 < value < most + 1e-12:  # a difference of larger ones, and to be their edge
        return TooClose()
    return UndefinedError(f"the {name} of {value:.6g}")


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
    "sqrt": smooth("square root", math.sqrt, np.sqrt, 0.0),
    "log": smooth("logarithm", math.log, np.log, 0.0),
    "exp": smooth("exponential", math.exp, np.exp),
    "sin": smooth("sine", math.sin, np.sin),
    "cos": smooth("cosine", math.cos, np.cos),
    "tan": smooth("tangent", math.tan, np.tan),
    "sinh": smooth("sinh", math.sinh, np.sinh),
    "cosh": smooth("cosh", math.cosh, np.cosh),
    "tanh": smooth("tanh", math.tanh, np.tanh),
    "arctan": smooth("arctangent", math.atan, np.arctan),
    "arcsin": smooth("arcsine", math.asin, np.arcsin, -1.0, 1.0),
    "arccos": smooth("arccosine", math.acos, np.arccos, -1.0, 1.0),
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
