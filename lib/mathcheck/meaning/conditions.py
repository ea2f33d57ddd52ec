r"""Resolves conditions: `x > 0`, `i \ne j`, `k \in \{1, 2\}`. Their value is 1 or 0."""

from dataclasses import replace
from functools import reduce

from mathcheck.meaning import terms
from mathcheck.meaning.index_sets import index_set, interval
from mathcheck.meaning.resolving import Resolving
from mathcheck.meaning.symbols import letter_of
from mathcheck.meaning.terms import Range, Term
from mathcheck.text import tree
from mathcheck.text.errors import TreeError
from mathcheck.text.printer import latex
from mathcheck.text.tree import Node

_COMPARISONS = {
    "=": "==",
    "\\ne": "!=",
    "<": "<",
    ">": ">",
    "\\le": "<=",
    "\\ge": ">=",
    "\\equiv": "==",
}


def condition(node: Node, resolver: Resolving) -> Term:
    """Resolves something that holds or does not."""
    if isinstance(node, tree.Both):
        each = _each_compared(node.parts, resolver)
        return terms.All(0, node, tuple(condition(part, resolver) for part in each))
    if isinstance(node, tree.Among):
        return _among(resolver.term(node.value), node.values, node, resolver)
    if not isinstance(node, tree.Relation):
        raise TreeError("this is no condition", node.start)
    if len(node.sides) == 2 and node.ops[0] in ("\\in", "\\notin"):
        inside = _member(resolver.term(node.sides[0]), node.sides[1], node, resolver)
        if node.ops[0] == "\\in":
            return inside
        return terms.Compare(0, node, "==", inside, terms.Literal(0, node, 0.0))
    sides = [_compared(side, resolver) for side in node.sides]
    parts = []
    for op, left, right in zip(node.ops, sides, sides[1:], strict=False):
        if op not in _COMPARISONS:
            raise TreeError(f"{op} cannot stand in a condition", node.start)
        parts.append(terms.Compare(0, node, _COMPARISONS[op], left, right))
    return parts[0] if len(parts) == 1 else terms.All(0, node, tuple(parts))


def _each_compared(parts: tuple[Node, ...], resolver: Resolving) -> tuple[Node, ...]:
    r"""Reads `a, b > 0` as `a > 0, b > 0`: names before a comparison are compared as well."""
    found: list[Node] = []
    for part in reversed(parts):
        following = found[-1] if found else None
        if isinstance(part, tree.Name | tree.Script) and isinstance(following, tree.Relation):
            if isinstance(resolver.term(part), terms.Local):
                message = "is this index compared as well, or is it for all of them? Write both out"
                raise TreeError(message, part.start)
            part = replace(following, sides=(part, *following.sides[1:]), start=part.start)
        found.append(part)
    return tuple(reversed(found))


def _compared(node: Node, resolver: Resolving) -> Term:
    """Resolves a side of a comparison, a number: where an array has the name of an index, that."""
    letter = letter_of(node)
    if letter in resolver.index_letters and any(
        symbol.name == letter and symbol.axes for symbol in resolver.scope.symbols
    ):
        return resolver.index(node)
    found = resolver.term(node)
    if found.rank:
        raise TreeError("a condition compares numbers, this is an array", found.node.start)
    return found


def _among(value: Term, values: tuple[Node, ...], node: Node, resolver: Resolving) -> Term:
    """Returns whether a number is one of several: one of the differences is 0."""
    gaps = [terms.Arith(0, node, "-", value, resolver.term(each)) for each in values]
    product = reduce(lambda a, b: terms.Arith(0, node, "*", a, b), gaps)
    return terms.Compare(0, node, "==", product, terms.Literal(0, node, 0.0))


def _member(value: Term, of: Node, node: Node, resolver: Resolving) -> Term:
    r"""Resolves `x \in [a, b)`, `k \in \{1, 2\}`."""
    if value.rank:
        raise TreeError("a condition compares numbers, this is an array", value.node.start)
    found = index_set(of)
    if found is not None and found.values:
        return _among(value, found.values, node, resolver)
    ends = interval(of)
    if found is not None and found.first is not None and found.last is not None:
        if isinstance(value, terms.Ref) and value.symbol.domain not in ("integer", "constant"):
            message = f"{value.symbol.name} is no index: it does not run from number to number"
            raise TreeError(message, value.node.start)
        ends = ("[]", found.first, found.last)
    if ends is None:
        raise TreeError(f"I do not know the set {latex(of)}", of.start)
    signs, first, last = ends
    above = ">=" if signs[0] == "[" else ">"
    below = "<=" if signs[1] == "]" else "<"
    parts = (
        terms.Compare(0, node, above, value, resolver.term(first)),
        terms.Compare(0, node, below, value, resolver.term(last)),
    )
    return terms.All(0, node, parts)


def stated_ranges(guard: Term | None, free: dict[str, Range]) -> dict[str, Range]:
    r"""Returns what indices run over by a condition `n = 1, \dots, N`: not less, and not more."""
    match guard:
        case terms.All(
            _,
            tree.Relation((_, tree.Group()), ("\\in",)),
            (terms.Compare(_, _, ">=", terms.Local(_, _, letter), first), terms.Compare() as end),
        ) if letter in free:
            return {letter: Range(letter, first, end.right, free[letter].uses)}
        case terms.All(_, _, parts):
            found: dict[str, Range] = {}
            for part in parts:
                found.update(stated_ranges(part, free))
            return found
    return {}
