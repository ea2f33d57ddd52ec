"""Batch norm and its relatives by hand, staged against fused, and what they refuse."""

import copy
import tracemalloc
from functools import partial

import numpy as np
import pytest

from backprop import normalization
from backprop.fast import normalization as fast
from backprop.gradcheck import check_gradients
from backprop.normalization import (
    batchnorm_backward,
    batchnorm_backward_staged,
    batchnorm_evaluation_backward,
    batchnorm_evaluation_forward,
    batchnorm_forward,
    batchnorm_running,
    groupnorm_backward,
    groupnorm_forward,
    layernorm_backward,
    layernorm_forward,
    rmsnorm_backward,
    rmsnorm_forward,
)

X = np.array([[1.0, 10.0], [3.0, 30.0], [8.0, 20.0]])
GAMMA = np.array([2.0, -1.0])
BETA = np.array([0.5, 3.0])
BACKWARDS = [batchnorm_backward, batchnorm_backward_staged]


def draw(rng, shape):
    x = 3 * rng.standard_normal(shape) + 7
    return x, rng.standard_normal(shape[1]), rng.standard_normal(shape[1])


def test_forward_by_hand():
    y, _ = batchnorm_forward(X, GAMMA, BETA, eps=2 / 3)
    # Means 4 and 20, variances (9 + 1 + 16) / 3 and 200 / 3; with eps 28 / 3 and 202 / 3.
    first = 0.5 + 2 * np.array([-3, -1, 4]) / np.sqrt(28 / 3)
    second = 3 - np.array([-10, 10, 0]) / np.sqrt(202 / 3)
    np.testing.assert_allclose(y, np.stack([first, second], axis=1), rtol=1e-14)


def test_eps_is_1e_5_by_default():
    small = 1e-3 * X
    y, cache = batchnorm_forward(small, GAMMA, BETA)
    np.testing.assert_array_equal(y, batchnorm_forward(small, GAMMA, BETA, eps=1e-5)[0])
    mean, var = batchnorm_running(np.zeros(2), np.ones(2), cache, momentum=1)
    found, _ = batchnorm_evaluation_forward(small, GAMMA, BETA, mean, var)
    wanted, _ = batchnorm_evaluation_forward(small, GAMMA, BETA, mean, var, eps=1e-5)
    np.testing.assert_array_equal(found, wanted)
    found, _ = layernorm_forward(small, GAMMA, BETA)
    np.testing.assert_array_equal(found, layernorm_forward(small, GAMMA, BETA, eps=1e-5)[0])
    found, _ = rmsnorm_forward(small, GAMMA)
    np.testing.assert_array_equal(found, rmsnorm_forward(small, GAMMA, eps=1e-5)[0])
    small = small.reshape(1, 2, 3)
    found, _ = groupnorm_forward(small, GAMMA, BETA, groups=2)
    wanted, _ = groupnorm_forward(small, GAMMA, BETA, groups=2, eps=1e-5)
    np.testing.assert_array_equal(found, wanted)


def test_each_channel_of_images_has_one_mean_and_one_variance(rng):
    x, gamma, beta = draw(rng, (4, 3, 5, 6))
    y, cache = batchnorm_forward(x, gamma, beta)
    dy = rng.standard_normal(y.shape)
    as_features = [a.transpose(0, 2, 3, 1).reshape(-1, 3) for a in (x, y, dy)]
    flat_y, flat_cache = batchnorm_forward(as_features[0], gamma, beta)
    np.testing.assert_allclose(as_features[1], flat_y, rtol=1e-12, atol=1e-12)
    dx, dgamma, dbeta = batchnorm_backward(dy, cache)
    flat_dx, flat_dgamma, flat_dbeta = batchnorm_backward(as_features[2], flat_cache)
    np.testing.assert_allclose(dx.transpose(0, 2, 3, 1).reshape(-1, 3), flat_dx, atol=1e-12)
    np.testing.assert_allclose(dgamma, flat_dgamma, rtol=1e-12)
    np.testing.assert_allclose(dbeta, flat_dbeta, rtol=1e-12)


