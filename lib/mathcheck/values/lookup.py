r"""Looks symbols up: by their definitions, lazily and element by element, or in the draw.

`derivatives` has the three kinds of context that there are: with plain values, and with a symbol
perturbed for a total or a partial derivative.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from mathcheck.meaning import terms
from mathcheck.meaning.symbols import Symbol
from mathcheck.meaning.terms import Term
from mathcheck.text.document import Section
from mathcheck.text.errors import EvalError, ShapeError, SizeError
from mathcheck.text.tree import Node
from mathcheck.values.arrays import Eye, as_number
from mathcheck.values.definitions import Definition, Function, Letter, State
from mathcheck.values.inline import Code, Env
from mathcheck.values.numbers import STEP, Value
from mathcheck.values.one_draw import World

NO_SLOPE_OF_A_POINT = "a derivative of a value at a point is not read here: give it as a formula"
_BUSY = object()


class Context:
    """The values of symbols under the definitions in force at a place."""

    def __init__(self, world: World, state: State) -> None:
        self.world = world
        self.state = state
        self._own: dict[Symbol, dict[tuple[int, ...], Any]] = {}
        self._wholes: dict[object, Any] = {}

    # --- what closures ask for ----------------------------------------------------------------

    def lookup(self, symbol: Symbol, indices: tuple[int, ...], node: Node) -> Value:
        """Returns a symbol's value at some indices; the axes that are left come as an array."""
        table = self._own.get(symbol)
        if table is None:
            table = self._own[symbol] = self.world.tables.setdefault(self.key(symbol), {})
        value = table.get(indices)
        if value is not None and value is not _BUSY:
            return value
        if value is _BUSY:
            at = f" at {indices}" if indices else ""
            raise EvalError(f"{symbol.name}{at} is defined by itself", node)
        table[indices] = _BUSY
        try:
            value = self._compute(symbol, indices, node)
        except BaseException:
            del table[indices]
            raise
        table[indices] = value
        self.world.budget.keep(value, node)
        return value

    def note(self, site: int, outcome: object) -> None:
        """Takes in how a place has decided, in this draw."""
        taken = self.world.taken.get(site)
        if taken is None:
            taken = self.world.taken[site] = set()
        taken.add(outcome)

    def size(self, root: Section, letter: str, index: int | None, node: Node) -> int:
        """Returns a size."""
        try:
            return self.world.size(root, letter, index)
        except SizeError as error:
            raise EvalError(str(error), node) from None

    def spend(self, steps: int, node: Node) -> None:
        """Counts steps that are about to be taken; there are not too many of them."""
        self.world.budget.spend(steps, 0, node)

    def bounds(self, symbol: Symbol, axis: int, before: tuple[int, ...]) -> tuple[int, int]:
        """Returns the first and the last index of an axis."""
        return self.world.bounds(symbol, axis, before)

    def describe(self, symbol: Symbol, axis: int) -> str:
        """Returns how the table writes what an axis runs over."""
        return self.world.describe(symbol, axis)

    def call(self, symbol: Symbol, primes: int, arguments: tuple[Value, ...], node: Node) -> Value:
        """Returns a function's value."""
        function = self.state.functions.get((symbol, primes))
        if function is not None:
            return self._called(function, arguments, node)
        if (symbol, 0) in self.state.functions:
            return self._slope(symbol, primes, arguments, node)
        if len(arguments) != 1:
            raise EvalError(f"{symbol.name} is a function of one number", node)
        return self.world.function(symbol)(arguments[0], primes)

    def _called(self, function: Function, arguments: tuple[Value, ...], node: Node) -> Value:
        """Returns the value of a function that the text defines; of numbers, element by element."""
        signature = function.signature
        names = signature.parameters
        shapes = [np.shape(value)[:-1] for value in arguments]
        if not signature.takes_numbers:
            for shape, same in zip(shapes, signature.namesakes, strict=True):
                if same is not None and shape != self.world.shape(same):
                    message = f"{function.symbol.name} is of {same.name}, {{}}, not of {{}}"
                    raise ShapeError(message, node, self.world.shape(same), shape)
        elif any(shapes):
            return self._element_by_element(function, arguments)
        return function.code(dict(zip(names, arguments, strict=True)), self)

    def _element_by_element(self, function: Function, arguments: tuple[Value, ...]) -> Value:
        names = function.signature.parameters
        arrays = [np.atleast_1d(np.asarray(value)) for value in arguments]
        lanes = max(array.shape[-1] for array in arrays)
        full = [np.broadcast_to(a, (*a.shape[:-1], lanes)) for a in arrays]
        shape = np.broadcast_shapes(*(array.shape[:-1] for array in full))
        spread = [np.broadcast_to(array, (*shape, lanes)) for array in full]
        found: list[Any] = []
        for at in np.ndindex(*shape):
            env = {n: as_number(a[at]) for n, a in zip(names, spread, strict=True)}
            found.append(np.broadcast_to(np.atleast_1d(function.code(env, self)), (lanes,)))
        return np.array(found).reshape(*shape, lanes)

    def _slope(
        self, symbol: Symbol, primes: int, arguments: tuple[Value, ...], node: Node
    ) -> Value:
        """Returns the derivative of a function that the chapter defines, by a complex step."""
        value = np.asarray(arguments[0])
        if primes > 1 or len(arguments) != 1 or np.iscomplexobj(value) or value.ndim:
            raise EvalError(f"a derivative of {symbol.name}' : define {symbol.name}'", node)
        stepped = np.array([float(value) + STEP * 1j])
        return float(np.imag(self.call(symbol, 0, (stepped,), node))[0]) / STEP

    def at_point(self, term: terms.At, body: Code, values: tuple[Value, ...], env: Env) -> Value:
        """Refuses: only where nothing is perturbed may a symbol have another value."""
        raise EvalError(NO_SLOPE_OF_A_POINT, term.node)

    def opened(self, symbol: Symbol, indices: tuple[int, ...]) -> Iterator[tuple[Term, Env]]:
        """Yields what defines a symbol at some indices, and the indices there; nothing if drawn."""
        for definition in self.state.definitions.get(symbol, ()):
            if (env := self._matches(definition, indices)) is not None:
                yield definition.body, env
                return

    def forget(self) -> None:
        """Forgets what this context keeps beside the tables of its draw."""
        self._own.clear()
        self._wholes.clear()

    # --- how values come about -----------------------------------------------------------------

    def key(self, symbol: Symbol) -> object:
        """Names the values of a symbol: they differ where a definition behind it does."""
        return symbol, self.state.reach(symbol)[1]

    def _compute(self, symbol: Symbol, indices: tuple[int, ...], node: Node) -> Value:
        self.spend(1, node)
        for definition in self.state.definitions.get(symbol, ()):
            env = self._matches(definition, indices)
            if env is not None:
                return self._defined(definition, env, indices, node)
        if len(indices) < symbol.rank:
            return self._stacked(symbol, indices, node)
        length = _point_length(self.state, symbol)
        point = self.state.facts.points.get((symbol, indices[:length])) if length else None
        if point is not None and self._in_range(point, indices[length:]):
            return self.world.random(point, indices[length:])
        if not self._in_range(symbol, indices):
            if symbol.outside is not None:
                return symbol.outside
            raise EvalError(self._no_element(symbol, indices), node)
        if symbol in self.state.definitions:
            raise EvalError(f"no definition gives {symbol.name} at {indices}", node)
        return self._drawn(symbol, indices, node)

    def _drawn(self, symbol: Symbol, indices: tuple[int, ...], node: Node) -> Value:
        match symbol.domain:
            case "loss":
                parts = [
                    np.atleast_1d(code({}, self)) for _, code in self.state.facts.arguments[symbol]
                ]
                flat = [part.reshape(-1, part.shape[-1]) for part in parts]
                lanes = max(part.shape[-1] for part in flat)
                full = [np.broadcast_to(part, (len(part), lanes)) for part in flat]
                return self.world.loss(symbol, np.concatenate(full))
            case "constant":
                return self.world.constant(symbol, node)
            case "function":
                raise EvalError(f"{symbol.name} is a function: write {symbol.name}(…)", node)
        if symbol in self.state.facts.defined:
            line = self.state.facts.defined[symbol]
            raise EvalError(f"{symbol.name} is defined only later, in line {line}", node)
        return self.world.random(symbol, indices)

    def _matches(self, definition: Definition, indices: tuple[int, ...]) -> Env | None:
        """Returns the indices on a definition's left side, None if it does not hold here."""
        if len(indices) < len(definition.pattern):
            return None
        env: Env = {}
        given = zip(indices, definition.pattern, definition.pattern_code, strict=False)
        for index, item, code in given:
            if code is not None:
                if index != code({}, self):
                    return None
            elif isinstance(item, Letter):
                value = index - item.offset
                if env.setdefault(item.letter, value) != value:
                    return None
        if definition.is_general and not self._in_range(definition.symbol, indices):
            return None
        return env

    def _in_range(self, symbol: Symbol, indices: tuple[int, ...]) -> bool:
        for axis, index in enumerate(indices):
            low, high = self.world.bounds(symbol, axis, indices[:axis])
            if not low <= index <= high:
                return False
        return True

    def _defined(
        self, definition: Definition, env: Env, indices: tuple[int, ...], node: Node
    ) -> Value:
        symbol, length = definition.symbol, len(definition.pattern)
        if len(indices) == length:
            return self._evaluated(definition, env, indices)
        # An element of what is defined whole. The whole is kept apart from the symbol's values,
        # which may be perturbed.
        key = ("whole", definition, indices[:length])
        if key not in self._wholes:
            self._wholes[key] = self._evaluated(definition, env, indices[:length])
            self.world.budget.keep(self._wholes[key], node)
        value = self._wholes[key]
        rest = indices[length:]
        at = tuple(
            index - self.world.bounds(symbol, length + axis, indices[: length + axis])[0]
            for axis, index in enumerate(rest)
        )
        if any(not 0 <= i < size for i, size in zip(at, value.shape, strict=False)):
            raise EvalError(self._no_element(symbol, indices), node)
        return as_number(value[at])

    def _no_element(self, symbol: Symbol, indices: tuple[int, ...]) -> str:
        for axis, index in enumerate(indices):
            low, high = self.world.bounds(symbol, axis, indices[:axis])
            if not low <= index <= high:
                which = "the index" if symbol.rank == 1 else f"index {axis + 1}"
                runs = f"{self.describe(symbol, axis)}, here {low}..{high}"
                return f"{which} of {symbol.name} is {index}, but runs over {runs}"
        return f"nothing gives {symbol.name} at {indices}"

    def _evaluated(self, definition: Definition, env: Env, indices: tuple[int, ...]) -> Value:
        """Evaluates a definition's right side, as large as the table says."""
        symbol, rank = definition.symbol, definition.body.rank
        value = definition.value(env, self)
        shape = self.world.shape(symbol, indices)
        if isinstance(value, Eye):
            value = value.like(np.empty((*shape, 1)))
        if not shape:
            return as_number(value)
        value = np.asarray(value)
        if rank == 0:
            return np.broadcast_to(value, (*shape, value.shape[0] if value.ndim else 1))
        if value.shape[:-1] != shape:
            message = f"{symbol.name} is {{}} in the table, this gives {{}}"
            misfit = ShapeError(message, definition.body.node, shape, value.shape[:-1])
            misfit.equation = definition.equation
            raise misfit
        return value

    def _stacked(self, symbol: Symbol, indices: tuple[int, ...], node: Node) -> Value:
        low, high = self.world.bounds(symbol, len(indices), indices)
        shape = self.world.shape(symbol, indices)
        # Of several axes all elements, before they are computed one by one.
        self.spend(shape[0] if len(shape) == 1 else 2 * math.prod(shape), node)
        parts = [self.lookup(symbol, (*indices, i), node) for i in range(low, high + 1)]
        arrays = [np.atleast_1d(np.asarray(part)) for part in parts]
        if len({array.shape[:-1] for array in arrays}) > 1:
            raise EvalError(f"the parts of {symbol.name} differ in shape: give it an index", node)
        lanes = max((array.shape[-1] for array in arrays), default=1)
        full = [np.broadcast_to(array, (*array.shape[:-1], lanes)) for array in arrays]
        return np.stack(full) if full else np.zeros((0, lanes))


def _point_length(state: State, symbol: Symbol) -> int:
    return max((len(at) for other, at in state.facts.points if other is symbol), default=0)
