r"""Reads the sets that an index runs over: `\{1, 3\}`, `\{1, \dots, n\}`, `1, \dots, n`."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from mathcheck.text import tree
from mathcheck.text.errors import TreeError
from mathcheck.text.tree import Node


@dataclass
class IndexSet:
    """From where to where an index runs, or which values it takes.

    Attributes:
        first: the first value of a run; `last` is its last.
        values: all values, where they are listed.
    """

    first: Node | None = None
    last: Node | None = None
    values: tuple[Node, ...] = ()


def index_set(node: Node) -> IndexSet | None:
    """Returns the set that a node writes out, None if it is none.

    Raises:
        TreeError: where an ellipsis leaves open what it stands for.
    """
    if not isinstance(node, tree.Group) or node.kind != "\\{\\}":
        return None
    if any(isinstance(item, tree.Dots) for item in node.items):
        first, last = run_of(node.items)
        return IndexSet(first, last)
    return IndexSet(values=node.items)


def with_sets(node: Any, sets: dict[str, tree.Group]) -> Any:
    r"""Returns a node with `\{1, 3\}` for S, where something is said to be in S."""
    if not sets:
        return node
    new = node.rebuild([with_sets(child, sets) for child in node.children()])
    if isinstance(new, tree.Relation) and set(new.ops) <= {"\\in", "\\notin"}:
        return replace(new, sides=(new.sides[0], *(_listed(side, sets) for side in new.sides[1:])))
    return new


def _listed(node: Node, sets: dict[str, tree.Group]) -> Node:
    match node:
        case tree.Name(text) if text in sets:
            return replace(sets[text], start=node.start, end=node.end)
        case tree.Binary("\\setminus" | "\\backslash", left, right):
            return replace(node, left=_listed(left, sets), right=_listed(right, sets))
    return node


def interval(node: Node) -> tuple[str, Node, Node] | None:
    """Returns the brackets and the ends of an interval, None if a node is none."""
    match node:
        case tree.Interval(first, last, signs):
            return signs, first, last
        case tree.Group((first, last), "[]" | "()" as signs):
            return signs, first, last
    return None


def run_of(items: tuple[Node, ...]) -> tuple[Node, Node]:
    r"""Returns the ends of `1, \dots, n`, or of `1, 2, \dots, n` in steps of 1."""
    *before, dots, last = items if len(items) > 2 else (*items, tree.Dots(), tree.Dots())
    if not isinstance(dots, tree.Dots) or any(isinstance(x, tree.Dots) for x in (*before, last)):
        at = items[0].start if items else 0
        raise TreeError("I cannot tell what this ellipsis stands for: write its two ends", at)
    if isinstance(last, tree.Number) and not _is_below(before[0], last):
        raise TreeError("an index counts upwards: write the lower end first", last.start)
    for one, following in pairwise(before):
        if not _is_next(one, following):
            raise TreeError("an index goes on in steps of 1", following.start)
    return before[0], last


def _is_below(first: Node, last: tree.Number) -> bool:
    sign, number = (-1, first.body) if isinstance(first, tree.Negative) else (1, first)
    return isinstance(number, tree.Number) and sign * float(number.text) <= float(last.text)


def _is_next(one: Node, following: Node) -> bool:
    match one, following:
        case tree.Number(a), tree.Number(b) if a.isdecimal() and b.isdecimal():
            return int(b) == int(a) + 1
        case _, tree.Binary("+", left, tree.Number("1")):
            return left == one
        case tree.Binary("+", left, tree.Number(a)), tree.Binary("+", other, tree.Number(b)):
            return left == other and a.isdecimal() and b.isdecimal() and int(b) == int(a) + 1
    return False
