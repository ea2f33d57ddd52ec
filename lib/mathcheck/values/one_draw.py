"""One draw of a chapter: its sizes, its random values, and what has been computed from them."""

import copy
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathcheck.meaning.scopes import Scope
from mathcheck.meaning.symbols import Symbol
from mathcheck.text.document import Section
from mathcheck.text.errors import EvalError, SizeError
from mathcheck.text.printer import latex
from mathcheck.text.tree import Node
from mathcheck.values.budget import Budget, Total, check_elements
from mathcheck.values.draws import Manner, RandomFunction, RandomLoss, generator, random_array
from mathcheck.values.sizes import (
    all_have_elements,
    any_sizes,
    constants,
    draw_sizes,
    free_sizes,
    size_value,
)


def sizes_of(scopes: list[Scope], seed: int, which: object) -> dict[Section, dict[str, int]] | None:
    """Draws the sizes of a chapter.

    Args:
        scopes: the scopes of all sections.
        seed: which random values.
        which: a number, for usual sizes; `opposite`, for those in the other order and of the other
            parity than the first; `small`; or a number and letters, for anything that these letters
            can be, the others being usual; with `any` before them, up to thousands; with `all` and
            a size, that size.

    Returns:
        For each root, the section of an outermost table, the sizes of what has that root. None if
        no sizes of this kind have been found.
    """
    groups: dict[Section, list[Scope]] = {}
    for scope in scopes:
        groups.setdefault(scope.root, []).append(scope)
    found = {}
    for root, group in groups.items():
        rng = generator(seed, 0, 0, "sizes", which, _first_table(group))
        sizes = _sizes_of_group(group, seed, which, rng)
        if sizes is None:
            return None
        found[root] = sizes
    return found


def _sizes_of_group(
    group: list[Scope], seed: int, which: object, rng: np.random.Generator
) -> dict[str, int] | None:
    match which:
        case int():
            return draw_sizes(group, rng)
        case "small":
            letters = sorted({letter for scope in group for letter in scope.sizes})
            return draw_sizes(group, rng, {letter: int(rng.integers(1, 3)) for letter in letters})
        case "opposite":
            first = draw_sizes(group, generator(seed, 0, 0, "sizes", 0, _first_table(group)))
            return draw_sizes(group, rng, {name: max(7 - size, 1) for name, size in first.items()})
        case ("any", int() as turn, *letters):
            return any_sizes(group, draw_sizes(group, rng), list(map(str, letters)), turn, rng)
        case ("all", int() as size, *letters):
            sizes = {**draw_sizes(group, rng), **dict.fromkeys(map(str, letters), size)}
            return sizes if all_have_elements(group, sizes) else None
        case (int() as turn, *letters):
            return free_sizes(group, draw_sizes(group, rng), list(map(str, letters)), turn, rng)
    raise AssertionError(f"no such sizes: {which}")


def _first_table(group: list[Scope]) -> int:
    """Tells one root from another by something that does not move with the lines of the text."""
    return min((symbol.table.number for scope in group for symbol in scope.symbols), default=0)


