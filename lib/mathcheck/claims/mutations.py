r"""Every one-edit change of a statement, made on its tree.

The edits are the slips that authors make: a sign flipped, a term or a factor dropped, an index
taken for another, a transpose or an exponent forgotten, a constant, a bound or a condition
changed, a root or a function left out.

What an edit makes need not have a meaning: `x_{nd}` with its indices swapped may not fit the
shapes of the table. Such a mutant is stillborn, and `mutants` does not count it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from mathcheck.text.tree import (
    Apply,
    Big,
    Binary,
    Cases,
    Evaluated,
    Fraction,
    Group,
    Indicator,
    Name,
    Negative,
    Node,
    Number,
    Percent,
    Relation,
    Root,
    Run,
    Script,
    Statement,
)

Edit = tuple[Node, str]
N = TypeVar("N", bound=Node)

_OPPOSITE = {
    "=": r"\ne",
    r"\ne": "=",
    "<": ">",
    ">": "<",
    r"\le": r"\ge",
    r"\ge": r"\le",
    "max": "min",
    "min": "max",
    "argmax": "argmin",
    "argmin": "argmax",
}
# What is the same but at the edge.
_EDGES = {"<": r"\le", r"\le": "<", ">": r"\ge", r"\ge": ">"}
_AT_THE_EDGE = ", at the edge"
_PRODUCTS = {r"\cdot", r"\times", r"\odot", r"\circ"}
_ONE = Number("1")  # as a factor, a divisor or an exponent it can be dropped without a change


@dataclass(frozen=True)
class Mutant:
    """A statement with one thing changed.

    Attributes:
        statement: the changed statement.
        side: which of its sides was changed.
        what: the change in words, `a term dropped`.
        start: where in the equation's text the change is.
    """

    statement: Statement
    side: int
    what: str
    start: int

    @property
    def at_edge(self) -> bool:
        """Whether it says the same but where two sides are equal."""
        return self.what.endswith(_AT_THE_EDGE)


def mutants(statement: Statement) -> Iterator[Mutant]:
    """Makes every one-edit mutant of a statement.

    Args:
        statement: definitions and claims, as they were parsed. It is not changed.

    Yields:
        The mutants, each once, in the order of the text. What a statement defines, the sides left
        of its last definition sign, is left alone.
    """
    indices = _index_names(statement)
    seen = {statement}
    definitions = [link for link, op in enumerate(statement.ops) if op == r"\coloneqq"]
    for side in range(definitions[-1] + 1 if definitions else 0, len(statement.sides)):
        beside = statement.sides[max(0, side - 1) : side + 2]
        top = Number("0") not in beside  # 0 has no sign, and neither has what equals it
        for changed, what, start in _variants(statement.sides[side], indices, top=top):
            sides = (*statement.sides[:side], changed, *statement.sides[side + 1 :])
            mutant = replace(statement, sides=sides)
            if mutant not in seen:
                seen.add(mutant)
                yield Mutant(mutant, side, what, start)


def _variants(
    node: Node, indices: frozenset[str], *, top: bool = False, script: bool = False
) -> Iterator[tuple[Node, str, int]]:
    """Yields each change of the node itself, then each change of one of those below it.

    Args:
        node: what is changed.
        indices: the letters that may stand for one another.
        top: whether the node is a whole side, whose sign may be flipped.
        script: whether it stands in a subscript, where `nd` is no product.
    """
    if top:
        yield Negative(node, start=node.start, end=node.end), "the sign flipped", node.start
    if not (script and isinstance(node, Run)):
        for changed, what in _edits(node, indices):
            yield changed, what, node.start
    children = list(node.children())
    for position, child in enumerate(children):
        for changed, what, start in _variants_of_child(node, child, indices, script=script):
            rest = children[position + 1 :]
            yield node.rebuild([*children[:position], changed, *rest]), what, start


def _variants_of_child(
    node: Node, child: Node, indices: frozenset[str], *, script: bool
) -> Iterator[tuple[Node, str, int]]:
    if isinstance(node, Big) and any(child is item for item in node.below):
        # What is bound stays bound: of `n = 1` only the 1 is changed.
        sides = list(child.children()) if isinstance(child, Relation) else []
        for position, side in enumerate(sides):
            if not isinstance(side, Name):
                for changed, what, start in _variants(side, indices):
                    rest = sides[position + 1 :]
                    yield child.rebuild([*sides[:position], changed, *rest]), what, start
        return
    script = script or (isinstance(node, Script) and any(child is item for item in node.sub))
    yield from _variants(child, indices, script=script)


def _edits(node: Node, indices: frozenset[str]) -> Iterator[Edit]:
    for kind, edit in _EDITS:
        if isinstance(node, kind):
            yield from edit(node)
    if isinstance(node, Name) and node.text in indices:
        for other in sorted(indices - {node.text}):
            yield replace(node, text=other), f"index {node.text} taken for {other}"


def _number(node: Number | Percent) -> Iterator[Edit]:
    """Counts an integer on, and the last digit of a decimal."""
    whole, point, decimals = node.text.partition(".")
    digits = f"{int(whole.replace('{,}', '') + decimals) + 1:0{len(decimals) + 1}d}"
    cut = len(digits) - len(decimals)
    text = digits[:cut] + point + digits[cut:]
    yield replace(node, text=text), f"the constant {node.text} changed to {text}"


def _evaluated(node: Evaluated) -> Iterator[Edit]:
    yield node.body, "a bar dropped"


def _negative(node: Negative) -> Iterator[Edit]:
    yield node.body, "the sign flipped"


def _binary(node: Binary) -> Iterator[Edit]:
    if node.op in {"+", "-"}:
        flipped = "-" if node.op == "+" else "+"
        yield replace(node, op=flipped), f"{node.op} changed to {flipped}"
        yield node.left, "a term dropped"
        right = node.right if node.op == "+" else Negative(node.right)
        yield right, "a term dropped"
        if not _is_sum(node.left):
            yield replace(node, left=Negative(node.left)), "the sign flipped"
    elif node.op in _PRODUCTS:
        for kept, dropped in ((node.left, node.right), (node.right, node.left)):
            if dropped != _ONE:
                yield kept, "a factor dropped"
    elif node.right != _ONE:
        yield node.left, "a divisor dropped"


def _is_sum(node: Node) -> bool:
    return isinstance(node, Binary) and node.op in {"+", "-"}


def _run(node: Run) -> Iterator[Edit]:
    for position, factor in enumerate(node.factors):
        if factor == _ONE:
            continue
        rest = (*node.factors[:position], *node.factors[position + 1 :])
        yield rest[0] if len(rest) == 1 else replace(node, factors=rest), "a factor dropped"


def _fraction(node: Fraction) -> Iterator[Edit]:
    if node.bottom != _ONE:
        yield node.top, "a divisor dropped"
    if node.top != _ONE:
        yield replace(node, top=_ONE), "a numerator dropped"


def _script(node: Script) -> Iterator[Edit]:
    bare: Node = replace(node, sup=None) if node.sub or node.primes else node.base
    if node.sup == Name(r"\top"):
        yield bare, "a transpose dropped"
    elif node.sup not in (None, _ONE):
        yield bare, "an exponent dropped"


def _root(node: Root) -> Iterator[Edit]:
    yield node.body, "a root dropped"


def _apply(node: Apply) -> Iterator[Edit]:
    for argument in node.arguments:
        yield argument, f"{node.function} dropped"
    if node.power is not None:
        yield replace(node, power=None), "an exponent dropped"
    if other := _OPPOSITE.get(node.function):
        yield replace(node, function=other), f"{node.function} changed to {other}"


def _big(node: Big) -> Iterator[Edit]:
    yield node.body, f"{node.op} dropped"
    if other := _OPPOSITE.get(node.op):
        yield replace(node, op=other), f"{node.op} changed to {other}"
    if node.above is not None:
        fewer = Binary("-", node.above, Number("1"))
        yield replace(node, above=fewer), "a range cut short"


def _indicator(node: Indicator) -> Iterator[Edit]:
    yield Number("1"), "an indicator dropped"


def _relation(node: Relation) -> Iterator[Edit]:
    for position, op in enumerate(node.ops):
        if other := _OPPOSITE.get(op):
            ops = (*node.ops[:position], other, *node.ops[position + 1 :])
            yield replace(node, ops=ops), f"{op} changed to {other}"
        if edge := _EDGES.get(op):
            ops = (*node.ops[:position], edge, *node.ops[position + 1 :])
            yield replace(node, ops=ops), f"{op} changed to {edge}{_AT_THE_EDGE}"


def _cases(node: Cases) -> Iterator[Edit]:
    for value, _ in node.rows:
        yield value, "one case taken for all"


_EDITS: list[tuple[type[Node], Callable[..., Iterator[Edit]]]] = [
    (Number, _number),
    (Percent, _number),
    (Evaluated, _evaluated),
    (Negative, _negative),
    (Binary, _binary),
    (Run, _run),
    (Fraction, _fraction),
    (Script, _script),
    (Root, _root),
    (Apply, _apply),
    (Big, _big),
    (Indicator, _indicator),
    (Relation, _relation),
    (Cases, _cases),
]


def _index_names(statement: Statement) -> frozenset[str]:
    """The letters that stand as indices somewhere in the statement."""
    names: set[str] = set()
    for node in statement.walk():
        if isinstance(node, Script):
            scripts = (*node.sub, node.sup) if isinstance(node.sup, Group) else node.sub
        elif isinstance(node, Big):
            scripts = node.below
        else:
            continue
        for item in scripts:
            names.update(part.text for part in item.walk() if isinstance(part, Name))
    return frozenset(name for name in names if len(name) == 1)
