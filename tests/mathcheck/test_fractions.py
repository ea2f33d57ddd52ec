"""What numbers that are written out come to, exactly."""

from fractions import Fraction

import pytest

from mathcheck.claims.chapter import load
from mathcheck.claims.fractions import fraction
from mathcheck.meaning import terms
from mathcheck.text import tree

EXACT = {
    "7": Fraction(7),
    "0.1 + 0.2": Fraction(3, 10),
    "2 - 0.5": Fraction(3, 2),
    r"-3 \cdot 4": Fraction(-12),
    r"\frac{1}{3} + \frac{1}{6}": Fraction(1, 2),
    r"\frac{0}{3}": Fraction(0),
    "2^{60} + 1": Fraction(2**60 + 1),
    "2^{-3}": Fraction(1, 8),
    "(-2)^{3}": Fraction(-8),
    "0^2": Fraction(0),
    "0^1": Fraction(0),
    "5^0": Fraction(1),
    "(1/2)^{999}": Fraction(1, 2**999),
    "2^{1000}": Fraction(2**1000),
    "2^{-1000}": Fraction(1, 2**1000),
}
# What has no fraction, or one of which too much would have to be kept.
INEXACT = [
    "2^{1001}", "2^{-1001}", "(1/2)^{1001}", "2^{0.5}", r"\pi", r"1 + \pi", r"\pi - 1", r"-\pi",
    r"\sqrt 4", r"\frac{1}{0}", "0^{-1}", "0^0",
]  # fmt: skip


def computed(tex: str) -> Fraction | None:
    """Returns what the left side of a claim comes to."""
    table = "| Symbol | Shape |\n|---|---|\n| $a$ | scalar |\n\n"
    (claim,) = load("a.md", f"{table}$$\n{tex} = 3\n$$\n").claims
    return fraction(claim.left)


@pytest.mark.parametrize(("tex", "value"), EXACT.items(), ids=EXACT)
def test_a_fraction(tex: str, value: Fraction) -> None:
    assert computed(tex) == value


@pytest.mark.parametrize("tex", INEXACT)
def test_no_fraction(tex: str) -> None:
    assert computed(tex) is None


def test_a_value_that_stands_where_another_number_is_written_is_not_taken_for_it() -> None:
    assert fraction(terms.Literal(0, tree.Number("2"), 3.0)) is None
