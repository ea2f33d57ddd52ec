"""What holds for every public function: dtype kept, arguments left alone, clear errors."""

import copy
import inspect
from types import ModuleType

import numpy as np
import pytest

from backprop import activations, linear, losses, optimizers

X = np.array([[0.5, -1.0, 2.0], [-0.25, 1.5, -3.0]])
P = np.array([[0.5, 0.25, 0.25], [0.125, 0.5, 0.375]])
CLASSES = np.array([2, 0])
ELEMENTWISE = ["identity", "sigmoid", "tanh", "relu", "leaky_relu", "softmax"]
# For each pair its forward arguments, and the cotangent that its backward takes.
PAIRS = {
    (linear, "linear"): ({"x": X, "W": X.T.copy(), "b": np.array([1.0, -2.0])}, X[:, :2]),
    **{(activations, name): ({"x": X}, P) for name in ELEMENTWISE},
    (losses, "mean_squared_error"): ({"y": X, "target": P}, 2.0),
    (losses, "cross_entropy"): ({"y": P, "target": P[::-1]}, 2.0),
    (losses, "softmax_cross_entropy"): ({"logits": X, "target": CLASSES}, 2.0),
    (losses, "binary_cross_entropy"): ({"logits": X, "target": P}, 2.0),
}
UPDATES = {
    "sgd_update": {"param": X, "grad": P, "lr": 0.1, "weight_decay": 0.1},
    "momentum_update": {"param": X, "grad": P, "velocity": P, "lr": 0.1, "weight_decay": 0.1},
    "adam_update": {"param": X, "grad": P, "m": P, "v": P, "t": 3, "weight_decay": 0.1},
}


def cast(value, dtype):
    """Arrays of floats in this dtype, and numbers of the widest one, which must not spread."""
    if isinstance(value, np.ndarray) and value.dtype == np.float64:
        return value.astype(dtype)
    return np.float64(value) if isinstance(value, float) else value


def calls(dtype):
    """Yields a name, a function without arguments that calls, and the arguments."""
    step = (cast(X, dtype),)
    yield "step", lambda: activations.step(*step), step
    for (module, name), (arguments, dy) in PAIRS.items():
        forward = getattr(module, f"{name}_forward")
        backward = getattr(module, f"{name}_backward")
        arguments = {key: cast(value, dtype) for key, value in arguments.items()}
        yield f"{name}_forward", lambda f=forward, a=arguments: f(**a)[0], arguments
        _, cache = forward(**arguments)
        dy = cast(dy, dtype)
        yield f"{name}_backward", lambda f=backward, a=(dy, cache): f(*a), (dy, cache, arguments)
    for name, arguments in UPDATES.items():
        arguments = {key: cast(value, dtype) for key, value in arguments.items()}
        update = getattr(optimizers, name)
        yield name, lambda f=update, a=arguments: f(**a), arguments


def arrays_in(value):
    """The arrays and NumPy scalars in nested tuples and dicts."""
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple):
        return [array for item in value for array in arrays_in(item)]
    return [value] if isinstance(value, np.ndarray | np.generic) else []


EVERY = {name: dtype for dtype in ("float32", "float64") for name, _, _ in calls(dtype)}


def find(name, dtype):
    (found,) = [(call, arguments) for n, call, arguments in calls(dtype) if n == name]
    return found


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", EVERY)
def test_dtype_is_kept(name, dtype):
    call, _ = find(name, dtype)
    results = arrays_in(call())
    assert results
    assert {result.dtype for result in results} == {np.dtype(dtype)}


@pytest.mark.parametrize("name", EVERY)
def test_arguments_stay_as_they_came(name):
    call, arguments = find(name, "float64")
    before = copy.deepcopy(arguments)
    call()
    for ours, theirs in zip(arrays_in(arguments), arrays_in(before), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", EVERY)
def test_results_are_new_arrays(name):
    call, arguments = find(name, "float64")
    for result in arrays_in(call()):
        assert not any(np.shares_memory(result, array) for array in arrays_in(arguments))


@pytest.mark.parametrize("module", [linear, activations, losses, optimizers])
def test_the_tables_above_miss_nothing(module: ModuleType):
    public = {
        name
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    assert public <= set(EVERY)


FLOAT_ARGUMENTS = [
    (linear.linear_forward, "x", PAIRS[linear, "linear"][0]),
    (activations.step, "x", {"x": X}),
    *((getattr(activations, f"{name}_forward"), "x", {"x": X}) for name in ELEMENTWISE),
    *(
        (getattr(losses, f"{name}_forward"), next(iter(arguments)), arguments)
        for (module, name), (arguments, _) in PAIRS.items()
        if module is losses
    ),
    *((getattr(optimizers, name), "param", arguments) for name, arguments in UPDATES.items()),
]


@pytest.mark.parametrize(
    ("function", "argument", "arguments"),
    FLOAT_ARGUMENTS,
    ids=[function.__name__ for function, _, _ in FLOAT_ARGUMENTS],
)
def test_what_is_no_float_array_is_refused(refused, function, argument, arguments):
    f = function.__name__
    integers = arguments[argument].astype(np.int64)
    message = f"{f}: {argument} is int64, wanted floats"
    refused(TypeError, message, function, **{**arguments, argument: integers})
    message = f"{f}: {argument} has type list, wanted an array"
    refused(TypeError, message, function, **{**arguments, argument: integers.tolist()})
    message = f"{f}: {argument} is empty, its shape is (0, 3)"
    refused(ValueError, message, function, **{**arguments, argument: np.zeros((0, 3))})
    message = f"{f}: {argument} has shape (), wanted at least one axis"
    refused(ValueError, message, function, **{**arguments, argument: np.array(1.0)})


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_activations_refuse_a_cotangent_that_does_not_fit(refused, name):
    _, cache = getattr(activations, f"{name}_forward")(X)
    backward = getattr(activations, f"{name}_backward")
    kept = "x" if name in ("identity", "relu", "leaky_relu") else "y"
    message = f"{name}_backward: dy has shape (3, 2), wanted (2, 3) as in {kept}"
    refused(ValueError, message, backward, X.T, cache)
    message = f"{name}_backward: dy is float32, wanted float64 as in {kept}"
    refused(TypeError, message, backward, X.astype(np.float32), cache)


@pytest.mark.parametrize(
    "name", ["mean_squared_error", "cross_entropy", "softmax_cross_entropy", "binary_cross_entropy"]
)
def test_losses_refuse_a_gradient_that_is_no_number(refused, name):
    arguments, _ = PAIRS[losses, name]
    _, cache = getattr(losses, f"{name}_forward")(**arguments)
    backward = getattr(losses, f"{name}_backward")
    f = f"{name}_backward"
    refused(TypeError, f"{f}: dloss has type ndarray, wanted a number", backward, X, cache)
    refused(
        ValueError, f"{f}: dloss is nan, wanted a number in (-inf, inf)", backward, np.nan, cache
    )
    refused(
        ValueError, f"{f}: dloss is inf, wanted a number in (-inf, inf)", backward, np.inf, cache
    )