@pytest.mark.parametrize("shape", [(2, 1), (5, 3), (3, 2, 4, 5), (1, 2, 3, 1)])
def test_staged_and_fused_are_equal(rng, shape):
    x, gamma, beta = draw(rng, shape)
    y, cache = batchnorm_forward(x, gamma, beta)
    dy = rng.standard_normal(y.shape)
    for staged, fused in zip(*(backward(dy, cache) for backward in BACKWARDS), strict=True):
        assert staged.shape == fused.shape
        np.testing.assert_allclose(staged, fused, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("backward", BACKWARDS)
def test_the_gradient_is_orthogonal_to_what_cannot_matter(rng, backward):
    """A shift of a feature does not matter, nor does a scale, eps apart."""
    x, gamma, beta = draw(rng, (6, 3))
    y, cache = batchnorm_forward(x, gamma, beta, eps=1e-12)
    dx, _, _ = backward(rng.standard_normal(y.shape), cache)
    assert np.abs(dx).min() > 1e-4
    np.testing.assert_allclose(dx.sum(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose((dx * x).sum(axis=0), 0, atol=1e-10)


@pytest.mark.parametrize("shape", [(5, 3), (3, 2, 2, 3)])
@pytest.mark.parametrize("backward", BACKWARDS)
@pytest.mark.parametrize(("method", "limit"), [("central", 1e-6), ("complex", 1e-11)])
def test_gradients_in_training(rng, shape, backward, method, limit):
    x, gamma, beta = draw(rng, shape)
    forward = partial(batchnorm_forward, eps=0.1)
    report = check_gradients(forward, backward, rng=rng, method=method, x=x, gamma=gamma, beta=beta)
    assert max(report.values()) < limit, str(report)


@pytest.mark.parametrize("shape", [(5, 3), (1, 3), (3, 2, 2, 3)])
@pytest.mark.parametrize(("method", "limit"), [("central", 1e-6), ("complex", 1e-12)])
def test_gradients_in_evaluation(rng, shape, method, limit):
    x, gamma, beta = draw(rng, shape)
    mean, var = rng.standard_normal(shape[1]), rng.uniform(0.5, 2, shape[1])
    forward = partial(batchnorm_evaluation_forward, mean=mean, var=var, eps=0.1)
    backward = batchnorm_evaluation_backward
    report = check_gradients(forward, backward, rng=rng, method=method, x=x, gamma=gamma, beta=beta)
    assert max(report.values()) < limit, str(report)


@pytest.mark.parametrize("shape", [(3, 5), (1, 4), (2, 3, 4), (6,)])
@pytest.mark.parametrize(("method", "limit"), [("central", 1e-6), ("complex", 1e-11)])
def test_gradients_of_layer_norm(rng, shape, method, limit):
    x = 3 * rng.standard_normal(shape) + 7
    gamma, beta = rng.standard_normal(shape[-1]), rng.standard_normal(shape[-1])
    forward = partial(layernorm_forward, eps=0.1)
    report = check_gradients(
        forward, layernorm_backward, rng=rng, method=method, x=x, gamma=gamma, beta=beta
    )
    assert max(report.values()) < limit, str(report)


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize("shape", [(3, 4, 2, 5), (2, 4, 3)])
@pytest.mark.parametrize(("method", "limit"), [("central", 1e-6), ("complex", 1e-11)])
def test_gradients_of_group_norm(rng, shape, groups, method, limit):
    x, gamma, beta = draw(rng, shape)
    forward = partial(groupnorm_forward, groups=groups, eps=0.1)
    report = check_gradients(
        forward, groupnorm_backward, rng=rng, method=method, x=x, gamma=gamma, beta=beta
    )
    assert max(report.values()) < limit, str(report)


@pytest.mark.parametrize("shape", [(3, 5), (1, 4), (2, 3, 4), (6,)])
@pytest.mark.parametrize(("method", "limit"), [("central", 1e-6), ("complex", 1e-12)])
def test_gradients_of_rms_norm(rng, shape, method, limit):
    x, gamma = 3 * rng.standard_normal(shape) + 2, rng.standard_normal(shape[-1])
    forward = partial(rmsnorm_forward, eps=0.1)
    report = check_gradients(forward, rmsnorm_backward, rng=rng, method=method, x=x, gamma=gamma)
    assert max(report.values()) < limit, str(report)


def test_rms_norm_by_hand():
    x, gamma = np.array([[1.0, 7.0], [6.0, 2.0]]), np.array([2.0, -1.0])
    y, cache = rmsnorm_forward(x, gamma, eps=11)  # mean squares 25 and 20; roots 6 and √31
    np.testing.assert_allclose(y, [[1 / 3, -7 / 6], [12 / 31**0.5, -2 / 31**0.5]])
    dx, dgamma = rmsnorm_backward(np.array([[3.0, 0.0], [0.0, 0.0]]), cache)
    # 6 arrives at the first x_hat: its mean with x_hat, (1/6, 7/6), is 1/2.
    np.testing.assert_allclose(dx, [[(6 - 1 / 12) / 6, -7 / 72], [0, 0]], atol=1e-15)
    np.testing.assert_allclose(dgamma, [0.5, 0])


def test_group_norm_by_hand():
    x = np.array([[[1.0, 3.0], [3.0, 9.0], [10.0, 30.0], [50.0, 70.0]]])
    gamma, beta = np.array([1.0, 2.0, 1.0, -1.0]), np.array([0.0, 0.0, 5.0, 0.0])
    y, _ = groupnorm_forward(x, gamma, beta, groups=2, eps=1)
    # Means 4 and 40, variances 9 and 500.
    first = np.array([[-3, -1], [-2, 10]]) / 10**0.5
    second = np.array([[-30, -10], [-10, -30]]) / 501**0.5 + [[5], [0]]
    np.testing.assert_allclose(y[0], [*first, *second])


def test_group_norm_is_the_others_at_its_ends(rng):
    """One group is layer norm over an image; a group a channel is each map by itself."""
    x, gamma, beta = draw(rng, (3, 4, 2, 5))
    one, _ = groupnorm_forward(x, gamma, beta, groups=1)
    wide = [np.repeat(a, 10) for a in (gamma, beta)]
    layer, _ = layernorm_forward(x.reshape(3, 40), *wide)
    np.testing.assert_allclose(one.reshape(3, 40), layer, rtol=1e-12)
    each, _ = groupnorm_forward(x, gamma, beta, groups=4)
    for n in range(3):
        alone, _ = batchnorm_forward(x[n : n + 1], gamma, beta)
        np.testing.assert_allclose(each[n : n + 1], alone, rtol=1e-12)


def test_samples_do_not_meet(rng):
    x, gamma, beta = draw(rng, (3, 4, 2, 5))
    changed = x.copy()
    changed[1] = rng.standard_normal((4, 2, 5))
    for normalise in (
        lambda x: groupnorm_forward(x, gamma, beta, groups=2)[0],
        lambda x: layernorm_forward(x, np.ones(5), np.zeros(5))[0],
        lambda x: rmsnorm_forward(x, np.ones(5))[0],
    ):
        before, after = normalise(x), normalise(changed)
        np.testing.assert_array_equal(before[[0, 2]], after[[0, 2]])
        assert np.abs(before[1] - after[1]).max() > 0.1


def test_running_statistics_by_hand():
    _, cache = batchnorm_forward(X, GAMMA, BETA)
    mean, var = batchnorm_running(np.array([1.0, 2.0]), np.array([1.0, 3.0]), cache)
    np.testing.assert_allclose(mean, [0.9 * 1 + 0.1 * 4, 0.9 * 2 + 0.1 * 20])
    np.testing.assert_allclose(var, [0.9 * 1 + 0.1 * 13, 0.9 * 3 + 0.1 * 100])
    mean, var = batchnorm_running(mean, var, cache, momentum=1)
    np.testing.assert_allclose(mean, [4, 20])
    np.testing.assert_allclose(var, [13, 100])
    images = X.reshape(3, 2, 1, 1).repeat(2, axis=3)
    _, cache = batchnorm_forward(images, GAMMA, BETA)
    _, var = batchnorm_running(mean, var, cache, momentum=1)
    np.testing.assert_allclose(var, [26 * 2 / 5, 200 * 2 / 5])


def test_what_takes_a_cache_keeps_precision_and_arguments():
    y, cache = batchnorm_forward(*(a.astype(np.float32) for a in (X, GAMMA, BETA)))
    arguments = [y, np.zeros(2, np.float32), np.ones(2, np.float32), *cache]
    before = copy.deepcopy(arguments)
    found = [
        *batchnorm_backward_staged(y, cache),
        *batchnorm_running(*arguments[1:3], cache, momentum=np.float64(0.3)),
    ]
    assert {array.dtype for array in found} == {np.dtype(np.float32)}
    for array, copied in zip(arguments, before, strict=True):
        np.testing.assert_array_equal(array, copied)
        assert not any(np.shares_memory(array, result) for result in found)


def test_evaluation_by_hand():
    mean, var = np.array([1.0, 0.0]), np.array([3.0, 8.0])
    y, cache = batchnorm_evaluation_forward(X, GAMMA, BETA, mean, var, eps=1)
    np.testing.assert_allclose(y, np.stack([0.5 + X[:, 0] - 1, 3 - X[:, 1] / 3], axis=1))
    dx, dgamma, dbeta = batchnorm_evaluation_backward(np.ones((3, 2)), cache)
    np.testing.assert_allclose(dx, [[1, -1 / 3]] * 3)
    np.testing.assert_allclose(dgamma, [(0 + 2 + 7) / 2, 20])
    np.testing.assert_array_equal(dbeta, [3, 3])


def test_layer_norm_is_batch_norm_along_the_other_axis(rng):
    x = rng.standard_normal((4, 6))
    ones, zeros = np.ones(6), np.zeros(6)
    y, _ = layernorm_forward(x, ones, zeros)
    turned, _ = batchnorm_forward(x.T, ones[:4], zeros[:4])
    np.testing.assert_allclose(y, turned.T, rtol=1e-12)


def test_layer_norm_scales_and_shifts_features():
    y, _ = layernorm_forward(np.array([[1.0, 3.0], [4.0, 0.0]]), GAMMA, BETA, eps=3)
    np.testing.assert_allclose(y, [[0.5 - 1, 3 - 0.5], [0.5 + 4 / 7**0.5, 3 + 2 / 7**0.5]])


def test_a_large_mean_costs_no_digits():
    """E[x²] - E[x]² would be 0 here, or negative."""
    x = (np.float32(1e4) + np.arange(8, dtype=np.float32)).reshape(8, 1)
    one, zero = np.ones(1, np.float32), np.zeros(1, np.float32)
    y, _ = batchnorm_forward(x, one, zero)
    np.testing.assert_allclose(y, batchnorm_forward(x - x[0], one, zero)[0], rtol=1e-6)
    y, _ = layernorm_forward(x.T, np.ones(8, np.float32), np.zeros(8, np.float32))
    np.testing.assert_allclose(y.T, batchnorm_forward(x - x[0], one, zero)[0], rtol=1e-6)


def test_batch_norm_holds_fewer_than_four_batches():
    """What it centres it divides in place; then come the scaled values, and the shifted ones."""
    x = np.arange(30_000.0).reshape(75, 4, 10, 10)  # so small that NumPy adds nothing in place
    tracemalloc.start()
    try:
        fast.batchnorm_forward(x, np.ones(4), np.zeros(4))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * x.nbytes


@pytest.mark.parametrize("shape", [(1, 2), (1, 2, 1, 1)])
def test_a_single_value_has_no_variance(refused, shape):
    message = f"batchnorm_forward: x has shape {shape}: one value of a feature has no variance"
    refused(ValueError, message, batchnorm_forward, np.ones(shape), GAMMA, BETA)


@pytest.mark.parametrize("name", ["batchnorm_forward", "batchnorm_evaluation_forward"])
@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"x": np.ones(2)}, ValueError, "x has shape (2,), wanted (N, D, ...)"),
        ({"x": X.astype(int)}, TypeError, "x is int64, wanted floats"),
        (
            {"gamma": np.ones(3)},
            ValueError,
            "gamma has shape (3,), wanted (D,) with D = 2 as in x",
        ),
        (
            {"beta": np.ones((1, 2))},
            ValueError,
            "beta has shape (1, 2), wanted (D,)",
        ),
        (
            {"beta": BETA.astype(np.float32)},
            TypeError,
            "beta is float32, wanted float64 as in x",
        ),
        (
            {"x": X.reshape(3, 2, 1, 1), "gamma": np.ones(3)},
            ValueError,
            "gamma has shape (3,), wanted (D,) with D = 2 as in x",
        ),
        ({"eps": 0}, ValueError, "eps is 0.0, wanted a number in (0, inf)"),
        ({"eps": "1"}, TypeError, "eps has type str, wanted a number"),
    ],
)
def test_batch_norm_refuses(refused, name, changes, error, message):
    arguments = {"x": X, "gamma": GAMMA, "beta": BETA, **changes}
    if name == "batchnorm_evaluation_forward":
        arguments |= {"mean": np.zeros(2), "var": np.ones(2)}
    refused(error, f"{name}: {message}", getattr(normalization, name), **arguments)


