"""NaN in, NaN out, or an error: of every function, forward and backward, plain and fast.

An element that is not a number makes everything not a number that depends on it. What depends on it
is what changes if the element does, by a little. That leaves out where a gradient goes to one of
several inputs, or nowhere: ReLU and max pooling have tests of their own.
"""

import copy
import inspect

import numpy as np
import pytest

from backprop import activations
from backprop.fast import activations as fast_activations
from tests.backprop.kinds import KINDS
from tests.backprop.test_every_function import PAIRS, SINGLES
from tests.backprop.test_twins import FOUND, plain_of


def both_ways(forward, backward, arguments, cotangents):
    """Returns outputs and gradients, all in one row."""
    *outputs, cache = forward(**arguments)
    gradients = backward(*cotangents, cache)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    return np.concatenate([np.ravel(result) for result in (*outputs, *gradients)])


def cases():
    for name, (module, arguments, dy) in PAIRS.items():
        yield name, module, name, arguments, (dy,)
    for name, (module, arguments) in SINGLES.items():
        if name != "step":  # it does not change by little
            yield name, module, name, arguments, None
    rng = np.random.default_rng(0)
    for name, kind in KINDS.items():
        arguments = kind.draw(rng, T=2, N=2, D=2, H=2)
        if kind.activation:
            arguments["activation"] = kind.activation
        cotangents = (rng.standard_normal((2, 2, 2)),) + (rng.standard_normal((2, 2)),) * (
            len(kind.states) - 1
        )
        yield name, kind.module, kind.prefix, arguments, cotangents


def in_every_form():
    for name, module, stem, arguments, cotangents in cases():
        parts = (stem,) if cotangents is None else (f"{stem}_forward", f"{stem}_backward")
        forms = {"plain": [getattr(module, part) for part in parts]}
        if any(part in FOUND for part in parts):
            forms["fast"] = [
                getattr(FOUND[part][1] if part in FOUND else module, part) for part in parts
            ]
        for form, functions in forms.items():
            yield pytest.param(functions, arguments, cotangents, id=f"{name}-{form}")


@pytest.mark.parametrize(("functions", "arguments", "cotangents"), [*in_every_form()])
def test_what_depends_on_nan_is_nan(functions, arguments, cotangents):
    everything = {**arguments}
    for number, cotangent in enumerate(cotangents or ()):
        everything[f"cotangent {number}"] = cotangent

    def call(given):
        given = copy.deepcopy(given)
        last = [given.pop(f"cotangent {number}") for number in range(len(cotangents or ()))]
        with np.errstate(all="ignore"):
            if cotangents is None:
                results = functions[0](**given)
                results = results if isinstance(results, tuple) else (results,)
                return np.concatenate([np.ravel(result) for result in results])
            return both_ways(*functions, given, last)

    def with_element(name, index, change):
        array = everything[name].copy()
        array[index] = change(array[index])
        return {**everything, name: array}

    usual, seen = call(everything), 0
    for name, value in everything.items():
        if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
            continue
        for index in np.ndindex(value.shape):
            try:
                found = call(with_element(name, index, lambda element: np.nan))
            except ValueError:
                seen += 1  # it was refused
                continue
            for change in (1e-6, -1e-6):
                changed = call(with_element(name, index, lambda e, by=change: e + by)) != usual
                assert np.isnan(found[changed]).all(), (name, index)
                seen += changed.sum()
    assert seen


def test_nothing_is_left_out():
    """The plain forms are those of `test_every_function.py`, and those of recurrent networks."""
    prefixes = {kind.prefix for kind in KINDS.values()}
    known = {*PAIRS, *prefixes, *(name.removesuffix("_update") for name in SINGLES), "embedding"}
    assert {name.rpartition("_")[0] for name in FOUND} <= known
    assert all(inspect.isfunction(getattr(plain_of(name), name)) for name in FOUND)


def test_a_step_of_nan_is_nan():
    np.testing.assert_array_equal(activations.step(np.array([np.nan, 0.0, 1.0])), [np.nan, 0, 1])


@pytest.mark.parametrize("name", ["relu", "leaky_relu"])
@pytest.mark.parametrize("module", [activations, fast_activations])
def test_no_gradient_is_made_up_where_the_input_was_nan(module, name):
    """What arrives goes on, as with PyTorch: behind a NaN it is one itself."""
    forward = getattr(activations, f"{name}_forward")
    y, cache = forward(np.array([np.nan, 1.0, -1.0]))
    assert np.isnan(y[0])
    dx = getattr(module, f"{name}_backward")(np.array([np.nan, np.nan, 3.0]), cache)
    assert np.isnan(dx[:2]).all()
    assert dx[2] == (0 if name == "relu" else 0.03)


@pytest.mark.parametrize("module", [activations, fast_activations])
def test_an_infinite_gradient_stops_where_a_relu_was_off(module):
    x = np.array([-np.inf, -2.0, 0.0, 3.0, np.inf])
    y, cache = activations.relu_forward(x)
    np.testing.assert_array_equal(y, [0, 0, 0, 3, np.inf])
    for infinite in (np.inf, -np.inf):
        dx = module.relu_backward(np.full(5, infinite), cache)
        np.testing.assert_array_equal(dx, [0, 0, 0, infinite, infinite])
