"""Symbols to recall, and the noise that follows them."""

import numpy as np

from backprop.data.recall import symbols_to_recall


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
