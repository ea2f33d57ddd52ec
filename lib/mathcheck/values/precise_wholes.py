"""Computes arrays, derivatives, integrals and what is drawn as "any function" to many digits too.

That takes longer than numbers do, and is done where a claim has a condition, a range or a number
that may put its values where nine digits do not tell two formulas apart.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from typing import Any

import numpy as np

from mathcheck.meaning import terms
from mathcheck.meaning.symbols import Symbol
from mathcheck.meaning.terms import Term
from mathcheck.text.errors import NotPrecise
from mathcheck.values.closures import index_code
from mathcheck.values.precise import FUNCTIONS, Precise, exactly
from mathcheck.values.precise_arrays import collected, each, identity, inverse, largest

# How far something is moved for a derivative, as a part of its value, and what of a difference
# there may be wrong.
_STEP, _WRONG_OF_A_SLOPE = Decimal("1e-30"), Decimal("1e-45")
# An integral is a sum over places that lie ever closer; its error falls off faster than any power.
_FIRST_HALVING, _LAST_HALVING, _FAR = 3, 6, Decimal("4.5")
_SETTLED, _LEAST_SETTLED, _CAUTION = Decimal("1e-35"), Decimal("1e-17"), 1000
_MOST_OVER = 10
_LARGEST_POWER = 64
# On the way to infinity an integral is over when so many parts in a row are no part of it.
_QUIET, _GONE = 4, Decimal("1e-60")


@dataclass(frozen=True)
class _Move:
    """An element of a symbol that is moved."""

    symbol: Symbol
    element: tuple[int, ...]
    by: Decimal


class PreciseWhole(Precise):
    """Values in one draw: of arrays, derivatives and integrals as well."""

    def __init__(self, ctx: Any, most: int) -> None:
        super().__init__(ctx, most)
        # What is moved, wherever it is used, and what only where an expression itself names it.
        self._moves: tuple[_Move, ...] = ()
        self._near: tuple[_Move, ...] = ()

    def order(self, left: Any, right: Any) -> int:
        """Returns -1, 0 or 1: which of two values is larger; of arrays 1 where they differ."""
        if isinstance(left, Decimal) and isinstance(right, Decimal):
            return super().order(left, right)
        orders = each(lambda a, b: Decimal(super(PreciseWhole, self).order(a, b)), left, right)
        return int(any(orders.flat))

    def _of(self, term: Term, env: Mapping[str, Any]) -> Any:
        self._count()
        match term:
            case terms.Map(rank, _, function, argument) if rank:
                if function not in FUNCTIONS:
                    raise NotPrecise
                inside = self._of(argument, env)
                self.largest = max(self.largest, Decimal(1))
                return each(lambda x: self._mapped(function, x, abs(x)), inside)
            case terms.Product(_, _, kind, left, right):
                return self._product(kind, self._of(left, env), self._of(right, env))
            case terms.Transpose(rank, _, argument):
                inside = self._of(argument, env)
                return inside if rank == 1 else np.swapaxes(inside, 0, 1)
            case terms.Element(_, _, argument, indices):
                array = self._of(argument, env)
                at = tuple(index_code(index)(dict(env), self._ctx) - 1 for index in indices)
                if min(at) < 0:
                    raise NotPrecise
                return array[at]
            case terms.Stack(rank, _, rows):
                array = np.array([[self._of(entry, env) for entry in row] for row in rows], object)
                return array if rank == 2 else array[0]
            case terms.Collect(_, _, function, argument):
                inside = self._of(argument, env)
                self.largest = max(self.largest, largest(inside))
                if (found := collected(function, np.asarray(inside, dtype=object))) is None:
                    raise NotPrecise
                return found
            case terms.Power(_, _, base, exponent):
                times = index_code(exponent)(dict(env), self._ctx)
                return self._powered(self._of(base, env), times)
            case terms.SizedIdentity(_, _, length):
                return identity(index_code(length)(dict(env), self._ctx))
            case terms.Ones(_, _, _, length) if length is not None:
                count = index_code(length)(dict(env), self._ctx)
                return each(Decimal, np.ones(count, dtype=int))
            case terms.Derivative(_, _, total, of, by):
                return self._by(by, env, total, lambda: self._differentiated(of, env, total))
            case terms.Second(_, _, total, of, by, again):
                return self._by(
                    again,
                    env,
                    total,
                    lambda: self._by(by, env, total, lambda: self._differentiated(of, env, total)),
                )
            case terms.Integral(_, _, _, first, last, _, False):
                met = Decimal(self._ctx.world.heights.get(id(term), 0.0))
                return self._integral(term, self._end(first, env), self._end(last, env), env, met)
        return super()._of(term, env)

    # --- arrays -------------------------------------------------------------------------------

    def _arith(self, op: str, left: Any, right: Any) -> Any:
        if isinstance(left, Decimal) and isinstance(right, Decimal):
            return super()._arith(op, left, right)
        if op in ("+", "-", "*", "/"):
            if op in "+-":
                self.largest = max(self.largest, largest(left), largest(right))
            one, other = np.asarray(left, dtype=object), np.asarray(right, dtype=object)
            match op:
                case "+":
                    return one + other
                case "-":
                    return one - other
                case "*":
                    return one * other
            return one / other
        return each(lambda a, b: super(PreciseWhole, self)._arith(op, a, b), left, right)

    def _combined(self, op: str, left: tuple[Any, Decimal], right: tuple[Any, Decimal]) -> Any:
        if isinstance(left[0], Decimal) and isinstance(right[0], Decimal):
            return super()._combined(op, left, right)
        found = self._arith(op, left[0], right[0])
        self.largest = max(self.largest, left[1], right[1], largest(found))
        return found

    def _product(self, kind: str, left: Any, right: Any) -> Any:
        self.largest = max(self.largest, largest(left) * largest(right))
        if kind == "outer":
            return np.multiply.outer(left, right)
        if kind == "kron":
            raise NotPrecise
        return left @ right

    def _powered(self, base: Any, times: int) -> Any:
        if abs(times) > _LARGEST_POWER:
            raise NotPrecise
        factor = inverse(base) if times < 0 else base
        found = identity(len(base))
        for _ in range(abs(times)):
            found = self._product("matmul", found, factor)
        return found

    def _symbol(self, term: terms.Ref, env: Mapping[str, Any]) -> Any:
        at = tuple(index_code(index)(dict(env), self._ctx) for index in term.indices)
        value = self._valued(term.symbol, at, term)
        for move in self._near:
            value = self._moved(value, move, term.symbol, at)
        return value

    def _moved(self, value: Any, move: _Move, symbol: Symbol, at: tuple[int, ...]) -> Any:
        """Returns the value of a symbol at some indices where one of its elements is moved."""
        if symbol is not move.symbol or move.element[: len(at)] != at:
            return value
        if len(at) == symbol.rank:
            return value + move.by
        found = value.copy()
        found[self._place(symbol, move.element, len(at))] += move.by
        return found

    def _place(self, symbol: Symbol, element: tuple[int, ...], skip: int) -> tuple[int, ...]:
        """Returns where in an array an element stands, behind the axes that are skipped."""
        lows = (self._ctx.bounds(symbol, axis, element[:axis])[0] for axis in range(symbol.rank))
        place = tuple(index - low for index, low in zip(element, lows, strict=True))[skip:]
        if any(index < 0 for index in place):
            raise NotPrecise
        return place

    def _valued(self, symbol: Symbol, at: tuple[int, ...], term: terms.Ref) -> Any:
        reached = self._ctx.state.reach(symbol)[0]
        moves = tuple(move for move in self._moves if move.symbol in reached)
        near, self._near = self._near, ()
        value = self._once((symbol, at, moves), lambda: self._looked_up(symbol, at, term))
        self._near = near
        return value

    def _looked_up(self, symbol: Symbol, at: tuple[int, ...], term: terms.Ref) -> Any:
        value = self._plain(symbol, at, term)
        if len(at) == symbol.rank:  # a whole array is made of elements that are moved already
            for move in self._moves:
                value = self._moved(value, move, symbol, at)
        return value

    def _plain(self, symbol: Symbol, at: tuple[int, ...], term: terms.Ref) -> Any:
        defined = symbol in self._ctx.state.definitions
        moved = any(move.symbol is symbol for move in self._moves)
        if len(at) < symbol.rank and (moved or not next(self._ctx.opened(symbol, at), None)):
            low, high = self._ctx.bounds(symbol, len(at), at)
            parts = [self._valued(symbol, (*at, i), term) for i in range(low, high + 1)]
            return np.array(parts, dtype=object)
        for body, inner in self._ctx.opened(symbol, at):
            key = id(body), *sorted(inner.items()), self._moves
            value = self._once(key, partial(self._of, body, inner))
            return self._part(symbol, at, body, value)
        if symbol.domain == "loss" and not defined:
            return self._loss(symbol)
        return super()._looked_up(symbol, at, term)

    def _part(self, symbol: Symbol, at: tuple[int, ...], body: Term, value: Any) -> Any:
        """Returns of what defines a symbol what stands at some indices."""
        start = symbol.rank - body.rank
        if not body.rank and len(at) < symbol.rank:
            shape = self._ctx.world.shape(symbol, at)
            return each(lambda number, _: number, value, np.zeros(shape))
        if not body.rank or len(at) <= start:
            return value
        element = at + tuple(
            self._ctx.bounds(symbol, axis, at)[0] for axis in range(len(at), symbol.rank)
        )
        return value[self._place(symbol, element, start)[: len(at) - start]]

    # --- what is drawn ------------------------------------------------------------------------

    def _loss(self, symbol: Symbol) -> Decimal:
        parts = [
            np.asarray(self._of(argument, {}), dtype=object).reshape(-1)
            for argument, _ in self._ctx.state.facts.arguments[symbol]
        ]
        values = np.concatenate(parts)
        drawn = self._ctx.world.loss_of(symbol, len(values))
        self.largest = max(self.largest, Decimal(1), largest(values))
        rates, shifts, weights, linear, square = (
            each(exactly, part)
            for part in (
                drawn.rates.tolist(),
                drawn.shifts[:, 0].tolist(),
                drawn.weights[:, 0].tolist(),
                drawn.linear[:, 0].tolist(),
                drawn.square[:, 0].tolist(),
            )
        )
        waves = weights @ each(FUNCTIONS["sin"], rates @ values + shifts)
        found: Decimal = waves + linear @ values + square @ (values * values)
        return found

    def _called(self, symbol: Symbol, primes: int, arguments: list[Any]) -> Any:
        functions = self._ctx.state.functions
        if (symbol, primes) in functions:
            return super()._called(symbol, primes, arguments)
        if len(arguments) != 1 or not isinstance(arguments[0], Decimal):
            raise NotPrecise
        x = arguments[0]
        if (symbol, 0) in functions:
            if primes != 1:
                raise NotPrecise
            step = _STEP * (abs(x) or 1)
            up, down = (self._called(symbol, 0, [x + side * step]) for side in (1, -1))
            return self._slope(up, down, step)
        drawn = self._ctx.world.function(symbol)
        wave = FUNCTIONS["sin" if primes % 2 == 0 else "cos"]
        sign = -1 if primes % 4 > 1 else 1
        total = Decimal(0)
        parts = (drawn.weights.tolist(), drawn.rates.tolist(), drawn.shifts.tolist())
        for weight, rate, shift in zip(*parts, strict=True):
            inside = exactly(rate) * x + exactly(shift)
            total += sign * exactly(weight) * exactly(rate) ** primes * wave(inside)
        self.largest = max(self.largest, Decimal(1), abs(x))
        slope = exactly(drawn.slope)
        return total + (slope * x if not primes else slope if primes == 1 else 0)

    # --- derivatives --------------------------------------------------------------------------

    def _by(
        self, by: terms.Ref, env: Mapping[str, Any], total: bool, value: Callable[[], Any]
    ) -> Any:
        """Returns the derivative of a value by a symbol: by one element, or by each of several."""
        before = tuple(index_code(index)(dict(env), self._ctx) for index in by.indices)
        found = [self._by_element(by, at, total, value) for at in self._elements(by.symbol, before)]
        if not by.rank:
            return found[0]
        shape = self._ctx.world.shape(by.symbol, before)
        stacked = np.stack([np.asarray(part, dtype=object) for part in found], axis=-1)
        return stacked.reshape((*stacked.shape[:-1], *shape))

    def _elements(self, symbol: Symbol, before: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if len(before) == symbol.rank:
            yield before
            return
        low, high = self._ctx.bounds(symbol, len(before), before)
        for index in range(low, high + 1):
            yield from self._elements(symbol, (*before, index))

    def _by_element(
        self, by: terms.Ref, element: tuple[int, ...], total: bool, value: Callable[[], Any]
    ) -> Any:
        size = abs(exactly(self._ctx.lookup(by.symbol, element, by.node)))
        step = _STEP * (size or 1)
        found = []
        for way in (step, -step):
            with self._moving(_Move(by.symbol, element, way), total):
                found.append(value())
        return self._slope(found[0], found[1], step)

    def _slope(self, up: Any, down: Any, step: Decimal) -> Any:
        self.exact = False
        self.largest = max(self.largest, largest(up))
        self.uncertain = max(self.uncertain, _WRONG_OF_A_SLOPE)
        return (up - down) / (2 * step)

    @contextmanager
    def _moving(self, move: _Move, total: bool) -> Iterator[None]:
        moves, near = self._moves, self._near
        if total:
            self._moves = (*moves, move)
        else:
            self._near = (*near, move)
        try:
            yield
        finally:
            self._moves, self._near = moves, near

    def _differentiated(self, of: Term, env: Mapping[str, Any], total: bool) -> Any:
        """Returns the value of what is differentiated; partially, of what defines it."""
        if total or not isinstance(of, terms.Ref) or of.symbol not in self._ctx.state.definitions:
            return self._of(of, env)
        at = tuple(index_code(index)(dict(env), self._ctx) for index in of.indices)
        return self._own(of, at)

    def _own(self, of: terms.Ref, at: tuple[int, ...]) -> Any:
        for body, inner in self._ctx.opened(of.symbol, at):
            return self._part(of.symbol, at, body, self._of(body, inner))
        if len(at) == of.symbol.rank:
            return self._valued(of.symbol, at, of)
        low, high = self._ctx.bounds(of.symbol, len(at), at)
        return np.array([self._own(of, (*at, i)) for i in range(low, high + 1)], dtype=object)

    # --- integrals ----------------------------------------------------------------------------

    def _end(self, term: Term, env: Mapping[str, Any]) -> Any:
        """Returns an end of a range, which may be infinite."""
        match term:
            case terms.Map(_, _, "neg", argument):
                return -self._end(argument, env)
            case terms.Literal(_, _, value) if math.isinf(value):
                return Decimal(value)
        return self._of(term, env)

    def _integral(
        self, term: terms.Integral, low: Any, high: Any, env: Mapping[str, Any], met: Decimal
    ) -> Decimal:
        """Integrates between two numbers, or to infinity, by the rule of Takahasi and Mori.

        What is `met` by floats has to be met here, or the rule steps over a peak.
        """
        letter, body = term.letter, term.body
        if body.rank or not isinstance(low, Decimal) or not isinstance(high, Decimal):
            raise NotPrecise
        if low > high:
            return -self._integral(term, high, low, env, met)
        if low.is_infinite() and high.is_infinite():
            middle = Decimal(0)
            sides = (low, middle), (middle, high)
            return sum(self._integral(term, *side, env, met) for side in sides) + middle
        finite = low.is_finite() and high.is_finite()
        places = _places if finite else _places_to_infinity
        half = (high - low) / 2 if finite else Decimal(1 if low.is_finite() else -1)
        start = (low + high) / 2 if finite else low if low.is_finite() else high
        total, before, height = Decimal(0), None, Decimal(0)
        for halving in range(_FIRST_HALVING, _LAST_HALVING + 1):
            for side in places(halving, halving == _FIRST_HALVING):
                quiet = 0
                for place, weight in side:  # from the middle on, until nothing is left
                    value = self._of(body, {**env, letter: start + half * place})
                    part = weight * value
                    total += part
                    height = max(height, abs(value))
                    quiet = quiet + 1 if abs(part) <= _GONE * abs(total) else 0
                    if quiet == _QUIET and not finite:
                        break
            found = abs(half) * total / 2**halving
            gap = Decimal("Infinity") if before is None else abs(found - before)
            size = max(abs(found), abs(half) * _SETTLED)
            if gap <= _SETTLED * size:
                break
            before = found
        if gap > _LEAST_SETTLED * size or height < met / _MOST_OVER:
            raise NotPrecise
        self.exact = False
        self.largest = max(self.largest, abs(found))
        self.uncertain = max(self.uncertain, _CAUTION * gap / size)
        return Decimal(found)


Side = list[tuple[Decimal, Decimal]]


@cache
def _places(halving: int, first: bool) -> tuple[Side, Side]:
    """Returns the places from -1 to 1 that a finer rule adds to a coarser, and their weights.

    Those on the right and those on the left, each from the middle on.
    """
    sinh, cosh = FUNCTIONS["sinh"], FUNCTIONS["cosh"]
    quarter = FUNCTIONS["arctan"](Decimal(1)) * 2

    def at(t: Decimal) -> tuple[Decimal, Decimal]:
        inside = quarter * sinh(t)
        return sinh(inside) / cosh(inside), quarter * cosh(t) / cosh(inside) ** 2

    return _sides(at, halving, first)


@cache
def _places_to_infinity(halving: int, first: bool) -> tuple[Side, Side]:
    """Returns the same from 0 to infinity."""
    sinh, cosh, exp = FUNCTIONS["sinh"], FUNCTIONS["cosh"], FUNCTIONS["exp"]
    quarter = FUNCTIONS["arctan"](Decimal(1)) * 2

    def at(t: Decimal) -> tuple[Decimal, Decimal]:
        place = exp(quarter * sinh(t))
        return place, quarter * cosh(t) * place

    return _sides(at, halving, first)


def _sides(
    at: Callable[[Decimal], tuple[Decimal, Decimal]], halving: int, first: bool
) -> tuple[Side, Side]:
    count = int(_FAR * 2**halving)
    right = [n for n in range(count + 1) if first or n % 2]
    sides = right, [-n for n in right if n]
    up, down = ([at(Decimal(n) / 2**halving) for n in side] for side in sides)
    return up, down
