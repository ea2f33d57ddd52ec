"""The linear layer, by hand."""

import numpy as np
import pytest

from backprop.linear import linear_backward, linear_forward

X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
W = np.array([[1.0, 0.0], [0.0, -1.0], [2.0, 0.5]])
B = np.array([10.0, 20.0])
DY = np.array([[1.0, -1.0], [2.0, 0.5]])


def test_forward_by_hand():
    y, _ = linear_forward(X, W, B)
    np.testing.assert_array_equal(y, [[17.0, 19.5], [26.0, 18.0]])


def test_backward_by_hand():
    _, cache = linear_forward(X, W, B)
    dx, dW, db = linear_backward(DY, cache)
    np.testing.assert_array_equal(dx, [[1.0, 1.0, 1.5], [2.0, -0.5, 4.25]])
    np.testing.assert_array_equal(dW, [[9.0, 1.0], [12.0, 0.5], [15.0, 0.0]])
    np.testing.assert_array_equal(db, [3.0, -0.5])


@pytest.mark.parametrize(("n", "d", "m"), [(1, 1, 1), (1, 4, 3), (5, 1, 2), (5, 4, 1)])
def test_shapes(rng, n, d, m):
    x, weights, b = rng.standard_normal((n, d)), rng.standard_normal((d, m)), np.ones(m)
    y, cache = linear_forward(x, weights, b)
    assert y.shape == (n, m)
    assert [grad.shape for grad in linear_backward(y, cache)] == [(n, d), (d, m), (m,)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X, np.ones((4, 2)), B), "W has shape (4, 2), wanted (D, M) with D = 3 as in x"),
        ((X, W, np.ones(3)), "b has shape (3,), wanted (M,) with M = 2 as in W"),
        ((X, W[0], B), "W has shape (2,), wanted (D, M)"),
        ((X, W, B[None]), "b has shape (1, 2), wanted (M,)"),
        ((X[:0], W, B), "x is empty, its shape is (0, 3)"),
        ((X, W[:, :0], B), "W is empty, its shape is (3, 0)"),
    ],
)
def test_forward_refuses_shapes(refused, arguments, message):
    refused(ValueError, f"linear_forward: {message}", linear_forward, *arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X, W.astype(np.float32), B), "W is float32, wanted float64 as in x"),
        ((X, W, B.astype(np.float16)), "b is float16, wanted float32 or float64"),
        ((X, W.astype(int), B), "W is int64, wanted floats"),
        ((X, W, [10.0, 20.0]), "b has type list, wanted an array"),
    ],
)
def test_forward_refuses_dtypes(refused, arguments, message):
    refused(TypeError, f"linear_forward: {message}", linear_forward, *arguments)


def test_backward_refuses_a_cotangent_that_does_not_fit(refused):
    _, cache = linear_forward(X, W, B)
    for dy, message in [
        (DY[:1], "dy has shape (1, 2), wanted (..., M) with ... = (2,) as in x"),
        (DY[:, :1], "dy has shape (2, 1), wanted (..., M) with M = 2 as in W"),
        (DY[0], "dy has shape (2,), wanted (..., M) with ... = (2,) as in x"),
    ]:
        refused(ValueError, f"linear_backward: {message}", linear_backward, dy, cache)
    message = "linear_backward: dy is float32, wanted float64 as in x"
    refused(TypeError, message, linear_backward, DY.astype(np.float32), cache)


@pytest.mark.parametrize("axes", [(), (5,), (2, 3, 4)])
def test_any_axes_before_the_features_are_a_batch(rng, axes):
    x, dy = rng.standard_normal((*axes, 3)), rng.standard_normal((*axes, 2))
    y, cache = linear_forward(x, W, B)
    flat, flat_cache = linear_forward(x.reshape(-1, 3), W, B)
    np.testing.assert_allclose(y, flat.reshape(dy.shape), rtol=1e-13)
    dx, dW, db = linear_backward(dy, cache)
    wanted = linear_backward(dy.reshape(-1, 2), flat_cache)
    np.testing.assert_allclose(dx, wanted[0].reshape(x.shape), rtol=1e-13)
    np.testing.assert_allclose(dW, wanted[1], rtol=1e-13)
    np.testing.assert_allclose(db, wanted[2], rtol=1e-13)


def test_complex_numbers_of_one_precision_pass():
    y, _ = linear_forward(X + 1j, W, B)
    np.testing.assert_array_equal(y.imag, np.ones((2, 3)) @ W)
