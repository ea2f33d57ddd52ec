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
from backprop.fast import losses as fast
from backprop.losses import (
    as_probabilities,
    cross_entropy_backward,
    cross_entropy_forward,
    mean_squared_error_backward,
    mean_squared_error_forward,
    sigmoid_cross_entropy_backward,
    sigmoid_cross_entropy_forward,
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


def test_sigmoid_cross_entropy_by_hand():
    logits, target = np.log([[1.0, 3.0], [0.25, 4.0]]), np.array([[1.0, 0.0], [0.5, 1.0]])
    y = np.array([[0.5, 0.75], [0.2, 0.8]])
    loss, cache = sigmoid_cross_entropy_forward(logits, target)
    expected = -(np.log(0.5) + np.log(0.25) + 0.5 * np.log(0.2 * 0.8) + np.log(0.8)) / 4
    np.testing.assert_allclose(loss, expected, rtol=1e-15)
    np.testing.assert_allclose(
        sigmoid_cross_entropy_backward(-4.0, cache), target - y, rtol=1e-14, atol=1e-16
    )


def test_sigmoid_cross_entropy_fused_equals_staged(rng):
    logits, target = rng.standard_normal((3, 4)), rng.uniform(size=(3, 4))
    _, cache = sigmoid_cross_entropy_forward(logits, target)
    y, sigmoid_cache = sigmoid_forward(logits)
    dy = (y - target) / (y * (1 - y)) / y.size
    np.testing.assert_allclose(
        sigmoid_cross_entropy_backward(1.0, cache), sigmoid_backward(dy, sigmoid_cache), rtol=1e-13
    )


@pytest.mark.parametrize("size", [1e3, 1e4])
def test_exact_at_extreme_logits(size):
    logits = np.array([[size, -size, 0.0], [-size, size, size]])
    loss, cache = softmax_cross_entropy_forward(logits, np.array([1, 0]))
    assert loss == (2 * size + 2 * size + np.log(2)) / 2
    dlogits = softmax_cross_entropy_backward(1.0, cache)
    np.testing.assert_array_equal(dlogits, [[0.5, -0.5, 0], [-0.5, 0.25, 0.25]])

    loss, cache = sigmoid_cross_entropy_forward(
        np.array([size, -size, size, -size]), np.array([0.0, 1.0, 1.0, 0.0])
    )
    assert loss == size / 2
    dlogits = sigmoid_cross_entropy_backward(4.0, cache)
    np.testing.assert_array_equal(dlogits, [1, -1, 0, 0])


def test_small_losses_keep_their_digits():
    loss, _ = sigmoid_cross_entropy_forward(np.array([40.0]), np.array([1.0]))
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
        (sigmoid_cross_entropy_forward, y),
    ]:
        assert type(forward(y, target)[0]) is np.float32


def test_float32_softmax_rows_pass_as_targets(rng):
    probabilities, _ = softmax_forward(rng.standard_normal((50, 1000)).astype(np.float32))
    softmax_cross_entropy_forward(probabilities, probabilities)


def test_rows_of_targets_may_miss_1_by_rounding():
    softmax_cross_entropy_forward(LOGITS, TARGET * (1 + 9e-6))


CLASSIFIERS = {
    "staged": ("y", cross_entropy_forward),
    "fused": ("logits", softmax_cross_entropy_forward),
    "fast": ("logits", fast.softmax_cross_entropy_forward),
}


