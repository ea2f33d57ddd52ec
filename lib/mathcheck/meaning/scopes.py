"""What a name means at a place of the chapter: the symbols of the tables that govern it."""

from dataclasses import replace
from functools import cached_property

from mathcheck.meaning.symbols import Axis, Symbol, letter_of, split_subscripts
from mathcheck.text import tree
from mathcheck.text.document import Section
from mathcheck.text.printer import latex
from mathcheck.text.tree import Node


class Scope:
    """The symbols in force in a section, those of the innermost table first."""

    def __init__(self, section: Section, symbols: list[Symbol]) -> None:
        """Picks the symbols that govern a section.

        Args:
            section: the place.
            symbols: all those of the chapter, in the order of their tables.
        """
        governing = [s for s in symbols if section.within(s.table.section)]
        # A table further in, and among those of one section a later one, hides what has its name.
        governing.sort(key=lambda s: (s.table.section.level, s.table.number), reverse=True)
        self.section = section
        # The section of the outermost table. What has the same root shares its sizes.
        # What has no row does not count: it may become known in the middle of the text.
        tables = [symbol.table for symbol in governing if symbol.table.rows]
        self.root = tables[-1].section if tables else _outermost(section)
        self.symbols: list[Symbol] = []
        hidden: set[tuple[str, str | None, str | None, int]] = set()
        for symbol in governing:
            key = (symbol.base, symbol.sub, symbol.sup, symbol.primes)
            if key not in hidden:
                self.symbols.append(symbol)
            hidden.add(key)
        # Sizes that follow from others, `= H - P + 1`.
        self.derived = {
            symbol.name: symbol.details[0]
            for symbol in self.symbols
            if symbol.domain == "constant"
            and not symbol.axes
            and not isinstance(symbol.details[0], tree.Number)
        }
        self.sizes = self._size_letters()
        self.random = [symbol for symbol in self.symbols if symbol.domain == "random"][::-1]

    @cached_property
    def joint(self) -> Symbol:
        """The joint distribution of all random quantities that are known."""
        first = self.random[0]
        axes = tuple(Axis(None, *symbol.details) for symbol in self.random)
        names = " ".join(symbol.name for symbol in self.random)
        return replace(first, base=f"P({names})", axes=axes, domain="joint", details=(), code=None)

    def _size_letters(self) -> set[str]:
        letters: set[str] = set()
        for symbol in self.symbols:
            bounds = [node for axis in symbol.axes for node in self.bounds(axis)]
            if symbol.domain in ("integer", "random"):
                bounds.extend(symbol.details)
            for bound in bounds:
                letters.update(_names(bound))
        own = {s.name for s in self.symbols if not s.axes}
        indices = {axis.letter for s in self.symbols for axis in s.axes}
        return {name for name in letters - own - indices if not name.startswith("?")}

    def find(
        self, base: str, sub: tuple[Node, ...], sup: Node | None, primes: int
    ) -> tuple[Symbol, tuple[Node, ...], Node | None] | None:
        """Finds the symbol that a script means.

        Returns:
            The symbol, the subscripts that are left for indices and the superscript that is left;
            the most specific name wins. None if no symbol has this letter.
        """
        items = split_subscripts(sub)
        best: tuple[int, Symbol, tuple[Node, ...], Node | None] | None = None
        for symbol in self.symbols:
            if symbol.base != base or symbol.primes > primes:
                continue
            matched = _match(symbol, items, sup)
            if matched is None:
                continue
            score, rest, above = matched
            score = score * 2 + (symbol.primes == primes)
            if best is None or score > best[0]:
                best = (score, symbol, rest, above)
        return best[1:] if best is not None else None

    def find_whole(
        self, base: str, sub: tuple[Node, ...], sup: Node | None, primes: int
    ) -> tuple[Symbol, tuple[Node, ...], Node | None] | None:
        r"""Finds the array whose element is written with a thin letter, or with a small one.

        `x_i` is an element of `\mathbf x`, and `w_{ij}` one of W, if nothing else has that name.
        """
        items = split_subscripts(sub)
        names = [f"\\mathbf{{{base}}}", f"\\vec{{{base}}}"]
        if len(items) == 2 and len(base) == 1 and base.islower():
            names += [f"\\mathbf{{{base.upper()}}}", base.upper()]
        for name in names if items else []:
            found = self.find(name, sub, sup, primes)
            if found is not None and found[0].rank == len(items) == len(found[1]):
                return found
        return None

    def has_letter(self, base: str) -> bool:
        """Tells whether some symbol has this letter."""
        return any(symbol.base == base for symbol in self.symbols)

    def family(self, symbol: Symbol) -> Symbol | None:
        r"""Returns `\theta_t` for the row `\theta_0`, if both are there."""
        if not symbol.point:
            return None
        for other in self.symbols:
            same = other.base == symbol.base and other.primes == symbol.primes and not other.point
            if same and other.rank == symbol.rank + len(symbol.point) and other.sub is None:
                return other
        return None

    def axes_of(self, letter: str) -> list[tuple[Symbol, int]]:
        """Returns where the tables use a letter as an index, innermost table first."""
        return [
            (symbol, at)
            for symbol in self.symbols
            for at, axis in enumerate(symbol.axes)
            if axis.letter == letter
        ]

    def bounds(self, axis: Axis) -> tuple[Node, Node]:
        """Returns the first and last index of an axis."""
        if isinstance(axis.last, tree.Name) and axis.last.text.startswith("?"):
            for symbol, at in self.axes_of(axis.last.text[1:]):
                other = symbol.axes[at]
                if not (isinstance(other.last, tree.Name) and other.last.text.startswith("?")):
                    return self._resolved(other.first), self._resolved(other.last)
        return self._resolved(axis.first), self._resolved(axis.last)

    @property
    def ends(self) -> list[Node]:
        """The last index of every axis of every symbol."""
        return [self.bounds(axis)[1] for symbol in self.symbols for axis in symbol.axes]

    def _resolved(self, size: Node) -> Node:
        """Puts the expression for which a size like U stands, in its place."""
        match size:
            case tree.Name(text) if text in self.derived:
                return self.derived[text]
            case tree.Binary(_, left, right):
                return replace(size, left=self._resolved(left), right=self._resolved(right))
        return size


