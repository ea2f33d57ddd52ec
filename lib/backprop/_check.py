"""What every public function checks before it works: a line each, a clear sentence on failure."""

from collections.abc import Mapping
from functools import cache
from numbers import Integral, Real
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

Array: TypeAlias = NDArray[np.floating[Any]]
Cache: TypeAlias = tuple[Array, ...]


def check_arrays(function: str, **arguments: tuple[Any, str]) -> None:
    """Checks float arrays and the sizes that they share.

    A layout names the axes, `"N D"`; a letter stands for one size throughout the call, and `"4H"`
    for four times the size that an earlier argument gave H. The layout `"..."` is any shape, the
    same throughout the call. Complex arrays pass, so that a derivative can be taken by complex
    step.

    Args:
        function: name of the caller, with which the message begins.
        **arguments: for each argument its value and its layout.

    Raises:
        TypeError: an argument is no array, holds no floats, or differs in precision.
        ValueError: an argument is empty, or its shape does not fit.
    """
    first = next(iter(arguments))
    wanted = None
    sizes: dict[str, tuple[int, str]] = {}
    for name, (array, layout) in arguments.items():
        check_floats(function, name, array)
        precision = _precision(array.dtype)
        wanted = precision if wanted is None else wanted
        if precision != wanted:
            raise TypeError(f"{function}: {name} is {precision}, wanted {wanted} as in {first}")
        if layout == "...":
            _check_same_shape(function, name, array.shape, first, arguments[first][0].shape)
        else:
            _check_layout(function, name, array.shape, layout, sizes)


def check_floats(function: str, name: str, array: Any) -> None:
    """Checks that an argument is an array of floats with at least one axis and one element."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"{function}: {name} has type {type(array).__name__}, wanted an array")
    if array.dtype.kind not in ("f", "c"):  # floats, and complex numbers of two floats
        raise TypeError(f"{function}: {name} is {array.dtype}, wanted floats")
    if array.ndim == 0:
        raise ValueError(f"{function}: {name} has shape (), wanted at least one axis")
    if array.size == 0:
        raise ValueError(f"{function}: {name} is empty, its shape is {array.shape}")


@cache
def _precision(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Returns the type of floats, also that of the two in a complex number."""
    return np.finfo(dtype).dtype


def _check_same_shape(
    function: str, name: str, shape: tuple[int, ...], first: str, wanted: tuple[int, ...]
) -> None:
    if shape != wanted:
        raise ValueError(f"{function}: {name} has shape {shape}, wanted {wanted} as in {first}")


def _check_layout(
    function: str,
    name: str,
    shape: tuple[int, ...],
    layout: str,
    sizes: dict[str, tuple[int, str]],
) -> None:
    tuple_of_it, axes = _parsed(layout)
    if len(shape) != len(axes):
        raise ValueError(f"{function}: {name} has shape {shape}, wanted {tuple_of_it}")
    for (times, letter), size in zip(axes, shape, strict=True):
        wanted, source = sizes.setdefault(letter, (size, name))
        if size != times * wanted:
            raise ValueError(
                f"{function}: {name} has shape {shape}, "
                f"wanted {tuple_of_it} with {letter} = {wanted} as in {source}"
            )


@cache
def _parsed(layout: str) -> tuple[str, list[tuple[int, str]]]:
    """Returns a layout as a message has it, and for each axis a factor and a letter."""
    names, axes = layout.split(), []
    for name in names:
        letter = name.lstrip("0123456789")
        axes.append((int(name.removesuffix(letter) or 1), letter))
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})", axes


def check_number(function: str, name: str, value: Any, interval: str) -> float:
    """Checks a real number against an interval such as `"[0, 1)"` and returns it as a Python float.

    A Python float leaves the precision of an array that it multiplies alone; a NumPy scalar of
    higher precision would raise it.

    Raises:
        TypeError: the value is no real number.
        ValueError: the value lies outside the interval, or is NaN.
    """
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{function}: {name} has type {type(value).__name__}, wanted a number")
    number = float(value)
    low, high = _ends(interval)
    above = low <= number if interval[0] == "[" else low < number
    below = number <= high if interval[-1] == "]" else number < high
    if not (above and below):
        raise ValueError(f"{function}: {name} is {number}, wanted a number in {interval}")
    return number


@cache
def _ends(interval: str) -> tuple[float, float]:
    low, high = (float(end) for end in interval[1:-1].split(","))
    return low, high


def check_count(function: str, name: str, value: Any) -> int:
    """Checks an integer of at least 1.

    Raises:
        TypeError: the value is no integer.
        ValueError: the value is below 1.
    """
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{function}: {name} has type {type(value).__name__}, wanted an integer")
    if value < 1:
        raise ValueError(f"{function}: {name} is {value}, wanted at least 1")
    return int(value)


def check_rng(function: str, rng: Any) -> None:
    """Checks that `rng` is a `numpy.random.Generator`.

    Raises:
        TypeError: it is something else, a bare seed for instance.
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"{function}: rng has type {type(rng).__name__}, wanted a numpy.random.Generator"
        )


def check_float_dtype(function: str, dtype: DTypeLike) -> None:
    """Checks that `dtype` is one of floats.

    Raises:
        TypeError: it is one of integers, say.
    """
    if not np.issubdtype(np.dtype(dtype), np.floating):
        raise TypeError(f"{function}: dtype is {np.dtype(dtype)}, wanted floats")


def check_names(
    function: str, found: Mapping[str, Any], source: str, wanted: Mapping[str, Any], target: str
) -> None:
    """Checks that two mappings have the same names.

    Raises:
        ValueError: one has a name that the other lacks.
    """
    for name in wanted:
        if name not in found:
            raise ValueError(f"{function}: {source} lacks {name!r}, which {target} has")
    for name in found:
        if name not in wanted:
            raise ValueError(f"{function}: {source} has {name!r}, which {target} lacks")
