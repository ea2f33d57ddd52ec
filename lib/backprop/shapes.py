"""The declaration above a function: which shapes it takes, and which numbers.

    @shapes(x="N D", W="D M", b="M")
    def linear_forward(x, W, b): ...

    @shapes(x="N D", W="D M", dy="N M")  # x and W are fields of the cache
    def linear_backward(dy, cache): ...

It says them to the reader, and refuses what does not fit in one sentence before any work is done:
`linear_forward: W has shape (3, 2), wanted (D, M) with D = 4 as in x`. Without its declarations a
module computes the same.

A capital letter is a size, the same throughout the call; `"4H"` is four times H. `"..."` stands for
any axes, the same throughout the call: `"..."` alone is any shape, `"... D"` any axes and then D. A
word in front names what the array holds: `"bool T N"`, `"int N"`; floats if there is none. What is
no array has one word, or an interval:

| declared | wanted |
|---|---|
| `"[0, 1]"`, `"(0, inf)"` | a real number there |
| `"count"`, `"integer >= 0"` | an integer of at least 1, of at least 0 |
| `"pair >= 1"` | such an integer, or two of them |
| `"sizes"` | a tuple of integers of at least 1; `"sizes N D"` one whose sizes are also N and D |
| `"'a' or 'b'"` | one of these words |
| `"rng"` | a `numpy.random.Generator` |
| `"dtype"` | float32 or float64 |
| `"arrays"` | a mapping from names to arrays of real floats, of any shapes |
| `"classes of y"` | classes, integers (...), or probabilities (..., K); y is an argument (..., K) |
| `"rows of W"` | integers that number rows of the argument W |

A name that is no parameter is a field of the argument `cache`. A parameter whose default is None
may be None. A size letter with a word, `C="input channels"`, gets called so: `W has 3 input
channels, x has 1`.

Arrays of floats are float32 or float64, all in a call alike. Complex numbers of such floats pass,
so that a derivative can be taken by complex step.
"""

import inspect
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache, partial, wraps
from typing import Any, NamedTuple, ParamSpec, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from backprop import scalars
from backprop.plain_arrays import check_plain
from backprop.targets import check_targets

Array: TypeAlias = NDArray[np.floating[Any]]
P = ParamSpec("P")
R = TypeVar("R")

_MISSING: Any = object()
_KINDS = {"bool": ("b", "booleans"), "int": ("iu", "integers"), "floats": ("fc", "floats")}
_PRECISIONS = {np.dtype(t): np.finfo(t).dtype for t in ("f4", "f8", "c8", "c16")}
_RELATION = re.compile(r"(classes|rows) of (\w+)")
_REAL = (np.float32, np.float64)
_NAMED = re.compile(r"[A-Za-z_][\w.]*: ")  # how a message begins that says who refuses


