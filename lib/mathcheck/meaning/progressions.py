r"""Reads an ellipsis between numbers: `1 + 3 + \dots + (2N - 1)`, `1 + 2 + 4 + \dots + 2^N`.

What stands behind the ellipsis is a formula in one letter, and what stands before it are its values
at whole numbers that follow one another; or all are numbers, with steps that are the same, or that
have the same ratio. Where two readings fit, or what is written is too little to tell, none does.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from mathcheck.text import tree
from mathcheck.text.tree import Node

# First and last value of the index, and what is added for each.
Progression = tuple[Node, Node, Node]

# The first number of a row of values is one of these.
_FIRSTS = range(4)
_MOST_POWER = 60


def progression(before: Sequence[Node], last: Node, index: tree.Name) -> Progression | None:
    """Returns what runs through some numbers up to a last one, None if that is open."""
    values = [value_at(item, None, 0) for item in before]
    numbers = [value for value in values if value is not None]
    if len(numbers) < 2 or len(numbers) < len(values):
        return None
    letters = {part.text for part in last.walk() if isinstance(part, tree.Name)}
    if not letters:
        return _between_numbers(numbers, last, index)
    return _of_formula(numbers, last, letters.pop(), index) if len(letters) == 1 else None


def endless_powers(terms: Sequence[tuple[str, Node]], sign: str) -> tuple[Node, Node] | None:
    r"""Returns the first number and the ratio of `1 + \frac12 + \frac14 + \dots`, which goes on.

    Args:
        terms: what stands before the ellipsis, with signs.
        sign: that of the ellipsis.

    Returns:
        None for what has no ratio, and for what has one and no sum.
    """
    values = [value_at(part, None, 0) for _, part in terms]
    numbers = [
        -value if op == "-" else value
        for (op, _), value in zip(terms, values, strict=True)
        if value
    ]
    if len(numbers) < max(3, len(values)):
        return None
    ratio, *others = {b / a for a, b in pairwise(numbers)}
    following = "+" if numbers[-1] * ratio > 0 else "-"
    if others or abs(ratio) >= 1 or following != sign:
        return None
    return _number(numbers[0]), _number(ratio)


def _of_formula(
    numbers: list[Fraction], last: Node, letter: str, index: tree.Name
) -> Progression | None:
    """Finds the values of a formula for which it gives the numbers that stand first."""
    firsts = [
        first
        for first in _FIRSTS
        if [value_at(last, letter, first + at) for at in range(len(numbers))] == numbers
    ]
    # Of 1 + 2 + … + 2^N nobody knows whether all numbers are meant; 1 + 3 + … + (2N - 1) is clear.
    if len(firsts) != 1 or len(numbers) < (2 if _is_affine(last, letter) else 3):
        return None
    name = next(p for p in last.walk() if isinstance(p, tree.Name) and p.text == letter)
    return tree.Number(str(firsts[0])), name, _put(last, letter, index)


def _is_affine(node: Node, letter: str) -> bool:
    values = [value_at(node, letter, at) for at in range(6)]
    known = [value for value in values if value is not None]
    return len(known) == len(values) and len({b - a for a, b in pairwise(known)}) == 1


def _between_numbers(numbers: list[Fraction], last: Node, index: tree.Name) -> Progression | None:
    end = value_at(last, None, 0)
    steps = {b - a for a, b in pairwise(numbers)}
    ratios = {b / a for a, b in pairwise(numbers) if a}
    if end is None or not all(numbers):
        return None
    found: list[Progression] = []
    step = steps.pop()
    if not steps and step and ((end - numbers[0]) / step).denominator == 1:
        count = (end - numbers[0]) / step
        if count >= len(numbers):
            moved = tree.Run((_number(step), index))
            found.append((tree.Number("0"), _number(count), _plus(_number(numbers[0]), moved)))
    ratio = ratios.pop()
    exponent = _power(end / numbers[0], ratio)
    if not ratios and exponent is not None and exponent >= len(numbers):
        powers = tree.Script(_number(ratio), (), index)
        body = tree.Binary("\\cdot", _number(numbers[0]), powers)
        found.append((tree.Number("0"), _number(Fraction(exponent)), body))
    return found[0] if len(found) == 1 else None


def _power(whole: Fraction, ratio: Fraction) -> int | None:
    """Returns of which power of a ratio some number is."""
    if abs(ratio) == 1:
        return None
    return next((at for at in range(_MOST_POWER) if ratio**at == whole), None)


def _number(value: Fraction) -> Node:
    top: Node = tree.Number(str(abs(value.numerator)))
    if value.denominator > 1:
        top = tree.Fraction(top, tree.Number(str(value.denominator)))
    signed = tree.Negative(top) if value < 0 else top
    return signed if signed is top and value.denominator == 1 else tree.Group((signed,), "()")


def _plus(left: Node, right: Node) -> Node:
    return tree.Binary("+", left, right)


def _put(node: Node, letter: str, index: tree.Name) -> Node:
    if isinstance(node, tree.Name) and node.text == letter:
        return index
    children = list(node.children())
    return node.rebuild([_put(child, letter, index) for child in children]) if children else node


def value_at(node: Node, letter: str | None, at: int) -> Fraction | None:
    """Returns the value of a formula in one letter where that is some number; None if it has none.

    Only sums, products, fractions and whole powers have one.
    """

    def of(part: Node) -> Fraction | None:
        return value_at(part, letter, at)

    match node:
        case tree.Number(text):
            return Fraction(text)
        case tree.Name(text) if text == letter:
            return Fraction(at)
        case tree.Group((inner,), "()" | "{}"):
            return of(inner)
        case tree.Negative(body):
            inside = of(body)
            return None if inside is None else -inside
        case tree.Run(factors):
            product = Fraction(1)
            for factor in factors:
                value = of(factor)
                if value is None:
                    return None
                product *= value
            return product
        case tree.Fraction(top, bottom) | tree.Binary("/", top, bottom):
            one, other = of(top), of(bottom)
            return None if one is None or not other else one / other
        case tree.Binary(op, left, right) if op in ("+", "-", "\\cdot"):
            one, other = of(left), of(right)
            if one is None or other is None:
                return None
            return {"+": one + other, "-": one - other, "\\cdot": one * other}[op]
        case tree.Script(base, (), sup, 0) if sup is not None:
            one, exponent = of(base), of(sup)
            if one is None or exponent is None or exponent.denominator > 1:
                return None
            if abs(exponent) > _MOST_POWER or (not one and exponent <= 0):
                return None
            return one**exponent.numerator
    return None
