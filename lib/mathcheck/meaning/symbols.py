r"""Reads the rows of a symbols table: what is indexed by what, how large it is, what it may be.

A row's symbol is compared with its shape: `W_{dm}` with shape (D, M) has the indices d and m, and
`W_{hh}` with shape (J, J) is a name with two letters below it. A superscript in parentheses is an
index, `h^{(t)}_j`; one that the shape does not mention numbers a family, `W^{(\ell)}_{ij}`.
"""

import re
from dataclasses import dataclass
from functools import cache

from mathcheck.meaning.shapes import Shape, parse_cell, read_shape
from mathcheck.text import tree
from mathcheck.text.document import Cell, Row, Table
from mathcheck.text.errors import MathError, Place
from mathcheck.text.printer import latex
from mathcheck.text.tree import Node


@dataclass(frozen=True)
class Axis:
    """One axis of a symbol: its letter in the table if it has one, and what it runs over."""

    letter: str | None
    first: Node
    last: Node


@dataclass(frozen=True, eq=False)
class Symbol:
    r"""A row of a symbols table.

    Attributes:
        base: the letter, with its accent.
        sub: the part of its subscript that is a name, as LaTeX; `sup` likewise.
        axes: what it is indexed by; those in the superscript come first.
        in_superscript: how many of the axes stand in the superscript.
        domain: which values it may have, `real`, `positive`, `function`, `loss`, …
        details: what the domain needs: bounds, arguments.
        outside: the value outside its range, if it has one there.
        point: for a row like `\theta_0` beside `\theta_t`: which element of it this is.
        over: the axis along which probabilities add up to 1, from behind.
        symmetric: whether it is the same matrix when it is turned round.
        closed: whether the lower and the upper end of its interval are among its values.
    """

    base: str
    sub: str | None
    sup: str | None
    axes: tuple[Axis, ...]
    in_superscript: int
    domain: str
    details: tuple[Node, ...]
    outside: float | None
    table: Table
    code: str | None
    meaning: str
    place: Place
    point: tuple[int, ...] = ()
    primes: int = 0
    over: int = -1
    symmetric: bool = False
    closed: tuple[bool, bool] = (False, False)

    @property
    def rank(self) -> int:
        """How many indices it takes."""
        return len(self.axes)

    @property
    def name(self) -> str:
        """The symbol as LaTeX, without its indices."""
        text = self.base + "'" * self.primes
        if self.sub is not None:
            text += f"_{{{self.sub}}}"
        if self.sup is not None:
            text += f"^{{{self.sup}}}"
        return text

    @property
    def whole(self) -> int | None:
        """The number that it always is, if that is a whole one, `= 2`."""
        if self.domain == "constant" and not self.axes:
            match self.details[0]:
                case tree.Number(text) if "." not in text:
                    return int(text)
        return None

    def leads(self, axis: int) -> int:
        """Returns how many of the axes before this one its size depends on, all up to the last."""
        return _leads(self)[axis]

    @property
    def is_loss(self) -> bool:
        """Whether a ∂ of it goes through everything that depends on the other symbol."""
        return self.domain == "loss" or (
            not self.axes
            and (
                self.base in ("L", "J", "\\mathcal{L}", "\\mathcal{J}")
                or _LOSS.search(self.meaning) is not None
            )
        )


@cache
def _leads(symbol: Symbol) -> tuple[int, ...]:
    leads = []
    for at, axis in enumerate(symbol.axes):
        parts = (part for bound in (axis.first, axis.last) for part in bound.walk())
        inside = {part.text for part in parts if isinstance(part, tree.Name)}
        found = [before + 1 for before in range(at) if symbol.axes[before].letter in inside]
        leads.append(max(found, default=0))
    return tuple(leads)


ONE = tree.Number("1")
# What the Meaning of a number says that is the loss.
_LOSS = re.compile(r"(?:^|\b(?:the|a|total|whole) )(?:loss|cost|objective)\b", re.IGNORECASE)


