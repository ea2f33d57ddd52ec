"""Paired differences: by hand, by tables of Student's t, and by how often the interval is right."""

import math

import numpy as np
import pytest

from experiments.comparison import overlapping_difference, paired_difference, student_t


# From tables: the 97.5 % point and the 99.5 % point.
@pytest.mark.parametrize(
    ("freedom", "wide", "wider"),
    [
        (1, 12.7062, 63.6567),
        (2, 4.3027, 9.9248),
        (4, 2.7764, 4.6041),
        (10, 2.2281, 3.1693),
        (120, 1.9799, 2.6174),
        (100_000, 1.95999, 2.57588),
    ],
)
def test_student_t_is_that_of_the_tables(freedom, wide, wider):
    assert student_t(0.975, freedom) == pytest.approx(wide, rel=2e-4)
    assert student_t(0.995, freedom) == pytest.approx(wider, rel=1e-3)


def test_difference_by_hand():
    found = paired_difference(np.array([3.0, 5, 10]), [1.0, 4, 4])  # 2, 1, 6: mean 3, deviation √7
    assert found.mean == 3
    assert found.error == pytest.approx(math.sqrt(7 / 3))
    assert found.high - found.mean == pytest.approx(4.3027 * math.sqrt(7 / 3), rel=1e-4)
    assert found.mean - found.low == pytest.approx(found.high - found.mean)
    assert found.pairs == 3
    assert not found.is_sure


def test_what_pairs_have_in_common_falls_out():
    """Two sides that differ by a tenth on seeds that differ by ten."""
    seeds = np.array([10.0, 20, 30, 40, 50])
    noise = np.array([0.01, -0.01, 0, 0.02, -0.02])
    found = paired_difference(seeds + 0.1 + noise, seeds)
    assert found.is_sure
    assert found.low > 0
    assert paired_difference(seeds, seeds + 0.1 + noise).is_sure
    apart = paired_difference(seeds + 0.1 + noise, seeds[::-1])
    assert not apart.is_sure


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """Of 1,000 comparisons of five pairs whose true difference is 1, 95 in 100, by 2 at most."""
    rng = np.random.default_rng(5)
    found = [paired_difference(*pair) for pair in rng.normal([[1], [0]], 1, (1000, 2, 5))]
    held = np.mean([one.low < 1 < one.high for one in found])
    assert abs(held - 0.95) < 0.02  # with 1.96 in place of Student's 2.78 it is 0.87


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ([1.0, 2], [1.0], "there are 2 of first and 1 of second"),
        ([1.0], [1.0], "there are 1 pairs, wanted at least two"),
        ([1.0, math.nan], [1.0, 2], "a difference is not finite"),
        ([1.0, math.inf], [1.0, 2], "a difference is not finite"),
    ],
)
def test_what_cannot_be_compared_is_refused(first, second, message):
    with pytest.raises(ValueError, match=f"^paired_difference: {message}$"):
        paired_difference(first, second)


def test_overlapping_difference_by_hand():
    """Off the mean by 1, 1, -1, -1: variance 1, one apart 1/4, two apart -1/2."""
    found = overlapping_difference(np.array([4.0, 4, 2, 2]), [1.0, 1, 1, 1], 2)
    assert found.mean == 2
    assert found.error == pytest.approx(math.sqrt((1 + 2 * (2 / 3 / 4 - 1 / 3 / 2)) / 4))
    assert found.high - found.mean == pytest.approx(1.95996 * found.error, rel=1e-4)
    assert found.pairs == 4
    plain = overlapping_difference([4.0, 4, 2, 2], [1.0, 1, 1, 1], 0)
    assert plain.error == pytest.approx(0.5)


def test_the_interval_for_overlapping_windows_is_right_about_as_often_as_it_says():
    """Means of 20 neighbours: taken for independent, the interval would be right in 34 of 100."""
    rng, inside, apart = np.random.default_rng(5), [], []
    for _ in range(400):
        noise = np.convolve(rng.normal(size=665), np.ones(20) / 20, mode="valid")
        for lag, found in ((40, inside), (0, apart)):
            difference = overlapping_difference(noise, 0 * noise, lag)
            found.append(difference.low < 0 < difference.high)
    assert 0.88 < np.mean(inside) < 0.96
    assert np.mean(apart) < 0.45


@pytest.mark.parametrize(
    ("first", "lag", "message"),
    [
        ([1.0, 2], 1, "there are 2 of first and 3 of second"),
        ([1.0, 2, 3], 3, "lag is 3, wanted at least 0 and below 3, the number of pairs"),
        ([1.0, 2, 3], -1, "lag is -1"),
    ],
)
def test_wrong_overlaps_are_refused(first, lag, message):
    with pytest.raises(ValueError, match=message):
        overlapping_difference(first, [0.0, 0, 0], lag)
