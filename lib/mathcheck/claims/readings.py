r"""Finds derivatives that a reader may take for others: a ∂ of a number that has several ways.

A ∂ of anything but the loss looks at the symbol's own definition alone. Of a number that the text
builds up over several definitions, a cost C, most readers take it for the derivative along all
ways; where the two differ and a claim needs the first, the table is to say which is meant.
"""

from collections.abc import Iterator
from dataclasses import replace

from mathcheck.claims.equations import Claim
from mathcheck.meaning import terms
from mathcheck.meaning.terms import Term


def doubtful(claim: Claim, distinguished: set[str]) -> terms.Derivative | None:
    """Returns a ∂ of a claim that may be meant along all ways, if there is one.

    Args:
        claim: the claim.
        distinguished: the symbols of which the text also writes d, and so knows the difference.
    """
    for side in (claim.left, claim.right):
        for part in side.walk():
            if isinstance(part, terms.Derivative) and _has_ways(part, claim):
                assert isinstance(part.of, terms.Ref)
                if part.of.symbol.name not in distinguished:
                    return part
    return None


def _has_ways(part: terms.Derivative, claim: Claim) -> bool:
    """Tells whether a number is differentiated that depends on the other through a third."""
    if part.total or not isinstance(part.of, terms.Ref):
        return False
    symbol, by = part.of.symbol, part.by.symbol
    if symbol.axes or symbol.is_loss:
        return False
    for definition in claim.state.definitions.get(symbol, ()):
        for inner in definition.body.walk():
            third = isinstance(inner, terms.Ref) and inner.symbol not in (symbol, by)
            if third and by in claim.state.reach_of(inner):
                return True
    return False


def along_all_ways(claim: Claim) -> Claim:
    """Returns the claim with each such ∂ read as a d."""
    return replace(claim, left=_total(claim.left, claim), right=_total(claim.right, claim))


def _total(term: Term, claim: Claim) -> Term:
    def within(part: Term) -> Term:
        return _total(part, claim)

    if isinstance(term, terms.Derivative) and _has_ways(term, claim):
        return replace(term.changed(within), total=True)
    return term.changed(within)


def differentiated_along_all(claims: list[Claim]) -> Iterator[str]:
    """Yields the names of the symbols of which a text writes a d."""
    for claim in claims:
        for side in (claim.left, claim.right):
            for part in side.walk():
                match part:
                    case terms.Derivative(_, _, True, terms.Ref(_, _, symbol)):
                        yield symbol.name
