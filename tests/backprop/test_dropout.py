"""Dropout: what is left out, and by what the rest is divided."""

import numpy as np
import pytest

from backprop.dropout import dropout_backward, dropout_forward


@pytest.mark.parametrize("p", [0.0, 0.25, 0.9])
def test_the_rest_is_divided_by_what_is_left(rng, p):
    x = rng.uniform(1, 2, (300, 200))
    y, cache = dropout_forward(x, p=p, rng=rng)
    kept = y != 0
    np.testing.assert_allclose(y[kept], x[kept] / (1 - p))
    assert abs(kept.mean() - (1 - p)) < 6 * np.sqrt(p * (1 - p) / x.size) + 1e-12
    dy = rng.uniform(1, 2, x.shape)
    np.testing.assert_allclose(dropout_backward(dy, cache), dy * kept / (1 - p))


def test_each_element_has_a_mask_of_its_own(rng):
    y, _ = dropout_forward(np.ones((200, 100)), p=0.5, rng=rng)
    for axis in (0, 1):
        shares = (y != 0).mean(axis=axis)
        assert 0 < np.ptp(shares) < 0.6


def test_with_p_1_nothing_is_left(rng):
    y, cache = dropout_forward(np.ones((3, 4)), p=1, rng=rng)
    np.testing.assert_array_equal(y, np.zeros((3, 4)))
    np.testing.assert_array_equal(dropout_backward(np.ones((3, 4)), cache), np.zeros((3, 4)))


def test_the_generator_decides():
    x = np.ones((20, 20))
    same = [dropout_forward(x, p=0.5, rng=np.random.default_rng(3))[0] for _ in range(2)]
    np.testing.assert_array_equal(*same)
    other, _ = dropout_forward(x, p=0.5, rng=np.random.default_rng(4))
    assert (other != same[0]).any()


def test_an_element_is_kept_if_its_number_is_p_or_more():
    numbers = np.random.default_rng(5).random((4, 3), dtype=np.float32)
    y, _ = dropout_forward(np.ones((4, 3)), p=float(numbers[1, 2]), rng=np.random.default_rng(5))
    np.testing.assert_array_equal(y != 0, numbers >= numbers[1, 2])


def test_refused(refused, rng):
    x = np.ones((2, 3))
    for arguments, error, message in [
        ({"x": x.astype(int)}, TypeError, "x is int64, wanted floats"),
        ({"p": -0.1}, ValueError, "p is -0.1, wanted a number in [0, 1]"),
        ({"p": 1.1}, ValueError, "p is 1.1, wanted a number in [0, 1]"),
        ({"p": None}, TypeError, "p has type NoneType, wanted a number"),
        ({"rng": 0}, TypeError, "rng has type int, wanted a numpy.random.Generator"),
    ]:
        call = {"x": x, "p": 0.5, "rng": rng, **arguments}
        refused(error, f"dropout_forward: {message}", dropout_forward, **call)
    _, cache = dropout_forward(x, p=0.5, rng=rng)
    message = "dropout_backward: dy has shape (3, 2), wanted (2, 3) as in kept"
    refused(ValueError, message, dropout_backward, x.T, cache)
    message = "dropout_backward: dy is int64, wanted floats"
    refused(TypeError, message, dropout_backward, x.astype(int), cache)
