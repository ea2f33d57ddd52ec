r"""Tells brackets that hold something together from those that mean something: `[x]`, `\{x\}`.

Square brackets round a single number are its whole part in many texts, curly ones what is left of
it, or a set. Either are read as plain brackets only where nothing else can be meant.
"""

from mathcheck.text import tree
from mathcheck.text.errors import TreeError
from mathcheck.text.tree import Node

_SUMS = ("+", "-", "\\pm", "\\mp")


def check_grouping(node: tree.Group, scripted: bool = False) -> None:
    r"""Refuses brackets round a number that nothing makes necessary.

    Args:
        node: the brackets, round one thing that is a number.
        scripted: whether an index or a power stands at them.

    Raises:
        TreeError: they may be a whole part, a fractional part or a set.
    """
    (inside,) = node.items
    holds_sum = isinstance(inside, tree.Negative) or (
        isinstance(inside, tree.Binary) and inside.op in _SUMS
    )
    nested = any(isinstance(part, tree.Group) for part in inside.walk())
    if node.kind == "[]" and not (holds_sum or nested or (scripted and not _is_atom(inside))):
        message = "is this the whole part, or only a bracket? Write \\lfloor … \\rfloor or (…)"
        raise TreeError(message, node.start)
    if node.kind == "\\{\\}" and not (holds_sum and nested):
        message = "is this a bracket, a set or a fractional part? Write (…)"
        raise TreeError(f"{message}, or a - \\lfloor a \\rfloor", node.start)


def check_side(node: Node, rank: int) -> None:
    """Refuses a side of a claim that stands in square or curly brackets as a whole."""
    match node:
        case tree.Group((inside,), "[]" | "\\{\\}") if not rank and not isinstance(
            inside, tree.Relation
        ):
            message = "what do these brackets round all of it mean? Leave them out, or write (…)"
            raise TreeError(message, node.start)


def _is_atom(node: Node) -> bool:
    return isinstance(node, tree.Name | tree.Number | tree.Script)
