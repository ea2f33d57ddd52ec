"""Keeps account of indices: what binds them, where they are used, what they run over."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from mathcheck.meaning.index_sets import index_set
from mathcheck.meaning.scopes import Scope
from mathcheck.meaning.symbols import letter_of
from mathcheck.meaning.terms import Range, Use
from mathcheck.text import tree
from mathcheck.text.errors import TreeError
from mathcheck.text.tree import Node


@dataclass
class Binder:
    """What stands below a sum: letters, bounds, a condition on them."""

    letters: list[str]
    first: Node | None = None
    last: Node | None = None
    condition: Node | None = None
    values: tuple[Node, ...] = ()


@dataclass
class Frame:
    """The indices that something binds, and where each is used."""

    uses: dict[str, list[Use]] = field(default_factory=dict)


class Bindings:
    """The indices of a statement.

    Attributes:
        free: those that nothing binds.
    """

    def __init__(self, scope: Scope, parameters: tuple[str, ...] = ()) -> None:
        self._scope = scope
        self.free = Frame()
        self._frames = [Frame({name: [] for name in parameters})]

    def is_bound(self, letter: str) -> bool:
        """Tells whether a sum or a function binds a letter here."""
        return any(letter in frame.uses for frame in self._frames)

    def open(self, letters: list[str]) -> Frame:
        """Binds letters until `close`."""
        frame = Frame({letter: [] for letter in letters})
        self._frames.append(frame)
        return frame

    def close(self) -> None:
        """Ends what was bound last."""
        self._frames.pop()

    def meet(self, letter: str) -> None:
        """Takes in a letter that is free if nothing binds it."""
        if not self.is_bound(letter):
            self.free.uses.setdefault(letter, [])

    def note(self, letter: str, use: Use) -> None:
        """Takes in that an index stands alone on an axis."""
        frame = next((f for f in reversed(self._frames) if letter in f.uses), self.free)
        frame.uses.setdefault(letter, []).append(use)

    def range_of(self, letter: str, uses: list[Use], at: int = 0) -> Range:
        """Returns what an index runs over, by its uses or else by the tables."""
        if not uses:
            found = self._scope.axes_of(letter)
            uses = [Use(s, axis, (), tree.Name(letter)) for s, axis in found if not s.leads(axis)]
            uses = uses[:1]
        if not uses:
            raise TreeError(f"what does {letter} run over? No table says it", at)
        return Range(letter, None, None, tuple(uses))

    def binder(self, item: Node, beside: Callable[[], set[str]]) -> list[Binder]:
        """Reads one of the things that stand below a sum.

        Args:
            item: what stands there.
            beside: returns the letters that are free in the rest of the statement.
        """
        match item:
            case tree.Conditional((heads, (*tests,)), ("\\mid",)):
                found = [each for head in heads for each in self.binder(head, beside)]
                parts = [*tests] if found[-1].condition is None else [found[-1].condition, *tests]
                found[-1].condition = parts[0] if len(parts) == 1 else tree.Both(tuple(parts))
                return found
            case tree.Relation(sides, ops) if set(ops) <= {"<", "\\le", ">", "\\ge", "\\ne"}:
                letters = [letter_of(side) for side in sides]
                names = [x for x in letters if x is not None and self._may_bind(x)]
                if len(names) == len(letters) and not set(names) & beside():
                    return [Binder(names, condition=item)]
                others = [x for x in names if x not in beside()]
                if len(sides) == 2 and others:
                    return [Binder([others[0]], condition=item)]
        return [self._binder(item)]

    def _may_bind(self, letter: str) -> bool:
        """Tells whether a letter is an index that nothing binds here."""
        named = any(s.name == letter and not s.axes for s in self._scope.symbols)
        return not (self.is_bound(letter) or named or letter in self._scope.sizes)

    def _binder(self, item: Node) -> Binder:
        if (letter := letter_of(item)) is not None:
            return Binder([letter])
        if isinstance(item, tree.Run):
            run = [letter_of(factor) for factor in item.factors]
            if None not in run:
                return Binder([letter for letter in run if letter is not None])
        if isinstance(item, tree.Relation):
            sides = item.sides
            letters = [letter_of(side) for side in sides]
            if item.ops == ("=",) and letters[0] is not None:
                return Binder([letters[0]], first=sides[1])
            if item.ops == ("\\in",) and letters[0] is not None:
                return _among(letters[0], item)
            if (between := _ordered(item, letters)) is not None:
                return between
            if len(sides) == 3 and letters[1] is not None and set(item.ops) <= {"<", "\\le"}:
                one = tree.Number("1")
                first, _, last = sides
                first = tree.Binary("+", first, one) if item.ops[0] == "<" else first
                last = tree.Binary("-", last, one) if item.ops[1] == "<" else last
                return Binder([letters[1]], first, last)
            unbound = [x for x in letters if x is not None and not self.is_bound(x)]
            if unbound:
                return Binder([unbound[0]], condition=item)
        raise TreeError("I cannot tell over which index this goes", item.start)


def merged(binders: list[Binder]) -> list[Binder]:
    r"""Joins what is said of one index: the condition of `j = 1, j \ne i` is on the same j."""
    found: list[Binder] = []
    for binder in binders:
        known = [one for one in found if set(one.letters) & set(binder.letters)]
        only = binder.first is None and binder.last is None and binder.condition is not None
        if known and only and not binder.values:
            before = known[0].condition
            both = [part for part in (before, binder.condition) if part is not None]
            known[0].condition = both[0] if len(both) == 1 else tree.Both(tuple(both))
        else:
            found.append(binder)
    return found


def _among(letter: str, item: tree.Relation) -> Binder:
    r"""Reads `i \in \{1, 2, 3\}`."""
    of, without = item.sides[1], None
    if isinstance(of, tree.Binary) and of.op in ("\\setminus", "\\backslash"):
        without = index_set(of.right)
        of = of.left
        if without is None or not without.values:
            raise TreeError("which values are left out? Write them out", item.sides[1].start)
    found = index_set(of)
    if found is None:
        message = "over which values is this? Write them out, or from where to where"
        raise TreeError(message, item.sides[1].start)
    index = tree.Name(letter, start=item.start, end=item.end)
    conditions: list[Node] = [tree.Among(index, found.values)] if found.values else []
    for value in without.values if without is not None else ():
        conditions.append(tree.Relation((index, value), ("\\ne",), start=item.start, end=item.end))
    condition = conditions[0] if len(conditions) == 1 else tree.Both(tuple(conditions))
    return Binder(
        [letter], found.first, found.last, condition if conditions else None, found.values
    )


def _ordered(item: tree.Relation, letters: list[str | None]) -> Binder | None:
    r"""Reads `1 \le i < j \le n`: all run over the same, in this order."""
    inside = letters[1:-1]
    if len(inside) < 2 or None in inside or not set(item.ops) <= {"<", "\\le"}:
        return None
    if (item.ops[0], item.ops[-1]) != ("\\le", "\\le"):
        return None
    condition = replace(item, sides=item.sides[1:-1], ops=item.ops[1:-1])
    names = [letter for letter in inside if letter is not None]
    return Binder(names, item.sides[0], item.sides[-1], condition)


def index_letters(node: Node) -> set[str]:
    """Returns the letters that stand in subscripts anywhere below a node."""
    found: set[str] = set()
    for part in node.walk():
        if isinstance(part, tree.Script):
            places = [*part.sub]
            if isinstance(part.sup, tree.Group) and part.sup.kind == "()":
                places.append(part.sup)
            for place in places:
                for inner in place.walk():
                    if (letter := letter_of(inner)) is not None:
                        found.add(letter)
    return found
