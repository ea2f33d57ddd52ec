"""Checks claims: both sides at every index, in several draws."""

import math
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from mathcheck.claims.chapter import Chapter
from mathcheck.claims.comparison import Comparison
from mathcheck.claims.equations import Claim
from mathcheck.meaning import terms
from mathcheck.meaning.terms import Term
from mathcheck.text.document import Section
from mathcheck.text.errors import EvalError, MathError, ShapeError, SizeError, TooClose
from mathcheck.values.definitions import State
from mathcheck.values.derivatives import PlainContext
from mathcheck.values.one_draw import World, sizes_of

_ATTEMPTS = 20
# Two sides that are 0 may be so by their form, or may cancel to the last bit by luck: look again.
_MORE = 12
# What can come of numbers where no reading of the equation foresees it.
COMPUTATION_ERRORS = (ArithmeticError, LookupError, ValueError, RecursionError, TypeError)


# A claim that decides by its values, by a maximum or a case, gets so many times the draws: in three
# draws a number may well be positive each time.
_BRANCHES = 4


@dataclass
class Result:
    """What came of a claim.

    Attributes:
        worst: the largest relative error.
        points: at how many indices and draws both sides were compared.
        message: why it failed, in one line; empty if it holds.
        error: what could not be computed, if that is why.
        skipped: whether it was not looked at, since it depends on what cannot be read.
    """

    claim: Claim
    ok: bool
    worst: float
    points: int
    seconds: float
    message: str = ""
    error: MathError | None = None
    skipped: bool = False


def uncomputable(error: Exception) -> str:
    """Says what kept something from being computed, where no reading of it foresaw that."""
    match error:
        case RecursionError():
            return "nested too deep: a recurrence of fewer steps can be followed, and one that ends"
        case OverflowError():
            return "a power, or a factorial, that is too large for a number (1.8e308 is the most)"
        case ZeroDivisionError():
            return "a division by 0"
    return f"this cannot be computed ({error})"


class Checker:
    """Checks the claims of one chapter, with the same draws for all of them."""

    def __init__(self, chapter: Chapter, *, draws: int = 3, seed: int = 0) -> None:
        self.chapter = chapter
        self.draws = draws
        self.seed = seed
        self._sizes: dict[int, dict[Section, dict[str, int]]] = {}
        self._worlds: dict[int, tuple[int, World]] = {}
        self._draw = 0
        self._contexts: dict[tuple[int, int], tuple[World, PlainContext]] = {}

    def world(self, draw: int) -> World:
        """Returns the world of a draw."""
        if draw not in self._worlds:
            self._set_world(draw, 0)
        return self._worlds[draw][1]

    def _set_world(self, draw: int, attempt: int) -> None:
        # More draws than usual are of values, not of sizes.
        sizes = draw % self.draws
        if sizes not in self._sizes:
            self._sizes[sizes] = sizes_of(self.chapter.scopes, self.seed, sizes)
        world = World(self.chapter.scope, self._sizes[sizes], (self.seed, draw, attempt))
        self._worlds[draw] = (attempt, world)

    def context(self, draw: int, claim_state: Any) -> PlainContext:
        """Returns the values of a draw under some definitions."""
        world = self.world(draw)
        key = draw, id(claim_state)
        if key not in self._contexts or self._contexts[key][0] is not world:
            self._contexts[key] = (world, PlainContext(world, claim_state))
        return self._contexts[key][1]

    def check(self, claim: Claim) -> Result:
        """Checks one claim."""
        if (reason := self.broken(claim.state, claim.left, claim.right)) is not None:
            return Result(claim, False, math.inf, 0, 0.0, reason, skipped=True)
        started = time.perf_counter()
        try:
            with np.errstate(all="ignore"):
                worst, points, message = self._check(claim)
        except EvalError as error:
            error.equation = error.equation or claim.equation
            problem = self.problem(error)
            seconds = time.perf_counter() - started
            return Result(claim, False, math.inf, 0, seconds, problem.message, problem)
        return Result(claim, not message, worst, points, time.perf_counter() - started, message)

    def broken(self, state: State, *parts: Term) -> str | None:
        """Tells what keeps terms from being evaluated: a definition that could not be read."""
        facts = self.chapter.facts
        if facts.broken:
            for symbol in {symbol for part in parts for symbol in state.reach_of(part)}:
                if symbol in facts.broken:
                    line = facts.broken[symbol]
                    return f"the definition of {symbol.name} in line {line} is wrong"
        return None

    def problem(self, error: EvalError) -> MathError:
        """Returns an error with its place, and its shapes named."""
        equation = error.equation
        message = error.message
        if isinstance(error, ShapeError):
            scope = self.chapter.scope(equation.section)
            names = [self.world(self._draw).name_shape(shape, scope) for shape in error.shapes]
            message = message.format(*names)
        return MathError(message, equation.place(error.node.start))

    def _check(self, claim: Claim) -> tuple[float, int, str]:
        if claim.left == claim.right and claim.op != "\\ne":
            return 0.0, 0, "this claim cannot fail: both sides are the same"
        comparison = Comparison(claim)
        wanted = self.draws * (_BRANCHES if branches(claim) else 1)
        for draw in range(wanted + _MORE):
            if draw >= wanted and not comparison.nothing:
                break
            self._draw = draw
            for _ in range(_ATTEMPTS):
                try:
                    found = comparison.evaluate(self.context(draw, claim.state))
                except TooClose:
                    self._set_world(draw, self._worlds[draw][0] + 1)
                    continue
                except SizeError as error:
                    raise EvalError(str(error), claim.statement.sides[claim.link]) from None
                except COMPUTATION_ERRORS as error:
                    raise EvalError(uncomputable(error), claim.left.node) from error
                break
            else:
                return math.inf, 0, "every draw comes too close to a kink of this equation"
            comparison.add(found)
            if comparison.message:
                break
        return comparison.result()


def branches(claim: Claim) -> bool:
    """Tells whether a claim, or a definition behind it, decides something by its values."""
    state = claim.state
    behind = [claim.left, claim.right, *(() if claim.condition is None else (claim.condition,))]
    symbols = {symbol for term in behind for symbol in state.reach_of(term)}
    behind += [d.body for symbol in symbols for d in state.definitions.get(symbol, ())]
    behind += [function.body for function in state.functions.values()]
    return any(_decides(part) for term in behind for part in term.walk())


def _decides(term: Term) -> bool:
    match term:
        case terms.Compare():
            refs = [part for part in term.walk() if isinstance(part, terms.Ref)]
            return any(ref.symbol.domain != "constant" for ref in refs)
        case terms.Map(_, _, name) | terms.Collect(_, _, name) | terms.Arith(_, _, name):
            return name in _DECIDING
        case terms.Reduce(_, _, op):
            return op in _DECIDING
    return False


_DECIDING = {"max", "min", "argmax", "argmin", "abs", "sign", "relu", "norm1", "norminf"}
