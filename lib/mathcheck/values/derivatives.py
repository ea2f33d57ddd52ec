r"""Derivatives, by complex steps.

In the plain context symbols have their plain values. In a *total* context every element of one
symbol is perturbed, each in a lane of its own, once it has its value, and all that depends on it
follows. In a *partial* context only what stands directly in one expression is perturbed, everything
behind a name keeps its plain value.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathcheck.meaning import terms
from mathcheck.meaning.symbols import Symbol
from mathcheck.text.errors import EvalError, TooClose
from mathcheck.text.printer import latex
from mathcheck.text.tree import Node
from mathcheck.values.budget import check_slopes, size_kept
from mathcheck.values.definitions import State
from mathcheck.values.inline import Code, Env
from mathcheck.values.lookup import NO_SLOPE_OF_A_POINT, Context
from mathcheck.values.numbers import STEP, Value
from mathcheck.values.one_draw import World
from mathcheck.values.settings import setting


class Lanes:
    """Numbers the elements of a symbol, those outside its range that have a base case too."""

    def __init__(self, context: Context, target: Symbol) -> None:
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


# How far a symbol is moved for a second derivative, as a part of its value, and the weights of the
# differences at one to four times as far.
_STRIDE = 2e-3
_EIGHTH = (4 / 5, -1 / 5, 4 / 105, -1 / 280)


@dataclass(frozen=True)
class Moved:
    """An element of a symbol that is moved by some real number."""

    symbol: Symbol
    element: tuple[int, ...]
    by: float


def _is_moved(key: object) -> bool:
    """Tells whether a table of values is of what was moved for a second derivative."""
    return isinstance(key, tuple) and isinstance(key[-1], Moved)


class PlainContext(Context):
    """The plain values, and derivatives of them."""

    def __init__(self, world: World, state: State) -> None:
        super().__init__(world, state)
        self._kinds: dict[object, PerturbedContext] = {}
        self._slopes: dict[object, Value] = {}
        self._points: dict[object, PlainContext] = {}

    def derivative(
        self,
        term: terms.Derivative,
        of: Code,
        of_at: tuple[int, ...],
        by: tuple[int, ...],
        env: Env,
    ) -> Value:
        """Returns a derivative by a symbol: by one element, or by all behind some indices."""
        if not isinstance(term.of, terms.Ref):
            return self._picked(term, self._whole(term, of, of_at, env), by)
        place = of, of_at, by
        if place not in self._slopes:
            key = (self.key(term.of.symbol), of_at, self.key(term.by.symbol), term.total)
            if key not in self.world.derivatives:
                self.world.derivatives[key] = self._whole(term, of, of_at, env)
                self.world.budget.keep(self.world.derivatives[key], term.node)
            self._slopes[place] = self._picked(term, self.world.derivatives[key], by)
        return self._slopes[place]

    def at_point(self, term: terms.At, body: Code, values: tuple[Value, ...], env: Env) -> Value:
        """Returns a value in a world in which symbols that are drawn have other values."""
        if any(np.iscomplexobj(value) for value in values):
            raise EvalError(NO_SLOPE_OF_A_POINT, term.node)
        settings = {}
        for (by, _), value in zip(term.places, values, strict=True):
            if by.symbol in self.state.definitions or by.symbol in self.state.facts.defined:
                name = by.symbol.name
                raise EvalError(f"{name} is defined: at a bar it cannot be set", by.node)
            if by.symbol not in self.state.reach_of(term.body):
                raise EvalError(f"this does not depend on {by.symbol.name}", by.node)
            settings[by.symbol] = setting(by, value, self.world)
        key = tuple((symbol, array.tobytes()) for symbol, array in settings.items())
        if key not in self._points:
            self._points[key] = PlainContext(self.world.with_values(settings), self.state)
        return body(env, self._points[key])

    def forget(self) -> None:
        """Forgets all values, where nothing is under way: they can be computed again."""
        super().forget()
        self._kinds.clear()
        self._slopes.clear()
        self._points.clear()
        self.world.forget()

    def _forget_moved(self) -> None:
        """Forgets the values of all that has been moved for a second derivative."""
        for key in [key for key, context in self._kinds.items() if context.moved is not None]:
            del self._kinds[key]
        for key in [key for key in self.world.tables if _is_moved(key)]:
            table = self.world.tables.pop(key)
            self.world.budget.kept -= sum(map(size_kept, table.values()))

    def second(
        self,
        term: terms.Second,
        of: Code,
        of_at: tuple[int, ...],
        by: tuple[int, ...],
        again: tuple[int, ...],
        env: Env,
    ) -> Value:
        """Returns a second derivative: differences of a derivative that is exact.

        The derivative by the one symbol is taken by a complex step where the other is moved, and a
        difference of eighth order in these gives twelve digits.

        Raises:
            TooClose: where a kink lies between the places.
        """
        first = terms.Derivative(
            term.of.rank + term.by.rank, term.node, term.total, term.of, term.by
        )
        target = term.again.symbol
        if target not in self.state.reach_of(term.of):
            raise EvalError(f"this does not depend on {target.name}", term.node)
        low = [self.world.bounds(target, axis, again)[0] for axis in range(len(again), target.rank)]
        shape = self.world.shape(target, again)
        slopes = []
        for at in np.ndindex(*shape):
            element = (*again, *(i + start for i, start in zip(at, low, strict=True)))
            slopes.append(self._moved_slope(first, of, of_at, by, element, term.again, env))
        stacked = np.stack(slopes, axis=-1)
        whole = stacked.reshape((*stacked.shape[:-1], *shape))
        return float(whole) if not whole.shape else whole[..., None]

    def _moved_slope(
        self,
        first: terms.Derivative,
        of: Code,
        of_at: tuple[int, ...],
        by: tuple[int, ...],
        element: tuple[int, ...],
        again: terms.Ref,
        env: Env,
    ) -> NDArray[Any]:
        value = abs(float(self.lookup(again.symbol, element, again.node)))
        step = _STRIDE * (value or 1.0)

        def at(times: int) -> NDArray[Any]:
            moved = Moved(again.symbol, element, times * step)
            whole = self._whole(first, of, of_at, env, moved)
            picked = np.asarray(self._picked(first, whole, by))
            if self.world.budget.is_full:
                self._forget_moved()
            return picked[..., 0] if picked.ndim else picked

        gaps = [at(k) - at(-k) for k in range(1, 5)]
        fine = sum(c * gap for c, gap in zip(_EIGHTH, gaps, strict=True)) / step
        coarse = (8 * gaps[0] - gaps[1]) / (12 * step)
        size = max(float(np.max(np.abs(at(0)), initial=0.0)), 1e-300)
        if np.any(np.abs(fine - coarse) > 1e-6 * (np.abs(fine) + size / max(value, step))):
            raise TooClose
        noise = 1e-14 * size / step
        return np.where(np.abs(fine) <= noise, 0.0, fine)

    def _picked(self, term: terms.Derivative, whole: NDArray[Any], by: tuple[int, ...]) -> Value:
        """Returns the part of a derivative by all elements that is by some."""
        target = term.by.symbol
        lanes = self.lanes_of(target)
        if len(by) == target.rank:
            lane = lanes.lane(by)
            if lane is None:
                raise EvalError(f"{target.name} has no element {by}", term.by.node)
            picked = whole[..., lane]
            return float(picked) if not picked.shape else picked[..., None]
        picked = whole[..., lanes.block(by)]
        return picked[..., None]

    def lanes_of(self, target: Symbol) -> Lanes:
        """Returns the lanes of a symbol's elements."""
        key = ("lanes", target, self.state.reach(target)[1])
        if key not in self.world.derivatives:
            self.world.derivatives[key] = Lanes(self, target)
        found: Lanes = self.world.derivatives[key]
        return found

    def _whole(
        self,
        term: terms.Derivative,
        of: Code,
        of_at: tuple[int, ...],
        env: Env,
        moved: "Moved | None" = None,
    ) -> NDArray[Any]:
        """Returns the derivative by all elements of the symbol; its last axis is that of lanes."""
        target = term.by.symbol
        reached = self.state.reach_of(term.of)
        if target not in reached:
            name = term.of.symbol.name if isinstance(term.of, terms.Ref) else "this"
            raise EvalError(f"{name} does not depend on {target.name}", term.node)
        lanes = self.world.count(target)
        of_count = self.world.count(term.of.symbol) if isinstance(term.of, terms.Ref) else 1
        check_slopes(of_count, lanes, latex(term.of.node), latex(term.by.node), term.node)
        key = ("total" if term.total else "partial", target, moved)
        if key not in self._kinds:
            kind = PerturbedContext if term.total else PartialContext
            self._kinds[key] = kind(self, target, moved)
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
            value = definition.value(env, context)
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


