"""All functions of numbers by their names, and those beyond the elementary ones."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from mathcheck.text.errors import TooClose
from mathcheck.values import numbers
from mathcheck.values.numbers import MARGIN, Value, check_counted, power

# Above these a factorial is no double and a binomial takes long.
_LARGEST_FACTORIAL, _LARGEST_CHOICE = 170, 1000


def _whole(value: Value) -> int | None:
    """Returns a whole number as int, None for anything else."""
    if isinstance(value, np.ndarray):
        if value.size != 1 or np.iscomplexobj(value):
            return None
        value = value.reshape(-1)[0].item()
    return int(value) if float(value).is_integer() else None


def _exact(value: Value) -> int | None:
    """Returns the same where all digits of a whole number count.

    Raises:
        ArithmeticError: they are not known.
    """
    if not isinstance(value, int) and np.ndim(value) == 0:
        check_counted(value)
    return _whole(value)


def factorial(value: Value) -> Value:
    """Returns n!, NaN for what is no whole number."""
    number = _whole(value)
    if number is None or number < 0:
        return math.nan
    return math.factorial(number) if number <= _LARGEST_FACTORIAL else math.inf


def double_factorial(value: Value) -> Value:
    """Returns n!!, the product of n, n - 2, …; NaN for what is no whole number."""
    number = _whole(value)
    if number is None or number < -1:
        return math.nan
    return math.prod(range(number, 0, -2)) if number <= _LARGEST_FACTORIAL else math.inf


def gamma(value: Value) -> Value:
    """Returns the gamma function, of which no derivative is known here."""
    if np.iscomplexobj(value):
        raise ValueError("the derivative of the gamma function is not known here")
    return np.vectorize(math.gamma)(value) if np.ndim(value) else math.gamma(value)


def common_divisor(left: Value, right: Value) -> Value:
    """Returns the greatest whole number that divides both, NaN for what is no whole number."""
    one, other = _exact(left), _exact(right)
    return math.nan if one is None or other is None else math.gcd(one, other)


def common_multiple(left: Value, right: Value) -> Value:
    """Returns the least whole number that both divide, NaN for what is no whole number."""
    one, other = _exact(left), _exact(right)
    return math.nan if one is None or other is None else math.lcm(one, other)


def binomial(left: Value, right: Value) -> Value:
    """Returns how many ways there are to choose, NaN for what is no whole number."""
    top, bottom = _exact(left), _exact(right)
    if top is None or bottom is None or not 0 <= top <= _LARGEST_CHOICE:
        return math.nan
    return math.comb(top, bottom) if bottom >= 0 else 0


def modulo(left: Value, right: Value) -> Value:
    """Returns the remainder in [0, right), NaN where right is not positive."""
    top, bottom = _exact(left), _exact(right)
    if top is not None and bottom is not None:
        return top % bottom if bottom > 0 else math.nan
    if np.any(np.real(right) <= 0):
        return math.nan
    quotient = np.real(left) / np.real(right)
    if np.any(np.abs(quotient - np.round(quotient)) < MARGIN):
        raise TooClose
    return left - right * np.floor(quotient)


def root(value: Value, degree: Value) -> Value:
    """Returns the root of some degree; of an odd degree negative numbers have one too."""
    number = _whole(degree)
    if number is None or number % 2 == 0 or number < 0:
        return power(value, 1 / degree)
    if not isinstance(value, np.ndarray):
        return math.copysign(abs(value) ** (1 / number), value)
    sign = np.where(np.real(value) < 0, -1.0, 1.0)
    return sign * power(sign * value, 1 / number)


def floor_of_quotient(left: Value, right: Value) -> Value:
    """Returns the whole part of a quotient, exactly where both are whole."""
    if isinstance(left, int) and isinstance(right, int) and right:
        return left // right
    return numbers.MAPS["floor"](numbers.divide(left, right))


def ceiling_of_quotient(left: Value, right: Value) -> Value:
    """Returns the least whole number that is not below a quotient."""
    if isinstance(left, int) and isinstance(right, int) and right:
        return -(-left // right)
    return numbers.MAPS["ceil"](numbers.divide(left, right))


def rounded(value: Value) -> Value:
    """Returns the nearest whole number; halfway there are two."""
    if isinstance(value, int):
        return value
    check_counted(float(np.max(np.abs(np.real(value)), initial=0.0)))
    part = np.real(value) - np.floor(np.real(value))
    if np.any(np.abs(part - 0.5) < MARGIN):
        raise TooClose
    nearest = np.floor(np.real(value) + 0.5)
    return nearest if isinstance(value, np.ndarray) else int(nearest)


def _with_slope(
    function: Callable[[float], float], slope: Callable[[Any], Any]
) -> Callable[[Value], Value]:
    """Returns a real function on values; its derivative carries the perturbation."""
    each = np.vectorize(function, otypes=[float])

    def apply(value: Value) -> Value:
        if not isinstance(value, np.ndarray):
            return function(float(value))
        base = value.real
        result = each(base)
        if np.iscomplexobj(value):
            return result + 1j * slope(base) * value.imag
        return result

    return apply


erf = _with_slope(math.erf, lambda x: 2 / math.sqrt(math.pi) * np.exp(-x * x))


def normal_below(value: Value) -> Value:
    """Returns the probability that a standard normal number is smaller."""
    return (1 + erf(value / math.sqrt(2))) / 2


def gelu(value: Value) -> Value:
    """Returns x Φ(x), the exact form."""
    return value * normal_below(value)


def softplus(value: Value) -> Value:
    """Returns log(1 + e^x) without overflow."""
    if isinstance(value, np.ndarray):
        size = np.where(value.real < 0, value, -value)
        return np.where(value.real < 0, 0, value) + np.log(1 + np.exp(size))
    return max(value, 0.0) + math.log1p(math.exp(-abs(value)))


def swish(value: Value) -> Value:
    """Returns x σ(x)."""
    return value - value / (1 + np.exp(value)) if np.ndim(value) else value * _logistic(value)


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value > -700 else 0.0


MAPS: dict[str, Callable[[Value], Value]] = {
    **numbers.MAPS,
    "round": rounded,
    "factorial": factorial,
    "double factorial": double_factorial,
    "cot": lambda value: numbers.divide(1, numbers.MAPS["tan"](value)),
    "sec": lambda value: numbers.divide(1, numbers.MAPS["cos"](value)),
    "csc": lambda value: numbers.divide(1, numbers.MAPS["sin"](value)),
    "arsinh": numbers.smooth("arsinh", math.asinh, np.arcsinh),
    "arcosh": numbers.smooth("arcosh", math.acosh, np.arccosh, 1.0),
    "artanh": numbers.smooth("artanh", math.atanh, np.arctanh, -1.0, 1.0),
    "coth": lambda value: numbers.divide(1, numbers.MAPS["tanh"](value)),
    "gamma": gamma,
    "logit": lambda value: numbers.MAPS["log"](value / (1 - value)),
    "log2": lambda value: numbers.MAPS["log"](value) / math.log(2),
    "log10": lambda value: numbers.MAPS["log"](value) / math.log(10),
    "erf": erf,
    "normal_below": normal_below,
    "gelu": gelu,
    "softplus": softplus,
    "swish": swish,
}

OPERATIONS: dict[str, Callable[[Value, Value], Value]] = {
    **numbers.OPERATIONS,
    "root": root,
    "mod": modulo,
    "choose": binomial,
    "gcd": common_divisor,
    "lcm": common_multiple,
}
