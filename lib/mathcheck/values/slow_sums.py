r"""Sums of infinitely many terms that fall off slowly, `\sum_t 1/t^2`, and those that alternate.

What is left of such a sum behind N terms is known to fall off like powers of N, half ones or whole
ones. So from its values at 16, 32, …, 4096 terms one power after the other can be taken off, after
Richardson. An alternating sum is averaged as Cohen, Rodriguez Villegas and Zagier do it. Either is
computed twice, and counts only where both agree. That terms become small is no proof of a sum: of
those of one sign they have to fall off faster than 1/t. All of it is done with floats, or with
decimals of many digits.
"""

import math
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import TypeVar

from mathcheck.values.numbers import Value

_FEWEST, _LEVELS = 16, 9
ENOUGH_FOR_A_TAIL = _FEWEST * 2 ** (_LEVELS - 1)
_AGREE = 1e-12
# A power is taken for a half or a whole one where it is so near to it.
_NEAR = 0.02
_FLAT = 1e-3
_AVERAGED = 40
_AVERAGED_PRECISELY = 100
_STARTS = (16, 37)

_Number = TypeVar("_Number", float, Decimal)


def slow_sum(terms: Sequence[Value]) -> float | None:
    """Returns the sum of infinitely many terms by its first ones; None if they do not tell it."""
    numbers = [float(term) for term in terms if isinstance(term, int | float)]
    if len(numbers) < len(terms) or not all(number and math.isfinite(number) for number in numbers):
        return None
    found = _twice(numbers, falls_off(numbers), _AVERAGED)
    return None if found is None or _gap(*found) > _AGREE else found[1]


def precise_slow_sum(terms: Sequence[Decimal]) -> tuple[Decimal, Decimal] | None:
    """Returns the same to more digits, and how much of it may be wrong, as a part of it."""
    if not all(terms):
        return None
    found = _twice(terms, falls_off([float(term) for term in terms]), _AVERAGED_PRECISELY)
    return None if found is None else (found[1], _gap(*found))


def _twice(
    numbers: Sequence[_Number], power: float, averaged: int
) -> tuple[_Number, _Number] | None:
    """Returns a sum as it is computed in two ways; None where the terms do not tell it."""
    if _alternates(numbers):
        return _alternating(numbers, averaged) if power > _NEAR else None
    power = round(2 * power) / 2 if abs(2 * power - round(2 * power)) < 2 * _NEAR else 0.0
    same_sign = all(a * b > 0 for a, b in pairwise(numbers))
    return _richardson(numbers, power - 1) if same_sign and power > 1 else None


def falls_off(numbers: Sequence[float]) -> float:
    """Returns like which power of 1/t terms fall off."""
    half, last = numbers[len(numbers) // 2 - 1], numbers[-1]
    return math.log2(abs(half / last)) if half and last else math.inf


def why_slow(terms: Sequence[Value]) -> str:
    """Says why a sum does not settle."""
    numbers = [float(term) for term in terms if isinstance(term, int | float)]
    if len(numbers) < max(2, len(terms)) or not all(map(math.isfinite, numbers)):
        return "does it converge?"
    power = falls_off(numbers)
    if power < _FLAT:
        return "its terms do not become small, so that it has no sum"
    if power < 1 + _FLAT and not _alternates(numbers):
        return f"so far they fall off like 1/t to the power {power:.2g}, which has no sum"
    return "it adds up too slowly to be computed; does it converge?"


def _alternates(numbers: Sequence[_Number]) -> bool:
    return all(a * b < 0 for a, b in pairwise(numbers))


def _richardson(numbers: Sequence[_Number], power: float) -> tuple[_Number, _Number]:
    row = [_added(numbers[: _FEWEST * 2**level]) for level in range(_LEVELS)]
    before, number = row, type(numbers[0])
    for step in range(_LEVELS - 2):
        factor = number(2) ** number(power + step) - 1
        before, row = row, [b + (b - a) / factor for a, b in pairwise(row)]
    return before[-1], row[-1]


def _alternating(numbers: Sequence[_Number], averaged: int) -> tuple[_Number, _Number] | None:
    sizes = [abs(number) for number in numbers]
    if any(b >= a for a, b in pairwise(sizes[_STARTS[0] :])):
        return None
    one, other = (
        _added(numbers[:start]) + _averaged(numbers[start : start + averaged]) for start in _STARTS
    )
    return one, other


def _averaged(part: Sequence[_Number]) -> _Number:
    """Averages the sums of terms that alternate; all weights are whole numbers."""
    count, number = len(part), type(part[0])
    largest, before = 3, 1
    for _ in range(count - 1):
        largest, before = 6 * largest - before, largest
    weight, rest, total = -1, -largest, number(0)
    for at, term in enumerate(part):
        rest = weight - rest
        total += number(rest) * abs(term)
        weight = weight * 2 * (at + count) * (at - count) // ((2 * at + 1) * (at + 1))
    average = total / number(largest)
    return average if part[0] > 0 else -average


def _added(numbers: Sequence[_Number]) -> _Number:
    if isinstance(numbers[0], Decimal):
        return sum(numbers, type(numbers[0])(0))
    return math.fsum(numbers)


def _gap(one: _Number, other: _Number) -> _Number:
    """Returns how far apart two numbers are, as a part of the larger."""
    size = max(abs(one), abs(other))
    return abs(one - other) / size if size else size
