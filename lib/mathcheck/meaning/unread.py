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
        case tree.Interval():
            return "an interval, where one value should stand"
        case tree.Slice():
            return "a slice is read in the index of a symbol: here write the indices"
        case tree.Relation():
            return "a comparison, where one value should stand"
    return "this is no value"


# What has a meaning, but none that random values could decide.
UNDECIDED = dict.fromkeys(
    ("\\mathrm{rank}", "\\mathrm{rk}", "\\mathrm{Rank}", "\\mathrm{nullity}"),
    "random matrices have full rank, so a claim about it holds by itself or never",
)


def uncheckable(relation: str) -> str:
    """Returns why a relation is no claim, and what to write instead."""
    match relation:
        case "\\sim":
            return "\\sim is no claim: declare the distribution in the table, in the symbol's row"
        case "\\ll" | "\\gg":
            return f"{relation} says no bound: write < or > with a number"
        case "\\propto":
            return "\\propto leaves out the factor: name it, and write ="
        case "\\in" | "\\subset" | "\\subseteq":
            return f"{relation} is not checked: the table says what a symbol may be"
    if "arrow" in relation or relation in ("\\to", "\\mapsto", "\\longmapsto", "\\gets"):
        return f"{relation} claims nothing: write =, or a comment '<!-- unchecked: an arrow -->'"
    return f"{relation} is not checked: a claim is written with =, \\approx, <, >, \\le, \\ge, \\ne"
