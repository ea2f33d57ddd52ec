"""Losses, by hand and at the ends of the range."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from backprop.activations import (
    sigmoid_backward,
    sigmoid_forward,
    softmax_backward,
    softmax_forward,
)
from backprop.losses import (
    binary_cross_entropy_backward,
    binary_cross_entropy_forward,
    cross_entropy_backward,
    cross_entropy_forward,
    mean_squared_error_backward,
    mean_squared_error_forward,
    softmax_cross_entropy_backward,
    softmax_cross_entropy_forward,
)

LOGITS = np.log([[1.0, 2.0, 5.0], [3.0, 3.0, 2.0]])
SOFTMAX = np.array([[0.125, 0.25, 0.625], [0.375, 0.375, 0.25]])
TARGET = np.array([[0.5, 0.5, 0.0], [0.0, 0.25, 0.75]])


def test_mean_squared_error_by_hand():
    y, target = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([[1.0, 0.0, 3.0]] * 2)
    loss, cache = mean_squared_error_forward(y, target)
    assert loss == (4 + 9 + 25 + 9) / 6
    dy = mean_squared_error_backward(3.0, cache)
    np.testing.assert_array_equal(dy, [[0, 2, 0], [3, 5, 3]])


def test_classes_by_hand():
    loss, cache = softmax_cross_entropy_forward(LOGITS, np.array([2, 0]))
    np.testing.assert_allclose(loss, -(np.log(0.625) + np.log(0.375)) / 2, rtol=1e-15)
    dlogits = softmax_cross_entropy_backward(2.0, cache)
    expected = [[0.125, 0.25, -0.375], [-0.625, 0.375, 0.25]]
    np.testing.assert_allclose(dlogits, expected, rtol=1e-14)


def test_probabilities_by_hand():
    expected = -(0.5 * np.log(0.125 * 0.25) + 0.25 * np.log(0.375) + 0.75 * np.log(0.25)) / 2
    loss, cache = softmax_cross_entropy_forward(LOGITS, TARGET)
    np.testing.assert_allclose(loss, expected, rtol=1e-15)
    dlogits = softmax_cross_entropy_backward(-2.0, cache)
    np.testing.assert_allclose(dlogits, TARGET - SOFTMAX, rtol=1e-14)

    loss, cache = cross_entropy_forward(SOFTMAX, TARGET)
    np.testing.assert_allclose(loss, expected, rtol=1e-15)
    dy = cross_entropy_backward(-2.0, cache)
    np.testing.assert_allclose(dy, [[4, 2, 0], [0, 2 / 3, 3]], rtol=1e-15)


@pytest.mark.parametrize("target", [np.array([2, 0, 2]), "probabilities"])
def test_fused_equals_staged(rng, target):
    logits = rng.standard_normal((3, 5))
    if isinstance(target, str):
        target, _ = softmax_forward(rng.standard_normal((3, 5)))
    fused_loss, fused_cache = softmax_cross_entropy_forward(logits, target)
    y, softmax_cache = softmax_forward(logits)
    staged_loss, staged_cache = cross_entropy_forward(y, target)
    np.testing.assert_allclose(fused_loss, staged_loss, rtol=1e-14)
    staged = softmax_backward(cross_entropy_backward(0.7, staged_cache), softmax_cache)
    np.testing.assert_allclose(
        softmax_cross_entropy_backward(0.7, fused_cache), staged, rtol=1e-13, atol=1e-16
    )


def test_binary_cross_entropy_by_hand():
    logits, target = np.log([[1.0, 3.0], [0.25, 4.0]]), np.array([[1.0, 0.0], [0.5, 1.0]])
    y = np.array([[0.5, 0.75], [0.2, 0.8]])
    loss, cache = binary_cross_entropy_forward(logits, target)
    expected = -(np.log(0.5) + np.log(0.25) + 0.5 * np.log(0.2 * 0.8) + np.log(0.8)) / 4
    np.testing.assert_allclose(loss, expected, rtol=1e-15)
    np.testing.assert_allclose(
        binary_cross_entropy_backward(-4.0, cache), target - y, rtol=1e-14, atol=1e-16
    )


def test_binary_cross_entropy_fused_equals_staged(rng):
    logits, target = rng.standard_normal((3, 4)), rng.uniform(size=(3, 4))
    _, cache = binary_cross_entropy_forward(logits, target)
    y, sigmoid_cache = sigmoid_forward(logits)
    dy = (y - target) / (y * (1 - y)) / y.size
    np.testing.assert_allclose(
        binary_cross_entropy_backward(1.0, cache), sigmoid_backward(dy, sigmoid_cache), rtol=1e-13
    )


@pytest.mark.parametrize("size", [1e3, 1e4])
def test_exact_at_extreme_logits(size):
    logits = np.array([[size, -size, 0.0], [-size, size, size]])
    loss, cache = softmax_cross_entropy_forward(logits, np.array([1, 0]))
    assert loss == (2 * size + 2 * size + np.log(2)) / 2
    dlogits = softmax_cross_entropy_backward(1.0, cache)
    np.testing.assert_array_equal(dlogits, [[0.5, -0.5, 0], [-0.5, 0.25, 0.25]])

    loss, cache = binary_cross_entropy_forward(
        np.array([size, -size, size, -size]), np.array([0.0, 1.0, 1.0, 0.0])
    )
    assert loss == size / 2
    dlogits = binary_cross_entropy_backward(4.0, cache)
    np.testing.assert_array_equal(dlogits, [1, -1, 0, 0])


def test_small_losses_keep_their_digits():
    loss, _ = binary_cross_entropy_forward(np.array([40.0]), np.array([1.0]))
    np.testing.assert_allclose(loss, np.exp(-40.0), rtol=1e-14)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "uint64"])
def test_classes_of_any_integer_dtype(dtype):
    loss, _ = softmax_cross_entropy_forward(LOGITS, np.array([2, 0]))
    assert softmax_cross_entropy_forward(LOGITS, np.array([2, 0], dtype))[0] == loss


def test_loss_is_a_scalar_of_the_dtype():
    y = SOFTMAX.astype(np.float32)
    for forward, target in [
        (mean_squared_error_forward, y),
        (cross_entropy_forward, np.array([0, 1])),
        (softmax_cross_entropy_forward, y),
        (binary_cross_entropy_forward, y),
    ]:
        assert type(forward(y, target)[0]) is np.float32


def test_float32_softmax_rows_pass_as_targets(rng):
    probabilities, _ = softmax_forward(rng.standard_normal((50, 1000)).astype(np.float32))
    softmax_cross_entropy_forward(probabilities, probabilities)


def test_rows_of_targets_may_miss_1_by_rounding():
    softmax_cross_entropy_forward(LOGITS, TARGET * (1 + 9e-6))


CLASSIFIERS = {"y": cross_entropy_forward, "logits": softmax_cross_entropy_forward}


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers_refuse_targets(refused, name):
    forward = CLASSIFIERS[name]
    f = forward.__name__
    for target, message in [
        (np.array([0, 3]), "target holds class 3, wanted 0 to 2"),
        (np.array([-1, 0]), "target holds class -1, wanted 0 to 2"),
        (np.array([0, 1, 2]), f"target has shape (3,), wanted (N,) with N = 2 as in {name}"),
        (
            np.array([[0, 1, 0]] * 2),
            f"target has shape (2, 3), wanted (N,) with N = 2 as in {name}",
        ),
        (TARGET[:1], f"target has shape (1, 3), wanted (N, K) with N = 2 as in {name}"),
        (TARGET[:, :2], f"target has shape (2, 2), wanted (N, K) with K = 3 as in {name}"),
        (TARGET * 1.001, "target has a row that is no probabilities with sum 1"),
        (TARGET + np.array([-0.1, 0.1, 0]), "target has a row that is no probabilities with sum 1"),
        (TARGET * (1 + 1.5e-5), "target has a row that is no probabilities with sum 1"),
        (TARGET * np.nan, "target has a row that is no probabilities with sum 1"),
    ]:
        refused(ValueError, f"{f}: {message}", forward, SOFTMAX, target)
    for target, message in [
        ([0, 1], "target has type list, wanted an array"),
        (np.array([0.0, 1.0]), "target is float64, wanted integers for classes"),
        (np.array([True, False]), "target is bool, wanted integers for classes"),
        (TARGET > 0, "target is bool, wanted floats"),
        (TARGET.astype(np.float32), f"target is float32, wanted float64 as in {name}"),
    ]:
        refused(TypeError, f"{f}: {message}", forward, SOFTMAX, target)
    message = f"{f}: {name} has shape (3,), wanted (N, K)"
    refused(ValueError, message, forward, SOFTMAX[0], np.array([0]))


def test_targets_below_zero_by_rounding_alone_are_refused(refused):
    target = np.array([[-1e-9, 1 + 1e-9, 0.0]] * 2)
    message = "softmax_cross_entropy_forward: target has a row that is no probabilities with sum 1"
    refused(ValueError, message, softmax_cross_entropy_forward, LOGITS, target)


def test_cross_entropy_refuses_probabilities_of_0(refused):
    y = np.array([[1.0, 0.0], [0.5, 0.5]])
    message = (
        "cross_entropy_forward: y holds 0.0, wanted probabilities above 0; "
        "softmax_cross_entropy_forward takes logits and needs no such thing"
    )
    refused(ValueError, message, cross_entropy_forward, y, np.array([0, 1]))


@pytest.mark.parametrize(
    ("forward", "name"),
    [(mean_squared_error_forward, "y"), (binary_cross_entropy_forward, "logits")],
)
def test_elementwise_losses_refuse_targets(refused, forward, name):
    f = forward.__name__
    message = f"{f}: target has shape (2,), wanted (2, 3) as in {name}"
    refused(ValueError, message, forward, SOFTMAX, np.ones(2))
    message = f"{f}: target is float32, wanted float64 as in {name}"
    refused(TypeError, message, forward, SOFTMAX, SOFTMAX.astype(np.float32))
    message = f"{f}: target is int64, wanted floats"
    refused(TypeError, message, forward, SOFTMAX, np.ones((2, 3), np.int64))


@pytest.mark.parametrize("wrong", [-0.01, 1.01, np.nan])
def test_binary_cross_entropy_refuses_targets_that_are_no_probabilities(refused, wrong):
    message = f"binary_cross_entropy_forward: target holds {wrong}, wanted 0 to 1"
    target = np.array([0.0, wrong, 1.0])
    refused(ValueError, message, binary_cross_entropy_forward, LOGITS[0], target)


EXTREME = st.floats(-1e4, 1e4, width=32)


@given(st.data())
def test_extreme_logits_of_any_batch(data):
    n, k = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 5))
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    logits = data.draw(arrays(dtype, (n, k), elements=EXTREME))
    classes = data.draw(arrays(np.int64, n, elements=st.integers(0, k - 1)))
    loss, cache = softmax_cross_entropy_forward(logits, classes)
    assert 0 <= loss <= 2e4 + 2
    dlogits = softmax_cross_entropy_backward(1.0, cache)
    assert dlogits.shape == (n, k)
    np.testing.assert_allclose(dlogits.sum(axis=1), 0, atol=1e-5)

    target = (logits > 0).astype(dtype)
    loss, cache = binary_cross_entropy_forward(logits, target)
    assert 0 <= loss <= np.log(2) + 1e-6
    assert np.abs(binary_cross_entropy_backward(1.0, cache)).max() <= 0.5 / logits.size + 1e-6
