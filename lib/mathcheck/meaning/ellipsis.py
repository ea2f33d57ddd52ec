r"""Reads an ellipsis as the sum or the product that it stands for: `a_1 + \dots + a_n`.

What stands before it and what stands behind it must be the same but for a number that counts on:
there an index runs from the one to the other.
"""

from collections.abc import Sequence
from dataclasses import replace

from mathcheck.meaning.progressions import endless_powers, progression, value_at
from mathcheck.text import tree
from mathcheck.text.errors import TreeError
from mathcheck.text.tree import Node

# A letter that no text can hold.
_INDEX = "…"


def has_dots(node: Node) -> bool:
    """Tells whether an ellipsis stands among the terms or the factors of a node."""
    return any(isinstance(part, tree.Dots) for _, part in addends(node)) or any(
        isinstance(part, tree.Dots) for part in factors(node)
    )


def addends(node: Node) -> list[tuple[str, Node]]:
    """Returns the terms of a sum with their signs."""
    match node:
        case tree.Binary("+" | "-" as op, left, right):
            return [*addends(left), (op, right)]
        case tree.Negative(body):
            return [("-", body)]
    return [("+", node)]


def factors(node: Node) -> list[Node]:
    r"""Returns the factors of a product without a sign or with `\cdot`."""
    match node:
        case tree.Binary("\\cdot", left, right):
            return [*factors(left), *factors(right)]
        case tree.Run(parts):
            return list(parts)
    return [node]


def written_out(node: Node) -> Node:
    """Returns a node without the ellipsis among its terms or factors.

    Raises:
        TreeError: where it is open what the ellipsis stands for.
    """
    terms = addends(node)
    if any(isinstance(part, tree.Dots) for _, part in terms):
        return _sum(terms, node)
    return _product(factors(node), node)


def over_list(op: str, items: Sequence[Node], node: Node) -> Node:
    r"""Returns `\max_i x_i` for `\max(x_1, \dots, x_n)`."""
    first, last, body, used = _between(items, node)
    # All that stands before the ellipsis has to be of the same form, or it would be left out.
    if first is None or last is None or used + 2 != len(items):
        raise _open(node)
    return _big(op, first, last, body, node)


def _sum(terms: list[tuple[str, Node]], node: Node) -> Node:
    at = next(i for i, (_, part) in enumerate(terms) if isinstance(part, tree.Dots))
    if at + 1 == len(terms) and (endless := endless_powers(terms[:at], terms[at][0])) is not None:
        start, ratio = endless
        powers = tree.Script(ratio, (), tree.Name(_INDEX, start=node.start, end=node.end))
        each = tree.Binary("\\cdot", start, powers)
        return _big("sum", tree.Number("0"), tree.Name("\\infty"), each, node)
    if at == 0 or at + 1 >= len(terms):
        raise _open(node)
    sign = terms[at][0]
    if sign != terms[at + 1][0] or (sign != terms[at - 1][0] and at > 1):
        raise _open(node)
    if at == 1 and terms[0][0] != sign:
        raise _open(node)
    signs = [op for op, _ in terms[:at]]
    same = next((i + 1 for i in reversed(range(at)) if signs[i] != sign), 0)
    before = [part for _, part in terms[same:at]]
    end = terms[at + 1][1]
    first, last, body, used = _between([*before, tree.Dots(), end], node)
    if first is None or last is None:
        first, last, body, used = _of_numbers(before, end, node)
    if first is None or last is None:
        raise _open(node)
    rest = [*terms[: at - used], (sign, _big("sum", first, last, body, node)), *terms[at + 2 :]]
    return _joined(rest, node)


def _of_numbers(
    before: list[Node], last: Node, node: Node
) -> tuple[Node | None, Node | None, Node, int]:
    """Returns the same as `_between` of numbers that lead up to a last one."""
    index = tree.Name(_INDEX, start=node.start, end=node.end)
    used = 0
    while used < len(before) and value_at(before[-1 - used], None, 0) is not None:
        used += 1
    found = progression(before[len(before) - used :], last, index)
    return (None, None, node, 0) if found is None else (*found, used)


def _joined(terms: list[tuple[str, Node]], node: Node) -> Node:
    sign, found = terms[0]
    if sign == "-":
        found = tree.Negative(found, start=node.start, end=found.end)
    for op, part in terms[1:]:
        found = tree.Binary(op, found, part, start=node.start, end=node.end)
    return found


