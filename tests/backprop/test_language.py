"""The windows of a text, and draws of a class."""

import re

import numpy as np
import pytest

from backprop.language import sample_class, text_windows


@pytest.mark.parametrize(("T", "N", "window"), [(23, 2, 3), (13, 3, 4), (25, 1, 7), (100, 4, 8)])
def test_windows_join_to_the_parts_of_the_text(T, N, window):
    tokens = np.random.default_rng(0).integers(9, size=T)
    pieces = list(text_windows(tokens, N, window))
    length = len(pieces) * window
    assert length == (T - 1) // N // window * window
    assert all(x.shape == target.shape == (window, N) for x, target in pieces)
    for shift in (0, 1):
        joined = np.concatenate([piece[shift] for piece in pieces])
        for n in range(N):
            begin = n * length + shift
            np.testing.assert_array_equal(joined[:, n], tokens[begin : begin + length])


def test_a_text_of_one_window_is_enough_and_a_shorter_one_is_not():
    assert len(list(text_windows(np.arange(7), 2, 3))) == 1
    message = (
        "text_windows: tokens has 6 numbers, wanted more than 6: a window of 3 for 2 parts, "
        "and one to come"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        list(text_windows(np.arange(6), 2, 3))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_classes_are_drawn_as_often_as_they_are_probable(temperature):
    logits = np.array([0.3, -1.0, 2.0, 1.2])
    p = np.exp(logits / temperature)
    p /= p.sum()
    many = 40_000
    drawn = sample_class(np.tile(logits, (many, 1)), temperature, np.random.default_rng(0))
    shares = np.bincount(drawn, minlength=4) / many
    assert np.all(np.abs(shares - p) < 4 * np.sqrt(p * (1 - p) / many))


def test_each_row_has_its_own_probabilities():
    logits = 50.0 * np.eye(5)[[3, 0, 4]]
    np.testing.assert_array_equal(sample_class(logits, 1.0, np.random.default_rng(0)), [3, 0, 4])


def test_the_most_probable_class_alone_is_left_near_temperature_zero():
    logits = np.array([[0.0, 0.1, -3.0]])
    rng = np.random.default_rng(0)
    assert {int(sample_class(logits, 1e-3, rng)[0]) for _ in range(20)} == {1}


def test_single_precision_draws_no_class_that_does_not_exist():
    class Last:
        """What is drawn is the largest number below 1."""

        def random(self, size):
            return np.full(size, np.nextafter(1.0, 0.0))

    logits = np.random.default_rng(0).normal(size=(300, 67)).astype(np.float32)
    drawn = np.asarray(sample_class.__wrapped__(logits, 1.0, Last()))
    assert drawn.max() <= 66


@pytest.mark.parametrize(
    ("logits", "temperature", "rng", "error", "message"),
    [
        (np.zeros(3), 1.0, np.random.default_rng(0), ValueError, "logits"),
        (np.zeros((2, 3)), 0.0, np.random.default_rng(0), ValueError, "temperature"),
        (np.zeros((2, 3)), -1.0, np.random.default_rng(0), ValueError, "temperature"),
        (np.zeros((2, 3), int), 1.0, np.random.default_rng(0), TypeError, "logits"),
        (np.zeros((2, 3)), 1.0, 0, TypeError, "rng"),
    ],
)
def test_what_is_refused(logits, temperature, rng, error, message):
    with pytest.raises(error, match=f"^sample_class: {message}"):
        sample_class(logits, temperature, rng)
