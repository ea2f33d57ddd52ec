"""Lets the reference read `Example:` in a docstring as what it is: a doctest, not prose."""

from __future__ import annotations

import re
from typing import Any

import griffe

__all__ = ["Examples"]

_HEADING = re.compile(r"^([ \t]*)Example:[ \t]*$", re.MULTILINE)


class Examples(griffe.Extension):
    """Renames the section to `Examples:`, the one name under which Griffe looks for doctests."""

    def on_object(self, *, obj: griffe.Object, **arguments: Any) -> None:
        """Called by Griffe for each module, class and function that it has loaded."""
        if obj.docstring is not None:
            obj.docstring.value = _HEADING.sub(r"\1Examples:", obj.docstring.value)
