"""Masks from lengths, and what the recurrent networks make of masks."""

import numpy as np
import pytest

from backprop.fast.rows import padded_steps
from backprop.masking import mask_from_lengths


def test_by_hand():
    mask = mask_from_lengths(np.array([1, 3, 0]), 3)
    assert mask.dtype == bool
    np.testing.assert_array_equal(mask.T, [[1, 0, 0], [1, 1, 1], [0, 0, 0]])


@pytest.mark.parametrize("dtype", ["int8", "int64", "uint16"])
def test_integers_of_any_size_will_do(dtype):
    mask = mask_from_lengths(np.array([1], dtype), 2)
    np.testing.assert_array_equal(mask, [[True], [False]])


@pytest.mark.parametrize(
    ("lengths", "T", "error", "message"),
    [
        (np.array([2, 4]), 3, ValueError, "lengths holds 4, wanted 0 to T = 3"),
        (np.array([-1, 3]), 3, ValueError, "lengths holds -1, wanted 0 to T = 3"),
        (np.array([1.0]), 3, TypeError, "lengths is float64, wanted integers"),
        ([1], 3, TypeError, "lengths has type list, wanted an array"),
        (np.array([[1]]), 3, ValueError, "lengths has shape (1, 1), wanted (N,)"),
        (np.array([], int), 3, ValueError, "lengths is empty, its shape is (0,)"),
        (np.array([1]), 0, ValueError, "T is 0, wanted at least 1"),
        (np.array([1]), 2.0, TypeError, "T has type float, wanted an integer"),
    ],
)
def test_what_does_not_fit_is_refused(refused, lengths, T, error, message):
    refused(error, f"mask_from_lengths: {message}", mask_from_lengths, lengths, T)


def test_only_steps_with_padding_have_a_column_of_it():
    assert padded_steps(None, 2) == padded_steps(np.ones((2, 3), dtype=bool), 2) == [None, None]
    whole, last = padded_steps(np.array([[True, True], [True, False]]), 2)
    assert whole is None
    np.testing.assert_array_equal(last, [[False], [True]])