def split_subscripts(items: tuple[Node, ...]) -> tuple[Node, ...]:
    """Returns the single subscripts: those between commas, or those side by side."""
    if len(items) == 1 and isinstance(items[0], tree.Run):
        return items[0].factors
    return items


def letter_of(node: Node) -> str | None:
    r"""Returns the letter if the node is one that can be an index, `n`, `n'`, `\\ell`."""
    if isinstance(node, tree.Name) and not node.text.startswith(("\\math", "\\top")):
        return node.text
    if isinstance(node, tree.Script) and not node.sub and node.sup is None:
        inner = letter_of(node.base)
        return inner + "'" * node.primes if inner is not None else None
    return None


def read_table(table: Table) -> tuple[list[Symbol], list[MathError]]:
    """Returns the symbols of a table, and what could not be read in it."""
    symbols: list[Symbol] = []
    problems: list[MathError] = []
    drafts: list[tuple[Row, Node, Shape]] = []
    for row in table.rows:
        try:
            drafts.append((row, _symbol_cell(row.symbol), read_shape(row)))
        except MathError as error:
            problems.append(error)
    below: dict[object, set[str]] = {}  # what stands below each letter
    for _, node, shape in drafts:
        if rivalry := _rivalry(node, shape):
            below.setdefault(rivalry[0], set()).add(rivalry[1])
    names: set[str] = set()
    for row, node, shape in drafts:
        rivalry = _rivalry(node, shape)
        has_rivals = rivalry is not None and len(below[rivalry[0]]) > 1
        try:
            symbol = _symbol(table, row, node, shape, has_rivals)
        except MathError as error:
            problems.append(error)
            continue
        if symbol.name in names:
            message = f"{symbol.name} stands in this table twice"
            problems.append(MathError(message, symbol.place))
        names.add(symbol.name)
        symbols.append(symbol)
    return symbols, problems


def _symbol_cell(cell: Cell) -> Node:
    match = re.fullmatch(r"\$(.+)\$", cell.text)
    if match is None or "$" in match[1]:
        raise MathError("the first cell holds one symbol between dollars", cell.place)
    node = parse_cell(match[1], cell)
    base, *behind = node.factors if isinstance(node, tree.Run) else (node,)
    if not all(isinstance(part, tree.Group) for part in behind):  # `f(x)` says what f is of
        message = f"{match[1]} is more than one symbol: write \\mathrm{{…}}, or an index below"
        raise MathError(message, cell.place)
    base = base.base if isinstance(base, tree.Script) else base
    if not isinstance(base, tree.Name):
        raise MathError(f"{match[1]} is no symbol", cell.place)
    return node


def _parts(node: Node) -> tuple[tree.Name, list[Node], list[Node], str | None, int]:
    """Returns base, subscripts, indices in the superscript, name in it, primes."""
    if isinstance(node, tree.Run):
        node = node.factors[0]
    if not isinstance(node, tree.Script):
        assert isinstance(node, tree.Name)
        return node, [], [], None, 0
    assert isinstance(node.base, tree.Name)
    indices: list[Node] = []
    name: str | None = None
    if isinstance(node.sup, tree.Group) and node.sup.kind == "()":
        indices = list(node.sup.items)
    elif node.sup is not None:
        name = latex(node.sup)
    return node.base, list(split_subscripts(node.sub)), indices, name, node.primes


def name_parts(
    node: Node,
) -> tuple[tree.Name, list[Node], list[Node], str | None, int] | None:
    """Returns base, subscripts, indices in the superscript, name in it, primes of a name.

    None for what is no name.
    """
    if isinstance(node, tree.Name):
        return _parts(node)
    if isinstance(node, tree.Script) and isinstance(node.base, tree.Name):
        transposed = isinstance(node.sup, tree.Name) and node.sup.text in ("T", "\\top")
        return None if transposed else _parts(node)
    return None


def _rivalry(node: Node, shape: Shape) -> tuple[object, str] | None:
    """Returns a letter and what stands below it, for rows such as `b_r` and `b_z`.

    Two that have the letter in common and differ below it have names there, not indices.
    """
    base, sub, above, sup, _ = _parts(node)
    if above or not sub or shape.sizes is None:
        return None
    if any(isinstance(item, tree.Number) for item in sub):
        return None
    return (base.text, sup), ",".join(map(latex, sub))