@pytest.mark.parametrize(("name", "forward"), CLASSIFIERS.values(), ids=CLASSIFIERS)
def test_classifiers_refuse_targets(refused, name, forward):
    f = forward.__name__
    for target, message in [
        (np.array([0, 3]), "target holds class 3, wanted 0 to 2"),
        (np.array([-1, 0]), "target holds class -1, wanted 0 to 2"),
        (np.array([0, 1, 2]), "target has shape (3,), wanted (2,) for classes"),
        (np.array([[0, 1, 0]] * 2), "target has shape (2, 3), wanted (2,) for classes"),
        (TARGET[:1], "target has shape (1, 3), wanted (2, 3)"),
        (TARGET[:, :2], "target has shape (2, 2), wanted (2, 3)"),
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
        (TARGET > 0, "target is bool, wanted integers for classes"),
        (TARGET.astype(np.float32), "target is float32, wanted float64"),
    ]:
        refused(TypeError, f"{f}: {message}", forward, SOFTMAX, target)
    message = f"{f}: {name} has shape (), wanted at least one axis"
    refused(ValueError, message, forward, np.array(1.0), np.array([0]))


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
    [(mean_squared_error_forward, "y"), (sigmoid_cross_entropy_forward, "logits")],
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
def test_sigmoid_cross_entropy_refuses_targets_that_are_no_probabilities(refused, wrong):
    message = f"sigmoid_cross_entropy_forward: target holds {wrong}, wanted 0 to 1"
    target = np.array([0.0, wrong, 1.0])
    refused(ValueError, message, sigmoid_cross_entropy_forward, LOGITS[0], target)


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
    loss, cache = sigmoid_cross_entropy_forward(logits, target)
    assert 0 <= loss <= np.log(2) + 1e-6
    assert np.abs(sigmoid_cross_entropy_backward(1.0, cache)).max() <= 0.5 / logits.size + 1e-6


FUSED = {
    "plain": (softmax_cross_entropy_forward, softmax_cross_entropy_backward),
    "fast": (fast.softmax_cross_entropy_forward, fast.softmax_cross_entropy_backward),
}


@pytest.mark.parametrize(("forward", "backward"), FUSED.values(), ids=FUSED)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_class_that_is_ruled_out_has_no_part(forward, backward, dtype):
    """A logit of -inf is a class of probability 0, as if it were not there."""
    logits = np.array([[0.5, -np.inf, 2.0], [-np.inf, 1.0, -1.0]], dtype)
    loss, cache = forward(logits, np.array([2, 1]))
    smaller, smaller_cache = forward(np.array([[0.5, 2.0], [1.0, -1.0]], dtype), np.array([1, 0]))
    assert loss == smaller
    dlogits = backward(1.0, cache)
    assert (dlogits[0, 1], dlogits[1, 0]) == (0, 0)
    kept = backward(1.0, smaller_cache)
    np.testing.assert_array_equal(dlogits[[0, 0, 1, 1], [0, 2, 1, 2]], kept.ravel())
    loss, cache = forward(logits, np.array([1, 1]))  # it was right after all
    assert loss == np.inf
    assert np.isfinite(backward(1.0, cache)).all()


@pytest.mark.parametrize(("forward", "backward"), FUSED.values(), ids=FUSED)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [0.4, 0.9, 1.0])
def test_logits_at_the_end_of_the_range(forward, backward, dtype, size):
    most = dtype(size) * np.finfo(dtype).max
    logits = np.array([[most, -most, 0.0], [-most, most, 1.0]], dtype)
    loss, cache = forward(logits, np.array([0, 1]))
    assert loss == 0
    assert not backward(1.0, cache).any()
    loss, cache = forward(logits[:1], np.array([1]))
    assert loss == (2 * most if size < 0.5 else np.inf)
    np.testing.assert_array_equal(backward(1.0, cache), [[1, -1, 0]])


@pytest.mark.parametrize(("forward", "backward"), FUSED.values(), ids=FUSED)
def test_nan_comes_out_where_it_went_in(forward, backward):
    logits = np.array([[0.0, np.nan, 1.0], [1.0, 2.0, 3.0]])
    loss, cache = forward(logits, np.array([0, 1]))
    assert np.isnan(loss)
    np.testing.assert_array_equal(np.isnan(backward(1.0, cache)), [[True] * 3, [False] * 3])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_answers_at_the_end_of_the_range(dtype):
    most = np.finfo(dtype).max
    logits = np.array([most, -most, -np.inf], dtype)
    loss, cache = sigmoid_cross_entropy_forward(logits, np.array([1, 0, 0], dtype))
    assert loss == 0
    assert not sigmoid_cross_entropy_backward(1.0, cache).any()
    loss, cache = sigmoid_cross_entropy_forward(logits[2:], np.array([1], dtype))
    assert loss == np.inf
    assert sigmoid_cross_entropy_backward(1.0, cache).tolist() == [-1]


