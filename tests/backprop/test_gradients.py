"""Every backward function against central differences and complex step, at inputs off kinks."""

from functools import partial

import numpy as np
import pytest

from backprop import activations, losses
from backprop.gradcheck import check_gradients
from backprop.linear import linear_backward, linear_forward

METHODS = {"central": 1e-6, "complex": 1e-12}
ACTIVATIONS = [
    *("identity", "sigmoid", "tanh", "relu", "leaky_relu", "softmax"),
    *("softplus", "gelu"),
]


@pytest.fixture(params=METHODS)
def check(request, rng):
    """Asserts that every gradient is right to what the method can tell."""

    def assert_gradients(forward, backward, **inputs):
        report = check_gradients(forward, backward, rng=rng, method=request.param, **inputs)
        assert max(report.values()) < METHODS[request.param], str(report)

    return assert_gradients


def test_linear(check, rng):
    x, W, b = rng.standard_normal((3, 4)), rng.standard_normal((4, 5)), rng.standard_normal(5)
    check(linear_forward, linear_backward, x=x, W=W, b=b)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(check, rng, name):
    magnitudes = rng.uniform(0.1, 2, (3, 5))
    signs = np.where(np.arange(15).reshape(3, 5) % 2, 1, -1)
    forward = getattr(activations, f"{name}_forward")
    check(forward, getattr(activations, f"{name}_backward"), x=magnitudes * signs)


def test_leaky_relu_with_another_slope(check, rng):
    forward = partial(activations.leaky_relu_forward, slope=-0.3)
    check(forward, activations.leaky_relu_backward, x=np.array([[-2.0, 0.5, -1.0]]))


def probabilities(rng, shape):
    scores = rng.uniform(0.2, 1, shape)
    return scores / scores.sum(axis=1, keepdims=True)


def test_mean_squared_error(check, rng):
    forward = partial(losses.mean_squared_error_forward, target=rng.standard_normal((3, 5)))
    check(forward, losses.mean_squared_error_backward, y=rng.standard_normal((3, 5)))


@pytest.mark.parametrize("kind", ["classes", "probabilities"])
def test_cross_entropies(check, rng, kind):
    target = np.array([4, 0, 4]) if kind == "classes" else probabilities(rng, (3, 5))
    staged = partial(losses.cross_entropy_forward, target=target)
    if kind == "probabilities":  # with classes, all but one gradient of a row are 0
        check(staged, losses.cross_entropy_backward, y=probabilities(rng, (3, 5)))
    fused = partial(losses.softmax_cross_entropy_forward, target=target)
    check(fused, losses.softmax_cross_entropy_backward, logits=rng.standard_normal((3, 5)))


def test_sigmoid_cross_entropy(check, rng):
    forward = partial(losses.sigmoid_cross_entropy_forward, target=rng.uniform(size=(3, 5)))
    check(forward, losses.sigmoid_cross_entropy_backward, logits=rng.standard_normal((3, 5)))
