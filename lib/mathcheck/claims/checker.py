"""Checks claims: both sides at every index, in several draws."""

import itertools
import math
import time
from dataclasses import dataclass
from functools import partial

import numpy as np

from mathcheck.claims import draw_plan
from mathcheck.claims.chapter import Chapter
from mathcheck.claims.comparison import Comparison
from mathcheck.claims.descent import MOST_STARTS, descend
from mathcheck.claims.draw_plan import Draw, any_function
from mathcheck.claims.edges import (
    check_edge,
    check_end,
    check_met,
    equalities,
    named_edges,
    stated_ends,
)
from mathcheck.claims.equations import Claim
from mathcheck.claims.fine_numbers import beyond_nine_digits, with_others
from mathcheck.claims.readings import along_all_ways, differentiated_along_all, doubtful
from mathcheck.meaning import terms
from mathcheck.meaning.terms import Term
from mathcheck.text import tree
from mathcheck.text.document import Equation, Section
from mathcheck.text.errors import (
    CasesError,
    EvalError,
    MathError,
    ShapeError,
    SizeError,
    TooClose,
    UndefinedError,
)
from mathcheck.values.bounds import Known
from mathcheck.values.budget import ENOUGH_KEPT, Total
from mathcheck.values.coverage import Missing, missing
from mathcheck.values.definitions import State
from mathcheck.values.derivatives import PlainContext
from mathcheck.values.draws import Manner
from mathcheck.values.one_draw import World, sizes_of

_ATTEMPTS = 20
# A claim that is soon computed gets more draws than it needs, up to so many, until so many points
# have been compared; one that has branches which no draw has taken yet gets the most.
_MORE, _MOST, _CHEAP = 40, 120, 100
# In so many draws a claim is looked at where its condition, an equation, is met.
_MET_IN = 8
# What can come of numbers where no reading of the equation foresees it.
COMPUTATION_ERRORS = (ArithmeticError, LookupError, ValueError, RecursionError, TypeError)


class Taken:
    """How each place has decided, over several draws."""

    def __init__(self) -> None:
        self.places: dict[int, set[object]] = {}

    def add(self, places: dict[int, set[object]]) -> None:
        """Takes in those of one draw."""
        for place, outcomes in places.items():
            self.places.setdefault(place, set()).update(outcomes)


def _governed(term: Term, condition: Term | None) -> bool:
    """Tells whether a condition is about what a term decides by: it may exclude some branches."""
    if condition is None:
        return False
    about = {part.symbol for part in condition.walk() if isinstance(part, terms.Ref)}
    return any(isinstance(part, terms.Ref) and part.symbol in about for part in term.walk())


