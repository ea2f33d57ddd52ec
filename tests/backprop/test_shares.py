"""Shares and their errors: by hand, against the spread of many draws, and in pairs."""

import math

import numpy as np
import pytest

from backprop.shares import mcnemar, paired_shares, share_error


def of_counts(both, first, second, neither):
    """Two networks of which so many digits are read by both, by one alone, by none."""
    pairs = [(True, True)] * both + [(True, False)] * first
    pairs += [(False, True)] * second + [(False, False)] * neither
    return np.array(pairs).T


def test_by_hand():
    first, second = of_counts(5, 3, 1, 1)
    assert share_error(first) == pytest.approx(math.sqrt(0.8 * 0.2 / 10))
    difference, error = paired_shares(first, second)
    assert difference == pytest.approx(0.2)
    assert error == pytest.approx(math.sqrt((0.4 - 0.04) / 10))
    assert mcnemar(first, second) == pytest.approx(1.0)
    assert mcnemar(second, first) == pytest.approx(-1.0)


def test_the_error_is_the_spread_of_many_shares(rng):
    shares = (rng.random((4000, 200)) < 0.9).mean(axis=1)
    first = np.arange(200) < 180
    assert share_error(first) == pytest.approx(shares.std(), rel=0.05)


def test_the_paired_error_is_the_spread_of_many_differences(rng):
    """Half of the digits are read by both, a fifth by the first alone, a tenth by the second."""
    kinds = rng.choice(4, size=(4000, 200), p=[0.5, 0.2, 0.1, 0.2])
    differences = (kinds == 1).mean(axis=1) - (kinds == 2).mean(axis=1)
    _, error = paired_shares(*of_counts(100, 40, 20, 40))
    assert error == pytest.approx(differences.std(), rel=0.05)


def test_it_is_the_error_of_the_differences_one_by_one(rng):
    first, second = rng.random((2, 57)) < 0.6
    each = first.astype(float) - second
    difference, error = paired_shares(first, second)
    assert difference == pytest.approx(each.mean())
    assert error == pytest.approx(each.std() / math.sqrt(57))


def test_a_fair_coin_is_beyond_two_about_once_in_twenty(rng):
    firsts = rng.binomial(90, 0.5, size=600)
    beyond = [abs(mcnemar(*of_counts(10, b, 90 - b, 5))) > 1.96 for b in firsts]
    assert 0.02 < np.mean(beyond) < 0.09


def test_without_a_disagreement_nothing_speaks_for_either():
    same = np.array([True, False, True])
    assert mcnemar(same, same) == 0.0
    assert paired_shares(same, same) == (0.0, 0.0)


@pytest.mark.parametrize("function", [paired_shares, mcnemar])
def test_what_is_no_pair_is_refused(function, refused):
    name, right = function.__name__, np.array([True, False])
    message = f"{name}: second has shape (3,), wanted (N,) with N = 2 as in first"
    refused(ValueError, message, function, right, np.ones(3, bool))
    refused(TypeError, f"{name}: first is float64, wanted booleans", function, np.ones(2), right)


def test_a_share_of_nothing_is_refused(refused):
    refused(
        ValueError, "share_error: right is empty, its shape is (0,)", share_error, np.ones(0, bool)
    )
