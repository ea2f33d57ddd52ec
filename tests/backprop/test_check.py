"""Checks that no public function uses in full."""

import numpy as np
import pytest

from backprop._check import check_number


@pytest.mark.parametrize(
    ("interval", "inside", "outside"),
    [
        ("[0, 1]", [0, 0.5, 1], [-1e-9, 1 + 1e-9, np.inf, np.nan]),
        ("(0, 1]", [1e-9, 1], [0, 1.5]),
        ("[-2, 3)", [-2, 2.5], [-2.5, 3]),
        ("(-2, 3)", [-1.5, 2.5], [-2, 3]),
    ],
)
def test_ends_of_an_interval(refused, interval, inside, outside):
    for number in inside:
        found = check_number("f", "p", np.float32(number), interval)
        assert found == np.float32(number)
        assert type(found) is float
    for number in outside:
        message = f"f: p is {float(number)}, wanted a number in {interval}"
        refused(ValueError, message, check_number, "f", "p", number, interval)