def _symbol(table: Table, row: Row, node: Node, shape: Shape, is_name: bool) -> Symbol:
    base, sub, above, sup, primes = _parts(node)
    sizes = shape.sizes or []
    words = [item for item in sub if letter_of(item) is None]
    plain = [letter_of(item) for item in [*above, *sub]]
    first: list[Axis] = []
    letters: list[str | None] = [None] * len(sizes)
    name: str | None = None
    point: tuple[int, ...] = ()
    in_superscript = 0
    above_letters = [letter_of(item) for item in above]
    if shape.domain == "function":
        sub = []
    is_name = is_name or len(set(plain)) < len(plain)  # `W_{hh}`
    if above and all(isinstance(item, tree.Number) for item in above):
        # `h^{(0)}`: an element of the family, or a name if there is no family.
        point = tuple(int(float(item.text)) for item in above if isinstance(item, tree.Number))
        sup = f"({', '.join(map(latex, above))})"
        above, plain = [], [letter_of(item) for item in sub]
    if None not in plain and len(plain) == len(sizes) and not (is_name and not above):
        letters, in_superscript = plain, len(above)
    elif above and None not in above_letters and len(sizes) in (0, len(sub)):
        first = [_family_axis(letter or "", shape, row) for letter in above_letters]
        letters = [letter_of(item) for item in sub] if len(sizes) == len(sub) else letters
        name = ",".join(map(latex, sub)) if len(sizes) != len(sub) and sub else None
        in_superscript = len(above)
    elif above:
        raise MathError(f"{latex(node)} and its shape do not fit together", row.shape.place)
    elif words and len(sub) - len(words) == len(sizes) and sub[: len(words)] == words:
        name = ",".join(map(latex, words))
        letters = [letter_of(item) for item in sub[len(words) :]]
        if all(isinstance(item, tree.Number) for item in words):
            point = tuple(int(float(item.text)) for item in words if isinstance(item, tree.Number))
    elif sub:
        name = ",".join(map(latex, sub))
    axes = [Axis(a, ONE, size) for a, size in zip(letters, sizes, strict=True)]
    return Symbol(
        base=base.text,
        sub=name,
        sup=sup,
        axes=(*first, *(_started(axis, shape) for axis in axes)),
        in_superscript=in_superscript,
        domain=shape.domain,
        details=tuple(shape.details),
        outside=shape.outside,
        table=table,
        code=row.code.text.strip("` ") or None,
        meaning=row.meaning.text,
        place=row.symbol.place,
        point=point,
        primes=primes,
        over=_over(shape, letters, row),
        symmetric=shape.symmetric,
        closed=shape.closed,
    )


def _over(shape: Shape, letters: list[str | None], row: Row) -> int:
    """Returns the axis along which they add up to 1, from behind."""
    if shape.over is None:
        return -1
    # `over k` means the index k, and where the symbol shows none the axis that is K long.
    sizes = [size.text if isinstance(size, tree.Name) else "" for size in shape.sizes or ()]
    for names in (letters, sizes, [size.lower() for size in sizes]):
        if shape.over in names:
            return names.index(shape.over) - len(names)
    raise MathError(f"over {shape.over}: the symbol has no such index", row.shape.place)


def _started(axis: Axis, shape: Shape) -> Axis:
    given = shape.ranges.get(axis.letter or "")
    if given:
        return Axis(axis.letter, *given)
    if axis.letter in shape.from_zero:
        return Axis(axis.letter, tree.Number("0"), tree.Binary("-", axis.last, ONE))
    return axis


def _family_axis(letter: str, shape: Shape, row: Row) -> Axis:
    if letter in shape.ranges:
        return Axis(letter, *shape.ranges[letter])
    # Another row of the family may say it; `scopes.Scope` looks there.
    return Axis(letter, ONE, tree.Name(f"?{letter}"))
