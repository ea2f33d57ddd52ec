"""The gradient check itself: exact where it can be, and not to be fooled."""

from functools import partial

import numpy as np
import pytest

from backprop.activations import relu_forward, softmax_backward, softmax_forward
from backprop.gradcheck import (
    GradientReport,
    check_gradients,
    complex_step_gradient,
    numerical_gradient,
)
from backprop.linear import linear_backward, linear_forward
from backprop.losses import softmax_cross_entropy_backward, softmax_cross_entropy_forward


def cubes(x):
    return (x**3).sum()


X = np.array([[1.0, -2.0, 0.5]])


def test_central_differences_by_hand():
    """(x + h)³ - (x - h)³ = 6 x² h + 2 h³, so the error is h² exactly."""
    np.testing.assert_allclose(numerical_gradient(cubes, X, eps=0.5), 3 * X**2 + 0.25, rtol=1e-14)


def test_default_step_is_near_the_best():
    np.testing.assert_allclose(numerical_gradient(cubes, X), 3 * X**2, rtol=1e-9)


def test_complex_step_is_exact():
    np.testing.assert_allclose(complex_step_gradient(cubes, X), 3 * X**2, rtol=1e-15)


@pytest.mark.parametrize("gradient", [numerical_gradient, complex_step_gradient])
def test_any_shape_and_x_as_it_came(gradient, rng):
    for shape in [(), (1,), (2, 3), (2, 1, 3)]:
        x = rng.uniform(1, 2, shape)
        x = np.asarray(x)
        before = x.copy()
        found = gradient(cubes, x)
        assert found.shape == shape
        np.testing.assert_allclose(found, 3 * x**2, rtol=1e-8)
        np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("gradient", [numerical_gradient, complex_step_gradient])
def test_f_may_write_into_what_it_is_given(gradient):
    def greedy(x):
        result = cubes(x)
        x[...] = 1e9
        return result

    np.testing.assert_allclose(gradient(greedy, X), 3 * X**2, rtol=1e-8)
    assert X[0, 0] == 1


@pytest.mark.parametrize("gradient", [numerical_gradient, complex_step_gradient])
def test_refused(refused, gradient):
    f = gradient.__name__
    message = f"{f}: x is float32, wanted float64"
    refused(TypeError, message, gradient, cubes, X.astype(np.float32))
    message = f"{f}: x is int64, wanted float64"
    refused(TypeError, message, gradient, cubes, X.astype(np.int64))
    refused(TypeError, f"{f}: x has type list, wanted a float64 array", gradient, cubes, [1.0])
    refused(ValueError, f"{f}: x is empty, its shape is (0, 2)", gradient, cubes, np.ones((0, 2)))


@pytest.mark.parametrize(("eps", "shown"), [(0, "0.0"), (-1e-5, "-1e-05"), (np.inf, "inf")])
def test_steps_are_refused(refused, eps, shown):
    message = f"numerical_gradient: eps is {shown}, wanted a number in (0, inf)"
    refused(ValueError, message, numerical_gradient, cubes, X, eps)
    message = f"check_gradients: eps is {shown}, wanted a number in (0, inf)"
    refused(ValueError, message, check_gradients, product, product_backward, x=X, w=X, eps=eps)


def test_complex_step_refuses_a_function_that_drops_the_imaginary_part(refused):
    message = "complex_step_gradient: f returned a real number for a complex array"
    refused(TypeError, message, complex_step_gradient, lambda x: cubes(x.real), X)


def product(x, w):
    return x * w, (x, w)


def product_backward(dy, cache):
    x, w = cache
    return dy * w, dy * x


def wrong_at(index, factor):
    """A backward function of the product that is wrong in one element of dw."""

    def backward(dy, cache):
        dx, dw = product_backward(dy, cache)
        dw[index] *= factor
        return dx, dw

    return backward


METHODS = ["central", "complex"]


@pytest.mark.parametrize("method", METHODS)
def test_report_names_the_worst_element(rng, method):
    x, w = rng.uniform(1, 2, (3, 4)), rng.uniform(1, 2, (3, 4))
    report = check_gradients(product, wrong_at((2, 1), 1.25), rng=rng, method=method, x=x, w=w)
    assert list(report) == ["x", "w"]
    assert len(report) == 2
    assert report["x"] < 1e-8
    np.testing.assert_allclose(report["w"], 0.2, rtol=1e-6)
    assert report.where["w"] == (2, 1)
    assert "w" in report
    with pytest.raises(KeyError):
        report["b"]