class World:
    """The values of one draw.

    Attributes:
        budget: what a claim may still cost.
        tables: for each context and symbol the values that are known, by index.
        ranges: what is known of the indices that always run over the same.
        taken: for each place that decides by values, by its identity, how it has decided.
        heights: for each integral, by its identity, the largest value of it that was seen.
    """

    def __init__(
        self,
        scope_of: Callable[[Section], Scope],
        sizes: dict[Section, dict[str, int]],
        key: tuple[int, int, int],
        manner: Manner | None = None,
        total: Total | None = None,
    ) -> None:
        """Values are drawn when they are asked for.

        Args:
            scope_of: gives the scope of a section.
            sizes: for each root of sections the sizes, by letter.
            key: the seed, which draw this is, and which attempt at it.
            manner: how values are drawn; as usual if it is not given.
            total: counts what a claim takes in all draws.
        """
        self.manner = manner or Manner()
        self.taken: dict[int, set[object]] = {}
        self.heights: dict[int, float] = {}
        self._scope_of = scope_of
        self._key = key
        self.sizes = sizes
        self.budget = Budget(total)
        self.tables: dict[object, dict[tuple[int, ...], Any]] = {}
        self.derivatives: dict[object, Any] = {}
        self.ranges: dict[object, tuple[int, int]] = {}
        self._bounds: dict[tuple[Symbol, int, tuple[int, ...]], tuple[int, int]] = {}
        self._arrays: dict[tuple[Symbol, tuple[int, ...]], NDArray[Any]] = {}
        self._functions: dict[object, Any] = {}
        self._known: dict[Section, dict[str, int]] = {}

    def size(self, root: Section, letter: str, index: int | None) -> int:
        """Returns a size of the sections that have the same root."""
        name = letter if index is None else f"{letter}_{index}"
        if name not in self.sizes[root]:
            raise SizeError(f"there is no size {name}")
        return self.sizes[root][name]

    def _sizes_of(self, symbol: Symbol) -> dict[str, int]:
        section = symbol.table.section
        if section not in self._known:
            scope = self._scope_of(section)
            self._known[section] = {**self.sizes[scope.root], **constants(scope)}
        return self._known[section]

    def bounds(self, symbol: Symbol, axis: int, before: tuple[int, ...]) -> tuple[int, int]:
        """Returns the first and the last index of an axis, behind the indices before it."""
        key = symbol, axis, before[: symbol.leads(axis)]
        if key not in self._bounds:
            ends = self._scope_of(symbol.table.section).bounds(symbol.axes[axis])
            env = {
                one.letter: value
                for one, value in zip(symbol.axes, before, strict=False)
                if one.letter is not None
            }
            low, high = (size_value(end, self._sizes_of(symbol), env) for end in ends)
            if high.denominator != 1 or low.denominator != 1:
                raise SizeError(f"the size {latex(ends[1])} of {symbol.name} is no whole number")
            self._bounds[key] = int(low), int(high)
        return self._bounds[key]

    def shape(self, symbol: Symbol, before: tuple[int, ...] = ()) -> tuple[int, ...]:
        """Returns the sizes of the axes behind some indices."""
        sizes: list[int] = []
        at = before
        for axis in range(len(before), symbol.rank):
            low, high = self.bounds(symbol, axis, at)
            sizes.append(max(0, high - low + 1))
            at = (*at, low)
        return tuple(sizes)

    def count(self, symbol: Symbol) -> int:
        """Returns how many elements a symbol has, about; families of sizes differ a little."""
        return math.prod(self.shape(symbol))

    def describe(self, symbol: Symbol, axis: int) -> str:
        """Returns how the table writes what an axis runs over."""
        first, last = self._scope_of(symbol.table.section).bounds(symbol.axes[axis])
        return f"{latex(first)}..{latex(last)}"

    def name_shape(self, shape: tuple[int, ...], scope: Scope) -> str:
        """Returns a shape with letters for its sizes, as far as the scope knows them."""
        sizes = self.sizes[scope.root]
        letters = {sizes[name]: name for name in sorted(scope.sizes) if name in sizes}
        names = [letters.get(size, str(size)) for size in shape]
        return f"({names[0]},)" if len(names) == 1 else f"({', '.join(names)})"

    def random(self, symbol: Symbol, indices: tuple[int, ...]) -> Any:
        """Returns the random value at indices that are within their ranges."""
        lead = max((symbol.leads(axis) for axis in range(symbol.rank)), default=0)
        array = self._array(symbol, indices[:lead])
        rest = indices[lead:]
        lows = (self.bounds(symbol, lead + at, indices[: lead + at])[0] for at in range(len(rest)))
        return array[tuple(i - low for i, low in zip(rest, lows, strict=True))].item()

    def _array(self, symbol: Symbol, lead: tuple[int, ...]) -> NDArray[Any]:
        key = symbol, lead
        if key not in self._arrays:
            sizes = self._sizes_of(symbol)
            details = tuple(self._detail(node, sizes) for node in symbol.details)
            rng = generator(*self._key, symbol.name, symbol.code, symbol.table.number, lead)
            ranged = symbol.domain in ("interval", "integer")
            open_end = symbol.domain == "interval" and not all(symbol.closed)
            if ranged and (details[0] > details[1] or (open_end and details[0] == details[1])):
                ends = " to ".join(map(latex, symbol.details))
                raise SizeError(f"{symbol.name} has no values: from {ends} is an empty range")
            shape = self.shape(symbol, lead)
            check_elements(math.prod(shape), symbol.name)
            self._arrays[key] = random_array(symbol, shape, details, rng, self.manner)
        return self._arrays[key]

    def interval(self, symbol: Symbol) -> tuple[float, float]:
        """Returns between which numbers a symbol lies, by its row."""
        low, high = (self._detail(node, self._sizes_of(symbol)) for node in symbol.details)
        return low, high

    def forget(self) -> None:
        """Forgets what has been computed, where nothing is under way: it can be computed again."""
        for table in self.tables.values():  # contexts have these tables at hand
            table.clear()
        self.derivatives.clear()
        self.budget.kept = 0

    def with_values(self, settings: Mapping[Symbol, NDArray[Any]]) -> "World":
        """Returns the same draw, but that some symbols have other values."""
        other = copy.copy(self)
        other._arrays = {**self._arrays, **{(s, ()): array for s, array in settings.items()}}
        other.tables, other.derivatives = {}, {}
        return other

    def _detail(self, node: Node, sizes: dict[str, int]) -> float:
        return float(size_value(node, sizes, {}))

    def constant(self, symbol: Symbol, node: Node) -> int | float:
        """Returns the value of a symbol that the table fixes."""
        try:
            value = size_value(symbol.details[0], self._sizes_of(symbol), {})
        except SizeError as error:
            raise EvalError(f"{symbol.name}: {error}", node) from None
        return int(value) if value.denominator == 1 else float(value)

    def function(self, symbol: Symbol) -> RandomFunction:
        """Returns the random function of one number that a symbol names."""
        if symbol not in self._functions:
            rng = generator(*self._key, "function", symbol.name, symbol.table.number)
            self._functions[symbol] = RandomFunction(rng, self._scale)
        found: RandomFunction = self._functions[symbol]
        return found

    @property
    def _scale(self) -> float:
        """How large "any function" is: larger than any number that it could be compared with."""
        largest = max(map(abs, self.manner.near), default=1.0)
        scales = {"near": 20.0 * largest, "spread": 1e3, "small": 1e-3, "nought": 0.0}
        return scales.get(self.manner.kind, 1.0)

    def loss(self, symbol: Symbol, values: NDArray[Any]) -> Any:
        """Returns the value of the random scalar function that a symbol names."""
        result = self.loss_of(symbol, values.shape[0])(values)
        if result.shape == (1,) and not np.iscomplexobj(result):
            return float(result[0])
        return result

    def loss_of(self, symbol: Symbol, count: int) -> RandomLoss:
        """Returns the random scalar function of so many values that a symbol names."""
        key = symbol, count
        if key not in self._functions:
            rng = generator(*self._key, "loss", symbol.name, symbol.table.number)
            self._functions[key] = RandomLoss(count, rng, self._scale)
        found: RandomLoss = self._functions[key]
        return found
