"""Drawing so that there is a gradient, and the distance from the standard normal distribution."""

import numpy as np

from backprop.gaussian import (
    gaussian_kl_backward,
    gaussian_kl_forward,
    gaussian_sample_backward,
    gaussian_sample_forward,
)
from backprop.gradcheck import check_gradients


def test_gradients_are_those_of_central_differences(rng):
    given = {"mu": rng.normal(size=(3, 5)), "log_var": rng.normal(size=(3, 5))}
    drawn = check_gradients(
        lambda mu, log_var: gaussian_sample_forward(mu, log_var, np.random.default_rng(3)),
        gaussian_sample_backward,
        rng=rng,
        **given,
    )
    divergence = check_gradients(gaussian_kl_forward, gaussian_kl_backward, rng=rng, **given)
    for report in (drawn, divergence):
        assert set(report) == {"mu", "log_var"}
        assert max(report.values()) < 1e-6


def test_numbers_are_drawn_with_the_mean_and_the_variance_given():
    mu, log_var = np.full(100_000, 3.0), np.full(100_000, np.log(4.0))
    z, _ = gaussian_sample_forward(mu, log_var, np.random.default_rng(0))
    assert abs(z.mean() - 3) < 5 * 2 / 100_000**0.5
    assert abs(z.var() - 4) < 5 * 4 * (2 / 100_000) ** 0.5


def test_the_divergence_is_that_of_its_integral():
    z = np.linspace(-20, 20, 400_001)
    mu, var = 0.7, 1.9
    q = np.exp(-((z - mu) ** 2) / (2 * var)) / np.sqrt(2 * np.pi * var)
    p = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    wanted = (q * np.log(q / p)).sum() * (z[1] - z[0])
    found, _ = gaussian_kl_forward(np.array([[mu, 0.0]]), np.log(np.array([[var, 1.0]])))
    np.testing.assert_allclose(found, wanted, rtol=1e-9)


def test_other_shapes_are_refused(refused):
    message = "gaussian_kl_forward: log_var has shape (2, 2), wanted (N, D) with D = 3 as in mu"
    refused(ValueError, message, gaussian_kl_forward, np.ones((2, 3)), np.ones((2, 2)))
    message = "gaussian_sample_forward: rng has type int, wanted a numpy.random.Generator"
    refused(TypeError, message, gaussian_sample_forward, np.ones(2), np.ones(2), 0)