def test_report_reads_well():
    report = GradientReport(
        {
            "x": (np.array([3.0, 2.0]), np.array([3.0, 2.5])),
            "W": (np.array([[0.0, 1.0]]), np.array([[0.0, 1.0]])),
            "b": (np.array(-1.0), np.array(3.0)),
        }
    )
    assert dict(report) == {"x": 0.2, "W": 0.0, "b": 4 / 3}
    assert report.where == {"x": (1,), "W": (0, 0), "b": ()}
    assert str(report).splitlines() == [
        "x: worst relative error 2.0e-01 at (1,), backward 2, numerical 2.5",
        "W: worst relative error 0.0e+00 at (0, 0), backward 0, numerical 0",
        "b: worst relative error 1.3e+00 at (), backward -1, numerical 3",
    ]
    assert repr(report) == "GradientReport({'x': 0.2, 'W': 0.0, 'b': 1.3333333333333333})"


def test_small_elements_count_as_a_thousandth_of_the_largest():
    ours, numerical = np.array([2.0, 1e-3, 1e-6, 0.0]), np.array([2.0, 1e-3, 2e-6, 0.0])
    report = GradientReport({"x": (ours, numerical)})
    np.testing.assert_allclose(report["x"], 1e-6 / 2e-3, rtol=1e-9)
    assert report.where["x"] == (2,)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_gradient_that_is_not_finite_is_infinitely_wrong(value):
    report = check_gradients(product, wrong_at((0, 1), value), x=X, w=X)
    assert max(report.values()) == report["w"] == np.inf
    assert report.where["w"] == (0, 1)


def test_cotangent_comes_from_the_generator():
    seen = []

    def backward(dy, cache):
        seen.append(dy)
        return product_backward(dy, cache)

    for seed in (1, 1, 2):
        check_gradients(product, backward, rng=np.random.default_rng(seed), x=X, w=X)
    np.testing.assert_array_equal(seen[0], seen[1])
    assert (seen[0] != seen[2]).all()
    np.testing.assert_array_equal(seen[0], np.random.default_rng(1).standard_normal((1, 3)))
    check_gradients(product, backward, x=X, w=X)
    check_gradients(product, backward, x=X, w=X)
    assert (seen[3] != seen[4]).all()


@pytest.mark.parametrize("method", METHODS)
def test_a_loss_gets_a_scalar(rng, method):
    seen = []

    def backward(dloss, cache):
        seen.append(dloss)
        return softmax_cross_entropy_backward(dloss, cache)

    forward = partial(softmax_cross_entropy_forward, target=np.array([2, 0]))
    logits = rng.standard_normal((2, 3))
    report = check_gradients(forward, backward, rng=rng, method=method, logits=logits)
    assert report["logits"] < 1e-7
    assert type(seen[0]) is np.float64


def test_inputs_without_axes():
    slope = np.array(3.0)
    report = check_gradients(
        lambda x, slope: (slope * x, x),
        lambda dy, x: (dy * 3, float((dy * x).sum())),
        x=X,
        slope=slope,
    )
    assert max(report.values()) < 1e-8
    assert report.where["slope"] == ()


def test_eps_reaches_the_differences():
    forward = lambda x: (x**3, x)  # noqa: E731
    backward = lambda dy, x: 3 * x**2 * dy  # noqa: E731
    x = np.array([1.0])
    report = check_gradients(forward, backward, x=x, eps=0.5)
    np.testing.assert_allclose(report["x"], 0.25 / 3.25, rtol=1e-12)
    report = check_gradients(forward, backward, x=x, method="complex", eps=0.5)
    assert report["x"] < 1e-15


def test_a_wrong_softmax_backward_is_found(rng):
    """A cotangent of ones would find nothing wrong with it."""
    report = check_gradients(
        softmax_forward, lambda dy, cache: dy * 0 + 1e-30, rng=rng, x=rng.standard_normal((2, 3))
    )
    assert report["x"] > 0.99


