"""Clipping: one norm for all, or each element by value."""

import numpy as np
import pytest

from backprop.clipping import clip_by_global_norm, clip_by_value, global_norm

GRADS = {"W": np.array([[3.0, 0.0], [0.0, -4.0]]), "b": np.array([12.0])}


def test_norm_over_all_arrays():
    assert global_norm(GRADS) == 13.0


def test_norm_of_float32_does_not_overflow():
    assert global_norm({"a": np.array([3e30, 4e30], np.float32)}) == pytest.approx(5e30, rel=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_all_are_scaled_by_one_factor(dtype):
    grads = {name: grad.astype(dtype) for name, grad in GRADS.items()}
    clipped, norm = clip_by_global_norm(grads, 6.5)
    assert norm == 13.0
    factor = 6.5 / (13 + 1e-6)
    for name, grad in GRADS.items():
        np.testing.assert_allclose(clipped[name], factor * grad, rtol=1e-6)
        assert clipped[name].dtype == dtype
    np.testing.assert_array_equal(grads["b"], [12.0])


def test_the_small_number_in_the_factor_is_pytorchs():
    clipped, _ = clip_by_global_norm({"a": np.array([2e-6])}, 1e-6)
    np.testing.assert_allclose(clipped["a"], 2e-6 / 3, rtol=1e-12)


@pytest.mark.parametrize("max_norm", [13.1, np.inf])
def test_what_is_small_enough_passes_as_a_copy(max_norm):
    clipped, norm = clip_by_global_norm(GRADS, max_norm)
    assert norm == 13.0
    for name, grad in GRADS.items():
        np.testing.assert_array_equal(clipped[name], grad)
        assert not np.shares_memory(clipped[name], grad)


def test_gradients_of_0_stay_0():
    clipped, norm = clip_by_global_norm({"a": np.zeros(3)}, 1.0)
    assert norm == 0
    np.testing.assert_array_equal(clipped["a"], 0)


def test_by_value():
    clipped = clip_by_value(GRADS, 3.5)
    np.testing.assert_array_equal(clipped["W"], [[3.0, 0.0], [0.0, -3.5]])
    np.testing.assert_array_equal(clipped["b"], [3.5])
    assert clip_by_value({"a": np.ones(2, np.float32)}, 0.5)["a"].dtype == np.float32
    assert not np.shares_memory(clip_by_value(GRADS, np.inf)["W"], GRADS["W"])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_norm_that_no_factor_mends_is_refused(refused, bad):
    message = f"clip_by_global_norm: the norm is {bad}, wanted a finite number"
    refused(ValueError, message, clip_by_global_norm, {"a": np.array([1.0, bad])}, 1.0)


CALLS = {
    "global_norm": lambda grads: global_norm(grads),
    "clip_by_global_norm": lambda grads: clip_by_global_norm(grads, 1.0),
    "clip_by_value": lambda grads: clip_by_value(grads, 1.0),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_are_no_gradients_is_refused(refused, name):
    refused(ValueError, f"{name}: grads is empty, wanted at least one array", CALLS[name], {})
    refused(
        TypeError, f"{name}: grads['b'] is int64, wanted floats", CALLS[name], {"b": np.array([1])}
    )
    message = f"{name}: grads['b'] is complex128, wanted real numbers"
    refused(TypeError, message, CALLS[name], {"b": np.array([1j])})
    refused(
        ValueError,
        f"{name}: grads['b'] is empty, its shape is (0,)",
        CALLS[name],
        {"b": np.array([])},
    )


@pytest.mark.parametrize(
    ("function", "argument"), [(clip_by_global_norm, "max_norm"), (clip_by_value, "limit")]
)
def test_limits_that_are_none_are_refused(refused, function, argument):
    name = function.__name__
    refused(
        ValueError, f"{name}: {argument} is 0.0, wanted a number in (0, inf]", function, GRADS, 0
    )
    refused(
        ValueError,
        f"{name}: {argument} is nan, wanted a number in (0, inf]",
        function,
        GRADS,
        np.nan,
    )
    refused(TypeError, f"{name}: {argument} has type str, wanted a number", function, GRADS, "1")
