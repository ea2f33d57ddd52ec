"""Computes exactly what is made of numbers that are written out: 2^{60} is not 2^{60} + 1."""

from fractions import Fraction

from mathcheck.meaning import terms
from mathcheck.meaning.terms import Term
from mathcheck.text import tree

_MOST_BITS = 2000


def fraction(term: Term) -> Fraction | None:
    """Returns the exact value of sums, products, fractions and powers of numbers; else None."""
    match term:
        case terms.Literal(_, tree.Number(text), value):
            found = Fraction(text)
            return found if float(found) == value else None
        case terms.Map(_, _, "neg", argument):
            inside = fraction(argument)
            return None if inside is None else -inside
        case terms.Arith(_, _, op, left, right):
            one, other = fraction(left), fraction(right)
            return None if one is None or other is None else _computed(op, one, other)
    return None


def _computed(op: str, left: Fraction, right: Fraction) -> Fraction | None:
    match op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/" if right:
            return left / right
        case "**" if right.denominator == 1 and (left or right > 0):
            bits = max(left.numerator.bit_length(), left.denominator.bit_length())
            if abs(right) * bits <= _MOST_BITS:
                return Fraction(left**right.numerator)
    return None
