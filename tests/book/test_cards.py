"""Symbols in formulas and their rows: what the checker takes them for, in each section."""

from pathlib import Path

import pytest

from book.known.equations import Source
from book.made.cards import Cards, Letter

TEXT = r"""# Title

## First

| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $x_{nd}$ | `x` | (N, D) | input, of feature d |
| $W_{dm}$ | `Wh` | (D, M) | weights |
| $y_{nm}$ | `y` | (N, M) | output: sample n |

$$
y_{nm} \coloneqq \sum_{d=1}^{D} \hat{x}_{nd} \, x_{nd} \label{eq:one-y}
$$

## Second

| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $y$ | | scalar | another |
| $v_{hj}$ | | (H, 3H) | weights side by side |
| $W_{hh}$ | | (J, J) | weights of the state |

$$
y = 1
$$
"""


@pytest.fixture
def cards() -> Cards:
    return Cards(Source(Path("docs/x.md"), TEXT, "x/"))


def test_rows_have_ids(cards: Cards) -> None:
    assert cards.rows == [["s0-0", "s0-1", "s0-2"], ["s1-0", "s1-1", "s1-2"]]


def test_symbols_indices_and_sizes_are_marked_other_letters_are_not(cards: Cards) -> None:
    marked = cards.displayed(11, r"y_{nm} \coloneqq \sum_{d=1}^{D} \hat{x}_{nd} \, x_{nd}")
    n, m, d, size = (rf"{{\class{{sym l{at}}}{{{of}}}}}" for at, of in enumerate("nmdD"))
    left = rf"{{\class{{sym s0-2}}{{y}}}}_{{{n}{m}}} \coloneqq \sum_{{{d}=1}}^{{{size}}}"
    right = rf"\hat{{x}}_{{{n}{d}}} \, {{\class{{sym s0-0}}{{x}}}}_{{{n}{d}}}"
    assert marked == f"{left} {right}"
    assert cards.letters == {
        Letter(r"n = 1, \dots, N", "sample", "s0-2"): "l0",
        Letter(r"m = 1, \dots, M", "index", "s0-1"): "l1",
        Letter(r"d = 1, \dots, D", "feature", "s0-0"): "l2",
        Letter("D", "size", "s0-0"): "l3",
    }


def test_the_letters_of_a_name_are_no_indices(cards: Cards) -> None:
    assert (
        cards.inline("v_{hj}", 3)
        == r"{\class{sym s1-1}{v}}_{{\class{sym l0}{h}}{\class{sym l1}{j}}}"
    )
    assert cards.inline("W_{hh}", 3) == r"{\class{sym s1-2}{W}}_{hh}"
    assert cards.inline("H + q", 3) == r"{\class{sym l2}{H}} + q"
    assert cards.letters[Letter("H", "size", "s1-1")] == "l2"


def test_a_letter_means_what_its_section_says(cards: Cards) -> None:
    assert cards.displayed(23, "y = 1") == r"{\class{sym s1-0}{y}} = 1"
    assert cards.inline("y", 2) == r"{\class{sym s0-2}{y}}"
    assert cards.inline("y", 3) == r"{\class{sym s1-0}{y}}"


def test_claims_and_derivatives_in_the_text_are_read(cards: Cards) -> None:
    y, x, n = (
        rf"{{\class{{sym {name}}}{{{of}}}}}"
        for name, of in [["s0-2", "y"], ["s0-0", "x"], ["l0", "n"]]
    )
    assert cards.inline("y = x", 2) == f"{y} = {x}"
    assert cards.inline(r"\partial y/\partial x_n", 2) == rf"\partial {y}/\partial {x}_{n}"


def test_what_cannot_be_read_stays_as_it_is(cards: Cards) -> None:
    assert cards.inline(r"\odot y /", 2) == r"\odot y /"
    assert cards.inline("y", 9) == "y"
    assert cards.displayed(7, "y") == "y"
    assert cards.displayed(23, "y = 2") == "y = 2"


def test_a_symbol_knows_the_equation_that_defines_it(cards: Cards) -> None:
    assert cards.definitions == {"s0-2": "eq:one-y"}
