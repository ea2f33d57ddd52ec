"""Noisy waves, and the best forecast that there is."""

import numpy as np
import pytest

from backprop.data.waves import best_forecast, noisy_waves

PERIODS, NOISE = (8.0, 13.0, 21.0), 0.1


def test_without_noise_they_are_sines(rng):
    seen, target = noisy_waves(200, rng, steps=10, noise=0)
    waves = np.concatenate([seen[:, :, 0], target], axis=1)
    # The sum of a sine's neighbours is 2 cos(2π / period) times itself.
    factors = 2 * np.cos(2 * np.pi / np.array(PERIODS))
    errors = waves[:, 2:, None] + waves[:, :-2, None] - factors * waves[:, 1:-1, None]
    errors = np.abs(errors).max(axis=1)
    assert (errors.min(axis=1) < 1e-12).all()
    assert set(errors.argmin(axis=1)) == {0, 1, 2}
    assert np.abs(waves).max() <= 1


@pytest.mark.parametrize("noise", [NOISE, 0.5])
def test_noise_is_everywhere_and_as_large_as_wanted(noise):
    options = {} if noise == NOISE else {"noise": noise}
    clean = noisy_waves(1000, np.random.default_rng(1), noise=0)
    noisy = noisy_waves(1000, np.random.default_rng(1), **options)
    for blurred, exact in zip(noisy, clean, strict=True):
        np.testing.assert_allclose((blurred - exact).std(), noise, rtol=0.03)


def test_they_are_what_is_said_of_them():
    waves = noisy_waves(4, np.random.default_rng(2), steps=3, noise=0.5)
    rng = np.random.default_rng(2)
    periods = rng.choice(PERIODS, (4, 1))
    phases = rng.uniform(0, 2 * np.pi, (4, 1))
    wanted = np.sin(2 * np.pi * np.arange(6) / periods + phases)
    wanted += 0.5 * rng.standard_normal((4, 6))
    np.testing.assert_allclose(waves.seen[:, :, 0], wanted[:, :3], rtol=1e-12)
    np.testing.assert_allclose(waves.target, wanted[:, 3:], rtol=1e-12)


def test_the_best_forecast_is_the_mean_over_what_is_likely(rng):
    seen, _ = noisy_waves(5, rng, steps=4, noise=0.4)
    possible = [
        np.sin(2 * np.pi * (np.arange(8) / period + turn))
        for period in PERIODS
        for turn in np.arange(500) / 500
    ]
    for n, wave in enumerate(seen[:, :, 0]):
        errors = [(wave - other[:4]) / 0.4 for other in possible]
        weights = [np.prod(np.exp(-0.5 * error**2)) for error in errors]
        wanted = np.average([other[4:] for other in possible], axis=0, weights=weights)
        np.testing.assert_allclose(best_forecast(seen, noise=0.4)[n], wanted, atol=1e-9)


def test_shapes(rng):
    seen, target = noisy_waves(3, rng)
    assert seen.shape == (3, 10, 1)
    assert target.shape == (3, 10)
    assert noisy_waves(3, rng, steps=7).target.shape == (3, 7)


def test_a_seed_means_the_same_waves():
    first, second = (noisy_waves(3, np.random.default_rng(4)) for _ in range(2))
    np.testing.assert_array_equal(first.seen, second.seen)


@pytest.mark.parametrize("noise", [0.02, 0.1])
def test_the_best_forecast_is_near_the_noise_and_below_any_other(rng, noise):
    seen, target = noisy_waves(4000, rng, noise=noise)
    best = best_forecast(seen, noise=noise)
    error = ((best - target) ** 2).mean()
    # One unknown phase, from ten steps, costs about a tenth of the noise's variance.
    assert 1.05 * noise**2 < error < 1.2 * noise**2
    for wrong_noise in (noise / 3, noise * 5):
        assert ((best_forecast(seen, noise=wrong_noise) - target) ** 2).mean() > error


def test_the_best_forecast_looks_as_far_ahead_as_is_wanted(rng):
    seen, _ = noisy_waves(5, rng, steps=6)
    whole = best_forecast(seen)
    for ahead in (2, 6):
        np.testing.assert_allclose(best_forecast(seen, ahead=ahead), whole[:, :ahead], rtol=1e-12)
    further = best_forecast(seen, ahead=20)
    np.testing.assert_allclose(further[:, :6], whole, rtol=1e-12)
    assert further.shape == (5, 20)
    assert np.abs(further[:, 6:]).max() > 0.1


def test_the_best_forecast_of_clean_waves_is_what_follows(rng):
    seen, target = noisy_waves(50, rng, noise=0)
    np.testing.assert_allclose(best_forecast(seen, noise=0.02), target, atol=0.01)


def test_where_nothing_can_be_told_the_best_forecast_is_the_mean(rng):
    seen, _ = noisy_waves(5, rng)
    np.testing.assert_allclose(best_forecast(seen, noise=1e6), 0, atol=1e-9)


def test_what_makes_no_sense_is_refused(rng, refused):
    for arguments, options, error, message in [
        ((0, rng), {}, ValueError, "N is 0, wanted at least 1"),
        ((2, 0), {}, TypeError, "rng has type int, wanted a numpy.random.Generator"),
        ((2, rng), {"steps": 0}, ValueError, "steps is 0, wanted at least 1"),
        ((2, rng), {"noise": -1}, ValueError, "noise is -1.0, wanted a number in [0, inf)"),
    ]:
        refused(error, f"noisy_waves: {message}", noisy_waves, *arguments, **options)
    for seen, noise, error, message in [
        (np.ones((2, 3)), 1.0, ValueError, "seen has shape (2, 3), wanted (N, T, F)"),
        (np.ones((2, 3, 2)), 1.0, ValueError, "seen has shape (2, 3, 2), wanted (N, T, 1)"),
        (np.ones((2, 3, 1)), 0, ValueError, "noise is 0.0, wanted a number in (0, inf)"),
    ]:
        refused(error, f"best_forecast: {message}", best_forecast, seen, noise=noise)
    message = "best_forecast: ahead is 0, wanted at least 1"
    refused(ValueError, message, best_forecast, np.ones((2, 3, 1)), ahead=0)
