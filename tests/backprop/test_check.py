"""Checks that no public function uses in full."""

import numpy as np
import pytest

from backprop._check import check_arrays, check_number


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


def test_a_multiple_of_a_size_that_an_earlier_argument_gave(refused):
    h = np.ones((2, 3))
    check_arrays("f", h=(h, "N X"), W=(np.ones((12, 36)), "4X 12X"))
    for shape in [(3, 36), (12, 3), (12, 35)]:
        message = f"f: W has shape {shape}, wanted (4X, 12X) with X = 3 as in h"
        arguments = {"h": (h, "N X"), "W": (np.ones(shape), "4X 12X")}
        refused(ValueError, message, check_arrays, "f", **arguments)


def test_any_shape_but_the_same_throughout(refused):
    for shape in [(3, 2), (2,), (2, 3, 1)]:
        message = f"f: b has shape {shape}, wanted (2, 3) as in a"
        arguments = {"a": (np.ones((2, 3)), "..."), "b": (np.ones(shape), "...")}
        refused(ValueError, message, check_arrays, "f", **arguments)


def test_a_number_is_no_array(refused):
    message = "f: a has shape (), wanted at least one axis"
    refused(ValueError, message, check_arrays, "f", a=(np.array(1.0), "..."))
