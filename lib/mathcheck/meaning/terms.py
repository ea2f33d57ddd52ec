"""What an equation means: terms with their names resolved and their ranks known.

`resolver` makes them from the nodes of `tree`, `closures` computes them. The rank of a term is the
number of axes that its value has; the term of `x_{nd}` has rank 0, that of `x` as many as x has.
Equality ignores where a term was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Self

from mathcheck.meaning.symbols import Symbol
from mathcheck.text.document import Section
from mathcheck.text.tree import Node


@dataclass(frozen=True, slots=True)
class Term:
    """Anything that has a value. `node` is where it was written."""

    rank: int
    node: Node = field(compare=False)

    def children(self) -> list[Term]:
        """The terms directly below this one."""
        found: list[Term] = []
        names: tuple[str, ...] = self.__match_args__
        for name in names[2:]:  # behind the rank and the node
            _collect(getattr(self, name), found)
        return found

    def changed(self, change: Callable[[Term], Term]) -> Self:
        """This term with each of those directly below it changed; itself if none is another."""
        changes = {}
        for name in self.__match_args__:
            before = getattr(self, name)
            if (after := _changed(before, change)) is not before:
                changes[name] = after
        return replace(self, **changes) if changes else self

    def walk(self) -> Iterator[Term]:
        """This term and all below it, each before those below it."""
        ahead: list[Term] = [self]
        while ahead:
            term = ahead.pop()
            yield term
            ahead += reversed(term.children())


def _collect(value: object, found: list[Term]) -> None:
    if isinstance(value, Term):
        found.append(value)
    elif isinstance(value, tuple):
        for part in value:
            _collect(part, found)


def _changed(value: Any, change: Callable[[Term], Term]) -> Any:
    if isinstance(value, Term):
        return change(value)
    if isinstance(value, tuple):
        parts = tuple(_changed(part, change) for part in value)
        return parts if any(a is not b for a, b in zip(parts, value, strict=True)) else value
    return value


@dataclass(frozen=True, slots=True)
class Literal(Term):
    """A number."""

    value: float


@dataclass(frozen=True, slots=True)
class Local(Term):
    """An index, or a function's parameter: the environment knows its value."""

    letter: str


@dataclass(frozen=True, slots=True)
class Length(Term):
    """How long an axis of a value is."""

    argument: Term
    axis: int


@dataclass(frozen=True, slots=True)
class Size(Term):
    r"""A size, `N`, or one of a family of sizes, `D_{\ell-1}`."""

    letter: str
    index: Term | None
    root: Section


@dataclass(frozen=True, slots=True)
class Ref(Term):
    """A symbol at as many indices as are given; the axes that are left are its rank."""

    symbol: Symbol
    indices: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Call(Term):
    """A function of the chapter, or its derivative, applied to a number."""

    symbol: Symbol
    primes: int
    arguments: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Map(Term):
    """A function that mathcheck knows, element by element: `log`, `sigmoid`, `neg`, …."""

    function: str
    argument: Term


@dataclass(frozen=True, slots=True)
class Collect(Term):
    """A function of a whole array: `norm`, `softmax`, `max`, `trace`, …."""

    function: str
    argument: Term


@dataclass(frozen=True, slots=True)
class Arith(Term):
    """An element-by-element operation, broadcast: `+ - * / **`, `min`, `max`."""

    op: str
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Product(Term):
    """A matrix product, inner or outer: `kind` is `matmul`, `inner` or `outer`."""

    kind: str
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Transpose(Term):
    """A matrix turned round, or a vector stood up as a row."""

    argument: Term


@dataclass(frozen=True, slots=True)
class Element(Term):
    r"""An element of something that is no symbol, `(x^\top)_{dn}`."""

    argument: Term
    indices: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Part(Term):
    r"""A part of a symbol, `x_{1:3}`, `X_{:,j}`: for each axis an index, two ends, or None."""

    whole: Ref
    places: tuple[Term | tuple[Term, Term] | None, ...]


@dataclass(frozen=True, slots=True)
class Identity(Term):
    """The identity matrix, as large as what it meets."""


