r"""Looks symbols up: by their definitions, lazily and element by element, or in the draw.

There are three kinds of context. The base context has the plain values. In a *total* context every
element of one symbol is perturbed, each in a lane of its own, once it has its value, and all that
depends on it follows. In a *partial* context only what stands directly in one expression is
perturbed, everything behind a name keeps its plain value.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathcheck import terms
from mathcheck.draws import SizeError
from mathcheck.evaluate import Code, Env, EvalError, Eye, ShapeError
from mathcheck.numbers import STEP, Value
from mathcheck.reader import Section
from mathcheck.state import Definition, Letter, State
from mathcheck.symbols import Symbol
from mathcheck.tree import Node
from mathcheck.world import World

_BUSY = object()


class BaseContext:
    """The plain values under the definitions in force at a place."""

    def __init__(self, world: World, state: State) -> None:
        self.world = world
        self.state = state
        self._kinds: dict[object, PerturbedContext] = {}
        self._own: dict[Symbol, dict[tuple[int, ...], Any]] = {}
        self._wholes: dict[object, Any] = {}

    # --- what closures ask for ----------------------------------------------------------------

    def lookup(self, symbol: Symbol, indices: tuple[int, ...], node: Node) -> Value:
        """Returns a symbol's value at some indices; the axes that are left come as an array."""
        table = self._own.get(symbol)
        if table is None:
            table = self._own[symbol] = self.world.tables.setdefault(self._key(symbol), {})
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
        return value

    def size(self, root: Section, letter: str, index: int | None, node: Node) -> int:
        """Returns a size."""
        try:
            return self.world.size(root, letter, index)
        except SizeError as error:
            raise EvalError(str(error), node) from None

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
            if len(arguments) != len(function.parameters):
                wanted = len(function.parameters)
                raise EvalError(f"{symbol.name} takes {wanted}, not {len(arguments)}", node)
            return function.code(dict(zip(function.parameters, arguments, strict=True)), self)
        if (symbol, 0) in self.state.functions:
            return self._slope(symbol, primes, arguments, node)
        if len(arguments) != 1:
            raise EvalError(f"{symbol.name} is a function of one number", node)
        return self.world.function(symbol)(arguments[0], primes)

    def _slope(
        self, symbol: Symbol, primes: int, arguments: tuple[Value, ...], node: Node
    ) -> Value:
        """Returns the derivative of a function that the chapter defines, by a complex step."""
        value = np.asarray(arguments[0])
        if primes > 1 or len(arguments) != 1 or np.iscomplexobj(value) or value.ndim:
            raise EvalError(f"a derivative of {symbol.name}' : define {symbol.name}'", node)
        stepped = np.array([float(value) + STEP * 1j])
        return float(np.imag(self.call(symbol, 0, (stepped,), node))[0]) / STEP

    def derivative(
        self,
        term: terms.Derivative,
        of: Code,
        of_at: tuple[int, ...],
        by: tuple[int, ...],
        env: Env,
    ) -> Value:
        """Returns a derivative by a symbol: by one element, or by all behind some indices."""
        target = term.by.symbol
        whole: NDArray[Any]
        if isinstance(term.of, terms.Ref):
            source = term.of.symbol
            key = (self._key(source), of_at, self._key(target), term.total)
            if key not in self.world.derivatives:
                self.world.derivatives[key] = self._whole(term, of, of_at, env)
            whole = self.world.derivatives[key]
        else:
            whole = self._whole(term, of, of_at, env)
        lanes = self._lanes(target)
        if len(by) == target.rank:
            lane = lanes.lane(by)
            if lane is None:
                raise EvalError(f"{target.name} has no element {by}", term.by.node)
            picked = whole[..., lane]
            return float(picked) if not picked.shape else picked[..., None]
        picked = whole[..., lanes.block(by)]
        return picked[..., None]

    # --- how values come about -----------------------------------------------------------------

    def _key(self, symbol: Symbol) -> object:
        """Names the values of a symbol: they differ where a definition behind it does."""
        return symbol, self.state.reach(symbol)[1]

    def _compute(self, symbol: Symbol, indices: tuple[int, ...], node: Node) -> Value:
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
            where = ", ".join(map(str, indices))
            raise EvalError(f"{symbol.name} has no element {where}", node)
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
        value = self._wholes[key]
        rest = indices[length:]
        at = tuple(
            index - self.world.bounds(symbol, length + axis, indices[: length + axis])[0]
            for axis, index in enumerate(rest)
        )
        if any(not 0 <= i < size for i, size in zip(at, value.shape, strict=False)):
            raise EvalError(f"{symbol.name} has no element {indices}", node)
        return _plain(value[at])

    def _evaluated(self, definition: Definition, env: Env, indices: tuple[int, ...]) -> Value:
        """Evaluates a definition's right side, as large as the table says."""
        symbol, rank = definition.symbol, definition.body.rank
        try:
            value = definition.code(env, self)
        except EvalError as error:
            if error.equation is None:
                error.equation = definition.equation
            raise
        shape = self.world.shape(symbol, indices)
        if isinstance(value, Eye):
            value = value.like(np.empty((*shape, 1)))
        if not shape:
            return _plain(value)
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
        parts = [self.lookup(symbol, (*indices, i), node) for i in range(low, high + 1)]
        arrays = [np.atleast_1d(np.asarray(part)) for part in parts]
        if len({array.shape[:-1] for array in arrays}) > 1:
            raise EvalError(f"the parts of {symbol.name} differ in shape: give it an index", node)
        lanes = max((array.shape[-1] for array in arrays), default=1)
        full = [np.broadcast_to(array, (*array.shape[:-1], lanes)) for array in arrays]
        return np.stack(full) if full else np.zeros((0, lanes))

    # --- derivatives -----------------------------------------------------------------------------

    def _lanes(self, target: Symbol) -> "Lanes":
        key = ("lanes", target, self.state.reach(target)[1])
        if key not in self.world.derivatives:
            self.world.derivatives[key] = Lanes(self, target)
        found: Lanes = self.world.derivatives[key]
        return found

    def _whole(
        self, term: terms.Derivative, of: Code, of_at: tuple[int, ...], env: Env
    ) -> NDArray[Any]:
        """Returns the derivative by all elements of the symbol; its last axis is that of lanes."""
        target = term.by.symbol
        reached = self.state.reach_of(term.of)
        if target not in reached:
            name = term.of.symbol.name if isinstance(term.of, terms.Ref) else "this"
            raise EvalError(f"{name} does not depend on {target.name}", term.node)
        key = ("total" if term.total else "partial", target)
        if key not in self._kinds:
            kind = PerturbedContext if term.total else PartialContext
            self._kinds[key] = kind(self, target)
        context = self._kinds[key]
        if term.total or not isinstance(term.of, terms.Ref):
            value = of(env, context)
        else:
            value = self._own_definition(term.of, of_at, context)
        array = np.asarray(value)
        if array.ndim == 0:
            array = array[None]
        count = context.lanes.count
        slope = np.imag(array) / STEP
        return np.broadcast_to(slope, (*array.shape[:-1], count))

    def _own_definition(
        self, term: terms.Ref, at: tuple[int, ...], context: "PerturbedContext"
    ) -> Value:
        """Evaluates a symbol's own defining expression with what stands in it perturbed."""
        symbol = term.symbol
        if symbol is context.target and symbol not in self.state.definitions:
            return context.lookup(symbol, at, term.node)
        for definition in self.state.definitions.get(symbol, ()):
            env = self._matches(definition, at)
            if env is None:
                continue
            value = definition.code(env, context)
            rest = at[len(definition.pattern) :]
            if rest and definition.body.rank:
                value = np.asarray(value)[tuple(i - 1 for i in rest)]
            return value
        if len(at) < symbol.rank:
            low, high = self.world.bounds(symbol, len(at), at)
            parts = [
                np.atleast_1d(self._own_definition(term, (*at, i), context))
                for i in range(low, high + 1)
            ]
            lanes = max(part.shape[-1] for part in parts)
            return np.stack([np.broadcast_to(p, (*p.shape[:-1], lanes)) for p in parts])
        if symbol in self.state.definitions:
            return self.lookup(symbol, at, term.node)
        raise EvalError(f"{symbol.name} has no definition to differentiate", term.node)


