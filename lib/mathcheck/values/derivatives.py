r"""Derivatives, by complex steps.

In the plain context symbols have their plain values. In a *total* context every element of one
symbol is perturbed, each in a lane of its own, once it has its value, and all that depends on it
follows. In a *partial* context only what stands directly in one expression is perturbed, everything
behind a name keeps its plain value.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathcheck.meaning import terms
from mathcheck.meaning.symbols import Symbol
from mathcheck.text.errors import EvalError
from mathcheck.text.printer import latex
from mathcheck.text.tree import Node
from mathcheck.values.budget import check_slopes
from mathcheck.values.definitions import State
from mathcheck.values.inline import Code, Env
from mathcheck.values.lookup import Context
from mathcheck.values.numbers import STEP, Value
from mathcheck.values.one_draw import World


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


class PlainContext(Context):
    """The plain values, and derivatives of them."""

    def __init__(self, world: World, state: State) -> None:
        super().__init__(world, state)
        self._kinds: dict[object, PerturbedContext] = {}
        self._slopes: dict[object, Value] = {}

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
            self._slopes[place] = self._picked(term, self.world.derivatives[key], by)
        return self._slopes[place]

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
        self, term: terms.Derivative, of: Code, of_at: tuple[int, ...], env: Env
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

    def __init__(self, base: PlainContext, target: Symbol) -> None:
        super().__init__(base.world, base.state)
        self.base = base
        self.target = target
        self.lanes = base.lanes_of(target)

    def key(self, symbol: Symbol) -> object:
        """Names the values of a symbol in this context; what does not depend on it is plain."""
        plain = self.base.key(symbol)
        return (plain, self.base.key(self.target)) if self._follows(symbol) else plain

    def spend(self, steps: int, node: Node) -> None:
        """Counts steps, each of which moves all lanes."""
        self.world.budget.spend(steps, self.lanes.count, node)

    def _follows(self, symbol: Symbol) -> bool:
        return self.target in self.state.reach(symbol)[0]

    def _compute(self, symbol: Symbol, indices: tuple[int, ...], node: Node) -> Value:
        if not self._follows(symbol):
            return self.base._compute(symbol, indices, node)
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
