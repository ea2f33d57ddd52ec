r"""Finds where an integrand is steep: a rule of few points steps over what is narrow.

Where that may be its formula says. `e^{-(t - \mu)^2 / \sigma^2}` has what it is made of, \mu and
\sigma, and the places where what depends on t is 0 or turns. There it is looked at in ever smaller
steps: what is smooth changes by ever less. The ends of a range are looked at in the same way.
"""

import math
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from mathcheck.meaning import terms
from mathcheck.meaning.symbols import Symbol
from mathcheck.meaning.terms import Term, free_letters
from mathcheck.text.errors import EvalError, TooClose, UndefinedError
from mathcheck.values.inline import Code, Env

_PLAIN = terms.Literal | terms.Local | terms.Ref | terms.Size
_OPERATIONS = {"+", "-", "*", "/", "**"}
_NO_VALUE = (EvalError, UndefinedError, TooClose, ArithmeticError)
_DEEPEST, _MOST_CENTRES, _MOST_OF_AN_ARRAY = 3, 40, 12
# Each step is a tenth of the one before. A smooth function then changes by a tenth, what is even
# about a place by a hundredth; where it has a corner by a tenth too, and a rule comes to that.
_STEP, _FINEST, _WIDEST = 10.0, 14, 12
_ODD, _EVEN, _ONE_SIDED = 0.3, 0.15, 0.4
# Changes that are a smaller part of the largest value are none. A part that is no longer than so
# many of the steps in which a function changes is left to the rule.
_NOTHING, _ENOUGH = 1e-9, 100
_LINEAR, _SAME, _BITS = 1e-9, 1e-12, 1e-15


@dataclass
class _Made:
    """What an integrand is made of: numbers, arrays, and what is a power of its variable."""

    numbers: list[Code]
    arrays: list[tuple[Symbol, Any]]
    curves: list[tuple[str, Code]]


class Centres:
    """The places that an integrand's formula points to."""

    def __init__(self, letter: str, body: Term, compiled: Callable[[Term], Code]) -> None:
        self._letter, self._body, self._compiled = letter, body, compiled
        self._made: dict[int, tuple[Any, _Made]] = {}  # with the definitions in force

    def at(self, env: Env, ctx: Any) -> list[float]:
        """Returns them with the values of a draw."""
        if id(ctx.state) not in self._made:
            made = _Made([], [], [])
            self._take(self._body, self._letter, frozenset(), ctx.state, _DEEPEST, made)
            self._made[id(ctx.state)] = ctx.state, made
        _, made = self._made[id(ctx.state)]
        found: list[float] = []
        for name, curve in made.curves:
            with suppress(*_NO_VALUE):
                found += _turns([_number(curve({**env, name: x}, ctx)) for x in _SAMPLES])
        for number in made.numbers:
            with suppress(*_NO_VALUE):
                found.append(_number(number(env, ctx)))
        for symbol, node in made.arrays:
            with suppress(*_NO_VALUE):
                array = np.real(np.asarray(ctx.lookup(symbol, (), node)))
                found += array[..., 0].ravel()[:_MOST_OF_AN_ARRAY].tolist()
        places: list[float] = []
        for place in filter(math.isfinite, found):
            if not any(abs(place - other) <= _SAME * abs(place) for other in places):
                places.append(place)
        return places[:_MOST_CENTRES]

    def _take(
        self,
        term: Term,
        letter: str | None,
        bound: frozenset[str],
        state: Any,
        depth: int,
        to: _Made,
    ) -> None:
        free = free_letters(term)
        if not term.rank and not free & bound:
            if letter not in free and isinstance(term, _PLAIN | terms.Arith | terms.Map):
                to.numbers.append(self._compiled(term))
            elif letter is not None and letter in free and _is_plain(term):
                to.curves.append((letter, self._compiled(term)))
        match term:
            case terms.Ref(_, node, symbol) if free & bound:
                to.arrays.append((symbol, node))
            case terms.Reduce() | terms.Integral():
                name = term.range.letter if isinstance(term, terms.Reduce) else term.letter
                bound = bound | {name}
            case terms.Call(_, _, symbol, primes, arguments):
                function = state.functions.get((symbol, primes))
                if function is not None and function.signature.takes_numbers and depth:
                    names = function.signature.parameters
                    same = len(names) == 1 and arguments == (
                        terms.Local(0, term.node, str(letter)),
                    )
                    inner = names[0] if same else None
                    beyond = bound | (set(names) - {inner})
                    self._take(function.body, inner, beyond, state, depth - 1, to)
        for child in term.children():
            self._take(child, letter, bound, state, depth, to)