PAIRS = {
    "staged": (cross_entropy_forward, cross_entropy_backward),
    **FUSED,
}


@pytest.mark.parametrize(("forward", "backward"), PAIRS.values(), ids=PAIRS)
@pytest.mark.parametrize("shape", [(5,), (2, 3, 5), (2, 1, 3, 5)])
@pytest.mark.parametrize("kind", ["classes", "probabilities"])
def test_the_samples_may_have_any_axes(rng, forward, backward, shape, kind):
    scores, _ = softmax_forward(rng.standard_normal(shape))
    target = rng.integers(0, 5, shape[:-1])
    if kind == "probabilities":
        target, _ = softmax_forward(rng.standard_normal(shape))
    loss, cache = forward(scores, np.asarray(target))
    flat_target = target.reshape(-1) if kind == "classes" else target.reshape(-1, 5)
    wanted, wanted_cache = forward(scores.reshape(-1, 5), flat_target)
    np.testing.assert_allclose(loss, wanted, rtol=1e-14)
    grad = backward(2.0, cache)
    assert grad.shape == shape
    wanted = backward(2.0, wanted_cache).reshape(shape)
    np.testing.assert_allclose(grad, wanted, rtol=1e-14, atol=1e-17)


@pytest.mark.parametrize("large", [1, fast.LARGE])
def test_the_fast_form_is_the_plain_one(rng, monkeypatch, large):
    """Whether the cores share the work or not."""
    monkeypatch.setattr(fast, "LARGE", large)
    for _ in range(20):
        shape = tuple(rng.integers(1, 7, rng.integers(1, 4)))
        logits = 3 * rng.standard_normal(shape)
        classes = np.asarray(rng.integers(0, shape[-1], shape[:-1]))
        soft, _ = softmax_forward(rng.standard_normal(shape))
        for target in (classes, soft):
            plain, plain_cache = softmax_cross_entropy_forward(logits, target)
            loss, cache = fast.softmax_cross_entropy_forward(logits, target)
            np.testing.assert_allclose(loss, plain, rtol=1e-12, atol=1e-15)
            np.testing.assert_allclose(
                fast.softmax_cross_entropy_backward(0.7, cache),
                softmax_cross_entropy_backward(0.7, plain_cache),
                rtol=1e-12,
                atol=1e-15,
            )


def test_classes_as_probabilities():
    target = np.array([[2, 0]], np.uint8)
    t = as_probabilities(target, np.zeros((1, 2, 3), np.float32))
    np.testing.assert_array_equal(t, np.array([[[0, 0, 1], [1, 0, 0]]], np.float32), strict=True)
    assert as_probabilities(TARGET, LOGITS) is TARGET


@pytest.mark.parametrize("gap", [0.0, 10.0, 40.0, 60.0, 80.0, 87.5, 100.0, 1e4])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_fast_digits_do_not_depend_on_how_wrong_the_scores_are(rng, gap, dtype):
    """Whether the right class lies far below the largest, or far above."""
    logits = rng.standard_normal((2000, 7)).astype(dtype)
    logits[::2, 0] += dtype(gap)
    target = np.where(np.arange(2000) % 4, 0, 3)
    loss, cache = fast.softmax_cross_entropy_forward(logits, target)
    wanted, wide = softmax_cross_entropy_forward(logits.astype(float), target)
    tolerance = 1e-5 if dtype is np.float32 else 1e-12
    np.testing.assert_allclose(loss, wanted, rtol=tolerance)
    dlogits = fast.softmax_cross_entropy_backward(1.0, cache)
    wanted = softmax_cross_entropy_backward(1.0, wide)
    np.testing.assert_allclose(dlogits, wanted, rtol=0, atol=tolerance / 2000)
    assert np.isfinite(dlogits).all()
