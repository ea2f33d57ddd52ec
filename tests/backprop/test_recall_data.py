"""What to recall: symbols behind noise, and by their keys; numbers to add."""

import numpy as np
import pytest

from backprop.data.recall import numbers_to_add, pairs_to_look_up, symbols_to_recall


def test_a_symbol_is_seen_at_the_first_step_alone(rng):
    x, target = symbols_to_recall(400, rng, steps=5, symbols=3)
    assert x.shape == (6, 400, 4)
    np.testing.assert_array_equal(x[0, :, :3], np.eye(3)[target])
    assert (x[0, :, 3] == 0).all()
    assert (x[1:, :, :3] == 0).all()
    assert (x[1:, :, 3] != 0).all()
    np.testing.assert_allclose(np.bincount(target) / 400, 1 / 3, atol=0.08)


def test_noise_is_as_large_as_wanted_and_independent(rng):
    x, _ = symbols_to_recall(500, rng, steps=40, noise=0.7)
    noise = x[1:, :, 8]
    np.testing.assert_allclose([noise.mean(), noise.std()], [0, 0.7], atol=0.02)
    assert abs((noise[1:] * noise[:-1]).mean()) < 0.02
    assert abs((noise[:, 1:] * noise[:, :-1]).mean()) < 0.02
    assert (symbols_to_recall(5, rng, steps=2, noise=0).x[1:] == 0).all()


def test_what_makes_no_sense_is_refused(rng, refused):
    for arguments, options, error, message in [
        ((0, rng), {"steps": 3}, ValueError, "N is 0, wanted at least 1"),
        ((2, 0), {"steps": 3}, TypeError, "rng has type int, wanted a numpy.random.Generator"),
        ((2, rng), {"steps": 0}, ValueError, "steps is 0, wanted at least 1"),
        ((2, rng), {"steps": 3, "symbols": 0}, ValueError, "symbols is 0, wanted at least 1"),
        (
            (2, rng),
            {"steps": 3, "noise": -1},
            ValueError,
            "noise is -1.0, wanted a number in [0, inf)",
        ),
    ]:
        refused(error, f"symbols_to_recall: {message}", symbols_to_recall, *arguments, **options)


def test_every_key_comes_once_and_the_last_step_asks_for_one(rng):
    x, target = pairs_to_look_up(300, rng, pairs=5, values=3)
    assert x.shape == (6, 300, 8)
    np.testing.assert_array_equal(x[:-1, :, :5].sum(axis=0), np.ones((300, 5)))
    np.testing.assert_array_equal(x[:-1].sum(axis=2), np.full((5, 300), 2))
    np.testing.assert_array_equal(x[-1].sum(axis=1), np.ones(300))
    asked = x[-1, :, :5].argmax(axis=1)
    for n in range(300):
        (step,) = np.flatnonzero(x[:-1, n, asked[n]])
        assert x[step, n, 5 + target[n]] == 1
    first = x[0, :, :5].argmax(axis=1)  # the order differs, and is independent of what is asked
    np.testing.assert_allclose(np.bincount(first) / 300, 1 / 5, atol=0.08)
    np.testing.assert_allclose(np.bincount(asked) / 300, 1 / 5, atol=0.08)
    assert 0.1 < (first == asked).mean() < 0.3


def test_pairs_that_make_no_sense_are_refused(rng, refused):
    message = "pairs_to_look_up: pairs is 0, wanted at least 1"
    refused(ValueError, message, pairs_to_look_up, 2, rng, pairs=0)


@pytest.mark.parametrize("steps", [2, 6, 7])
def test_a_number_of_each_half_is_marked_and_their_sum_is_wanted(rng, steps):
    x, target = numbers_to_add(4000, rng, steps=steps)
    assert x.shape == (steps, 4000, 2)
    assert target.shape == (4000, 1)
    half = steps // 2
    for part in (slice(half), slice(half, None)):
        marks = x[part, :, 1]
        np.testing.assert_array_equal(np.sort(marks, axis=0)[-1], np.ones(4000))
        np.testing.assert_array_equal(marks.sum(axis=0), np.ones(4000))
        np.testing.assert_allclose(marks.mean(axis=1), 1 / len(marks), atol=0.04)
    picked = [x[marked, n, 0].sum() for n, marked in enumerate(x[:, :, 1].T == 1)]
    np.testing.assert_allclose(target[:, 0], picked)
    np.testing.assert_allclose([target.mean(), target.var()], [1, 1 / 6], rtol=0.05)
    numbers = x[..., 0]
    np.testing.assert_allclose([numbers.mean(), numbers.var()], [1 / 2, 1 / 12], rtol=0.05)
    assert abs(np.corrcoef(numbers)[0, 1]) < 0.06


def test_a_single_number_cannot_be_added(rng, refused):
    message = "numbers_to_add: steps is 1, wanted at least 2"
    refused(ValueError, message, numbers_to_add, 2, rng, steps=1)