def _is_plain(term: Term) -> bool:
    """Tells whether a term decides nothing: it may be computed anywhere."""
    match term:
        case terms.Arith(_, _, op, left, right):
            return op in _OPERATIONS and _is_plain(left) and _is_plain(right)
        case terms.Map(_, _, "neg", argument):
            return _is_plain(argument)
    return isinstance(term, _PLAIN)


def _number(value: Any) -> float:
    return float(np.real(value).reshape(-1)[0]) if np.ndim(value) else float(value)


_SAMPLES = (-1.0, 0.0, 1.0, 2.0)


def _turns(values: Sequence[float]) -> Iterator[float]:
    """Yields where a polynomial of the first or second degree is 0, and where it turns."""
    a, b, c, d = values
    size = max(map(abs, values))
    if not abs(d - 3 * c + 3 * b - a) <= _LINEAR * size:
        return
    square, slope = (c - 2 * b + a) / 2, (c - a) / 2
    if abs(square) > _LINEAR * size:
        middle = -slope / (2 * square)
        yield middle
        if (inside := middle * middle - b / square) > 0:
            yield from (middle - math.sqrt(inside), middle + math.sqrt(inside))
    elif slope:
        yield -b / slope


def steep_places(
    value: Callable[[float], Any], centres: Sequence[float], low: float, high: float
) -> list[float]:
    """Returns where to split a range, so that nothing in a part of it is narrow.

    Args:
        value: the integrand.
        centres: where it may be steep; the ends of the range are looked at too.
        low: the smaller end of the range.
        high: the larger one; either may be infinite.
    """
    found: list[float] = []
    for centre in dict.fromkeys((*centres, low, high)):
        if math.isfinite(centre) and low <= centre <= high:
            places = _around(value, centre, low, high, found)
            found = sorted({*found, *(place for place in places if low < place < high)})
    return found


def _around(
    value: Callable[[float], Any], centre: float, low: float, high: float, known: list[float]
) -> set[float]:
    """Returns where to split a range near one place, unless it is split finely enough there."""

    def at(place: float) -> float:
        if low <= place <= high:
            with suppress(*_NO_VALUE):
                return _number(value(place))
        return math.nan

    if math.isinf(high - low):
        largest, widest = max(1.0, abs(centre)), _WIDEST
    else:
        largest, widest = high - low, 0
    steps = [largest * _STEP**-power for power in range(-widest, _FINEST + 1)]
    middle = at(centre)
    sides = np.array([[at(centre + way * step) for step in steps] for way in (1, -1)])
    height = max(abs(middle), float(np.nanmax(np.abs(sides), initial=0.0)))
    if not math.isfinite(middle) or not 0 < height < math.inf:
        return set()
    # A place is known to the last bit only: so much of what a step brings may be due to that.
    blurred = _BITS * abs(centre) / np.array(steps)
    steep = _steep(middle, sides, height, blurred)
    if not steep or _gap(known, centre) <= _ENOUGH * steps[steep[-1]]:
        return set()
    found = {centre}
    for way, side in zip((1, -1), sides, strict=True):
        for finer in steep:
            if abs(side[finer - 1] - side[finer]) > _NOTHING * height:
                found |= {centre + way * step for step in steps[finer - 1 : finer + 2]}
    return found


def _gap(known: list[float], place: float) -> float:
    """Returns how far apart the splits on the two sides of a place are."""
    at = bisect(known, place)
    return known[at] - known[at - 1] if 0 < at < len(known) else math.inf


def _steep(middle: float, sides: Any, height: float, blurred: Any) -> list[int]:
    """Returns the steps in which a function changes by more than what is smooth would."""
    up, down = sides
    both = np.isfinite(up) & np.isfinite(down)
    one = np.where(np.isfinite(up), up, down) - middle
    even = np.where(both, np.abs(up + down - 2 * middle), np.abs(one))
    odd = np.where(both, np.abs(up - down), np.abs(one))
    found = np.zeros(len(up) - 1, dtype=bool)
    clear = np.where(even > blurred * odd, even, 0.0)
    for changes, before, two_sided in ((clear, even, _EVEN), (odd, odd, _ODD)):
        part = np.where(both[:-1] & both[1:], two_sided, _ONE_SIDED)
        found |= (changes[1:] > _NOTHING * height) & (changes[1:] > part * before[:-1])
    return [int(at) + 1 for at in np.flatnonzero(found)]
