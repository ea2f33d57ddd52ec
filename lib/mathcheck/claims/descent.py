r"""Looks for where a bound fails, downhill from what was drawn: `r (1 - r) < 0.2499` does near ½.

What is said not to be equal is followed in the same way to where it is: `a^3 - a \ne 11`.

A draw seldom comes near the one point at which two sides touch. So from several draws the values of
the numbers that a claim depends on are moved, one after the other, to where the gap between its
sides is smaller.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mathcheck.claims.comparison import Comparison, Found
from mathcheck.claims.draw_plan import any_function
from mathcheck.claims.equations import Claim
from mathcheck.meaning.symbols import Symbol
from mathcheck.text.errors import EvalError, SizeError, TooClose, UndefinedError
from mathcheck.values.derivatives import PlainContext
from mathcheck.values.draws import Manner
from mathcheck.values.one_draw import World
from mathcheck.values.settings import allowed

_BOUNDS = {"<": -1.0, "\\le": -1.0, ">": 1.0, "\\ge": 1.0}
_FOLLOWED = {*_BOUNDS, "\\ne"}
# From so many draws that meet the claim's condition, with so many points each, fewer if one takes
# many steps; draws are offered of so many manners.
_STARTS, _POINTS, _STEPS = 4, 160, 30_000
MOST_STARTS = 16
_MOST_MOVED = 40
_FARTHEST = 50.0
# Where a gap is so much smaller than at some distance on both sides, the bound is met there, at a
# point that a float cannot hit.
_TOUCHING, _ASIDE = 1e-10, 1e-2
_DOUBTFUL = 1e-6
_LEAST = 1e-300
_FAILURES = (
    *(EvalError, SizeError, TooClose, UndefinedError),
    *(ArithmeticError, LookupError, ValueError, TypeError),
)
_Array = NDArray[np.float64]


@dataclass(eq=False)
class _Place:
    """What came of moving the values somewhere: how far apart the sides are, and where least."""

    gap: float = math.inf
    found: Found | None = None


class Descent:
    """Moves the values of one draw to where the sides of a bound are nearest."""

    def __init__(
        self, claim: Claim, comparison: Comparison, world: World, relative: bool = False
    ) -> None:
        """Begins at a draw.

        Args:
            claim: the bound.
            comparison: takes in what is found.
            world: the draw.
            relative: whether sides are near that differ by little of their size. Of a bound that
                holds for any multiple of its values only this says where.
        """
        self._claim = claim
        self._comparison = comparison
        self._world = world
        self._symbols = _moved(claim)
        self._shapes = [world.shape(symbol) for symbol in self._symbols]
        self._left = _POINTS
        self._relative = relative
        self._farthest = _FARTHEST

    def run(self) -> bool:
        """Compares the sides where they are nearest, and at a rounder number beside that.

        Returns:
            False if the claim's condition is met at no point of the draw, so that another draw
            should stand in for it.
        """
        sizes = [math.prod(shape) for shape in self._shapes]
        if not 0 < sum(sizes) <= _MOST_MOVED or any(s.symmetric for s in self._symbols):
            return True
        context = PlainContext(self._world, self._claim.state)
        try:
            drawn = [
                np.asarray(context.lookup(symbol, (), self._claim.left.node))
                for symbol in self._symbols
            ]
        except _FAILURES:
            return True
        values = np.concatenate([np.asarray(each, dtype=float).reshape(-1) for each in drawn])
        self._farthest = max(_FARTHEST, 2 * float(np.max(np.abs(values))))
        lowest, place = self._downhill(values)
        if place.found is None:
            return False
        apart = False  # whether the sides are known not to touch at the lowest place
        for rounded, at in enumerate((lowest, *_rounder(lowest))):
            beside = self._at(at, quick=False)
            if beside.found is None:
                continue
            if self._compare(beside.found):
                return True
            apart |= rounded > 0 and beside.gap <= place.gap and _is_apart(beside.found)
        if not apart:
            self._refuse_touching(lowest, place)
        return True

    def _compare(self, found: Found) -> bool:
        self._comparison.add([found], Manner("vast"), False)
        return bool(self._comparison.message)

    def _at(self, values: _Array, quick: bool = True) -> _Place:
        self._left -= 1
        settings, start = {}, 0
        for symbol, shape in zip(self._symbols, self._shapes, strict=True):
            part = values[start : start + math.prod(shape)]
            if not np.all(allowed(symbol, part, self._world) & (np.abs(part) < self._farthest)):
                return _Place()
            settings[symbol] = part.reshape(shape)
            start += part.size
        context = PlainContext(self._world.with_values(settings), self._claim.state)
        try:
            points = self._comparison.evaluate(context, False, quick)
        except _FAILURES:
            return _Place()
        self._left = min(self._left, _STEPS // (1 + self._world.budget.spent))
        best = _Place()
        for found in points:
            if any(found.undefined):
                continue
            gap = self._gap(np.asarray(found.left), np.asarray(found.right))
            if gap < best.gap:
                best = _Place(gap, found)
        return best

    def _gap(self, left: _Array, right: _Array) -> float:
        """Returns how far a bound is from failing; of what is not equal, the square of that."""
        apart = left - right
        if self._relative:
            apart = apart / np.maximum(np.abs(left) + np.abs(right), _LEAST)
        if self._claim.op in _BOUNDS:
            return float(np.min(_BOUNDS[self._claim.op] * apart))
        return float(np.max(apart * apart))

    def _downhill(self, values: _Array) -> tuple[_Array, _Place]:
        """Goes downhill along one axis after the other, and on in the direction that came of it."""
        place = self._at(values)
        steps = 0.3 * np.abs(values) + 0.03
        while (
            self._left > 0
            and place.found is not None
            and np.max(steps / (np.abs(values) + 1e-3)) > 1e-9
        ):
            before, gap = values, place.gap
            for axis in range(values.size):
                values, place = self._along(values, place, axis, steps)
            if place.gap < gap:
                onward = values + (values - before)
                beyond = self._at(onward)
                if beyond.gap < place.gap:
                    values, place = onward, beyond
        return values, place

    def _along(
        self, values: _Array, place: _Place, axis: int, steps: _Array
    ) -> tuple[_Array, _Place]:
        """Goes to the lowest of three places along an axis, or of the parabola through them."""

        def moved(by: float) -> _Array:
            other = values.copy()
            other[axis] += by
            return other

        step = float(steps[axis])
        back, on = self._at(moved(-step)), self._at(moved(step))
        tried = [(values, place), (moved(-step), back), (moved(step), on)]
        bend = back.gap + on.gap - 2 * place.gap
        if math.isfinite(bend) and bend > 0:
            vertex = moved(step * (back.gap - on.gap) / (2 * bend))
            tried.append((vertex, self._at(vertex)))
        best = min(tried, key=lambda each: each[1].gap)
        steps[axis] = step * (2.0 if best[1] is back or best[1] is on else 0.25)
        return best

    def _refuse_touching(self, lowest: _Array, place: _Place) -> None:
        if self._claim.op not in ("<", ">", "\\ne"):
            return
        for axis in range(lowest.size):
            aside = np.zeros_like(lowest)
            aside[axis] = _ASIDE * max(abs(lowest[axis]), _ASIDE)
            both = [self._at(lowest + aside).gap, self._at(lowest - aside).gap]
            if all(max(0.0, place.gap) < _TOUCHING * gap < math.inf for gap in both):
                at = ", ".join(f"{value:.6g}" for value in lowest[:8])
                names = ", ".join(symbol.name for symbol in self._symbols)
                self._comparison.message = (
                    f"not {self._claim.op}: at {names} = {at} the sides touch, as far as floats "
                    "tell: is the bound met there?"
                )
                return


def _is_apart(found: Found) -> bool:
    """Tells whether the sides of a bound that holds are not equal but for rounding."""
    size = max(np.max(np.abs(found.left)), np.max(np.abs(found.right)))
    gap = np.min(np.abs(np.asarray(found.left) - np.asarray(found.right)))
    return found.order is not None or bool(gap > _DOUBTFUL * size)


def _moved(claim: Claim) -> list[Symbol]:
    """Returns what a claim depends on that is drawn and can be moved a little."""
    parts = [claim.left, claim.right, *([] if claim.condition is None else [claim.condition])]
    symbols: set[Symbol] = set().union(*(claim.state.reach_of(part) for part in parts))
    points = claim.state.facts.points  # a row `z_0` beside `z_n`
    symbols |= {point for (family, _), point in points.items() if family in symbols}
    return sorted(
        (
            symbol
            for symbol in symbols
            if symbol.domain in ("real", "positive", "negative", "nonzero", "interval")
            and symbol not in claim.state.definitions
            and not any(symbol.leads(axis) for axis in range(symbol.rank))
        ),
        key=lambda symbol: (symbol.name, symbol.table.number),
    )


def _rounder(values: _Array) -> list[_Array]:
    """Returns numbers with fewer digits beside some."""
    return [np.round(values, digits) for digits in (6, 3, 1)]


def descend(claim: Claim, comparison: Comparison, worlds: Callable[[], list[World]]) -> None:
    """Compares the sides of a bound where they are nearest, going downhill from some draws."""
    if claim.op not in _FOLLOWED or any_function(claim) is not None or not _moved(claim):
        return
    wanted = _STARTS if claim.condition is None else 2 * _STARTS
    for world in worlds():
        has_point = Descent(claim, comparison, world).run()
        if not comparison.message:
            Descent(claim, comparison, world, relative=True).run()
        wanted -= has_point
        if comparison.message or not wanted:
            return
