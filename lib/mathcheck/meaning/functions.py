"""Applies the functions that mathcheck knows to terms."""

from dataclasses import dataclass

from mathcheck.meaning import products, terms
from mathcheck.meaning.builtins import COLLECTING
from mathcheck.meaning.terms import Term
from mathcheck.text import tree
from mathcheck.text.errors import TreeError
from mathcheck.text.printer import latex
from mathcheck.text.tree import Node

NORMS = {"2": "norm", "F": "norm", "\\mathrm{F}": "norm", "1": "norm1", "\\infty": "norminf"}


def known(name: str, values: tuple[Term, ...], node: Node, primes: int = 0) -> Term:
    """Applies a function that mathcheck knows."""
    if name in ("max", "min") and len(values) > 1:
        value = values[0]
        for other in values[1:]:
            value = products.elementwise(name, value, other, node)
        return value
    if name in ("gcd", "lcm", "mod") and len(values) == 2:
        return products.elementwise(name, *values, node)
    if name == "clip" and len(values) == 3:
        value, low, high = values
        below = products.elementwise("min", value, high, node)
        return products.elementwise("max", below, low, node)
    wanted = {"gcd": "two", "lcm": "two", "mod": "two", "clip": "three"}.get(name, "one")
    if len(values) != 1 or wanted != "one":
        many = "argument" if wanted == "one" else "arguments"
        raise TreeError(f"{name} takes {wanted} {many}, not {len(values)}", node.start)
    (value,) = values
    if name in COLLECTING:
        if value.rank == 0:
            raise TreeError(f"{name} of a single number", node.start)
        if name == "vec" and value.rank != 2:
            raise TreeError(
                "\\mathrm{vec} is of a matrix: its columns under one another", node.start
            )
        ranks = {"softmax": value.rank, "diag": 3 - value.rank, "vec": 1}
        return terms.Collect(ranks.get(name, 0), node, name, value)
    if primes:
        if name != "sigmoid" or primes > 1:
            raise TreeError("a prime that I cannot read", node.start)
        name = "dsigmoid"
    return terms.Map(value.rank, node, name, value)


def norm(value: Term, kind: Node, power: Term | None, node: Node) -> Term:
    r"""Returns the norm that the subscript names, `\\|x\\|_1`; `power` is that name as a value."""
    assert isinstance(value, terms.Collect)
    name = latex(kind)
    if name not in ("F", "\\mathrm{F}") and value.argument.rank > 1:
        message = (
            f"of a matrix, \\|…\\|_{name} is another norm than of its elements: write \\|…\\|_F"
        )
        raise TreeError(message, kind.start)
    if name in NORMS:
        return terms.Collect(0, node, NORMS[name], value.argument)
    if power is None or power.rank or (isinstance(power, terms.Literal) and power.value < 1):
        raise TreeError(f"I know no norm {name}", kind.start)
    sizes = terms.Map(1, node, "abs", value.argument)
    total = terms.Collect(0, node, "sum", terms.Arith(1, node, "**", sizes, power))
    one = terms.Literal(0, node, 1.0)
    return terms.Arith(0, node, "**", total, terms.Arith(0, node, "/", one, power))


@dataclass(frozen=True)
class Arguments:
    """What stands in the brackets behind a function, and their scripts."""

    items: tuple[Node, ...]
    sub: tuple[Node, ...] = ()
    sup: Node | None = None


def arguments(node: Node) -> Arguments | None:
    """Returns the arguments in `(a, b)`, `(a; b)`, `[a]` or `(a)_i^2`, None for what is no list."""
    scripted = isinstance(node, tree.Script) and not node.primes
    match node.base if isinstance(node, tree.Script) and scripted else node:
        case tree.Group(items, "()" | "[]"):
            found = items
        case tree.Conditional(parts, marks, "()" | "[]") if set(marks) == {";"}:
            found = tuple(item for part in parts for item in part)
        case _:
            return None
    if isinstance(node, tree.Script):
        return Arguments(found, node.sub, node.sup)
    return Arguments(found)


def is_bare(node: Node) -> bool:
    r"""Tells whether a function's argument stands without brackets, `\\log p`."""
    return isinstance(node, tree.Apply) and node.end == node.arguments[-1].end