class PerturbedContext(Context):
    """A total context: the target's elements are perturbed, and what depends on them follows."""

    def __init__(self, base: PlainContext, target: Symbol, moved: Moved | None = None) -> None:
        super().__init__(base.world, base.state)
        self.base = base
        self.target = target
        self.moved = moved
        self.lanes = base.lanes_of(target)

    def key(self, symbol: Symbol) -> object:
        """Names the values of a symbol in this context; what does not depend on it is plain."""
        plain = self.base.key(symbol)
        if not self._follows(symbol):
            return plain
        return plain, self.base.key(self.target), self.moved

    def spend(self, steps: int, node: Node) -> None:
        """Counts steps, each of which moves all lanes."""
        self.world.budget.spend(steps, self.lanes.count, node)

    def _follows(self, symbol: Symbol) -> bool:
        reached = self.state.reach(symbol)[0]
        return self.target in reached or (self.moved is not None and self.moved.symbol in reached)

    def _compute(self, symbol: Symbol, indices: tuple[int, ...], node: Node) -> Value:
        if not self._follows(symbol):
            return self.base._compute(symbol, indices, node)
        shifts = self.moved is not None and symbol is self.moved.symbol
        if (symbol is self.target or shifts) and len(indices) < symbol.rank:
            return self._stacked(symbol, indices, node)
        value = super()._compute(symbol, indices, node)
        if self.moved is not None and shifts and indices == self.moved.element:
            value = value + self.moved.by
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
        if self.moved is not None and symbol is self.moved.symbol:
            value = self._shifted(value, indices, self.moved)
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

    def _shifted(self, value: Value, indices: tuple[int, ...], moved: Moved) -> Value:
        """Returns a value with the element moved, if it has that element."""
        if moved.element[: len(indices)] != indices:
            return value
        if len(indices) == moved.symbol.rank:
            return value + moved.by
        at = tuple(
            index - self.world.bounds(moved.symbol, axis, moved.element[:axis])[0]
            for axis, index in enumerate(moved.element)
            if axis >= len(indices)
        )
        result = np.array(value)
        result[at] += moved.by
        return result