def shapes(**declared: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declares what a function takes, as the module says.

    A `ValueError` or `TypeError` that the function itself raises gets the function's name in front,
    so that a body says only what is wrong. A method is called by its class, `Adam.step`, and the
    making of an object by the class alone.

    Args:
        **declared: for each argument, or field of the cache, what is wanted, in the order in which
            sizes become known.

    Raises:
        TypeError: the decorated function was given a thing of another kind or precision.
        ValueError: it was given an array that is empty or whose shape does not fit, or a number
            out of range.

    Examples:
        >>> @shapes(x="N D", w="D", p="[0, 1]")
        ... def weigh(x, w, p=1.0):
        ...     return p * (x @ w)
        >>> weigh(np.ones((2, 3)), np.ones(3))
        array([3., 3.])
        >>> weigh(np.ones((2, 3)), np.ones(2))
        Traceback (most recent call last):
        ValueError: weigh: w has shape (2,), wanted (D,) with D = 3 as in x
    """

    def declare(function: Callable[P, R]) -> Callable[P, R]:
        parameters = inspect.signature(function).parameters
        words = {name: word for name, word in declared.items() if _is_word(name, word, parameters)}
        arrays, others, related = [], [], []
        for name, wanted in declared.items():
            if name in words:
                continue
            if relation := _RELATION.fullmatch(wanted):
                check_relation = check_targets if relation[1] == "classes" else _check_rows
                places = _Place.of(name, parameters), _Place.of(relation[2], parameters)
                related.append((*places, name, check_relation))
                continue
            check = _scalar_check(wanted)
            if check is None:
                arrays.append((_Place.of(name, parameters), name, _layout(wanted)))
            else:
                others.append((_Place.of(name, parameters), name, check))
        layouts = [(name, layout) for _, name, layout in arrays]
        fit = lru_cache(maxsize=256)(lambda *found: _check_fit(layouts, found, words))
        method = next(iter(parameters), "") == "self"

        @wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            given: tuple[Any, ...] = args
            try:
                found = []
                for place, name, layout in arrays:
                    value = place.value(args, kwargs)
                    if value is _MISSING:
                        return function(*args, **kwargs)  # Python says which argument it misses
                    found.append(_described(name, value, layout, place.optional))
                fit(*found)
                for place, other, name, check_relation in related:
                    value = place.value(args, kwargs)
                    if value is _MISSING:
                        return function(*args, **kwargs)
                    check_relation(name, value, other.value(args, kwargs))
                for place, name, check in others:
                    position = place.position
                    value = (
                        given[position]
                        if position < len(given)
                        else kwargs.get(place.name, place.default)
                    )
                    if value is _MISSING or (value is None and place.optional):
                        continue
                    plain = check(name, value)
                    if plain is value:
                        continue
                    if place.position < len(given):
                        given = (*given[: place.position], plain, *given[place.position + 1 :])
                    else:
                        kwargs[name] = plain
                return function(*given, **kwargs)
            except (TypeError, ValueError) as error:
                _put_in_front(error, function, type(args[0]) if method and args else None)
                raise

        return checked

    return declare


def check_shapes(arrays: Mapping[str, tuple[Any, str]]) -> None:
    """Checks arrays that are no arguments, such as those in a mapping, against their layouts.

    Args:
        arrays: for each name, as a message is to have it, an array and its layout.

    Raises:
        TypeError: one is no array, holds something else, or differs in precision.
        ValueError: one is empty, or its shape does not fit.

    Examples:
        >>> check_shapes({"params['W']": (np.ones(3), "..."), "grads['W']": (np.ones(2), "...")})
        Traceback (most recent call last):
        ValueError: grads['W'] has shape (2,), wanted (3,) as in params['W']
    """
    layouts = [(name, _layout(layout)) for name, (_, layout) in arrays.items()]
    found = [
        _described(name, array, layout, optional=False)
        for (name, layout), (array, _) in zip(layouts, arrays.values(), strict=True)
    ]
    _check_fit(layouts, found, {})


class _Place(NamedTuple):
    """Where a call has an argument, or the argument one of whose fields is meant."""

    position: int
    name: str
    default: Any
    field: str | None

    @classmethod
    def of(cls, name: str, parameters: Mapping[str, inspect.Parameter]) -> "_Place":
        field = None if name in parameters else name
        if field and "cache" not in parameters:
            raise ValueError(f"shapes: {name} is no parameter, and there is no cache with a field")
        found = parameters["cache" if field else name]
        by_keyword = found.kind is inspect.Parameter.KEYWORD_ONLY
        position = sys.maxsize if by_keyword else [*parameters].index(found.name)
        default = _MISSING if found.default is inspect.Parameter.empty else found.default
        return cls(position, found.name, default, field)

    @property
    def optional(self) -> bool:
        """Whether None may stand here."""
        return self.default is None or self.field is not None

    def value(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        found = (
            args[self.position]
            if self.position < len(args)
            else kwargs.get(self.name, self.default)
        )
        if self.field is None or found is _MISSING:
            return found
        value = getattr(found, self.field, _MISSING)
        if value is _MISSING:
            raise TypeError(
                f"cache has type {type(found).__name__} and no field {self.field}, "
                "wanted what the forward function returned"
            )
        return value


class _Layout(NamedTuple):
    """What is declared of an array: what it holds, and its axes as factors and letters."""

    kind: str
    shown: str
    before: tuple[tuple[int, str], ...]
    any_axes: bool
    after: tuple[tuple[int, str], ...]


@cache
def _layout(wanted: str) -> _Layout:
    """Reads what is declared of an array."""
    names = wanted.split()
    kind = names.pop(0) if names[0] in (*_KINDS, "sizes") else "floats"
    if not names or not all(re.fullmatch(r"\.\.\.|\d*[A-Z]", name) for name in names):
        raise ValueError(f"shapes: {wanted!r} declares nothing that is known")
    shown = f"({', '.join(names)}{',' if len(names) == 1 else ''})"
    start = names.index("...") if "..." in names else len(names)
    axes = [(int(name[:-1] or 1), name[-1]) for name in names if name != "..."]
    return _Layout(kind, shown, tuple(axes[:start]), "..." in names, tuple(axes[start:]))


def _described(name: str, value: Any, layout: _Layout, optional: bool) -> Any:
    """Returns all that decides whether a value fits: type, dtype and shape."""
    if isinstance(value, np.ndarray):
        return type(value), value.dtype, value.shape
    if value is None and optional:
        return None
    if layout.kind == "sizes":
        return tuple, None, scalars.sizes(name, value)
    return type(value), None, None


def _check_fit(
    layouts: Sequence[tuple[str, _Layout]], found: Sequence[Any], words: Mapping[str, str]
) -> None:
    """Checks all arrays of a call, in the order in which they are declared."""
    sizes: dict[str, tuple[Any, str]] = {}
    first = None
    for (name, layout), described in zip(layouts, found, strict=True):
        if described is None:
            continue
        kind, dtype, shape = described
        if layout.kind != "sizes":
            _check_array(name, layout.kind, kind, dtype, shape)
        if layout.kind == "floats":
            precision = _PRECISIONS[dtype.newbyteorder("=")]
            first = first or (precision, name)
            if precision != first[0]:
                raise TypeError(f"{name} is {precision}, wanted {first[0]} as in {first[1]}")
        _check_axes(name, layout, shape, sizes, words)


def _check_array(name: str, wanted: str, kind: type, dtype: Any, shape: tuple[int, ...]) -> None:
    check_plain(name, kind)
    letters, word = _KINDS[wanted]
    if dtype.kind not in letters:
        raise TypeError(f"{name} is {dtype}, wanted {word}")
    if wanted == "floats" and dtype.newbyteorder("=") not in _PRECISIONS:
        raise TypeError(f"{name} is {dtype}, wanted float32 or float64")
    if not shape:
        raise ValueError(f"{name} has shape (), wanted at least one axis")
    if 0 in shape:
        raise ValueError(f"{name} is empty, its shape is {shape}")


def _check_axes(
    name: str,
    layout: _Layout,
    shape: tuple[int, ...],
    sizes: dict[str, tuple[Any, str]],
    words: Mapping[str, str],
) -> None:
    """Checks a shape against the sizes known so far, and adds those that it tells."""
    _, shown, before, any_axes, after = layout
    least = len(before) + len(after)
    if len(shape) < least or (len(shape) > least and not any_axes):
        raise ValueError(f"{name} has shape {shape}, wanted {shown}")
    end = len(shape) - len(after)
    if any_axes:
        middle = shape[len(before) : end]
        wanted, source = sizes.setdefault("...", (middle, name))
        if middle != wanted and not least:
            raise ValueError(f"{name} has shape {shape}, wanted {wanted} as in {source}")
        if middle != wanted:
            raise ValueError(
                f"{name} has shape {shape}, wanted {shown} with ... = {wanted} as in {source}"
            )
    for (times, letter), size in zip(
        (*before, *after), shape[: len(before)] + shape[end:], strict=True
    ):
        wanted, source = sizes.setdefault(letter, (size // times, name))
        if size == times * wanted:
            continue
        if letter in words:
            raise ValueError(f"{name} has {size} {words[letter]}, {source} has {wanted}")
        raise ValueError(
            f"{name} has shape {shape}, wanted {shown} with {letter} = {wanted} as in {source}"
        )


def _is_word(name: str, wanted: str, parameters: Mapping[str, Any]) -> bool:
    """Whether a declaration calls a size by a word: `C="input channels"`."""
    words = wanted.split()
    return name not in parameters and words[0] not in _KINDS and wanted.replace(" ", "").islower()


def _scalar_check(wanted: str) -> Callable[[str, Any], Any] | None:
    """Returns the check of what is no array, or None if an array is declared."""
    if wanted[0] in "[(":
        return partial(scalars.real_number, interval=wanted)
    if wanted[0] == "'":
        return partial(scalars.choice, wanted=wanted)
    match wanted.split():
        case ["count"]:
            return partial(scalars.integer, least=1)
        case ["integer", ">=", least]:
            return partial(scalars.integer, least=int(least))
        case ["pair", ">=", least]:
            return partial(_check_pair, least=int(least))
        case ["sizes"]:
            return scalars.sizes
        case ["rng"]:
            return scalars.generator
        case ["dtype"]:
            return scalars.float_dtype
        case ["arrays"]:
            return _check_arrays
    return None


def _check_pair(name: str, value: Any, least: int) -> Any:
    scalars.pair(name, value, least)
    return value


def _check_rows(name: str, value: Any, table: Array) -> None:
    described = _described(name, value, _layout("int ..."), optional=False)
    _check_array(name, "int", *described)
    outside = value[(value < 0) | (value >= len(table))]
    if outside.size:
        raise ValueError(f"{name} holds {outside[0]}, wanted 0 to {len(table) - 1}")


def _check_arrays(name: str, value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} has type {type(value).__name__}, wanted a mapping of arrays")
    if not value:
        raise ValueError(f"{name} is empty, wanted at least one array")
    for key, array in value.items():
        if type(array) is np.ndarray and array.dtype in _REAL and array.size and array.ndim:
            continue  # the usual case first
        check_shapes({f"{name}[{key!r}]": (array, "...")})
        if array.dtype.kind == "c":
            raise TypeError(f"{name}[{key!r}] is {array.dtype}, wanted real numbers")
    return value


def _put_in_front(error: Exception, function: Callable[..., Any], owner: type | None) -> None:
    """Puts the name of a function in front of what it or a helper of its package refuses.

    An error that comes from elsewhere, from NumPy or from a function that was passed in, or that
    has its name already, stays as it is.
    """
    trace = error.__traceback__ and error.__traceback__.tb_next  # the first frame is `checked`
    if trace is None or len(error.args) != 1 or _NAMED.match(str(error)):
        return
    while trace.tb_next:
        trace = trace.tb_next
    packages = {str(module).partition(".")[0] for module in (__name__, function.__module__)}
    if str(trace.tb_frame.f_globals.get("__name__")).partition(".")[0] not in packages:
        return
    name = function.__name__
    if owner:
        name = owner.__name__ if name == "__init__" else f"{owner.__name__}.{name}"
    error.args = (f"{name}: {error}",)