def test_evaluation_refuses_statistics_that_do_not_fit(refused):
    call = partial(batchnorm_evaluation_forward, X, GAMMA, BETA)
    wanted = "wanted (D,) with D = 2 as in x"
    name = "batchnorm_evaluation_forward"
    refused(ValueError, f"{name}: mean has shape (3,), {wanted}", call, mean=np.ones(3), var=GAMMA)
    refused(ValueError, f"{name}: var has shape (3,), {wanted}", call, mean=GAMMA, var=np.ones(3))


@pytest.mark.parametrize("x", [X, X.reshape(3, 2, 1, 1)])
def test_running_statistics_that_do_not_fit(refused, x):
    _, cache = batchnorm_forward(x, GAMMA, BETA)
    for mean, var, options, error, message in [
        (
            np.ones(3),
            BETA,
            {},
            ValueError,
            "mean has shape (3,), wanted (D,) with D = 2 as in x",
        ),
        (
            BETA,
            np.ones(3),
            {},
            ValueError,
            "var has shape (3,), wanted (D,) with D = 2 as in x",
        ),
        (
            BETA,
            BETA,
            {"momentum": 1.5},
            ValueError,
            "momentum is 1.5, wanted a number in [0, 1]",
        ),
        (
            BETA.astype(np.float32),
            BETA,
            {},
            TypeError,
            "mean is float32, wanted float64 as in x",
        ),
    ]:
        message = f"batchnorm_running: {message}"
        refused(error, message, batchnorm_running, mean, var, cache, **options)


