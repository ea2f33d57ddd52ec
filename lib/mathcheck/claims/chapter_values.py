"""Hands out the values of a draw, so that code can be tested against the chapter."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mathcheck.claims.chapter import Chapter
from mathcheck.claims.checker import Checker
from mathcheck.meaning.products import as_vector
from mathcheck.meaning.resolver import Resolver
from mathcheck.meaning.symbols import Symbol
from mathcheck.meaning.terms import Range, Term, free_letters
from mathcheck.text.document import Equation, Section
from mathcheck.text.errors import (
    EvalError,
    MathError,
    Place,
    ShapeError,
    SizeError,
    TooClose,
    TreeError,
    UndefinedError,
)
from mathcheck.text.parser import parse, parse_expression
from mathcheck.values.arrays import Eye
from mathcheck.values.closures import compile_term, range_code
from mathcheck.values.definitions import State
from mathcheck.values.inline import Env


class Values:
    r"""The values of a chapter at one place, in one draw.

    Examples:
        >>> from mathcheck.claims.chapter import load
        >>> text = r'''
        ... | Symbol | Code | Shape | Meaning |
        ... |---|---|---|---|
        ... | $x_n$ | `x` | (N,) | input |
        ... | $y_n$ | `y` | (N,) | output |
        ...
        ... $$
        ... y_n \coloneqq x_n^2
        ... \label{eq:square-y}
        ... $$
        ... '''
        >>> values = Values(load("squares.md", text))
        >>> bool(np.allclose(values["y"], values["x"] ** 2))
        True
        >>> bool(np.isclose(values(r"\sum_n y_n"), values["y"].sum()))
        True
        >>> ((left, right),) = values.sides("eq:square-y")
        >>> bool(np.allclose(left, right))
        True
    """

    def __init__(
        self,
        chapter: Chapter,
        at: str | None = None,
        *,
        draw: int = 0,
        seed: int = 0,
        edge: bool = False,
    ) -> None:
        """Chooses the place.

        Args:
            chapter: the chapter.
            at: the label of an equation or the title of a section, for the names and definitions
                that are known there; the end of the chapter if it is not given.
            draw: which draw.
            seed: which random values.
            edge: whether values lie on the edges of cases, zeros and ties among them; there code
                and text have to agree as well, where the text defines a value.
        """
        self.chapter = chapter
        section, state = _place(chapter, at)
        self._scope = chapter.scope(section)
        self._context = Checker(chapter, seed=seed).context(draw, state, edge)

    @property
    def names(self) -> list[str]:
        """The code names that are known here."""
        return sorted({s.code for s in self._scope.symbols if s.code and s.domain != "function"})

    @property
    def sizes(self) -> dict[str, int]:
        """The sizes, by letter."""
        return dict(self._context.world.sizes[self._scope.root])

    def __getitem__(self, code: str) -> Any:
        """Returns the value of the symbol with this name in the code: an array or a number."""
        for symbol in self._scope.symbols:
            if symbol.code == code:
                return self._symbol(symbol)
        raise KeyError(f"{code} is not in the symbols table; it has {', '.join(self.names)}")

    def _symbol(self, symbol: Symbol) -> Any:
        node = parse_expression("0")
        with np.errstate(all="ignore"), _told(lambda _: symbol.place):
            return _plain(self._context.lookup(symbol, (), node), symbol.rank)

    def __call__(self, latex: str) -> Any:
        r"""Evaluates an expression of the chapter, `\frac{\partial L}{\partial W}`.

        Args:
            latex: the expression. Indices that nothing in it binds become axes of the result, in
                the order in which they first stand in the text.

        Raises:
            MathError: if it cannot be read or has no value.
        """
        with _told(lambda offset: Place(latex, 1, offset + 1)):
            meaning = Resolver(self._scope).statement((parse_expression(latex),), ())
            return self._value(meaning.sides[0], meaning.free)

    def sides(self, label: str) -> list[list[Any]]:
        """Evaluates every side of an equation, under the definitions that are known here.

        Code that computes one of them can so be held against all of them.

        Args:
            label: the equation's.

        Returns:
            For each statement of the equation its sides, from left to right; indices that nothing
            binds are axes, in the order in which they first stand in the statement.

        Raises:
            KeyError: if no equation has this label.
            MathError: if a side has no value, or a statement holds only under a condition.
        """
        equation = _equation(self.chapter, label)
        found = []
        with _told(equation.place):
            for statement in parse(equation.tex):
                meaning = Resolver(self._scope).statement(statement.sides, statement.conditions)
                if any(condition is not None for condition in meaning.conditions):
                    raise TreeError("sides: this holds only under a condition", 0)
                rank = meaning.sides[0].rank
                sides = [as_vector(side, rank) for side in meaning.sides]
                found.append([self._value(side, meaning.free) for side in sides])
        return found

    def _value(self, term: Term, free: dict[str, Range]) -> Any:
        letters = [letter for letter in free if letter in free_letters(term)]
        ranges = [range_code(free[letter], term.node) for letter in letters]
        with np.errstate(all="ignore"):
            return self._over(letters, ranges, compile_term(term), {}, term.rank)

    def _over(self, letters: list[str], ranges: list[Any], code: Any, env: Env, rank: int) -> Any:
        if not letters:
            return _plain(code(env, self._context), rank)
        low, high = ranges[0](env, self._context)
        parts = []
        for index in range(low, high + 1):
            inner = {**env, letters[0]: index}
            parts.append(self._over(letters[1:], ranges[1:], code, inner, rank))
        return np.array(parts)


def _plain(value: Any, rank: int) -> Any:
    if isinstance(value, Eye):
        raise TypeError("the identity matrix alone has no size")
    if not rank:
        return value.item() if isinstance(value, np.ndarray) else value
    array: NDArray[Any] = np.asarray(value)[..., 0]
    return array.copy()


@contextmanager
def _told(place: Callable[[int], Place]) -> Iterator[None]:
    """Says what went wrong in the one kind of error that callers know."""
    try:
        yield
    except TreeError as error:
        raise MathError(error.message, place(error.offset)) from None
    except ShapeError as error:
        message = error.message.format(*error.shapes)
        raise MathError(message, place(error.node.start)) from None
    except EvalError as error:
        raise MathError(error.message, place(error.node.start)) from None
    except (SizeError, UndefinedError) as error:
        raise MathError(str(error), place(0)) from None
    except TooClose:
        raise MathError("too close to a kink in this draw", place(0)) from None


def _equation(chapter: Chapter, label: str) -> Equation:
    for equation in chapter.document.equations:
        if any(label == known for _, known in equation.labels):
            return equation
    raise KeyError(f"{chapter.document.path} has no equation {label!r}")


def _place(chapter: Chapter, at: str | None) -> tuple[Section, State]:
    document = chapter.document
    if at is None:
        top = next((s for s in document.sections if s.level == 1), document.sections[0])
        return top, chapter.states[-1] if chapter.states else State(chapter.facts)
    for number, equation in enumerate(document.equations):
        if any(at == known for _, known in equation.labels):
            return equation.section, chapter.states[number]
    for section in document.sections:
        if section.title == at:
            inside = [
                number for number, e in enumerate(document.equations) if e.section.within(section)
            ]
            before = [n for n, e in enumerate(document.equations) if e.line < section.line]
            last = (inside or before)[-1:]
            return section, chapter.states[last[0]] if last else State(chapter.facts)
    raise KeyError(f"{document.path} has no equation and no section {at!r}")
