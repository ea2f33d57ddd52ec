"""Applies the functions that mathcheck knows to terms."""

from mathcheck.meaning import products, terms
from mathcheck.meaning.builtins import COLLECTING
from mathcheck.meaning.terms import Term
from mathcheck.text import tree
from mathcheck.text.errors import TreeError
from mathcheck.text.printer import latex
from mathcheck.text.tree import Node


def known(name: str, values: tuple[Term, ...], node: Node, primes: int = 0) -> Term:
    """Applies a function that mathcheck knows."""
    if name in ("max", "min") and len(values) > 1:
        value = values[0]
        for other in values[1:]:
            value = products.elementwise(name, value, other, node)
        return value
    if len(values) != 1:
        raise TreeError(f"{name} takes one argument, not {len(values)}", node.start)
    (value,) = values
    if name in COLLECTING:
        if value.rank == 0:
            raise TreeError(f"{name} of a single number", node.start)
        ranks = {"softmax": value.rank, "diag": 3 - value.rank}
        return terms.Collect(ranks.get(name, 0), node, name, value)
    if primes:
        if name != "sigmoid" or primes > 1:
            raise TreeError("a prime that I cannot read", node.start)
        name = "dsigmoid"
    return terms.Map(value.rank, node, name, value)


def norm(value: Term, script: tree.Script, node: Node) -> Term:
    r"""Returns the norm that the subscript names, `\|x\|_1`."""
    assert isinstance(value, terms.Collect)
    kind = latex(script.sub[0])
    names = {
        "2": "norm",
        "F": "norm",
        "\\mathrm{F}": "norm",
        "1": "norm1",
        "\\infty": "norminf",
    }
    if kind in ("1", "2", "\\infty") and value.argument.rank > 1:
        message = (
            f"of a matrix, \\|…\\|_{kind} is another norm than of its elements: write \\|…\\|_F"
        )
        raise TreeError(message, script.sub[0].start)
    if kind not in names:
        raise TreeError(f"I know no norm {kind}", script.sub[0].start)
    return terms.Collect(0, node, names[kind], value.argument)


def arguments(node: Node) -> tuple[tuple[Node, ...], Node | None] | None:
    """Returns the arguments in `(a, b)` or `(a)^2`, and what stands above."""
    if isinstance(node, tree.Group) and node.kind in ("()", "[]"):
        return node.items, None
    if isinstance(node, tree.Script) and not node.sub and isinstance(node.base, tree.Group):
        return node.base.items, node.sup
    return None


def is_bare(node: Node) -> bool:
    r"""Tells whether a function's argument stands without brackets, `\\log p`."""
    return isinstance(node, tree.Apply) and node.end == node.arguments[-1].end
