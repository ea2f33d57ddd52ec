r"""Reads compositions of functions, `(f \circ g)(x)`, as what they are short for: `f(g(x))`."""

from collections.abc import Callable
from dataclasses import replace

from mathcheck.meaning.functions import arguments
from mathcheck.text import tree
from mathcheck.text.tree import Node

_SIGN = "\\circ"


def composed(factors: tuple[Node, ...], is_function: Callable[[Node], bool]) -> tuple[Node, ...]:
    """Returns factors without compositions that are applied to something.

    Args:
        factors: what stands side by side.
        is_function: tells whether a factor names a function.
    """
    found: list[Node] = []
    for factor in factors:
        chain = _chain(found[-1]) if found else ()
        given = arguments(factor) if chain and all(map(is_function, chain)) else None
        if given is None:
            found.append(factor)
            continue
        before = found.pop()
        inside: Node = tree.Group(given.items, "()", start=factor.start, end=factor.end)
        for function in reversed(chain[1:]):
            call = tree.Run((function, inside), start=function.start, end=factor.end)
            inside = tree.Group((call,), "()", start=function.start, end=factor.end)
        if isinstance(before, tree.Script):  # the slope of the whole
            value = tree.Run((chain[0], inside), start=chain[0].start, end=factor.end)
            by = given.items[0]
            slope = tree.Derivative(False, value, by, start=before.start, end=factor.end)
            found.append(_scripted(slope, factor))
        else:
            found += [chain[0], _scripted(inside, factor)]
    return tuple(found)


def _chain(node: Node) -> tuple[Node, ...]:
    r"""Returns f, g and h of `(f \circ g \circ h)`, nothing for anything else."""
    match node:
        case tree.Script(tree.Group() as base, (), None, 1):
            return _chain(base)
        case tree.Group((tree.Binary(op) as whole,), "()") if op == _SIGN:
            return _parts(whole)
    return ()


def _parts(node: Node) -> tuple[Node, ...]:
    match node:
        case tree.Binary(op, left, right) if op == _SIGN:
            return *_parts(left), *_parts(right)
        case tree.Group((single,), "()"):
            return _parts(single)
    return (node,)


def _scripted(value: Node, factor: Node) -> Node:
    """Returns a value with the scripts of the brackets behind the function."""
    return replace(factor, base=value) if isinstance(factor, tree.Script) else value