def _plain(lanes: Any) -> Value:
    if isinstance(lanes, np.ndarray) and lanes.shape == (1,) and not np.iscomplexobj(lanes):
        return lanes[0].item()
    return lanes


def _point_length(state: State, symbol: Symbol) -> int:
    return max((len(at) for other, at in state.facts.points if other is symbol), default=0)


class Lanes:
    """Numbers the elements of a symbol, those outside its range that have a base case too."""

    def __init__(self, context: BaseContext, target: Symbol) -> None:
        self._numbers: dict[tuple[int, ...], int] = {}
        world, state = context.world, context.state
        self._world, self._target = world, target
        self._add((), target)
        for definition in state.definitions.get(target, ()):
            if not definition.is_general:
                fixed = [code({}, context) if code else None for code in definition.pattern_code]
                self._add_fixed((), fixed)
        for (symbol, at), _ in state.facts.points.items():
            if symbol is target:
                self._add_fixed((), list(at))
        self.count = len(self._numbers)

    def _add(self, before: tuple[int, ...], target: Symbol) -> None:
        self._add_fixed(before, [])

    def _add_fixed(self, before: tuple[int, ...], fixed: list[int | None]) -> None:
        axis = len(before)
        if axis == self._target.rank:
            self._numbers.setdefault(before, len(self._numbers))
            return
        given = fixed[axis] if axis < len(fixed) else None
        if given is not None:
            self._add_fixed((*before, int(given)), fixed)
            return
        low, high = self._world.bounds(self._target, axis, before)
        for index in range(low, high + 1):
            self._add_fixed((*before, index), fixed)

    def lane(self, indices: tuple[int, ...]) -> int | None:
        """Returns the lane of an element."""
        return self._numbers.get(indices)

    def block(self, before: tuple[int, ...]) -> NDArray[np.int64]:
        """Returns the lanes of all elements behind some indices."""
        axis = len(before)
        if axis == self._target.rank:
            return np.asarray(self._numbers[before])
        low, high = self._world.bounds(self._target, axis, before)
        return np.array([self.block((*before, i)) for i in range(low, high + 1)])