def lows(claim: Claim) -> dict[str, float]:
    """Returns with what the free indices of a claim begin, where a table says it by a number."""
    found = {}
    for letter, over in claim.free.items():
        firsts = [use.symbol.axes[use.axis].first for use in over.uses]
        values = [float(first.text) for first in firsts if isinstance(first, tree.Number)]
        if firsts and len(values) == len(firsts):
            found[letter] = min(values)
    return found


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
    """Checks the claims of one chapter, with the same draws for all of them.

    Attributes:
        distinguished: the names of the symbols of which the chapter writes a d, beside ∂.
    """

    def __init__(self, chapter: Chapter, *, draws: int = 3, seed: int = 0) -> None:
        self.chapter = chapter
        self.draws = draws
        self.seed = seed
        self._sizes: dict[object, dict[Section, dict[str, int]] | None] = {}
        self._worlds: dict[tuple[int, Manner], World] = {}
        self._attempts: dict[tuple[int, Manner], int] = {}
        self._at = self._usual(0)
        self._total = Total()
        self._contexts: dict[tuple[int, int], tuple[World, PlainContext]] = {}
        self.distinguished = set(differentiated_along_all(chapter.claims))

    def _usual(self, draw: int) -> tuple[int, Manner]:
        return draw, Manner(sizes=draw % self.draws)

    def world(self, draw: int) -> World:
        """Returns the world of a draw with usual values."""
        return self._world(*self._usual(draw))

    def _world(self, draw: int, manner: Manner) -> World:
        if (draw, manner) not in self._worlds:
            self._set_world(draw, manner, self._attempts.get((draw, manner), 0))
        return self._worlds[draw, manner]

    def _set_world(self, draw: int, manner: Manner, attempt: int) -> None:
        if manner.sizes not in self._sizes:
            self._sizes[manner.sizes] = sizes_of(self.chapter.scopes, self.seed, manner.sizes)
        sizes = self._sizes[manner.sizes]
        if sizes is None:
            raise SizeError("no such sizes can be had")
        key = (self.seed, draw, attempt)
        world = World(self.chapter.scope, sizes, key, manner, self._total)
        self._worlds[draw, manner], self._attempts[draw, manner] = world, attempt

    def _forget_if_full(self) -> None:
        """Forgets all draws when they take much memory; the same ones are drawn again."""
        if sum(world.budget.kept for world in self._worlds.values()) > ENOUGH_KEPT:
            for _, context in self._contexts.values():  # they refer to one another in circles
                context.forget()
            self._worlds.clear()
            self._contexts.clear()

    def context(self, draw: int, state: State, edge: bool = False) -> PlainContext:
        """Returns the values of a draw under some definitions, usual ones or those on edges."""
        if not edge:
            return self._context(self.world(draw), state)
        manner = Manner("edge", (1.0,), draw % self.draws, draw)
        return self._context(self._world(draw, manner), state)

    def _context(self, world: World, state: State) -> PlainContext:
        key = id(world), id(state)
        if key not in self._contexts:
            self._contexts[key] = (world, PlainContext(world, state))
        return self._contexts[key][1]

    def check(self, claim: Claim) -> Result:
        """Checks one claim."""
        if (reason := self.broken(claim.state, claim.left, claim.right)) is not None:
            return Result(claim, False, math.inf, 0, 0.0, reason, skipped=True)
        started = time.perf_counter()
        self._total.spent = self._total.usual = 0
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
            names = [self._world(*self._at).name_shape(shape, scope) for shape in error.shapes]
            message = message.format(*names)
        return MathError(message, equation.place(error.node.start))

    def _check(self, claim: Claim) -> tuple[float, int, str]:
        one, other = claim.statement.sides[claim.link : claim.link + 2]
        # Two notations for the same, `\frac{df}{dx} = f'(x)`, are a claim about notation.
        if claim.left == claim.right and one == other and claim.op != "\\ne":
            return 0.0, 0, "this claim cannot fail: both sides are the same"
        comparison = Comparison(claim)
        least, taken = draw_plan.least(claim, self.draws), Taken()
        for seen, draw in enumerate(draw_plan.draws(claim, self.draws)):
            most, cheap = (_MORE, _CHEAP) if claim.op == "=" else (_MOST, _MOST)
            many = comparison.points > cheap or self._total.is_much
            enough = seen >= most or (many and not comparison.nothing)
            last = seen >= least and (least == 1 or enough)
            if last and (least == 1 or seen >= _MOST or self._missing(claim, taken) is None):
                break
            if problem := self._draw(claim, draw, comparison, taken):
                return math.inf, 0, problem
            if comparison.message:
                break
        if not comparison.message:
            self._refuse(claim, taken)
            self._refuse_undecided(claim, comparison)
            self._check_reading(claim)
            self._look_further(claim, comparison)
            self._total.check(claim.left.node)  # draws that end early are passed over
        return comparison.result()

    def _look_further(self, claim: Claim, comparison: Comparison) -> None:
        """Compares the sides where no draw comes by itself: at edges, ends, and downhill."""
        context = self.context(0, claim.state)
        if not comparison.met and equalities(claim):
            worlds = self._starts(claim, _MET_IN)
            check_met(claim, comparison, [PlainContext(each, claim.state) for each in worlds])
            comparison.nothing = False  # it may be 0 because the condition says so
        for edge in named_edges(claim):
            check_edge(edge, claim, comparison, context)
        for end in stated_ends(claim, context.world):
            check_end(end, claim, context)
        descend(claim, comparison, partial(self._starts, claim, MOST_STARTS))

    def _starts(self, claim: Claim, most: int) -> list[World]:
        """Returns draws of different manners from which to look for where a claim fails."""
        found, kinds = [], set()
        for draw in itertools.islice(draw_plan.draws(claim, self.draws), draw_plan.least(claim, 1)):
            kind = draw.manner.kind
            again = claim.condition is not None and kind in ("near", "vast")
            if (kind not in kinds and kind not in ("vast", "edge")) or again:
                kinds.add(kind)
                try:
                    found.append(self._world(draw.number, draw.manner))
                except SizeError:
                    continue
        return found[:most]

    def _check_reading(self, claim: Claim) -> None:
        """Refuses a claim that holds only if a ∂ is not what most readers take it for."""
        found = doubtful(claim, self.distinguished)
        if found is None:
            return
        comparison = Comparison(along_all_ways(claim))
        for number in range(self.draws):
            self._draw(claim, Draw(number, Manner(sizes=number), True), comparison, Taken())
        if comparison.message:
            assert isinstance(found.of, terms.Ref)
            name = found.of.symbol.name
            message = (
                f"this ∂ of {name} is along one way only: if {name} is the loss, say so in its row "
                f"(Meaning: the loss); for all ways write \\mathrm d, here and elsewhere"
            )
            raise EvalError(message, found.node)

    def _draw(self, claim: Claim, draw: Draw, comparison: Comparison, taken: Taken) -> str:
        """Compares both sides in one draw; returns what keeps a usual draw from it."""
        self._forget_if_full()
        self._at = at = (draw.number, draw.manner)
        for _ in range(_ATTEMPTS):
            try:
                world = self._world(*at)
                world.budget.most = self._total.most_of_a_draw(draw.usual)
                found = comparison.evaluate(self._context(world, claim.state), draw.usual)
            except TooClose:
                self._set_world(*at, self._attempts[at] + 1)
                continue
            except EvalError as error:
                if draw.usual or isinstance(error, CasesError):
                    raise
                return ""  # no such element with these sizes, or a sum that does not settle
            except SizeError as error:
                if draw.usual:
                    raise EvalError(str(error), claim.statement.sides[claim.link]) from None
                return ""
            except UndefinedError as error:
                raise EvalError(
                    f"the condition has no value here: {error}", claim.left.node
                ) from None
            except COMPUTATION_ERRORS as error:
                if not draw.usual and isinstance(error, ArithmeticError):
                    return ""
                raise EvalError(uncomputable(error), claim.left.node) from error
            if draw.usual:
                self._total.usual = max(self._total.usual, world.budget.spent)
            taken.add(world.taken)
            comparison.add(found, draw.manner, draw.usual)
            return ""
        return "every draw comes too close to a kink of this equation" if draw.usual else ""

    def _missing(self, claim: Claim, taken: Taken) -> tuple[Missing, Equation] | None:
        """Returns a branch of the claim that no draw has taken, and where it stands."""
        known = Known(claim.state, lows(claim))
        for term in (claim.left, claim.right):
            for found in missing(term, known, taken.places, claim.condition is None):
                if not _governed(found.term, claim.condition):
                    return found, claim.equation
        for term in (claim.left, claim.right):
            for definition in claim.state.definitions_of(term):
                for found in missing(definition.body, known, taken.places, False):
                    return found, definition.equation
        return None

    def _refuse_undecided(self, claim: Claim, comparison: Comparison) -> None:
        """Refuses what a comparison of what was drawn leaves open."""
        if comparison.doubtful_sizes:
            message = "a size may be any number: what it is not equal to cannot be decided"
            raise EvalError(message, claim.left.node)
        if comparison.rough:
            self._refuse_unseen(claim)

    def _refuse_unseen(self, claim: Claim) -> None:
        """Refuses numbers that are too small, or have too many digits, to be seen in nine."""
        if (node := beyond_nine_digits(claim)) is not None:
            message = "this claim is compared to nine digits, which this number goes beyond"
            raise EvalError(message, node)
        for node, other in with_others(claim):
            comparison = Comparison(other)
            plan = draw_plan.draws(claim, self.draws)
            for draw in itertools.islice(plan, draw_plan.least(claim, self.draws)):
                if self._draw(other, draw, comparison, Taken()) or comparison.message:
                    break
            else:
                message = "nine digits do not tell this number from another, 3 times as large"
                raise EvalError(message, node)

    def _refuse_rounding(self, claim: Claim) -> None:
        """Refuses what depends on how a number half way between two whole ones is rounded.

        Of a bound that both neighbours keep there is nothing to decide.
        """
        if claim.op in ("\\le", "\\ge"):
            return
        for part in draw_plan.parts_behind(claim):
            match part:
                case terms.Map(_, node, "round", argument) if draw_plan.constant(argument) is None:
                    message = "half way there are two nearest whole numbers: which is it?"
                    raise EvalError(f"{message} Write \\lfloor x + \\frac12 \\rfloor", node)

    def _refuse(self, claim: Claim, taken: Taken) -> None:
        """Refuses what the draws cannot decide, and what has no value in any of them."""
        for part in draw_plan.parts_behind(claim):
            if draw_plan.has_no_value(part):
                raise EvalError("this has no value", part.node)
        if found := self._missing(claim, taken):
            error = EvalError(found[0].message, found[0].term.node)
            error.equation = found[1]
            raise error
        self._refuse_rounding(claim)
        if claim.op == "\\ne" and (name := any_function(claim)):
            message = f"{name} may be any function: what it is not equal to cannot be decided"
            raise EvalError(message, claim.left.node)
