"""What tells one training run from another: digests of arrays, and functions in words."""

import hashlib
import inspect
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from functools import partial
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_DIGITS = 12  # of a digest that stands in a text


def digest(arrays: Mapping[str, NDArray[Any]]) -> str:
    """Returns a fingerprint of named arrays: of names, dtypes, shapes and every byte."""
    found = hashlib.sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        found.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        found.update(array.reshape(-1).view(np.uint8).data if array.size else b"")
    return found.hexdigest()


def described(thing: Any) -> str:
    """Returns in words what a function or an object is, the same in every process.

    Of this library's functions that is the name. Of others it is also what they were made with,
    which are their defaults, the variables around them and the object that they belong to, and a
    digest of their code. Objects show themselves or, where they show nothing, their attributes. Of
    a generator there is only its class to say, since it moves on as it draws.
    """
    return _described(thing, ())


def _described(thing: Any, around: tuple[int, ...]) -> str:
    """Describes a thing that lies in others, given by their ids: each of them by its name."""
    if id(thing) in around:
        return str(getattr(thing, "__name__", type(thing).__qualname__))

    def inner(value: Any) -> str:
        return _described(value, (*around, id(thing)))

    def call(name: str, *given: Any, **named: Any) -> str:
        parts = [*map(inner, given), *(f"{key}={inner(value)}" for key, value in named.items())]
        return f"{name}({', '.join(parts)})"

    owner = getattr(thing, "__self__", None)
    if owner is not None and not isinstance(owner, ModuleType):
        return f"{inner(owner)}.{thing.__name__}{_code(getattr(thing, '__func__', None))}"
    kind = type(thing).__qualname__
    match thing:
        case partial():
            return call(inner(thing.func), *thing.args, **thing.keywords)
        case FunctionType() if not _is_ours(thing):
            given = _made_with(thing)
            name = _name(thing)
            return (call(name, **given) if given else name) + _code(thing)
        case np.ndarray():
            return f"array{thing.shape}:{digest({'': thing})[:_DIGITS]}"
        case np.random.Generator():
            return kind
        case dict():
            return call(kind, *thing.items())
        case tuple() | list():
            return call(kind, *thing)
        case set() | frozenset():
            return f"{kind}({', '.join(sorted(map(inner, thing)))})"
    if hasattr(thing, "__qualname__"):
        return _name(thing)
    if is_dataclass(thing):
        shown = call(kind, **{part.name: getattr(thing, part.name) for part in fields(thing)})
    elif type(thing).__repr__ is not vars(object)["__repr__"]:
        shown = _ADDRESS.sub("", repr(thing))
    else:
        attributes = _attributes(thing)
        shown = call(kind, **attributes) if attributes else kind
    return shown + _code(inspect.getattr_static(type(thing), "__call__", None))


def _name(thing: Any) -> str:
    return f"{thing.__module__}.{thing.__qualname__}"


def _is_ours(function: FunctionType) -> bool:
    return function.__module__.partition(".")[0] == __name__.partition(".")[0]


def _made_with(function: FunctionType) -> dict[str, Any]:
    """Returns by name the defaults of a function, and the variables around it that it uses."""
    parameters = inspect.signature(function, follow_wrapped=False).parameters.values()
    given = {p.name: p.default for p in parameters if p.default is not p.empty}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with suppress(ValueError):  # it is empty: nothing has been put there yet
            given[name] = cell.cell_contents
    return given


def _attributes(thing: object) -> dict[str, Any]:
    """Returns the attributes of an object by name, those in slots included."""
    state: Any = object.__getstate__(thing)
    attributes, slots = state if isinstance(state, tuple) else (state, None)
    return {**(attributes or {}), **(slots or {})}


def _code(function: object) -> str:
    """Returns what is put behind the name of a function for its code, but for one of ours."""
    if not isinstance(function, FunctionType) or _is_ours(function):
        return ""
    return f":{hashlib.sha256(_parts(function.__code__).encode()).hexdigest()[:_DIGITS]}"


def _parts(code: CodeType) -> str:
    """Returns what code does, in words that do not change where it is moved."""
    constants = [_parts(c) if isinstance(c, CodeType) else described(c) for c in code.co_consts]
    return f"{code.co_code.hex()} {code.co_names} {constants}"