def test_layer_norm_refuses(refused):
    for changes, error, message in [
        (
            {"gamma": np.ones(3)},
            ValueError,
            "gamma has shape (3,), wanted (D,) with D = 2 as in x",
        ),
        ({"beta": np.ones(3)}, ValueError, "beta has shape (3,), wanted (D,) with D = 2 as in x"),
        ({"x": X.astype(int)}, TypeError, "x is int64, wanted floats"),
        ({"x": np.float64(1)}, TypeError, "x has type float64, wanted an array"),
        ({"eps": -1}, ValueError, "eps is -1.0, wanted a number in (0, inf)"),
    ]:
        arguments = {"x": X, "gamma": GAMMA, "beta": BETA, **changes}
        refused(error, f"layernorm_forward: {message}", layernorm_forward, **arguments)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"x": np.ones(2)}, ValueError, "x has shape (2,), wanted (N, C, ...)"),
        ({"gamma": np.ones(3)}, ValueError, "gamma has shape (3,), wanted (C,) with C = 2 as in x"),
        ({"beta": np.ones(3)}, ValueError, "beta has shape (3,), wanted (C,) with C = 2 as in x"),
        ({"groups": 0}, ValueError, "groups is 0, wanted at least 1"),
        ({"groups": 1.0}, TypeError, "groups has type float, wanted an integer"),
        ({"groups": 4}, ValueError, "x has 2 channels, which 4 groups do not share out evenly"),
        ({"groups": 2}, ValueError, "x has shape (3, 2): one value of a group has no variance"),
        ({"eps": 0}, ValueError, "eps is 0.0, wanted a number in (0, inf)"),
    ],
)
def test_group_norm_refuses(refused, changes, error, message):
    arguments = {"x": X, "gamma": GAMMA, "beta": BETA, "groups": 1, **changes}
    refused(error, f"groupnorm_forward: {message}", groupnorm_forward, **arguments)


