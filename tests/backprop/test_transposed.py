"""Transposed convolution: by hand, against central differences, and as a convolution's way back."""

import numpy as np
import pytest

from backprop.convolution import conv2d_backward, conv2d_forward
from backprop.gradcheck import check_gradients
from backprop.transposed import conv_transpose2d_backward, conv_transpose2d_forward

OPTIONS = [{}, {"stride": 2}, {"stride": (3, 1), "padding": (0, 1)}, {"stride": 2, "padding": 1}]


@pytest.mark.parametrize("options", OPTIONS)
def test_gradients_are_those_of_central_differences(rng, options):
    report = check_gradients(
        lambda x, W, b: conv_transpose2d_forward(x, W, b, **options),
        conv_transpose2d_backward,
        rng=rng,
        x=rng.normal(size=(2, 3, 3, 4)),
        W=rng.normal(size=(3, 2, 3, 2)),
        b=rng.normal(size=2),
    )
    assert set(report) == {"x", "W", "b"}
    assert max(report.values()) < 1e-6


@pytest.mark.parametrize("options", OPTIONS)
def test_forward_is_what_a_convolution_sends_back(rng, options):
    x, W = rng.normal(size=(2, 3, 3, 4)), rng.normal(size=(3, 2, 3, 2))
    y, cache = conv_transpose2d_forward(x, W, np.zeros(2), **options)
    back, kept = conv2d_forward(y, W, np.zeros(3), **options)
    assert back.shape == x.shape
    np.testing.assert_allclose(y, conv2d_backward(x, kept)[0], rtol=1e-12, atol=1e-12)
    # And its own way back is that convolution.
    np.testing.assert_allclose(conv_transpose2d_backward(y, cache)[0], back, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"W": np.ones((2, 2, 3, 3))}, "W has 2 input channels, x has 3"),
        ({"b": np.ones(3)}, "b has shape (3,), wanted (C,) with C = 2 as in W"),
        ({"padding": 3}, "padding is 3, which leaves no row or no column"),
        ({"stride": 0}, "stride is 0, wanted at least 1"),
    ],
)
def test_what_does_not_fit_is_refused(refused, change, message):
    given = {"x": np.ones((1, 3, 2, 2)), "W": np.ones((3, 2, 3, 3)), "b": np.ones(2)} | change
    refused(ValueError, f"conv_transpose2d_forward: {message}", conv_transpose2d_forward, **given)


def test_a_gradient_of_another_size_is_refused(refused):
    _, cache = conv_transpose2d_forward(
        np.ones((1, 1, 2, 2)), np.ones((1, 1, 2, 2)), np.ones(1), stride=2
    )
    message = "conv_transpose2d_backward: dy has shape (1, 1, 5, 4), wanted (N, C, H, I) with"
    with pytest.raises(ValueError, match=message.replace("(", r"\(").replace(")", r"\)")):
        conv_transpose2d_backward(np.ones((1, 1, 5, 4)), cache)
