"""Settings to try: by hand, and by where they fall."""

import numpy as np
import pytest

from backprop.search import log_grid, log_uniform


def test_each_factor_of_ten_gets_its_share(rng):
    found = log_uniform(1e-4, 1.0, 100_000, rng=rng)
    assert found.shape == (100_000,)
    counts = [np.mean((found >= 10.0**k) & (found < 10.0 ** (k + 1))) for k in range(-4, 0)]
    np.testing.assert_allclose(counts, 0.25, atol=0.01)


def test_a_draw_is_the_range_to_the_power_of_a_uniform_number():
    u = np.random.default_rng(3).random(5)
    found = log_uniform(0.01, 100.0, 5, rng=np.random.default_rng(3))
    np.testing.assert_allclose(found, 0.01 * 10_000**u)


@pytest.mark.parametrize(
    ("shift", "wanted"),
    [(0.0, [1, 10, 100]), (1.0, [10, 100, 1000]), (0.5, 10 ** np.arange(0.5, 3))],
)
def test_a_grid_by_hand(shift, wanted):
    np.testing.assert_allclose(log_grid(1.0, 1000.0, 3, shift=shift), wanted)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        ((0.0, 1.0, 2), ValueError, "low is 0.0, wanted a number in (0, inf)"),
        ((1.0, -1.0, 2), ValueError, "high is -1.0, wanted a number in (0, inf)"),
        ((1.0, 2.0, 0), ValueError, "count is 0, wanted at least 1"),
        ((1.0, 2.0, 1.5), TypeError, "count has type float, wanted an integer"),
    ],
)
def test_what_cannot_be_searched_is_refused(call, error, message, rng, refused):
    refused(error, f"log_uniform: {message}", lambda: log_uniform(*call, rng=rng))
    refused(error, f"log_grid: {message}", lambda: log_grid(*call))


def test_a_generator_and_a_shift_are_wanted(refused):
    message = "log_uniform: rng has type int, wanted a numpy.random.Generator"
    refused(TypeError, message, lambda: log_uniform(1.0, 2.0, 3, rng=1))
    message = "log_grid: shift is 1.5, wanted a number in [0, 1]"
    refused(ValueError, message, lambda: log_grid(1.0, 2.0, 3, shift=1.5))
