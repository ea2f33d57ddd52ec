r"""Refuses numbers side by side: `1 {2}` is printed as 12, and `2 \frac12` may be 2.5."""

from itertools import pairwise

from mathcheck.text import tree
from mathcheck.text.errors import TreeError
from mathcheck.text.tree import Node


def check_numerals(node: Node) -> None:
    """Refuses products of numbers that have no sign between them.

    Raises:
        TreeError: two numbers would be read as one, or as a whole number and a fraction.
    """
    if isinstance(node, tree.Run):
        _check_pairs(node)
    for child in node.children():
        is_index = isinstance(node, tree.Script) and any(child is index for index in node.sub)
        if is_index and isinstance(child, tree.Run):  # no product: `W_{1 2}` is an element
            for index in child.factors:
                check_numerals(index)
            if any(map(_has_several_digits, child.factors)):
                _check_pairs(child)
        else:
            check_numerals(child)


def _check_pairs(run: tree.Run) -> None:
    for left, right in pairwise(run.factors):
        _check_pair(left, right)


def _has_several_digits(node: Node) -> bool:
    return isinstance(node, tree.Number) and len(node.text) > 1


def _check_pair(left: Node, right: Node) -> None:
    if not _is_numeral(left):
        return
    of_wholes = isinstance(right, tree.Fraction) and all(map(_is_whole, right.children()))
    if _is_whole(left) and of_wholes:
        message = "is this a sum, two and a half, or a product? Write the sign"
        raise TreeError(message, right.start)
    if _begins_with_a_digit(right):
        message = "two numbers side by side: write \\cdot, or a long number as 10{,}000"
        raise TreeError(message, right.start)


def _is_whole(node: Node) -> bool:
    return isinstance(node, tree.Number) and "." not in node.text


def _is_numeral(node: Node) -> bool:
    """Tells whether something is written with digits alone, without a bracket round them."""
    parts = tree.Number | tree.Percent | tree.Fraction | tree.Script | tree.Factorial | tree.Root
    return all(isinstance(part, parts) for part in node.walk())


def _begins_with_a_digit(node: Node) -> bool:
    match node:
        case tree.Script(base):
            return _begins_with_a_digit(base)
        case tree.Factorial(body):
            return _begins_with_a_digit(body)
    return isinstance(node, tree.Number | tree.Percent)
