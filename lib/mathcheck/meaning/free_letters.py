r"""Finds the letters that are free beside a sum: `\sum_{i < j}` is over both if neither is."""

from collections.abc import Iterable, Iterator

from mathcheck.meaning.symbols import letter_of
from mathcheck.text import tree
from mathcheck.text.tree import Node


def free_beside(big: tree.Big, parts: Iterable[Node]) -> set[str]:
    """Returns the letters that occur in the parts of a statement, but in the sum, and are free."""
    return {letter for part in parts for letter in _free(part, big, frozenset())}


def _free(node: Node, big: tree.Big, bound: frozenset[str]) -> Iterator[str]:
    if node == big and node.start == big.start:
        return
    letter = letter_of(node)
    if letter is not None and letter not in bound:
        yield letter
    if isinstance(node, tree.Big):
        bound |= {letter for item in node.below for letter in _bound(item)}
    elif isinstance(node, tree.Integral):
        bound |= {letter for by in node.by if (letter := letter_of(by)) is not None}
    for child in node.children():
        yield from _free(child, big, bound)


def _bound(item: Node) -> Iterator[str]:
    """Yields the letters that a sum may bind by what stands below it."""
    match item:
        case tree.Relation((first, *_), ("=" | "\\in",)):
            candidates = [first]
        case tree.Relation(sides):
            candidates = list(sides)
        case tree.Run(factors):
            candidates = list(factors)
        case tree.Conditional(((*heads,), *_)):
            for head in heads:
                yield from _bound(head)
            return
        case _:
            candidates = [item]
    for each in candidates:
        if (letter := letter_of(each)) is not None:
            yield letter
