"""Sums of infinitely many terms, and integrals: what converges, to twelve digits."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathcheck.text.errors import EvalError, TooClose, UndefinedError
from mathcheck.text.tree import Node
from mathcheck.values.arrays import as_number
from mathcheck.values.inline import Code, Env
from mathcheck.values.numbers import Value
from mathcheck.values.slow_sums import ENOUGH_FOR_A_TAIL, slow_sum, why_slow

# A series is taken for what it has come to when so many terms in a row add nothing. So many are
# looked at in any case, as far as they are numbers: what is small at first may still grow.
_LOOKED_AT, _FEWEST, _QUIET, _MOST = 400, 60, 25, 20_000
_NOTHING = 1e-17
# Points of a rule, and how often an interval is halved.
_COARSE, _FINE, _DEEPEST = 15, 24, 14
_ACCURATE = 1e-12
# x = t^8 goes so slowly near 0 that most of what is steep there becomes smooth.
_FLAT = 8
# So many further places are looked at, in an infinite range up to here; a value so much larger than
# all that a rule has met says that it stepped over a peak.
_PROBES, _WIDE, _UNSEEN = 400, 100.0, 10.0
# What may be left of an integrand at the ends of a range that is cut, of its largest value.
_LEFT = 1e-12


def sum_of_series(at: Callable[[int], Value], first: int, node: Node) -> Value:
    """Adds terms up until they add nothing any more.

    Args:
        at: gives a term.
        first: the index of the first one.
        node: where the sum stands.

    Raises:
        EvalError: they go on adding something.
    """
    total: Value = 0
    largest, quiet = 0.0, 0
    seen: list[Value] = []
    for count in range(_MOST):
        if count == ENOUGH_FOR_A_TAIL and (found := slow_sum(seen)) is not None:
            return found
        try:
            term = at(first + count)
        except OverflowError:  # a factorial below the line
            if not _falls_ever_faster(seen):
                raise
            return total
        seen.append(term)
        size = float(np.max(np.abs(term)))
        if not np.isfinite(size):
            if largest and count >= _FEWEST and quiet >= _QUIET:
                return total
            break
        total = total + term
        largest = max(largest, float(np.max(np.abs(total))))
        quiet = quiet + 1 if size <= _NOTHING * largest else 0
        if largest and count >= _LOOKED_AT and quiet >= _QUIET:
            return total
    raise EvalError(f"this sum does not settle within {_MOST:,} terms: {why_slow(seen)}", node)


def _falls_ever_faster(seen: list[Value]) -> bool:
    """Tells whether terms become small as those of e^x do, and not for a while, like t!/100^t."""
    sizes = [size for size in (float(np.max(np.abs(term))) for term in seen) if size]
    half = len(sizes) // 2
    if half < _QUIET:
        return False
    return sizes[-1] / sizes[-2] <= sizes[half] / sizes[half - 1] < 1


@cache
def _rule(count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    points, weights = np.polynomial.legendre.leggauss(count)
    return points, weights


def integral_code(letter: str, first: Code, last: Code, body: Code, node: Node, cut: bool) -> Code:
    """The integral of a smooth function, by Gauss and Legendre's rule on ever smaller parts."""

    def integral(env: Env, ctx: Any) -> Value:
        low, high = first(env, ctx), last(env, ctx)
        inner = dict(env)

        seen = 0.0

        def value(x: Value) -> Value:
            nonlocal seen
            ctx.spend(1, node)
            inner[letter] = x
            found = body(inner, ctx)
            seen = max(seen, float(np.max(np.abs(np.real(found)))))
            return found

        total = as_number(_over(value, low, high, node))
        highest = seen
        for x in _places(_end(low), _end(high)):
            value(x)
        for x in (low, high):
            with suppress(UndefinedError, TooClose):  # an integrand need have no value at an end
                before = seen
                if np.all(np.isfinite(x)) and not np.all(np.isfinite(value(x))):
                    seen = before  # what is infinite at an end may be integrated all the same
        if cut and max(float(np.max(np.abs(value(x)))) for x in (low, high)) > _LEFT * highest:
            raise EvalError("what is averaged grows too fast for this distribution", node)
        if seen > _UNSEEN * highest:
            raise EvalError("this integral has a peak too narrow to be computed", node)
        return total

    return integral


