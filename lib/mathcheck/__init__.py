"""Equations that run: checks the mathematics of a text by evaluating it."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mathcheck.claims.chapter import Chapter, load
    from mathcheck.claims.chapter_values import Values
    from mathcheck.claims.report import ChapterReport, ClaimReport, check_file
    from mathcheck.text.errors import MathError, Place

__all__ = [
    "Chapter",
    "ChapterReport",
    "ClaimReport",
    "MathError",
    "Place",
    "Values",
    "check_file",
    "load",
]
# Where the names are. They are fetched when they are asked for: pytest imports this package in
# every project of an environment, also in those that have no use for it.
_HOMES = {
    "Chapter": "claims.chapter",
    "load": "claims.chapter",
    "Values": "claims.chapter_values",
    "ChapterReport": "claims.report",
    "ClaimReport": "claims.report",
    "check_file": "claims.report",
    "MathError": "text.errors",
    "Place": "text.errors",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"mathcheck has no {name}")
    return getattr(import_module(f"mathcheck.{_HOMES[name]}"), name)