@dataclass(frozen=True, slots=True)
class SizedIdentity(Term):
    r"""`\mathbf I_n`, an identity matrix that says how large it is."""

    length: Term


@dataclass(frozen=True, slots=True)
class Power(Term):
    """A power of a square matrix; its exponent is a whole number."""

    base: Term
    exponent: Term


@dataclass(frozen=True, slots=True)
class Ones(Term):
    r"""`\mathbf 1`, a vector of ones, `turned` as a row; without a length as what it meets."""

    turned: bool = False
    length: Term | None = None


@dataclass(frozen=True, slots=True)
class Stack(Term):
    """A matrix or a vector written out."""

    rows: tuple[tuple[Term, ...], ...]


@dataclass(frozen=True, slots=True)
class Blocks(Term):
    """A matrix or a vector of blocks, written out."""

    rows: tuple[tuple[Term, ...], ...]


@dataclass(frozen=True, slots=True)
class Use:
    """Where an index stands alone: an axis of a symbol, behind the indices `before` it."""

    symbol: Symbol
    axis: int
    before: tuple[Term, ...]
    node: Node


@dataclass(frozen=True, slots=True)
class Range:
    """What an index runs over: the bounds that are given, or else the axes that it stands in.

    `filtered` says that a condition picks among the values, so that the axes may differ.
    """

    letter: str
    first: Term | None
    last: Term | None
    uses: tuple[Use, ...] = field(compare=False)
    filtered: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Reduce(Term):
    """A sum, product, maximum, … over one index; `conditions` pick the values that count."""

    op: str
    range: Range
    conditions: tuple[Term, ...]
    body: Term

    def children(self) -> list[Term]:
        """The bounds, the conditions and the body."""
        bounds = [end for end in (self.range.first, self.range.last) if end is not None]
        return [*bounds, *self.conditions, self.body]


@dataclass(frozen=True, slots=True)
class Derivative(Term):
    """The derivative of a term by a symbol, total or partial."""

    total: bool
    of: Term
    by: Ref


@dataclass(frozen=True, slots=True)
class Integral(Term):
    """The integral of a number over a number, `letter`, from `first` to `last`.

    `cut` says that the range is in truth infinite, and nothing may be left of the body at its ends.
    """

    letter: str
    first: Term
    last: Term
    body: Term
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Second(Term):
    """The second derivative of a term, by one symbol and then by another, or by the same."""

    total: bool
    of: Term
    by: Ref
    again: Ref


@dataclass(frozen=True, slots=True)
class At(Term):
    """A value where symbols are drawn no more, but are what `places` says of them."""

    body: Term
    places: tuple[tuple[Ref, Term], ...]


@dataclass(frozen=True, slots=True)
class Let(Term):
    """A value where a letter that nothing else binds is some number."""

    letter: str
    value: Term
    body: Term


@dataclass(frozen=True, slots=True)
class Compare(Term):
    """A comparison, 1 or 0; `op` is `<`, `<=`, `==`, `!=`, `in`, …."""

    op: str
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class All(Term):
    """1 where all of its parts are."""

    parts: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Choose(Term):
    """The value of the first case whose condition holds; `None` always does."""

    rows: tuple[tuple[Term, Term | None], ...]


def free_letters(term: Term) -> set[str]:
    """Returns the indices in a term that nothing in it binds."""
    if isinstance(term, Local):
        return {term.letter}
    if isinstance(term, Reduce):
        over = term.range
        inner = free_letters(term.body).union(*map(free_letters, term.conditions))
        bounds = [bound for bound in (over.first, over.last) if bound is not None]
        return (inner - {over.letter}).union(*map(free_letters, bounds))
    if isinstance(term, Integral):
        ends = free_letters(term.first) | free_letters(term.last)
        return (free_letters(term.body) - {term.letter}) | ends
    if isinstance(term, Let):
        return (free_letters(term.body) - {term.letter}) | free_letters(term.value)
    found: set[str] = set()
    for child in term.children():
        found |= free_letters(child)
    return found