def _end(value: Value) -> float:
    return float(np.real(value).reshape(-1)[0]) if np.ndim(value) else float(value)


def _places(low: float, high: float) -> list[float]:
    """Returns places all over a range, to look for what a rule has stepped over."""
    low, high = min(low, high), max(low, high)
    if np.isinf(low) and np.isinf(high):
        return [*np.linspace(-_WIDE, _WIDE, 2 * _PROBES).tolist()]
    if np.isinf(high):
        high = low + _WIDE
    elif np.isinf(low):
        low = high - _WIDE
    return [*(low + (high - low) * (np.arange(_PROBES) + 0.618) / _PROBES).tolist()]


def _over(value: Callable[[Value], Value], low: Value, high: Value, node: Node) -> Value:
    ends = _end(low), _end(high)
    if not np.any(np.isinf(ends)):
        return _between(value, low, high, node)
    if ends[0] > ends[1]:
        return -_over(value, high, low, node)
    if np.isinf(ends[0]) and np.isinf(ends[1]):
        return _over(value, 0.0, high, node) + _over(value, low, 0.0, node)
    if np.isinf(ends[1]) and _is_nought(low):
        return _between(value, low, 1.0, node) + _over(value, 1.0, high, node)
    if np.isinf(ends[1]):  # x = low + t / (1 - t)
        return _adaptive(lambda t: (low + t / (1 - t), 1 / (1 - t) ** 2), value, node)
    return _adaptive(lambda t: (high - t / (1 - t), 1 / (1 - t) ** 2), value, node)


def _is_nought(end: Value) -> bool:
    return np.ndim(end) == 0 and end == 0


def _between(value: Callable[[Value], Value], low: Value, high: Value, node: Node) -> Value:
    r"""Integrates between two numbers; at 0 a function may be steep, as \log t and \sqrt t are."""
    try:
        return _adaptive(lambda t: (low + (high - low) * t, high - low), value, node)
    except (EvalError, UndefinedError, TooClose, ArithmeticError):
        if not (_is_nought(low) or _is_nought(high)):
            raise
    end, sign = (high, 1) if _is_nought(low) else (low, -1)
    return sign * _adaptive(lambda t: (end * t**_FLAT, end * _FLAT * t ** (_FLAT - 1)), value, node)


def _adaptive(
    place: Callable[[float], tuple[Value, Value]], value: Callable[[Value], Value], node: Node
) -> Value:
    """Integrates over t from 0 to 1, where `place` gives x and how fast it moves."""

    def part(low: float, high: float, count: int) -> Value:
        points, weights = _rule(count)
        total: Value = 0
        for point, weight in zip(points, weights, strict=True):
            x, speed = place(float(low + (high - low) * (point + 1) / 2))
            total = total + float(weight) * value(x) * speed
        return total * ((high - low) / 2)

    found: Value = 0
    scale = float(np.max(np.abs(part(0.0, 1.0, _FINE))))
    waiting = [(0.0, 1.0, 0)]
    while waiting:
        low, high, depth = waiting.pop()
        coarse, fine = part(low, high, _COARSE), part(low, high, _FINE)
        gap, size = float(np.max(np.abs(fine - coarse))), float(np.max(np.abs(fine)))
        scale = max(scale, size) if np.isfinite(size) else scale
        if gap <= _ACCURATE * max(scale, size):
            found = found + fine
        elif depth == _DEEPEST or not np.isfinite(gap):
            raise EvalError("this integral does not settle: is it finite, is it smooth?", node)
        else:
            middle = (low + high) / 2
            waiting += [(low, middle, depth + 1), (middle, high, depth + 1)]
    return found
