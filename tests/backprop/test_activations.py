"""Activations, by hand and at the ends of the range."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from backprop import activations
from backprop.activations import (
    identity_backward,
    identity_forward,
    leaky_relu_backward,
    leaky_relu_forward,
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    softmax_backward,
    softmax_forward,
    step,
    tanh_backward,
    tanh_forward,
)

X = np.array([-2.0, 0.0, 0.5, 3.0])
DY = np.array([5.0, 6.0, 8.0, 7.0])
PAIRS = ["identity", "sigmoid", "tanh", "relu", "leaky_relu", "softmax", "softplus", "gelu"]


def both(name, x, dy, **options):
    y, cache = getattr(activations, f"{name}_forward")(x, **options)
    return y, getattr(activations, f"{name}_backward")(dy, cache)


@pytest.mark.parametrize(
    ("name", "y", "dx"),
    [
        ("identity", X, DY),
        ("relu", [0, 0, 0.5, 3], [0, 0, 8, 7]),
        ("leaky_relu", [-0.02, 0, 0.5, 3], [0.05, 0.06, 8, 7]),
        (
            "tanh",
            [-0.9640275800758169, 0, 0.46211715726000976, 0.9950547536867305],
            [0.35325412, 6, 6.29158186, 0.06906226],
        ),
        (
            "sigmoid",
            [0.11920292202211755, 0.5, 0.6224593312018546, 0.9525741268224334],
            [0.52496793, 1.5, 1.88002970, 0.31623662],
        ),
        (
            "softplus",
            [0.1269280110429725, 0.6931471805599453, 0.9740769841801067, 3.048587351573742],
            [0.5960146101105878, 3, 4.979674650, 6.668018878],
        ),
        (
            "gelu",
            [-0.04540230591222494, 0, 0.34571400982514394, 2.996362607918227],
            [-0.4304962831, 3, 6.938959228, 7.081089166],
        ),
    ],
)
def test_by_hand(name, y, dx):
    ours_y, ours_dx = both(name, X, DY)
    np.testing.assert_allclose(ours_y, y, rtol=1e-15 if name != "gelu" else 1e-14)
    np.testing.assert_allclose(ours_dx, dx, rtol=1e-7)


def test_step_jumps_at_0_and_is_0_there():
    np.testing.assert_array_equal(step(np.array([-2.0, -1e-9, 0.0, 1e-9, 3.0])), [0, 0, 0, 1, 1])


def test_leaky_relu_takes_its_slope_at_0_too():
    y, dx = both("leaky_relu", X, DY, slope=-0.5)
    np.testing.assert_array_equal(y, [1, 0, 0.5, 3])
    np.testing.assert_array_equal(dx, [-2.5, -3, 8, 7])


def test_leaky_relu_refuses_a_slope(refused):
    f = "leaky_relu_forward"
    wanted = "wanted a number in (-inf, inf)"
    refused(ValueError, f"{f}: slope is nan, {wanted}", leaky_relu_forward, X, slope=np.nan)
    refused(ValueError, f"{f}: slope is -inf, {wanted}", leaky_relu_forward, X, slope=-np.inf)
    refused(
        TypeError, f"{f}: slope has type str, wanted a number", leaky_relu_forward, X, slope="0"
    )
    refused(
        TypeError, f"{f}: slope has type bool, wanted a number", leaky_relu_forward, X, slope=True
    )


def test_softmax_by_hand():
    x = np.log([[1.0, 2.0, 5.0], [3.0, 3.0, 2.0]])
    y, dx = both("softmax", x, np.array([[8.0, 0.0, 0.0], [0.0, 0.0, -8.0]]))
    np.testing.assert_allclose(y, [[0.125, 0.25, 0.625], [0.375, 0.375, 0.25]], rtol=1e-15)
    np.testing.assert_allclose(dx, [[0.875, -0.25, -0.625], [0.75, 0.75, -1.5]], rtol=1e-14)


def test_softmax_backward_is_the_product_with_the_jacobian(rng):
    x, dy = rng.standard_normal((2, 3, 5)), rng.standard_normal((2, 3, 5))
    y, dx = both("softmax", x, dy)
    for index in np.ndindex(2, 3):
        jacobian = np.diag(y[index]) - np.outer(y[index], y[index])
        np.testing.assert_allclose(dx[index], jacobian @ dy[index], atol=1e-15)


def test_softmax_of_a_shifted_row_is_the_same(rng):
    x = rng.standard_normal((2, 3))
    y, _ = softmax_forward(x)
    np.testing.assert_allclose(softmax_forward(x + np.array([[100.0], [-1e4]]))[0], y, rtol=1e-11)


def test_a_cotangent_of_ones_tells_nothing_about_softmax(rng):
    y, cache = softmax_forward(rng.standard_normal((2, 3)))
    np.testing.assert_allclose(softmax_backward(np.ones_like(y), cache), 0, atol=1e-15)


def test_sigmoid_keeps_its_digits_in_both_tails():
    y, _ = sigmoid_forward(np.array([-700.0, -40.0, 40.0, 1e4, -1e4]))
    np.testing.assert_allclose(y[:2], np.exp([-700.0, -40.0]), rtol=1e-14)
    np.testing.assert_array_equal(y[2:], [1, 1, 0])


def test_caches_serve_twice():
    for forward, backward in [
        (identity_forward, identity_backward),
        (sigmoid_forward, sigmoid_backward),
        (tanh_forward, tanh_backward),
        (relu_forward, relu_backward),
        (leaky_relu_forward, leaky_relu_backward),
        (softmax_forward, softmax_backward),
    ]:
        _, cache = forward(X)
        np.testing.assert_array_equal(backward(DY, cache), backward(DY, cache))


SHAPES = array_shapes(min_dims=1, max_dims=4, max_side=5)
DTYPES = st.sampled_from([np.float32, np.float64])
EXTREME = st.sampled_from([-1e4, -1e3, -1.0, -0.0, 0.0, 1e-4, 1.0, 1e3, 1e4])


@given(st.data())
@pytest.mark.parametrize("name", PAIRS)
def test_extreme_values_stay_finite_in_any_shape(name, data):
    shape, dtype = data.draw(SHAPES), data.draw(DTYPES)
    x = data.draw(arrays(dtype, shape, elements=EXTREME.map(dtype)))
    dy = data.draw(arrays(dtype, shape, elements=EXTREME.map(dtype)))
    y, dx = both(name, x, dy)
    for result in (y, dx):
        assert result.shape == shape
        assert result.dtype == dtype
        assert np.isfinite(result).all()
    if name == "softmax":
        np.testing.assert_allclose(y.sum(axis=-1), 1, rtol=1e-6)