def _product(parts: list[Node], node: Node) -> Node:
    at = next(i for i, part in enumerate(parts) if isinstance(part, tree.Dots))
    for width in range(1, min(at, len(parts) - at - 1) + 1):
        groups = [_run(parts[i : i + width]) for i in range(at % width, at, width)]
        end = _run(parts[at + 1 : at + 1 + width])
        first, last, body, used = _between([*groups, tree.Dots(), end], node)
        if first is not None and last is not None:
            before, behind = parts[: at - used * width], parts[at + 1 + width :]
            big = _big("prod", first, last, body, node)
            # In brackets: it must not take in what follows.
            whole = tree.Group((big,), "()", start=node.start, end=node.end)
            return _run([*before, whole, *behind])
    raise _open(node)


def _run(parts: list[Node]) -> Node:
    if len(parts) == 1:
        return parts[0]
    return tree.Run(tuple(parts), start=parts[0].start, end=parts[-1].end)


def _big(op: str, first: Node, last: Node, body: Node, node: Node) -> Node:
    index = tree.Name(_INDEX, start=node.start, end=node.end)
    below = tree.Relation((index, first), ("=",), start=node.start, end=node.end)
    return tree.Big(op, (below,), last, body, start=node.start, end=node.end)


def _open(node: Node) -> TreeError:
    message = "what does this ellipsis stand for? Write a sum or a product with its bounds"
    return TreeError(message, next(p for p in node.walk() if isinstance(p, tree.Dots)).start)


def _between(items: Sequence[Node], node: Node) -> tuple[Node | None, Node | None, Node, int]:
    """Returns first and last index, what is added for each, and how many items before count."""
    at = next(i for i, item in enumerate(items) if isinstance(item, tree.Dots))
    before, last = list(items[:at]), items[at + 1]
    if not before or at + 2 < len(items):
        return None, None, node, 0
    found = _generalised(before[-1], last)
    if found is None:
        return None, None, node, 0
    number, end, body = found
    used, count_from = 1, number
    # What stands before goes on backwards as long as it fits.
    for item in reversed(before[:-1]):
        if _at(body, number - 1) != item:
            break
        number -= 1
        used += 1
    # `x_1 + x_3 + …`: what looks like a part of it and is none may mean steps of 2.
    others = before[: len(before) - used]
    if any(_generalised(item, last) is not None for item in others):
        return None, None, node, 0
    # `1 + 2 + … + 2^N`: all numbers, or the powers?
    grows = any(isinstance(part, tree.Script) and part.sup is not None for part in end.walk())
    if grows and used < 3 and body == tree.Name(_INDEX):
        return None, None, node, 0
    if isinstance(end, tree.Number) and end.text.isdecimal() and int(end.text) < count_from:
        return None, None, node, 0
    return tree.Number(str(number)), end, body, used


def _generalised(one: Node, other: Node) -> tuple[int, Node, Node] | None:
    """Returns the number in the one, what stands for it in the other, and both with an index."""
    pairs: list[tuple[Node, Node]] = []
    if not _differences(one, other, pairs) or not pairs:
        return None
    number, end = pairs[0]
    if not isinstance(number, tree.Number) or not number.text.isdecimal():
        return None
    if any(pair != pairs[0] for pair in pairs):
        return None
    return int(number.text), end, _indexed(one, other)


def _differences(one: Node, other: Node, pairs: list[tuple[Node, Node]]) -> bool:
    """Collects where two nodes differ; False where they differ in more than numbers."""
    if one == other:
        return True
    if isinstance(one, tree.Number):
        pairs.append((one, other))
        return True
    if type(one) is not type(other):
        return False
    left, right = list(one.children()), list(other.children())
    if len(left) != len(right) or not left:
        return False
    if one.rebuild(right) != other:  # something else than the children differs
        return False
    return all(_differences(a, b, pairs) for a, b in zip(left, right, strict=True))


def _indexed(one: Node, other: Node) -> Node:
    """Returns a node with the index where it differs from another."""
    if one == other:
        return one
    if isinstance(one, tree.Number):
        return tree.Name(_INDEX, start=one.start, end=one.end)
    pairs = zip(one.children(), other.children(), strict=True)
    return one.rebuild([_indexed(a, b) for a, b in pairs])


def _at(body: Node, number: int) -> Node:
    """Returns what stands for an index, as one would write it: x for x^1, 1 for x^0."""
    if body == tree.Name(_INDEX):
        return tree.Number(str(number))
    filled = body.rebuild([_at(child, number) for child in body.children()])
    match filled:
        case tree.Script(base, (), tree.Number("1"), 0):
            return base
        case tree.Script(_, _, tree.Number("1"), 0):
            return replace(filled, sup=None)
        case tree.Script(_, (), tree.Number("0"), 0):
            return tree.Number("1")
        case tree.Run(parts) if tree.Number("1") in parts:
            return _run([part for part in parts if part != tree.Number("1")] or [parts[0]])
    return filled
