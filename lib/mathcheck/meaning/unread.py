"""Says of what is parsed but has no value here what it is, and what to write instead."""

from mathcheck.text import tree
from mathcheck.text.tree import Node


def unread(node: Node) -> str:
    """Returns why a node has no value."""
    match node:
        case tree.Dots():
            return "an ellipsis is not read here: write a sum with its bounds"
        case tree.Conditional():
            return "what is given behind a bar is not read here"
        case tree.Integral():
            return "an integral is not read here"
        case tree.Interval() | tree.Group((_, _), "[]"):
            return "an interval, where one value should stand"
        case tree.Slice():
            return "a slice is not read here: write the indices"
        case tree.Relation():
            return "a comparison, where one value should stand"
    return "this is no value"
