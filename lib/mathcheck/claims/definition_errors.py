"""Evaluates every definition once, so that one that no claim reaches is not left unread."""

import numpy as np

from mathcheck.claims.checker import COMPUTATION_ERRORS, Checker, uncomputable
from mathcheck.meaning import terms
from mathcheck.text.errors import EvalError, MathError, SizeError, TooClose, UndefinedError
from mathcheck.values.definitions import Definition, Letter, State


def definition_errors(checker: Checker) -> list[MathError]:
    """Returns what keeps the definitions of a chapter from having values.

    Their symbols are noted as broken: what depends on them is no mistake of its own.
    """
    holds: dict[Definition, list[State]] = {}
    for state in checker.chapter.states:
        for definitions in state.definitions.values():
            for definition in definitions:
                holds.setdefault(definition, []).append(state)
    problems: list[MathError] = []
    for definition, states in holds.items():
        state = _before_anew(definition, states)
        if checker.broken(state, definition.body) is not None:
            continue
        with np.errstate(all="ignore"):
            problem = _problem(checker, definition, state)
        said = (
            problem,
            _used_too_early(definition, state),
            _said_twice(checker, definition, state),
        )
        for found in said:
            if found is not None:
                problems.append(found)
                state.facts.broken[definition.symbol] = definition.equation.line
    return problems


def _before_anew(definition: Definition, states: list[State]) -> State:
    """Returns the last state before a later section defines anew what a definition depends on."""
    last, *later = states
    for state in later:
        if not last.reach(definition.symbol)[1] <= state.reach(definition.symbol)[1]:
            break
        last = state
    return last


def _used_too_early(definition: Definition, state: State) -> MathError | None:
    """Looks for a symbol whose definition comes later, though not as part of one recurrence."""
    equation = definition.equation
    for part in definition.body.walk():
        if not isinstance(part, terms.Ref):
            continue
        line = state.facts.defined.get(part.symbol, 0)
        if line > equation.line and definition.symbol not in state.reach(part.symbol)[0]:
            message = f"{part.symbol.name} is defined only later, in line {line}"
            return MathError(message, equation.place(part.node.start))
    return None


def _said_twice(checker: Checker, definition: Definition, state: State) -> MathError | None:
    r"""Looks for one element that has a definition of its own, `y_1`, and that of all, `y_n`.

    Where that of all refers to other elements, the one is where it begins.
    """
    symbol = definition.symbol
    if definition.is_general:
        return None
    context = checker.context(0, state)
    at = [code({}, context) if code is not None else None for code in definition.pattern_code]
    for other in state.definitions[symbol]:
        if not other.is_general or symbol in state.reach_of(other.body):
            continue
        if _covers(checker, other, at):
            first, later = sorted((definition, other), key=lambda each: each.equation.line)
            message = (
                f"an element of {symbol.name} is defined twice, first in line "
                f"{first.equation.line}: which is meant?"
            )
            return MathError(message, later.equation.place(later.offset))
    return None


def _covers(checker: Checker, general: Definition, at: list[int | None]) -> bool:
    """Tells whether a definition for all indices is one for these as well."""
    for axis, (value, letter) in enumerate(zip(at, general.pattern, strict=False)):
        if value is None or not isinstance(letter, Letter) or general.symbol.leads(axis):
            continue
        low, high = checker.world(0).bounds(general.symbol, axis, ())
        if not low + max(letter.offset, 0) <= value <= high + min(letter.offset, 0):
            return False
    return True


def _problem(checker: Checker, definition: Definition, state: State) -> MathError | None:
    context = checker.context(0, state)
    context.world.budget.renew()
    symbol = definition.symbol
    try:
        fixed = [
            code({}, context) if code is not None else None for code in definition.pattern_code
        ]
        for indices in _prefixes(checker, definition, fixed):
            context.lookup(symbol, indices, definition.body.node)
    except EvalError as error:
        error.equation = error.equation or definition.equation
        return checker.problem(error)
    except SizeError as error:
        return MathError(str(error), definition.equation.place(definition.offset))
    except COMPUTATION_ERRORS as error:
        return MathError(uncomputable(error), definition.equation.place(definition.offset))
    except (TooClose, UndefinedError):
        return None  # A claim that uses it is told; under its condition it may have a value.
    return None


def _prefixes(
    checker: Checker, definition: Definition, fixed: list[int | None]
) -> list[tuple[int, ...]]:
    """Returns the indices that the left side of a definition stands for."""
    world, symbol = checker.world(0), definition.symbol
    found: list[tuple[int, ...]] = [()]
    for axis, value in enumerate(fixed):
        longer = []
        for indices in found:
            low, high = world.bounds(symbol, axis, indices)
            run = range(low, high + 1) if value is None else [int(value)]
            longer += [(*indices, index) for index in run]
        found = longer
    return found
