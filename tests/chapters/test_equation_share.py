"""Of the code that chapters show, the modules of formulas are mostly equations."""

import pytest

from tests.chapters.equation_share import ROOT, table


@pytest.mark.parametrize(
    "module",
    [
        "activations",
        "convolution",
        "gru",
        "gru_reset_before",
        "linear",
        "lstm",
        "normalization",
        "optimizers",
        "recurrent",
    ],
)
def test_half_of_the_shown_lines_carry_an_equation(module):
    marked, total = table(ROOT)[f"backprop.{module}"]
    assert marked >= total / 2, f"{marked} of {total} lines"
