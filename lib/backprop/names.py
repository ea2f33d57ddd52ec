"""The names of parameters, gradients and what is kept beside them."""

from collections.abc import Mapping
from typing import Any


def check_names(
    found: Mapping[str, Any], source: str, wanted: Mapping[str, Any], target: str
) -> None:
    """Checks that two mappings have the same names.

    Args:
        found: a mapping.
        source: what a message calls it.
        wanted: the mapping whose names it should have.
        target: what a message calls that.

    Raises:
        ValueError: one has a name that the other lacks.

    Examples:
        >>> check_names({"W": 1}, "grads", {"W": 2, "b": 3}, "params")
        Traceback (most recent call last):
        ValueError: grads lacks 'b', which params has
    """
    for name in wanted:
        if name not in found:
            raise ValueError(f"{source} lacks {name!r}, which {target} has")
    for name in found:
        if name not in wanted:
            raise ValueError(f"{source} has {name!r}, which {target} lacks")
