"""Functions that decide by the values that they are given, and note how they have decided."""

from collections.abc import Callable
from typing import Any

import numpy as np

from mathcheck.meaning import terms
from mathcheck.meaning.terms import Term
from mathcheck.values.functions import MAPS, OPERATIONS
from mathcheck.values.numbers import COMPARISONS, Value

# What is noted of a sum that has a term.
MET = "met"
_SIGNED = {"abs", "relu", "sign"}


def noting_comparison(term: terms.Compare) -> Callable[[Any, Value, Value], int]:
    """Returns a comparison that notes how it comes out."""
    test, site = COMPARISONS[term.op], id(term)

    def compare(ctx: Any, left: Value, right: Value) -> int:
        outcome = test(left, right)
        ctx.note(site, outcome)
        return outcome

    return compare


def noting_map(term: terms.Map) -> Callable[[Any, Value], Value]:
    """Returns a function of a number or an array that notes the signs of what it is given."""
    apply, site = MAPS[term.function], id(term)

    def mapped(ctx: Any, value: Value) -> Value:
        _note_signs(ctx, site, np.real(value))
        return apply(value)

    return mapped


def noting_choice(term: terms.Arith) -> Callable[[Any, Value, Value], Value]:
    """Returns a maximum or a minimum that notes which of the two is the larger."""
    apply, site = OPERATIONS[term.op], id(term)

    def chosen(ctx: Any, left: Value, right: Value) -> Value:
        _note_signs(ctx, site, np.real(left) - np.real(right))
        return apply(left, right)

    return chosen


def _note_signs(ctx: Any, site: int, difference: Value) -> None:
    if np.any(difference > 0):
        ctx.note(site, 1)
    if np.any(difference < 0):
        ctx.note(site, -1)


def note_length(ctx: Any, site: int, low: int, high: int) -> None:
    """Notes how many values an index runs over: fewer than none, none, one, or several."""
    ctx.note(site, max(-1, min(high - low + 1, 2)))


def decides(term: Term) -> bool:
    """Tells whether a term is one that notes how it decides."""
    match term:
        case terms.Compare() | terms.Choose():
            return True
        case terms.Map(_, _, function):
            return function in _SIGNED
        case terms.Arith(_, _, op):
            return op in ("max", "min")
    return False
