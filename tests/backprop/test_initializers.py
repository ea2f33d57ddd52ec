"""Initial weights: their distribution, and what is refused."""

import numpy as np
import pytest

from backprop import initializers
from backprop.initializers import he_normal, normal, orthogonal, xavier_uniform, zeros

# Variance wanted for each, with fan_in and fan_out; the gain of 3 must show.
VARIANCES = {
    "xavier_uniform": lambda fan_in, fan_out, gain: gain**2 * 2 / (fan_in + fan_out),
    "xavier_normal": lambda fan_in, fan_out, gain: gain**2 * 2 / (fan_in + fan_out),
    "he_uniform": lambda fan_in, fan_out, gain: gain**2 / fan_in,
    "he_normal": lambda fan_in, fan_out, gain: gain**2 / fan_in,
}
DEFAULT_GAINS = {"xavier": 1, "he": np.sqrt(2)}
# A shape with its fan_in and fan_out.
FANS = [((300, 200), 300, 200), ((30, 20, 9, 11), 20 * 99, 30 * 99)]


@pytest.mark.parametrize(("shape", "fan_in", "fan_out"), FANS)
@pytest.mark.parametrize("name", VARIANCES)
@pytest.mark.parametrize("gain", [None, 3.0])
def test_distribution(rng, name, shape, fan_in, fan_out, gain):
    draw = getattr(initializers, name)
    W = draw(shape, rng) if gain is None else draw(shape, rng, gain)
    gain = DEFAULT_GAINS[name.split("_")[0]] if gain is None else gain
    std = np.sqrt(VARIANCES[name](fan_in, fan_out, gain))
    assert W.shape == shape
    assert abs(W.mean()) < 4 * std / np.sqrt(W.size)
    np.testing.assert_allclose(W.std(), std, rtol=4 / np.sqrt(2 * W.size))
    if name.endswith("uniform"):
        np.testing.assert_allclose(np.abs(W).max(), np.sqrt(3) * std, rtol=1e-3)
    else:  # beyond what a uniform distribution reaches
        assert np.abs(W).max() > 3 * std


def test_normal(rng):
    W = normal((200, 300), rng)
    np.testing.assert_allclose(W.std(), 0.01, rtol=0.02)
    assert abs(W.mean()) < 4e-2 / np.sqrt(W.size)
    assert np.abs(W).max() > 0.03
    np.testing.assert_allclose(normal((200, 300), rng, std=2.0).std(), 2, rtol=0.02)
    np.testing.assert_array_equal(normal((2,), rng, std=0), [0, 0])
    assert normal((2, 3, 4), rng).shape == (2, 3, 4)


@pytest.mark.parametrize("shape", [(5, 5), (7, 4), (4, 7), (6, 2, 3, 3), (30, 2, 3, 3)])
@pytest.mark.parametrize("gain", [1.0, 3.0])
def test_orthogonal(rng, shape, gain):
    W = orthogonal(shape, rng, gain)
    assert W.shape == shape
    matrix = W.reshape(shape[0], -1)
    product = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    np.testing.assert_allclose(product, gain**2 * np.eye(len(product)), atol=1e-13)


def test_orthogonal_by_default_keeps_lengths(rng):
    assert np.linalg.norm(orthogonal((5, 5), rng)[0]) == pytest.approx(1)


@pytest.mark.parametrize(("shape", "axis"), [((3, 3), 0), ((4, 3), 0), ((3, 4), 1)])
def test_the_first_orthogonal_vector_is_the_first_that_was_drawn(shape, axis):
    drawn = np.random.default_rng(3).standard_normal((max(shape), min(shape)))[:, 0]
    W = orthogonal(shape, np.random.default_rng(3))
    np.testing.assert_allclose(W.take(0, axis=1 - axis), drawn / np.linalg.norm(drawn), rtol=1e-13)


def test_orthogonal_matrices_are_all_equally_likely():
    """Without the mended signs, the first column would point to one half of space alone."""
    rng = np.random.default_rng(0)
    drawn = np.array([orthogonal((2, 2), rng) for _ in range(4000)])
    np.testing.assert_allclose(drawn.mean(axis=0), 0, atol=4 * np.sqrt(0.5 / 4000))
    assert abs(np.linalg.det(drawn).mean()) < 4 / np.sqrt(4000)


def test_zeros():
    for shape in [(3,), (2, 3)]:
        np.testing.assert_array_equal(zeros(shape), np.zeros(shape))
    assert zeros((3,)).dtype == np.float64


DRAWN = ["normal", "orthogonal", *VARIANCES]


@pytest.mark.parametrize("name", DRAWN)
def test_a_seed_means_the_same_weights_in_every_dtype(name):
    draw = getattr(initializers, name)
    double = draw((4, 3), np.random.default_rng(5))
    single = draw((4, 3), np.random.default_rng(5), dtype=np.float32)
    assert double.dtype == np.float64
    assert single.dtype == np.float32
    np.testing.assert_array_equal(double.astype(np.float32), single)
    assert zeros((2,), np.float32).dtype == np.float32


@pytest.mark.parametrize("name", DRAWN)
def test_every_draw_is_another(rng, name):
    draw = getattr(initializers, name)
    assert (draw((4, 3), rng) != draw((4, 3), rng)).all()


@pytest.mark.parametrize("name", ["zeros", *DRAWN])
def test_arguments_are_refused(refused, rng, name):
    draw = getattr(initializers, name)
    more = () if name == "zeros" else (rng,)
    refused(TypeError, f"{name}: shape has type list, wanted a tuple", draw, [2, 3], *more)
    refused(TypeError, f"{name}: shape has type int, wanted a tuple", draw, 2, *more)
    message = f"{name}: shape[1] has type float, wanted an integer"
    refused(TypeError, message, draw, (2, 3.0), *more)
    message = f"{name}: shape[0] has type bool, wanted an integer"
    refused(TypeError, message, draw, (True, 3), *more)
    refused(ValueError, f"{name}: shape[1] is 0, wanted at least 1", draw, (2, 0), *more)
    refused(ValueError, f"{name}: shape[0] is -2, wanted at least 1", draw, (-2, 1), *more)
    refused(ValueError, f"{name}: shape is (), wanted at least one size", draw, (), *more)
    message = f"{name}: dtype is int64, wanted floats"
    refused(TypeError, message, draw, (2, 3), *more, dtype=np.int64)


@pytest.mark.parametrize("name", DRAWN)
def test_generators_and_scales_are_refused(refused, rng, name):
    draw = getattr(initializers, name)
    message = f"{name}: rng has type int, wanted a numpy.random.Generator"
    refused(TypeError, message, draw, (2, 3), 0)
    scale = "std" if name == "normal" else "gain"
    message = f"{name}: {scale} is -1.0, wanted a number in [0, inf)"
    refused(ValueError, message, draw, (2, 3), rng, -1)
    message = f"{name}: {scale} has type str, wanted a number"
    refused(TypeError, message, draw, (2, 3), rng, "relu")


@pytest.mark.parametrize("name", ["orthogonal", *VARIANCES])
@pytest.mark.parametrize("shape", [(3,), (2, 3, 4), (1, 2, 3, 4, 5)])
def test_fans_need_two_sizes_or_four(refused, rng, name, shape):
    message = f"{name}: shape is {shape}, wanted 2 sizes or 4"
    refused(ValueError, message, getattr(initializers, name), shape, rng)


def test_numpy_integers_are_integers(rng):
    assert he_normal((np.int64(2), np.int32(3)), rng).shape == (2, 3)
    assert xavier_uniform((2, 3), rng, np.float32(1)).dtype == np.float64
