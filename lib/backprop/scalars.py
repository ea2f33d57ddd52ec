"""What a function takes beside arrays: numbers, counts, pairs, generators, objects of a class.

Each function here refuses what is wrong in one sentence that begins with the argument's name. The
declaration `backprop.shapes.shapes` puts the name of the function that was called in front.
"""

from functools import cache
from numbers import Integral, Real
from typing import Any

import numpy as np


def real_number(name: str, value: Any, interval: str) -> float:
    """Checks a real number against an interval such as `"[0, 1)"` and returns it as a Python float.

    A Python float leaves the precision of an array that it multiplies alone; a NumPy scalar of
    higher precision would raise it.

    Raises:
        TypeError: the value is no real number.
        ValueError: the value lies outside the interval, or is NaN.

    Examples:
        >>> real_number("p", np.float32(0.5), "[0, 1]")
        0.5
    """
    if type(value) is float:  # the usual case first
        number = value
    elif isinstance(value, Real) and not isinstance(value, bool):
        number = float(value)
    else:
        raise TypeError(f"{name} has type {type(value).__name__}, wanted a number")
    low, high = _ends(interval)
    above = low <= number if interval[0] == "[" else low < number
    below = number <= high if interval[-1] == "]" else number < high
    if not (above and below):
        raise ValueError(f"{name} is {number}, wanted a number in {interval}")
    return number


@cache
def _ends(interval: str) -> tuple[float, float]:
    low, high = (float(end) for end in interval[1:-1].split(","))
    return low, high


def integer(name: str, value: Any, least: int) -> int:
    """Checks an integer that is not too small and returns it as a Python integer.

    Raises:
        TypeError: the value is no integer.
        ValueError: the value is below `least`.

    Examples:
        >>> integer("T", np.int8(3), 1)
        3
    """
    if type(value) is int and value >= least:
        return value
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name} has type {type(value).__name__}, wanted an integer")
    if value < least:
        raise ValueError(f"{name} is {value}, wanted at least {least}")
    return int(value)


def pair(name: str, value: Any, least: int) -> tuple[int, int]:
    """Checks an integer, which stands for both rows and columns, or a pair of them.

    Raises:
        TypeError: it is neither.
        ValueError: an integer is below `least`.

    Examples:
        >>> pair("stride", 2, 1)
        (2, 2)
    """
    both = value if isinstance(value, tuple) else (value, value)
    if len(both) != 2 or not all(isinstance(n, Integral) and not isinstance(n, bool) for n in both):
        raise TypeError(f"{name} is {value!r}, wanted an integer or a pair of integers")
    if min(both) < least:
        raise ValueError(f"{name} is {value}, wanted at least {least}")
    return int(both[0]), int(both[1])


def sizes(name: str, value: Any) -> tuple[int, ...]:
    """Checks a shape that something is to have: a tuple of one size or more, each at least 1.

    Raises:
        TypeError: the value is no tuple, or a size no integer.
        ValueError: the tuple is empty, or a size is below 1.

    Examples:
        >>> sizes("shape", (3, 2))
        (3, 2)
    """
    if not isinstance(value, tuple):
        raise TypeError(f"{name} has type {type(value).__name__}, wanted a tuple")
    if not value:
        raise ValueError(f"{name} is (), wanted at least one size")
    return tuple(integer(f"{name}[{axis}]", size, 1) for axis, size in enumerate(value))


def choice(name: str, value: Any, wanted: str) -> Any:
    """Checks that a value is one of several words, given as a message has them.

    Raises:
        ValueError: it is none of them.

    Examples:
        >>> choice("activation", "sine", "'tanh' or 'relu'")
        Traceback (most recent call last):
        ValueError: activation is 'sine', wanted 'tanh' or 'relu'
    """
    if value not in (word.strip("'") for word in wanted.split(" or ")):
        raise ValueError(f"{name} is {value!r}, wanted {wanted}")
    return value


def generator(name: str, value: Any) -> np.random.Generator:
    """Checks a `numpy.random.Generator`.

    Raises:
        TypeError: the value is something else, a bare seed for instance.

    Examples:
        >>> generator("rng", np.random.default_rng(0))
        Generator(PCG64) at ...
    """
    if not isinstance(value, np.random.Generator):
        raise TypeError(f"{name} has type {type(value).__name__}, wanted a numpy.random.Generator")
    return value


def float_dtype(name: str, value: Any) -> np.dtype[Any]:
    """Checks a dtype of floats, float32 or float64.

    Raises:
        TypeError: it is one of integers, say, or of floats with fewer digits or more.

    Examples:
        >>> float_dtype("dtype", "float32")
        dtype('float32')
    """
    dtype: np.dtype[Any] = np.dtype(value)
    if dtype not in (np.float32, np.float64):
        wanted = "float32 or float64" if dtype.kind == "f" else "floats"
        raise TypeError(f"{name} is {dtype}, wanted {wanted}")
    return dtype


def instance(name: str, value: Any, wanted: type, called: str) -> None:
    """Checks that a value is an object of a class, and not that class or another.

    Args:
        name: the argument's name.
        value: what it was given.
        wanted: the class.
        called: what an object of it is called, with its article.

    Raises:
        TypeError: the value is something else.

    Examples:
        >>> instance("x", "three", int, "an integer")
        Traceback (most recent call last):
        TypeError: x has type str, wanted an integer
    """
    if isinstance(value, wanted):
        return
    if not isinstance(value, type):
        raise TypeError(f"{name} has type {type(value).__name__}, wanted {called}")
    made = f": write {value.__name__}(), with what it takes between the brackets"
    how = made if issubclass(value, wanted) else ""
    raise TypeError(f"{name} is the class {value.__name__}, wanted {called}{how}")
