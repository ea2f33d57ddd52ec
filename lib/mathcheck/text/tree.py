"""The syntax tree of an equation: small frozen nodes that know where they stand.

A node says what was written, not yet what it means: whether `x^2` is a power and `h^{(t)}` an
index is decided by `resolver`, which knows the symbols table. Equality ignores positions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Node:
    """Anything in an equation; `start` and `end` are offsets in its text."""

    start: int = field(default=0, compare=False, kw_only=True)
    end: int = field(default=0, compare=False, kw_only=True)

    def children(self) -> Iterator[Node]:
        """The nodes directly below this one, in the order of the text."""
        names: tuple[str, ...] = self.__match_args__
        for name in names:
            yield from _nodes(getattr(self, name))

    def walk(self) -> Iterator[Node]:
        """This node and all below it, from the top."""
        yield self
        for child in self.children():
            yield from child.walk()

    def rebuild(self, children: list[Node]) -> Self:
        """The same node with other children, as many as `children()` gives."""
        rest = iter(children)
        names: tuple[str, ...] = self.__match_args__
        changes: dict[str, Any] = {name: _refill(getattr(self, name), rest) for name in names}
        return replace(self, **changes)


def _nodes(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _nodes(part)


def _refill(value: Any, rest: Iterator[Node]) -> Any:
    if isinstance(value, Node):
        return next(rest)
    if isinstance(value, tuple):
        return tuple(_refill(part, rest) for part in value)
    return value


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A literal, `0.5`, kept as it was written."""

    text: str


@dataclass(frozen=True, slots=True)
class Percent(Node):
    r"""A literal in hundredths, `12.5\%`, kept as it was written."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    r"""A letter, a command, a word, or one of these under an accent: `x`, `\hat{x}`."""

    text: str


@dataclass(frozen=True, slots=True)
class Script(Node):
    r"""`base_{sub}^{sup}` with primes; several subscripts where commas stand between them."""

    base: Node
    sub: tuple[Node, ...]
    sup: Node | None
    primes: int = 0


@dataclass(frozen=True, slots=True)
class Group(Node):
    r"""Something in brackets; `kind` is the pair of them, `()`, `[]`, `{}` or `\\{\\}`."""

    items: tuple[Node, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    r"""Lists with bars or semicolons between, in brackets or a script: `(a \mid b, c)`.

    `marks[i]`, `\\mid` or `;`, stands between `parts[i]` and `parts[i + 1]`; `kind` is as in Group,
    empty in a script.
    """

    parts: tuple[tuple[Node, ...], ...]
    marks: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Interval(Node):
    """`(low, high]` or `[low, high)`; the closed and the open one are a Group."""

    low: Node
    high: Node
    kind: str


@dataclass(frozen=True, slots=True)
class Slice(Node):
    """`1:n`, in a script or a list; what is left out, as in `:`, is None."""

    first: Node | None
    last: Node | None


@dataclass(frozen=True, slots=True)
class Elementwise(Node):
    r"""The exponent of a power of each element, `A^{\\odot 2}`."""

    exponent: Node


@dataclass(frozen=True, slots=True)
class Dots(Node):
    """An ellipsis."""


@dataclass(frozen=True, slots=True)
class Factorial(Node):
    """`n!`, or in steps of 2 `n!!`."""

    body: Node
    step: int = 1


@dataclass(frozen=True, slots=True)
class Binomial(Node):
    r"""`\binom{n}{k}`."""

    top: Node
    bottom: Node


@dataclass(frozen=True, slots=True)
class Fence(Node):
    r"""Brackets that compute: `|`, `\\|`, `floor`, `ceil`."""

    body: Node
    kind: str


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """A sign before a term."""

    body: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    r"""`left op right`, op one of `+`, `-`, `/`, `\cdot`, `\times`, `\odot`."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Run(Node):
    """Things that stand side by side: a product, or a function and its argument."""

    factors: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Fraction(Node):
    r"""`\frac{top}{bottom}`."""

    top: Node
    bottom: Node


@dataclass(frozen=True, slots=True)
class Root(Node):
    r"""`\sqrt[degree]{body}`."""

    body: Node
    degree: Node | None


@dataclass(frozen=True, slots=True)
class Apply(Node):
    r"""A function with a name of its own, `\log x`, `\cosh^2 x`, `\max(a, b)`."""

    function: str
    arguments: tuple[Node, ...]
    base: Node | None = None
    power: Node | None = None


@dataclass(frozen=True, slots=True)
class Big(Node):
    r"""`\sum`, `\prod`, `\max`, `\argmax`, … over what stands below it."""

    op: str
    below: tuple[Node, ...]
    above: Node | None
    body: Node


@dataclass(frozen=True, slots=True)
class Integral(Node):
    r"""`\int_a^b f(x) \, dx`; `by` are its variables, the innermost first, if it says them."""

    below: tuple[Node, ...]
    above: Node | None
    body: Node
    by: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Derivative(Node):
    r"""`\frac{\partial a}{\partial b}`, or with d when it is `total`."""

    total: bool
    of: Node
    by: Node


@dataclass(frozen=True, slots=True)
class Differential(Node):
    r"""A derivative of higher order, or one that stands before what it is of.

    `\\frac{\\partial^2 f}{\\partial x^2}` has an f, `\\frac{\\partial}{\\partial x}` has none.
    """

    total: bool
    of: Node | None
    by: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Evaluated(Node):
    r"""A value where symbols are what stands at the bar: `\left. y \right|_{x=1}`.

    `open` says that nothing shows where what is evaluated begins, as in `y \Big|_{x=1}`. With a
    number above, `y \Big|_{x=0}^{x=1}`, it is the difference between the two ends.
    """

    body: Node
    at: tuple[Node, ...]
    open: bool
    above: Node | None = None


@dataclass(frozen=True, slots=True)
class Indicator(Node):
    r"""`\mathbb{1}[condition]`."""

    condition: Node


@dataclass(frozen=True, slots=True)
class Cases(Node):
    """Values with the conditions under which they hold; `None` for "otherwise"."""

    rows: tuple[tuple[Node, Node | None], ...]


@dataclass(frozen=True, slots=True)
class Matrix(Node):
    """A matrix written out."""

    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True, slots=True)
class Relation(Node):
    """A chain of comparisons: `ops[i]` stands between `sides[i]` and `sides[i + 1]`."""

    sides: tuple[Node, ...]
    ops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Among(Node):
    """A value that is one of several; `values` are those of a set that is written out."""

    value: Node
    values: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Both(Node):
    """Several conditions that all hold."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Statement(Node):
    """One chain of definitions and claims: link i is `sides[i] ops[i] sides[i + 1]`.

    `conditions[i]` says where link i holds, `None` for everywhere; `tolerances[i]` is what was
    said beside an approximation; `over` are the names that it is said to hold for all of, and
    `widened` is where a text says that it holds for all numbers.
    """

    sides: tuple[Node, ...]
    ops: tuple[str, ...]
    conditions: tuple[Node | None, ...]
    tolerances: tuple[float | None, ...]
    over: tuple[Name, ...] = field(default=(), compare=False)
    widened: int | None = field(default=None, compare=False)
