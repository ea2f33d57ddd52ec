"""What tells one training run from another: digests of arrays, and functions in words."""

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray


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

    Of a function that is its name, of a `partial` also what it was given; numbers, texts and
    schedules show themselves. Of anything else there is only its class to say.
    """
    if isinstance(thing, partial):
        given = [*map(described, thing.args)]
        given += [f"{name}={described(value)}" for name, value in thing.keywords.items()]
        return f"{described(thing.func)}({', '.join(given)})"
    if hasattr(thing, "__qualname__"):
        return f"{thing.__module__}.{thing.__qualname__}"
    own = type(thing).__repr__ is not vars(object)["__repr__"]
    shows = not isinstance(thing, np.ndarray | np.random.Generator) and own
    return repr(thing) if shows else type(thing).__qualname__
