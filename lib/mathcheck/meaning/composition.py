r"""Reads `(f \circ g)(x)` and `(f g)'(x)` as what they are short for: f(g(x)), f(x) g(x)."""

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
        if found and (slope := _slope(found[-1], factor, is_function)) is not None:
            found[-1] = slope
            continue
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


def _slope(before: Node, factor: Node, is_function: Callable[[Node], bool]) -> Node | None:
    """Reads `(f g)'(x)`, the slope of a sum, a product, a fraction: as that of f(x) g(x)."""
    given = arguments(factor)
    match before:
        case tree.Script(tree.Group((body,), "()"), (), None, 1) if (
            given is not None and len(given.items) == 1
        ):
            value = _at(body, tree.Group(given.items, "()"), is_function)
            if value is not None:
                by = given.items[0]
                slope = tree.Derivative(False, value, by, start=before.start, end=factor.end)
                return _scripted(slope, factor)
    return None


def _at(node: Node, argument: Node, is_function: Callable[[Node], bool]) -> Node | None:
    """Returns `f(x) g(x)` for `f g`; None where something else than functions stands in it."""
    if is_function(node):
        group = replace(argument, start=node.start, end=node.end)
        return tree.Run((node, group), start=node.start, end=node.end)
    match node:
        case tree.Number():
            return node
        case tree.Run(parts):
            found = [_at(part, argument, is_function) for part in parts]
            # In brackets: an f before its argument must not take in what follows.
            grouped = [None if part is None else _grouped(part) for part in found]
            return None if None in grouped else node.rebuild([p for p in grouped if p])
        case tree.Binary("+" | "-" | "\\cdot") | tree.Fraction() | tree.Negative():
            found = [_at(part, argument, is_function) for part in node.children()]
            return None if None in found else node.rebuild([part for part in found if part])
    return None


def _grouped(node: Node) -> Node:
    return tree.Group((node,), "()", start=node.start, end=node.end)


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
