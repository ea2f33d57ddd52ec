r"""Sums of infinitely many terms that fall off slowly, `\sum_t 1/t^2`, and those that alternate.

What is left of such a sum behind N terms is known to fall off like powers of N, half ones or whole
ones. So from its values at 16, 32, …, 4096 terms one power after the other can be taken off, after
Richardson. An alternating sum is averaged as Cohen, Rodriguez Villegas and Zagier do it. Either is
computed twice, and counts only where both agree. That terms become small is no proof of a sum: of
those of one sign they have to fall off faster than 1/t.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

from mathcheck.values.numbers import Value

_FEWEST, _LEVELS = 16, 9
ENOUGH_FOR_A_TAIL = _FEWEST * 2 ** (_LEVELS - 1)
_AGREE = 1e-12
# A power is taken for a half or a whole one where it is so near to it.
_NEAR = 0.02
_FLAT = 1e-3
_AVERAGED = 40
_STARTS = (16, 37)


def slow_sum(terms: Sequence[Value]) -> float | None:
    """Returns the sum of infinitely many terms by its first ones; None if they do not tell it."""
    numbers = [float(term) for term in terms if isinstance(term, int | float)]
    if len(numbers) < len(terms) or not all(number and math.isfinite(number) for number in numbers):
        return None
    power = falls_off(numbers)
    if _alternates(numbers):
        return _alternating(numbers) if power > _NEAR else None
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


def _alternates(numbers: Sequence[float]) -> bool:
    return all(a * b < 0 for a, b in pairwise(numbers))


def _richardson(numbers: Sequence[float], power: float) -> float | None:
    row = [math.fsum(numbers[: _FEWEST * 2**level]) for level in range(_LEVELS)]
    before = row
    for step in range(_LEVELS - 2):
        factor = 2.0 ** (power + step) - 1
        before, row = row, [b + (b - a) / factor for a, b in pairwise(row)]
    return _agreed(before[-1], row[-1])


def _alternating(numbers: Sequence[float]) -> float | None:
    sizes = [abs(number) for number in numbers]
    if any(b >= a for a, b in pairwise(sizes[_STARTS[0] :])):
        return None
    return _agreed(*(math.fsum(numbers[:start]) + _averaged(numbers, start) for start in _STARTS))


def _averaged(numbers: Sequence[float], start: int) -> float:
    part = numbers[start : start + _AVERAGED]
    largest = (3 + math.sqrt(8)) ** _AVERAGED
    largest = (largest + 1 / largest) / 2
    weight, rest, total = -1.0, -largest, 0.0
    for at, number in enumerate(part):
        rest = weight - rest
        total += rest * abs(number)
        weight *= (at + _AVERAGED) * (at - _AVERAGED) / ((at + 0.5) * (at + 1))
    return math.copysign(total / largest, part[0])


def _agreed(one: float, other: float) -> float | None:
    return other if abs(one - other) <= _AGREE * max(abs(one), abs(other)) else None
