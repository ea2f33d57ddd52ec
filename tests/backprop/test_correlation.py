"""One kernel on one image: by hand, against the layer, and what is refused."""

from functools import partial

import numpy as np
import pytest

from backprop.convolution import conv2d_backward, conv2d_forward
from backprop.correlation import correlate2d_backward, correlate2d_forward
from backprop.gradcheck import check_gradients

X = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 0.0, 1.0]])
W = np.array([[1.0, -1.0], [0.0, 2.0]])
DY = np.array([[1.0, 0.0], [-1.0, 2.0]])


def test_by_hand():
    y, cache = correlate2d_forward(X, W, 0.5)
    np.testing.assert_array_equal(y, [[1.5, 8.5], [-0.5, 0.5]])
    dx, dW, db = correlate2d_backward(DY, cache)
    np.testing.assert_array_equal(dx, [[1, -1, 0], [-1, 5, -2], [0, -2, 4]])
    np.testing.assert_array_equal(dW, [[3, 7], [-2, 3]])
    assert db == 2


@pytest.mark.parametrize("kernel", [(1, 1), (2, 3), (5, 4)])
def test_it_is_the_layer_with_one_channel(kernel):
    rng = np.random.default_rng(3)
    x, w, b = rng.normal(size=(5, 4)), rng.normal(size=kernel), -0.75
    y, cache = correlate2d_forward(x, w, b)
    wanted, layer = conv2d_forward(x[None, None], w[None, None], np.array([b]))
    np.testing.assert_allclose(y, wanted[0, 0], rtol=1e-12)
    dy = rng.normal(size=y.shape)
    dx, dW, db = correlate2d_backward(dy, cache)
    dx_wanted, dW_wanted, db_wanted = conv2d_backward(dy[None, None], layer)
    np.testing.assert_allclose(dx, dx_wanted[0, 0], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(dW, dW_wanted[0, 0], rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(db, db_wanted[0], rtol=1e-12)


def test_gradients_are_those_that_are_measured():
    report = check_gradients(
        partial(correlate2d_forward, b=0.3),
        lambda dy, cache: correlate2d_backward(dy, cache)[:2],
        rng=np.random.default_rng(0),
        x=X,
        W=W,
    )
    assert max(report.values()) < 1e-7


def test_what_does_not_fit_is_refused(refused):
    f = "correlate2d_forward"
    message = f"{f}: the kernel is (4, 1), larger than the image, which is (3, 3)"
    refused(ValueError, message, correlate2d_forward, X, np.ones((4, 1)), 0.0)
    message = f"{f}: the kernel is (1, 4), larger than the image, which is (3, 3)"
    refused(ValueError, message, correlate2d_forward, X, np.ones((1, 4)), 0.0)
    _, cache = correlate2d_forward(X, W, 0.0)
    message = "correlate2d_backward: dy has shape (3, 2), wanted (2, 2)"
    refused(ValueError, message, correlate2d_backward, np.ones((3, 2)), cache)
