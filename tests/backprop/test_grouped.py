"""Convolution in groups: as convolutions side by side, by differences, and what is refused."""

import numpy as np
import pytest

from backprop.convolution import conv2d_backward, conv2d_forward
from backprop.gradcheck import check_gradients
from backprop.grouped import grouped_conv2d_backward, grouped_conv2d_forward

OPTIONS = [{}, {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2)}]


def draw(rng, groups):
    x, W = rng.normal(size=(2, 6, 7, 6)), rng.normal(size=(12, 6 // groups, 3, 2))
    return x, W, rng.normal(size=12)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("groups", [1, 2, 3, 6])
def test_groups_are_convolutions_side_by_side(rng, groups, options):
    x, W, b = draw(rng, groups)
    y, cache = grouped_conv2d_forward(x, W, b, groups=groups, **options)
    dy = rng.normal(size=y.shape)
    parts = [np.split(array, groups) for array in (x.transpose(1, 0, 2, 3), W, b)]
    found = []
    for x_g, W_g, b_g in zip(*parts, strict=True):
        y_g, kept = conv2d_forward(x_g.transpose(1, 0, 2, 3).copy(), W_g, b_g, **options)
        dy_g = dy[:, len(found) * len(W_g) :][:, : len(W_g)]
        found.append((y_g, *conv2d_backward(dy_g, kept)))
    results = zip((y, *grouped_conv2d_backward(dy, cache)), zip(*found, strict=True), strict=True)
    for (computed, wanted), axis in zip(results, (1, 1, 0, 0), strict=True):
        wanted = np.concatenate(wanted, axis=axis)
        np.testing.assert_allclose(computed, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("groups", [2, 6])
def test_gradients_are_those_of_central_differences(rng, groups):
    x, W, b = draw(rng, groups)
    report = check_gradients(
        lambda x, W, b: grouped_conv2d_forward(x, W, b, groups=groups, stride=2, padding=1),
        grouped_conv2d_backward,
        rng=rng,
        x=x,
        W=W,
        b=b,
    )
    assert set(report) == {"x", "W", "b"}
    assert max(report.values()) < 1e-6


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"groups": 3}, "W has 2 input channels for each of 3 groups, x has 4"),
        ({"groups": 0}, "groups is 0, wanted at least 1"),
        (
            {"W": np.ones((3, 2, 2, 2)), "b": np.ones(3)},
            "W has 3 kernels, wanted a multiple of 2 groups",
        ),
        ({"b": np.ones(3)}, "b has shape (3,), wanted (K,) with K = 6 as in W"),
        ({"stride": 0}, "stride is 0, wanted at least 1"),
    ],
)
def test_what_does_not_fit_is_refused(refused, change, message):
    given = {"x": np.ones((1, 4, 3, 3)), "W": np.ones((6, 2, 2, 2)), "b": np.ones(6), "groups": 2}
    call = grouped_conv2d_forward
    refused(ValueError, f"grouped_conv2d_forward: {message}", call, **given | change)


def test_a_gradient_of_other_channels_is_refused(refused):
    x, W = np.ones((1, 4, 3, 3)), np.ones((6, 2, 2, 2))
    _, cache = grouped_conv2d_forward(x, W, np.ones(6), groups=2)
    message = "grouped_conv2d_backward: dy has 4 channels, wanted 6, 3 in each of 2 groups"
    refused(ValueError, message, grouped_conv2d_backward, np.ones((1, 4, 2, 2)), cache)
