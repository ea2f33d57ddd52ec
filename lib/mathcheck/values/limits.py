"""Sums of infinitely many terms, and integrals: what converges, to twelve digits."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathcheck.meaning import terms
from mathcheck.meaning.terms import Term, free_letters
from mathcheck.text.errors import EvalError, TooClose, UndefinedError
from mathcheck.text.tree import Node
from mathcheck.values.arrays import as_number
from mathcheck.values.budget import MOST_STEPS
from mathcheck.values.inline import Code, Env
from mathcheck.values.numbers import Value
from mathcheck.values.peaks import Centres, steep_places
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
_PROBES, _WIDE, _UNSEEN = 150, 100.0, 10.0
# What a value of an integrand costs, in steps of a sum.
_COST = 4
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
        size = _size(term)
        if not np.isfinite(size):
            if largest and count >= _FEWEST and quiet >= _QUIET:
                return total
            break
        total = total + term
        largest = max(largest, _size(total))
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


def integral_code(term: terms.Integral, compiled: Callable[[Term], Code]) -> Code:
    """The integral of a smooth function, by Gauss and Legendre's rule on ever smaller parts."""
    letter, node = term.letter, term.node
    first, last, body = (compiled(part) for part in (term.first, term.last, term.body))
    centres = Centres(letter, term.body, compiled)
    constant = letter not in free_letters(term.body)

    at_least = _COST * (_PROBES + _FINE) ** _depth(term)

    def integral(env: Env, ctx: Any) -> Value:
        if at_least > MOST_STEPS:
            ctx.spend(at_least, node)
        low, high = first(env, ctx), last(env, ctx)
        inner = dict(env)
        seen = 0.0

        def value(x: Value) -> Value:
            nonlocal seen
            ctx.spend(_COST, node)
            inner[letter] = x
            found = body(inner, ctx)
            seen = max(seen, _size(np.real(found)) if np.ndim(found) else abs(found))
            return found

        ends = sorted((_end(low), _end(high)))
        near = [] if constant else centres.at(env, ctx)
        parts = [] if constant else steep_places(value, near, *ends)
        seen = 0.0
        total = as_number(_in_parts(value, low, high, parts, node))
        highest = seen
        for x in _places(*ends):
            value(x)
        for x in (low, high, *(place for place in near if ends[0] < place < ends[1])):
            with suppress(UndefinedError, TooClose):  # an integrand need have no value there
                before = seen
                if np.all(np.isfinite(x)) and not np.all(np.isfinite(value(x))):
                    seen = before  # what is infinite at an end may be integrated all the same
        if term.cut and max(float(np.max(np.abs(value(x)))) for x in (low, high)) > _LEFT * highest:
            raise EvalError("what is averaged grows too fast for this distribution", node)
        if not highest and not constant and ends[0] < ends[1]:
            message = "nothing but 0 was seen of what is integrated: is all of it in a narrow peak?"
            raise EvalError(message, node)
        if seen > _UNSEEN * highest:
            raise EvalError("this integral has a peak too narrow to be computed", node)
        ctx.world.heights[id(term)] = max(highest, ctx.world.heights.get(id(term), 0.0))
        return total

    return integral


def _depth(term: Term) -> int:
    """Returns how many integrals stand in one another."""
    below = max(map(_depth, term.children()), default=0)
    return below + isinstance(term, terms.Integral)


def _in_parts(
    value: Callable[[Value], Value], low: Value, high: Value, parts: list[float], node: Node
) -> Value:
    """Integrates from each place of a list to the next, where there is most of it first."""
    if not parts:
        return _over(value, low, high, node)
    if _end(low) > _end(high):
        return -_in_parts(value, high, low, parts, node)
    inside = [*pairwise(parts)]
    heights = {part: abs(_end(value(sum(part) / 2))) * (part[1] - part[0]) for part in inside}
    width = (parts[-1] - parts[0]) or 1.0
    total: Value = 0
    for part in sorted(inside, key=heights.__getitem__, reverse=True):
        total = total + _between(value, *part, node, _size(total))
    total = total + _over(value, parts[-1], high, node, _size(total), width)
    return total + _over(value, low, parts[0], node, _size(total), width)


def _size(value: Value) -> float:
    return float(np.max(np.abs(value))) if np.ndim(value) else float(abs(value))


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


def _over(
    value: Callable[[Value], Value],
    low: Value,
    high: Value,
    node: Node,
    least: float = 0.0,
    width: float = 1.0,
) -> Value:
    """Integrates between two ends that may be infinite.

    Args:
        value: the integrand.
        low: where to begin.
        high: where to end.
        node: where the integral stands.
        least: how large the whole is that this is a part of, so far as it is known.
        width: how far an integrand reaches towards infinity, about.
    """
    ends = _end(low), _end(high)
    if not np.any(np.isinf(ends)):
        return _between(value, low, high, node, least)
    if ends[0] > ends[1]:
        return -_over(value, high, low, node)
    if np.isinf(ends[0]) and np.isinf(ends[1]):
        return _over(value, 0.0, high, node) + _over(value, low, 0.0, node)
    if np.isinf(ends[1]) and _is_nought(low) and not least:
        return _between(value, low, 1.0, node) + _over(value, 1.0, high, node)
    end, way = (low, width) if np.isinf(ends[1]) else (high, -width)

    def place(t: float) -> tuple[Value, Value]:  # x = low + t / (1 - t)
        return end + way * t / (1 - t), width / (1 - t) ** 2

    return _adaptive(place, value, node, least)


def _is_nought(end: Value) -> bool:
    return np.ndim(end) == 0 and end == 0


def _between(
    value: Callable[[Value], Value], low: Value, high: Value, node: Node, least: float = 0.0
) -> Value:
    r"""Integrates between two numbers; at 0 a function may be steep, as \log t and \sqrt t are."""
    try:
        return _adaptive(lambda t: (low + (high - low) * t, high - low), value, node, least)
    except (EvalError, UndefinedError, TooClose, ArithmeticError):
        if not (_is_nought(low) or _is_nought(high)):
            raise
    end, sign = (high, 1) if _is_nought(low) else (low, -1)

    def place(t: float) -> tuple[Value, Value]:
        return end * t**_FLAT, end * _FLAT * t ** (_FLAT - 1)

    return sign * _adaptive(place, value, node, least)


def _adaptive(
    place: Callable[[float], tuple[Value, Value]],
    value: Callable[[Value], Value],
    node: Node,
    least: float,
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
    scale = max(least, _size(part(0.0, 1.0, _FINE)))
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
