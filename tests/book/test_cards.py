"""Symbols in formulas and their rows: what the checker takes them for, in each section."""

from pathlib import Path

import pytest

from book.cards import Cards
from book.equations import Source

TEXT = r"""# Title

## First

| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $x_{nd}$ | `x` | (N, D) | input |
| $W_{\mathrm h, dm}$ | `Wh` | (D, M) | weights |
| $y_{nm}$ | `y` | (N, M) | output |

$$
y_{nm} \coloneqq \sum_{d=1}^{D} \hat{x}_{nd} \, x_{nd} \label{eq:one-y}
$$

## Second

| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $y$ | | scalar | another |

$$
y = 1
$$
"""


@pytest.fixture
def cards() -> Cards:
    return Cards(Source(Path("docs/x.md"), TEXT, "x/"))


def test_rows_have_ids(cards: Cards) -> None:
    assert cards.rows == [["s0-0", "s0-1", "s0-2"], ["s1-0"]]


def test_symbols_are_marked_indices_and_other_letters_are_not(cards: Cards) -> None:
    marked = cards.displayed(0, r"y_{nm} \coloneqq \sum_{d=1}^{D} \hat{x}_{nd} \, x_{nd}")
    left, right = r"{\class{sym s0-2}{y}}_{nm}", r"{\class{sym s0-0}{x}}_{nd}"
    assert marked == rf"{left} \coloneqq \sum_{{d=1}}^{{D}} \hat{{x}}_{{nd}} \, {right}"


def test_a_letter_means_what_its_section_says(cards: Cards) -> None:
    assert cards.displayed(1, "y = 1") == r"{\class{sym s1-0}{y}} = 1"
    assert cards.inline("y", 2) == r"{\class{sym s0-2}{y}}"
    assert cards.inline("y", 3) == r"{\class{sym s1-0}{y}}"


def test_what_cannot_be_read_stays_as_it_is(cards: Cards) -> None:
    assert cards.inline(r"\partial y /", 2) == r"\partial y /"
    assert cards.inline("y", 9) == "y"
    assert cards.displayed(7, "y") == "y"
    assert cards.displayed(1, "y = 2") == "y = 2"


def test_a_symbol_knows_the_equation_that_defines_it(cards: Cards) -> None:
    assert cards.definitions == {"s0-2": "eq:one-y"}