class PerturbedContext(BaseContext):
    """A total context: the target's elements are perturbed, and what depends on them follows."""

    def __init__(self, base: BaseContext, target: Symbol) -> None:
        super().__init__(base.world, base.state)
        self.base = base
        self.target = target
        self.lanes = base._lanes(target)

    def _key(self, symbol: Symbol) -> object:
        reach = self.state.reach
        return symbol, reach(symbol)[1], self.target, reach(self.target)[1]

    def lookup(self, symbol: Symbol, indices: tuple[int, ...], node: Node) -> Value:
        """Returns a value, perturbed if it depends on the target."""
        if self.target not in self.state.reach(symbol)[0]:
            return self.base.lookup(symbol, indices, node)
        return super().lookup(symbol, indices, node)

    def _compute(self, symbol: Symbol, indices: tuple[int, ...], node: Node) -> Value:
        if symbol is self.target and len(indices) < symbol.rank:
            return self._stacked(symbol, indices, node)
        value = super()._compute(symbol, indices, node)
        return self.perturbed(value, indices) if symbol is self.target else value

    def perturbed(self, value: Value, indices: tuple[int, ...]) -> Value:
        """Adds the step to an element of the target, in its own lane."""
        lane = self.lanes.lane(indices)
        if lane is None:
            return value
        result = np.empty(self.lanes.count, dtype=complex)
        result[:] = value
        result[lane] += STEP * 1j
        return result

    def derivative(
        self,
        term: terms.Derivative,
        of: Code,
        of_at: tuple[int, ...],
        by: tuple[int, ...],
        env: Env,
    ) -> Value:
        """Refuses: there is no step for a derivative of a derivative."""
        reached = self.state.reach_of(term)
        if self.target not in reached:
            return self.base.derivative(term, of, of_at, by, env)
        raise EvalError("a derivative of a derivative: give the inner one as a formula", term.node)


class PartialContext(PerturbedContext):
    """A partial context: the target is perturbed where it stands, nothing follows."""

    def lookup(self, symbol: Symbol, indices: tuple[int, ...], node: Node) -> Value:
        """Returns the plain value, perturbed if it is the target's."""
        value = self.base.lookup(symbol, indices, node)
        if symbol is not self.target:
            return value
        if len(indices) == symbol.rank:
            return self.perturbed(value, indices)
        block = self.lanes.block(indices)
        result = np.empty((*block.shape, self.lanes.count), dtype=complex)
        result[:] = value
        flat = result.reshape(-1, self.lanes.count)
        flat[np.arange(block.size), block.reshape(-1)] += STEP * 1j
        return result
