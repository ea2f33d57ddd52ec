r"""Reads derivatives that stand before what they are of: `\frac{\partial}{\partial x}`, `\nabla_x`.

How far such a sign reaches is often open. It takes a function with its arguments, or what stands in
brackets, or else the whole product behind it; where two readings differ, it is refused.
"""

from dataclasses import dataclass

from mathcheck.meaning.functions import arguments
from mathcheck.text import tree
from mathcheck.text.errors import TreeError
from mathcheck.text.tree import Node

_SIGNS = ("\\nabla", "\\partial")


@dataclass(frozen=True)
class Operator:
    r"""A derivative without what it is of.

    Attributes:
        sign: `\nabla`, `\partial` or `\frac`.
        by: what it is by, once for each order; empty where it does not say.
    """

    sign: str
    total: bool
    by: tuple[Node, ...]
    order: int


def operator_of(node: Node) -> Operator | None:
    """Returns the operator that a factor is, None for any other factor.

    Raises:
        TreeError: where it is one that cannot be read.
    """
    if isinstance(node, tree.Differential):
        return (
            None if node.of is not None else Operator("\\frac", node.total, node.by, len(node.by))
        )
    script = node if isinstance(node, tree.Script) else tree.Script(node, (), None, 0)
    if not isinstance(script.base, tree.Name) or script.base.text not in _SIGNS:
        return None
    order = 1
    if script.sup is not None:
        if script.sup != tree.Number("2"):
            raise TreeError("of which order is this derivative?", script.sup.start)
        order = 2
    if len(script.sub) > 1 or script.primes:
        raise TreeError("by what is this derivative?", node.start)
    return Operator(script.base.text, False, script.sub * order, order)


def operand(operator: Operator, rest: list[Node], is_function: bool) -> int:
    """Returns how many factors behind an operator are what it is of.

    Args:
        operator: the sign.
        rest: the factors behind it.
        is_function: whether the first of them names a function of the text.

    Raises:
        TreeError: where that is open.
    """
    first = 2 if is_function and len(rest) > 1 and arguments(rest[1]) is not None else 1
    bracketed = first == 2 or isinstance(rest[0], tree.Group | tree.Cases | tree.Fence)
    if len(rest) == first or not bracketed:
        return len(rest)
    if operator.sign == "\\nabla" and first == 2:
        return first
    message = "how far does this derivative reach? Write brackets round what it is of"
    raise TreeError(message, rest[first].start)


def reaches_on(node: Node) -> bool:
    r"""Tells whether what follows could still be differentiated: `\partial_x y \cdot z`."""
    match node:
        case tree.Run(factors):
            *before, last = factors
            closed = isinstance(last, tree.Group | tree.Fence | tree.Cases)
            return not closed and any(operator_of(factor) is not None for factor in before)
        case tree.Binary("\\cdot" | "\\times" | "\\odot" | "\\circ" | "/", _, right):
            return reaches_on(right)
    return False