def _outermost(section: Section) -> Section:
    while section.parent is not None:
        section = section.parent
    return section


def _names(node: Node) -> set[str]:
    r"""Returns the letters of a size; of `D_{\\ell-1}` it is D."""
    if isinstance(node, tree.Script):
        return _names(node.base)
    if isinstance(node, tree.Name):
        return {node.text}
    if isinstance(node, tree.Run):
        return {name for factor in node.factors for name in _names(factor)}
    return {name for child in node.children() for name in _names(child)}


def _match(
    symbol: Symbol, items: tuple[Node, ...], sup: Node | None
) -> tuple[int, tuple[Node, ...], Node | None] | None:
    score = 0
    if symbol.sub is not None:
        names = [latex(item) for item in items]
        taken = symbol.sub.count(",") + 1
        if names[:taken] != symbol.sub.split(","):
            return None
        items = items[taken:]
        score += 2
    above = sup
    if symbol.sup is not None:
        if sup is None:
            return None
        found = _without_name(symbol.sup, sup)
        if found is None:
            return None
        above = found[0]
        score += 1
    elif sup is not None and not symbol.in_superscript and _is_index(sup):
        return None
    if len(items) > symbol.rank and not all(letter_of(i) is None for i in items):
        # More indices than it has: another row may fit; resolve says so if none does.
        score -= 5
    return score, items, above


def _without_name(name: str, sup: Node) -> tuple[Node | None] | None:
    if latex(sup) == name:
        return (None,)
    if isinstance(sup, tree.Run) and latex(sup.factors[0]) == name:
        rest = sup.factors[1:]
        return (rest[0] if len(rest) == 1 else tree.Run(rest, start=sup.start, end=sup.end),)
    return None


def _is_index(sup: Node) -> bool:
    first = sup.factors[0] if isinstance(sup, tree.Run) else sup
    return isinstance(first, tree.Group) and first.kind == "()"
