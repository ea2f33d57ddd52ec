"""Concatenation: by hand, against central differences, and what is refused."""

import re

import numpy as np
import pytest

from backprop.concatenation import ConcatenateCache, concatenate_backward, concatenate_forward
from backprop.gradcheck import check_gradients

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("behind", [(), (3,), (4, 5)])
def test_gradients_are_those_of_central_differences(behind):
    report = check_gradients(
        concatenate_forward,
        concatenate_backward,
        rng=np.random.default_rng(1),
        a=RNG.normal(size=(2, 3, *behind)),
        b=RNG.normal(size=(2, 1, *behind)),
    )
    assert set(report) == {"a", "b"}
    assert max(report.values()) < 1e-6


def test_channels_stay_in_order_and_gradients_find_back():
    a, b = RNG.normal(size=(2, 3, 4, 5)), RNG.normal(size=(2, 2, 4, 5))
    y, cache = concatenate_forward(a, b)
    assert y.shape == (2, 5, 4, 5)
    np.testing.assert_array_equal(y[:, 2], a[:, 2])
    np.testing.assert_array_equal(y[:, 3], b[:, 0])
    da, db = concatenate_backward(y, cache)
    np.testing.assert_array_equal(da, a)
    np.testing.assert_array_equal(db, b)
    da += 1
    db += 1
    np.testing.assert_array_equal(y[:, :3], a)
    np.testing.assert_array_equal(y[:, 3:], b)


def test_precision_stays():
    a = np.ones((2, 3), np.float32)
    y, cache = concatenate_forward(a, a)
    assert y.dtype == np.float32
    assert {g.dtype for g in concatenate_backward(y, cache)} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: concatenate_forward(np.ones((2, 3)), np.ones((4, 3))),
            "concatenate_forward: b has shape (4, 3), wanted (N, B, ...) with N = 2 as in a",
        ),
        (
            lambda: concatenate_forward(np.ones((2, 3, 4)), np.ones((2, 3, 5))),
            "concatenate_forward: b has shape (2, 3, 5), wanted (N, B, ...) with ... = (4,) as in",
        ),
        (
            lambda: concatenate_backward(np.ones((2, 4)), ConcatenateCache(2, 1)),
            "concatenate_backward: dy has 4 channels, wanted 2 + 1",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call()