@pytest.mark.parametrize("method", METHODS)
def test_vacuous_checks_are_refused(refused, rng, method):
    """Where the gradient is 0 everywhere, any backward function that returns 0 would pass."""
    message = (
        "check_gradients: the gradient for x is 0 everywhere, "
        "so that this check could not fail; choose other inputs"
    )
    check = partial(check_gradients, rng=rng, method=method)
    zero = lambda dy, cache: np.zeros_like(dy)  # noqa: E731
    refused(ValueError, message, check, relu_forward, zero, x=-np.ones((2, 3)))
    # One class: its softmax is 1 whatever the logit. The numerical gradient is rounding alone.
    x = rng.standard_normal((4, 1))
    refused(ValueError, message, check, softmax_forward, softmax_backward, x=x)

    def centred(x):
        """Batch normalisation of a batch of one, in short, with rounding errors."""
        return (1e3 + x) - x.mean(axis=0), ()

    refused(ValueError, message, check, centred, zero, x=rng.standard_normal((1, 5)))
    return_little = lambda dy, cache: 1e-12 * dy  # noqa: E731
    refused(ValueError, message, check, centred, return_little, x=1e3 * np.ones((1, 5)))


def test_small_gradients_are_no_vacuous_ones(rng):
    """What differences lose in rounding, the complex step sees."""
    forward = lambda x: (1 + 1e-12 * x, ())  # noqa: E731
    check = partial(check_gradients, forward, lambda dy, cache: 1e-12 * dy, rng=rng, x=X)
    assert check(method="complex")["x"] < 1e-12
    with pytest.raises(ValueError, match="is 0 everywhere"):
        check(method="central")

    class SmallGenerator(np.random.Generator):
        def standard_normal(self, size):
            return np.full(size, 1e-9)

    small = SmallGenerator(np.random.PCG64(0))
    assert check_gradients(product, product_backward, rng=small, x=X, w=X)["w"] < 1e-8


@pytest.mark.parametrize("method", METHODS)
def test_a_gradient_that_is_0_on_one_side_alone_is_wrong_not_vacuous(rng, method):
    report = check_gradients(
        relu_forward, lambda dy, cache: dy, rng=rng, method=method, x=-np.ones((2, 3))
    )
    assert report["x"] == 1
    report = check_gradients(
        relu_forward, lambda dy, cache: 0 * dy, rng=rng, method=method, x=np.ones((2, 3))
    )
    assert report["x"] == 1


def test_gradients_that_do_not_fit_are_refused(refused, rng):
    x, W, b = rng.standard_normal((2, 3)), rng.standard_normal((3, 4)), rng.standard_normal(4)
    check = partial(check_gradients, linear_forward, x=x, W=W, b=b)

    def transposed(dy, cache):
        dx, dW, db = linear_backward(dy, cache)
        return dx, dW.T, db

    message = "check_gradients: the gradient for W has shape (4, 3), wanted (3, 4)"
    refused(ValueError, message, check, transposed)
    message = "check_gradients: backward returned 2 gradients, wanted 3: x, W, b"
    refused(ValueError, message, check, lambda dy, cache: linear_backward(dy, cache)[:2])
    message = "check_gradients: backward returned 1 gradients, wanted 3: x, W, b"
    refused(ValueError, message, check, lambda dy, cache: linear_backward(dy, cache)[0])


def test_inputs_are_refused(refused):
    check = partial(check_gradients, product, product_backward)
    refused(ValueError, "check_gradients: there are no inputs, wanted at least one", check)
    message = "check_gradients: w is float32, wanted float64"
    refused(TypeError, message, check, x=X, w=X.astype(np.float32))
    message = "check_gradients: w has type int, wanted a float64 array"
    refused(TypeError, message, check, x=X, w=3)
    message = "check_gradients: x is empty, its shape is (0,)"
    refused(ValueError, message, check, x=np.ones(0), w=X)
    message = "check_gradients: method is 'forward', wanted 'central' or 'complex'"
    refused(ValueError, message, check, x=X, w=X, method="forward")
    message = "check_gradients: rng has type int, wanted a numpy.random.Generator"
    refused(TypeError, message, check, x=X, w=X, rng=0)


def test_inputs_stay_as_they_came(rng):
    x, w = rng.standard_normal((2, 3)), rng.standard_normal((2, 3))
    before = x.copy(), w.copy()
    check_gradients(product, product_backward, x=x, w=w)
    np.testing.assert_array_equal((x, w), before)
