"""Finds numbers of a claim that a comparison to nine digits passes over, 10^{-12} beside 1."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mathcheck.claims.draw_plan import constant, parts_behind
from mathcheck.claims.equations import Claim
from mathcheck.meaning import terms
from mathcheck.meaning.terms import Term
from mathcheck.text import tree

_DIGITS = 8  # of nine the last may be wrong within what a comparison allows
_FINE = 1e-8
_CHANGED = 3.0
# Numbers between these put no formula where nine digits do not tell it from another.
_TAME_LEAST, _TAME_MOST = 0.05, 8.0


def may_be_fine(claim: Claim) -> bool:
    """Tells whether values of a claim may lie where nine digits do not tell two formulas apart.

    Where it has a condition, an integral or a number that is large or small, or its symbols have
    such a range.
    """
    if claim.condition is not None:
        return True
    for part in parts_behind(claim):
        match part:
            case terms.Integral():
                return True
            case terms.Literal(_, _, value) if not _is_tame(value):
                return True
            case terms.Ref(_, _, symbol):
                numbers = (each for detail in symbol.details for each in detail.walk())
                for number in numbers:
                    if isinstance(number, tree.Number) and not _is_tame(float(number.text)):
                        return True
    return False


def _is_tame(value: float) -> bool:
    return not value or _TAME_LEAST <= abs(value) < _TAME_MOST


def beyond_nine_digits(claim: Claim) -> tree.Node | None:
    """Returns a number of a claim, or of what defines it, that says more than nine digits do.

    It has more of them, or is one like 1 + 10^{-12}. None if there is none.
    """
    for part in parts_behind(claim):
        match part:
            case terms.Literal(_, tree.Number(text) as node) if "." in text:
                if len(text.replace(".", "").strip("0")) > _DIGITS:
                    return node
            case terms.Arith(_, node, "+" | "-", left, right):
                one, other = constant(left), constant(right)
                if one and other and not _FINE < abs(one / other) < 1 / _FINE:
                    return node
    return None


def with_others(claim: Claim) -> Iterator[tuple[tree.Node, Claim]]:
    """Yields for each very small number of a claim where it stands, and the claim with another.

    Where that other claim seems to hold as well, the number makes no difference that is seen.
    """
    for side in ("left", "right"):
        whole: Term = getattr(claim, side)
        for part in _fine(whole):
            value = constant(part)
            assert value is not None
            other = terms.Literal(0, part.node, _CHANGED * value)
            changes: dict[str, Any] = {side: _put(whole, part, other)}
            yield part.node, replace(claim, **changes)


def _fine(term: Term) -> Iterator[Term]:
    if term.rank == 0 and isinstance(term, terms.Literal | terms.Arith | terms.Map):
        value = constant(term)
        if value is not None and 0 < abs(value) < _FINE:
            yield term
            return
    for part in term.children():
        yield from _fine(part)


def _put(term: Term, old: Term, new: Term) -> Term:
    """Returns a term with a part of it replaced."""
    return new if term is old else term.changed(lambda part: _put(part, old, new))
