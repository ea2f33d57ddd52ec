"""How large the numbers are that a term is computed from: what rounding can leave of them."""

import math
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from mathcheck.meaning import terms
from mathcheck.meaning.symbols import Symbol
from mathcheck.meaning.terms import Term, free_letters
from mathcheck.values.arrays import Eye
from mathcheck.values.closures import compile_term, index_code, range_code
from mathcheck.values.inline import Code, Env

_DEEPEST = 12
# The slopes of functions that are steep near the ends of their ranges; at an end itself an error of
# a last bit is its square root.
_SLOPES: dict[str, Callable[[Any], Any]] = {
    "arcsin": lambda x: 1 / np.sqrt((1 - x) * (1 + x)),
    "arccos": lambda x: 1 / np.sqrt((1 - x) * (1 + x)),
    "arcosh": lambda x: 1 / np.sqrt((x - 1) * (x + 1)),
    "artanh": lambda x: 1 / ((1 - x) * (1 + x)),
    "logit": lambda x: 1 / (x * (1 - x)),
}
_STEEPEST = 1e8
# At so many places the size of what is integrated is looked at.
_PLACES = 33
# So many first terms of a long sum, and as many of the others.
_LOOKED_AT = 500


class Magnitudes:
    """Computes how large the numbers are behind a value, and keeps the code of its parts."""

    def __init__(self) -> None:
        self._codes: dict[int, tuple[object, Any]] = {}
        self._of: object = None
        self._symbols: dict[tuple[Symbol, tuple[int, ...]], float] = {}
        self._sums: dict[object, float] = {}
        self._letters: dict[int, tuple[Term, list[str]]] = {}

    def _known(self, part: object, make: Callable[[], Any]) -> Any:
        if id(part) not in self._codes:
            self._codes[id(part)] = part, make()
        return self._codes[id(part)][1]

    def _code(self, term: Term) -> Code:
        code: Code = self._known(term, lambda: compile_term(term))
        return code

    def _index(self, term: Term) -> Callable[[Env, Any], int]:
        code: Callable[[Env, Any], int] = self._known(term, lambda: index_code(term))
        return code

    def of(self, term: Term, env: Env, ctx: Any, depth: int = 0) -> float:
        """Returns how large the things are that a term adds up, however they cancel.

        The rounding error of the term's value is about a 1e-16th of it.

        Args:
            term: the term.
            env: the indices.
            ctx: the symbols' values.
            depth: how many definitions have been opened.
        """

        def of(part: Term) -> float:
            return self.of(part, env, ctx, depth)

        def size(part: Term) -> float:
            return largest(self._code(part)(env, ctx))

        match term:
            case terms.Arith(_, _, "+" | "-", left, right):
                return of(left) + of(right)
            case terms.Arith(_, _, "*", left, right):
                return of(left) * max(size(right), 0.0) + size(left) * of(right)
            case terms.Arith(_, _, "/", left, right):
                below = size(right)
                return of(left) / below * (1.0 + of(right) / below) if below else 0.0
            case terms.Arith(_, _, "**", left, right):
                base, whole = size(left), size(term)
                return whole * (1.0 + size(right) * of(left) / base) if base else whole
            case terms.Arith(_, _, "max" | "min", left, right):
                return max(of(left), of(right))
            case terms.Map(_, _, "neg" | "abs" | "relu" | "sin" | "cos" | "arctan", argument):
                return of(argument)
            case terms.Map(_, _, "tanh" | "sigmoid" | "dsigmoid", argument):
                return 1.0 + of(argument)
            case terms.Map(_, _, "exp" | "cosh" | "sinh", argument):
                return size(term) * (1.0 + of(argument))
            case terms.Map(_, _, function, argument) if function in _SLOPES:
                steepest = largest(_SLOPES[function](np.asarray(self._code(argument)(env, ctx))))
                return size(term) + min(steepest or _STEEPEST, _STEEPEST) * of(argument)
            case terms.Map(_, _, "log" | "log2" | "log10", argument):
                below = size(argument)
                return size(term) + (of(argument) / below if below else 0.0)
            case terms.Map(_, _, "sqrt", argument):
                below, whole = of(argument), size(term)
                return whole + (below / whole if whole else math.sqrt(below))
            case terms.Transpose(_, _, argument) | terms.Element(_, _, argument):
                return of(argument)
            case terms.Product(_, _, _, left, right):
                return 8.0 * (of(left) * size(right) + size(left) * of(right))
            case terms.Power(_, _, base):
                whole = size(term)
                return 8.0 * whole * (1.0 + whole * size(base)) * (1.0 + of(base))
            case terms.Collect(_, _, function, argument):
                return 1.0 + of(argument) if function == "softmax" else 8.0 * of(argument)
            case terms.Stack(_, _, rows) | terms.Blocks(_, _, rows):
                return max(of(entry) for row in rows for entry in row)
            case terms.Reduce(_, _, "sum"):
                return self._sum(term, env, ctx, depth)
            case terms.Reduce(_, node, "prod", over, _, body):
                low, high = self._known(over, lambda: range_code(over, node))(env, ctx)
                code, relative = self._code(body), 0.0
                for index, weight in _places(low, high):
                    inner = {**env, over.letter: index}
                    if value := largest(code(inner, ctx)):
                        relative += weight * self.of(body, inner, ctx, depth) / value
                return size(term) * relative
            case terms.Integral(_, _, letter, first, last, body):
                low, high = (float(np.real(self._code(end)(env, ctx))) for end in (first, last))
                if not math.isfinite(high - low):
                    height: float = ctx.world.heights.get(id(term), 0.0)
                    return max(size(term), height)
                places = np.linspace(low, high, _PLACES).tolist()
                each = (self.of(body, {**env, letter: x}, ctx, depth) for x in places)
                return max(size(term), max(each) * abs(high - low))
            case terms.Choose(_, _, rows):
                return max(of(value) for value, _ in rows)
            case terms.Ref(_, _, symbol, indices) if depth < _DEEPEST:
                at = tuple(self._index(index)(env, ctx) for index in indices)
                return self._opened(symbol, at, ctx, depth, size(term))
        return size(term)

    def _sum(self, term: terms.Reduce, env: Env, ctx: Any, depth: int) -> float:
        """Returns how large the things are that a sum adds up, once for the same indices."""
        if self._of is not ctx:
            self._of, self._symbols, self._sums = ctx, {}, {}
        if id(term) not in self._letters:
            self._letters[id(term)] = term, sorted(free_letters(term))
        key = (id(term), depth, *map(env.get, self._letters[id(term)][1]))
        try:
            known = self._sums.get(key)
        except TypeError:  # a function's parameter, moved for a derivative
            known = None
            key = (id(term), object())
        if known is None:
            bounds = self._known(term.range, lambda: range_code(term.range, term.node))
            low, high = bounds(env, ctx)
            known = self._sums[key] = sum(
                weight * self.of(term.body, {**env, term.range.letter: index}, ctx, depth)
                for index, weight in _places(low, high)
            )
        return known

    def _opened(
        self, symbol: Symbol, at: tuple[int, ...], ctx: Any, depth: int, least: float
    ) -> float:
        """Returns how large the things are that a symbol's definition adds up."""
        if self._of is not ctx:
            self._of, self._symbols, self._sums = ctx, {}, {}
        known = self._symbols.get((symbol, at))
        if known is None:
            known = least
            for body, env in ctx.opened(symbol, at):
                known = max(least, self.of(body, env, ctx, depth + 1))
            self._symbols[symbol, at] = known
        return known


def _places(low: int, high: int) -> Iterator[tuple[int, float]]:
    """Yields the indices of a sum with how many each stands for, of a long one only some."""
    many = high - low + 1 > 3 * _LOOKED_AT
    first = low + _LOOKED_AT if many else high + 1
    yield from ((index, 1.0) for index in range(low, first))
    if many:
        step = (high + 1 - first) / _LOOKED_AT
        yield from ((first + int(step * at), step) for at in range(_LOOKED_AT))


# No float is larger.
_LARGEST = int(sys.float_info.max)


def largest(value: Any) -> float:
    """Returns the largest finite number of a value, without its sign."""
    if isinstance(value, Eye):
        return largest(value.factor)
    if isinstance(value, float):
        return abs(value) if math.isfinite(value) else 0.0
    if isinstance(value, int):
        return float(abs(value)) if abs(value) < _LARGEST else 0.0
    size = float(np.max(np.abs(value))) if np.size(value) else 0.0
    return size if math.isfinite(size) else 0.0