def test_rms_norm_refuses(refused):
    for changes, error, message in [
        ({"gamma": np.ones(3)}, ValueError, "gamma has shape (3,), wanted (D,) with D = 2 as in x"),
        ({"x": X.astype(int)}, TypeError, "x is int64, wanted floats"),
        ({"eps": 0}, ValueError, "eps is 0.0, wanted a number in (0, inf)"),
    ]:
        arguments = {"x": X, "gamma": GAMMA, **changes}
        refused(error, f"rmsnorm_forward: {message}", rmsnorm_forward, **arguments)


def test_cotangents_of_group_norm_and_rms_norm_that_do_not_fit(refused):
    made = {
        "groupnorm_backward": groupnorm_forward(X, GAMMA, BETA, groups=1),
        "rmsnorm_backward": rmsnorm_forward(X, GAMMA),
    }
    for name, (y, cache) in made.items():
        backward = getattr(normalization, name)
        message = f"{name}: dy has shape (2, 3), wanted (3, 2) as in x_hat"
        refused(ValueError, message, backward, y.T, cache)
        message = f"{name}: dy is float32, wanted float64 as in x_hat"
        refused(TypeError, message, backward, y.astype(np.float32), cache)


@pytest.mark.parametrize("name", ["batchnorm", "batchnorm_evaluation", "layernorm"])
def test_a_cotangent_that_does_not_fit(refused, name):
    statistics = (BETA, GAMMA**2) if name == "batchnorm_evaluation" else ()
    y, cache = getattr(normalization, f"{name}_forward")(X, GAMMA, BETA, *statistics)
    names = [f"{name}_backward"] + ["batchnorm_backward_staged"] * (name == "batchnorm")
    for function in names:
        backward = getattr(normalization, function)
        kept = "x_hat" if name == "layernorm" else "x"
        message = f"{function}: dy has shape (2, 3), wanted (3, 2) as in {kept}"
        refused(ValueError, message, backward, y.T, cache)
        message = f"{function}: dy is float32, wanted float64 as in {kept}"
        refused(TypeError, message, backward, y.astype(np.float32), cache)


def test_the_order_in_memory_changes_no_number_and_is_kept(rng, as_from_a_convolution):
    x, dy = rng.standard_normal((2, 3, 4, 5, 6))
    gamma, beta = rng.standard_normal((2, 4))
    laid = [as_from_a_convolution(array) for array in (x, dy)]
    y, cache = batchnorm_forward(x, gamma, beta)
    found_y, found_cache = fast.batchnorm_forward(laid[0], gamma, beta)
    wanted, found = batchnorm_backward(dy, cache), fast.batchnorm_backward(laid[1], found_cache)
    for one, other in zip((found_y, *found), (y, *wanted), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)
    assert found_y.strides == found[0].strides == laid[0].strides
