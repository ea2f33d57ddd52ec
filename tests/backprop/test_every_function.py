"""What holds for every public function: dtype kept, arguments left alone, clear errors."""

import copy
import inspect
from types import ModuleType

import numpy as np
import pytest

from backprop import (
    activations,
    attention,
    boxes,
    concatenation,
    convolution,
    correlation,
    dropout,
    gaussian,
    grouped,
    linear,
    losses,
    normalization,
    optimizers,
    pooling,
    q_learning,
    transposed,
)

X = np.array([[0.5, -1.0, 2.0], [-0.25, 1.5, -3.0]])
P = np.array([[0.5, 0.25, 0.25], [0.125, 0.5, 0.375]])
CLASSES = np.array([2, 0])
IMAGES = np.arange(48.0).reshape(2, 2, 3, 4) % 7 - 2.5
KERNELS = np.arange(16.0).reshape(2, 2, 2, 2) % 5 - 1.5
SMALL_IMAGES = IMAGES[:, :, :2, :3].copy()
BOXES = np.array([[0.0, 0.0, 2.0, 3.0], [1.0, 0.5, 2.0, 1.5], [5.0, 5.0, 6.0, 6.5]])
POOL = {"x": IMAGES, "kernel": 2, "stride": 1}
FEATURES = {"gamma": np.array([2.0, -1.0, 0.5]), "beta": np.array([1.0, 2.0, 3.0])}
PROJECTIONS = {
    "W_x": np.arange(12.0).reshape(2, 6) % 5 - 1.5,
    "b": np.arange(6.0) - 2.5,
    "W_o": np.array([[1.0, -2.0], [0.5, 3.0]]),
    "b_o": np.array([1.0, -2.0]),
}
ELEMENTWISE = [
    *("identity", "sigmoid", "tanh", "relu", "leaky_relu", "softmax"),
    *("softplus", "gelu"),
]
# For each pair its module, its forward arguments, and the cotangent that its backward takes.
PAIRS = {
    "linear": (linear, {"x": X, "W": X.T.copy(), "b": np.array([1.0, -2.0])}, X[:, :2]),
    **{name: (activations, {"x": X}, P) for name in ELEMENTWISE},
    "conv2d": (
        convolution,
        {"x": IMAGES, "W": KERNELS, "b": np.array([1.0, -2.0])},
        SMALL_IMAGES,
    ),
    "correlate2d": (correlation, {"x": X, "W": P[:, :2].copy(), "b": 0.5}, X[:1, :2].copy()),
    "grouped_conv2d": (
        grouped,
        {"x": IMAGES, "W": KERNELS[:, :1].copy(), "b": np.array([1.0, -2.0]), "groups": 2},
        SMALL_IMAGES,
    ),
    "conv_transpose2d": (
        transposed,
        {"x": SMALL_IMAGES, "W": KERNELS, "b": np.array([1.0, -2.0]), "stride": (1, 1)},
        IMAGES,
    ),
    "box_iou": (boxes, {"a": BOXES, "b": BOXES[::-1] + 0.25}, np.array([0.5, -2.0, 3.0])),
    "gaussian_sample": (
        gaussian,
        {"mu": X, "log_var": P, "rng": np.random.default_rng(1)},
        P,
    ),
    "gaussian_kl": (gaussian, {"mu": X, "log_var": P}, 2.0),
    "q_loss": (q_learning, {"q": X, "action": CLASSES, "target": P[:, 0]}, 2.0),
    "max_pool2d": (pooling, POOL, SMALL_IMAGES),
    "avg_pool2d": (pooling, {**POOL, "count_include_pad": False}, SMALL_IMAGES),
    "global_avg_pool2d": (pooling, {"x": IMAGES}, X[:, :2]),
    "concatenate": (concatenation, {"a": X, "b": P}, np.hstack([P, X])),
    "batchnorm": (normalization, {"x": X, **FEATURES}, P),
    "batchnorm_evaluation": (
        normalization,
        {"x": X, **FEATURES, "mean": X[0], "var": P[0], "eps": 0.1},
        P,
    ),
    "layernorm": (normalization, {"x": X, **FEATURES}, P),
    "attention": (
        attention,
        {"q": X, "k": P, "v": X, "mask": np.array([[True, False], [True, True]])},
        P,
    ),
    "multi_head_attention": (
        attention,
        {"x": X[:, :2].reshape(1, 2, 2).copy(), **PROJECTIONS, "heads": 2},
        np.array([[[1.0, -2.0], [0.5, 3.0]]]),
    ),
    "cross_attention": (
        attention,
        {
            "x": X[:, :2].reshape(1, 2, 2).copy(),
            "context": P[:, 1:].reshape(1, 2, 2).copy(),
            **PROJECTIONS,
            "heads": 2,
        },
        np.array([[[1.0, -2.0], [0.5, 3.0]]]),
    ),
    "groupnorm": (
        normalization,
        {"x": IMAGES, "gamma": X[0, :2], "beta": X[1, :2], "groups": 2},
        IMAGES[::-1],
    ),
    "rmsnorm": (normalization, {"x": X, "gamma": FEATURES["gamma"]}, P),
    "dropout": (dropout, {"x": X, "p": 0.5, "rng": np.random.default_rng(1)}, P),
    "mean_squared_error": (losses, {"y": X, "target": P}, 2.0),
    "cross_entropy": (losses, {"y": P, "target": P[::-1]}, 2.0),
    "softmax_cross_entropy": (losses, {"logits": X, "target": CLASSES}, 2.0),
    "smooth_l1": (losses, {"y": X, "target": P}, 2.0),
    "sigmoid_cross_entropy": (losses, {"logits": X, "target": P}, 2.0),
}
SINGLES = {
    "step": (activations, {"x": X}),
    "q_target": (
        q_learning,
        {"reward": P[:, 0], "q_next": X, "done": np.array([False, True]), "gamma": 0.5},
    ),
    "sgd_update": (optimizers, {"param": X, "grad": P, "lr": 0.1, "weight_decay": 0.1}),
    "momentum_update": (
        optimizers,
        {"param": X, "grad": P, "velocity": P, "lr": 0.1, "weight_decay": 0.1},
    ),
    "nag_update": (
        optimizers,
        {"param": X, "grad": P, "velocity": P, "lr": 0.1, "weight_decay": 0.1},
    ),
    "adagrad_update": (optimizers, {"param": X, "grad": P, "s": P, "lr": 0.1}),
    "rmsprop_update": (optimizers, {"param": X, "grad": P, "v": P, "lr": 0.1}),
    "adadelta_update": (optimizers, {"param": X, "grad": P, "v": P, "d": P, "lr": 0.1}),
    "adamw_update": (optimizers, {"param": X, "grad": P, "m": P, "v": P, "t": 3, "lr": 0.1}),
    "adam_update": (optimizers, {"param": X, "grad": P, "m": P, "v": P, "t": 3, "lr": 0.1}),
}
EVERY = [*(f"{name}_{way}" for name in PAIRS for way in ("forward", "backward")), *SINGLES]


def cast(value, dtype):
    """Arrays of floats in this dtype, and numbers of the widest one, which must not spread."""
    if isinstance(value, np.ndarray) and value.dtype == np.float64:
        return value.astype(dtype)
    return np.float64(value) if isinstance(value, float) else value


def prepare(name, dtype):
    """Returns a function without arguments that calls this one, and all that it is given."""
    if name in SINGLES:
        module, arguments = SINGLES[name]
        arguments = {key: cast(value, dtype) for key, value in arguments.items()}
        return lambda: getattr(module, name)(**arguments), arguments
    pair, _, way = name.rpartition("_")
    module, arguments, dy = PAIRS[pair]
    arguments = {key: cast(value, dtype) for key, value in arguments.items()}
    forward = getattr(module, f"{pair}_forward")
    if way == "forward":
        return lambda: forward(**arguments)[0], arguments
    _, cache = forward(**arguments)
    dy = cast(dy, dtype)
    return lambda: getattr(module, name)(dy, cache), (dy, cache, arguments)


def arrays_in(value):
    """The arrays and NumPy scalars in nested tuples and dicts."""
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple):
        return [array for item in value for array in arrays_in(item)]
    return [value] if isinstance(value, np.ndarray | np.generic) else []


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", EVERY)
def test_dtype_is_kept(name, dtype):
    call, _ = prepare(name, dtype)
    results = arrays_in(call())
    assert results
    assert {result.dtype for result in results} == {np.dtype(dtype)}


@pytest.mark.parametrize("name", EVERY)
def test_arguments_stay_as_they_came(name):
    call, arguments = prepare(name, "float64")
    before = copy.deepcopy(arguments)
    call()
    for ours, theirs in zip(arrays_in(arguments), arrays_in(before), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", EVERY)
def test_results_are_new_arrays(name):
    call, arguments = prepare(name, "float64")
    for result in arrays_in(call()):
        assert not any(np.shares_memory(result, array) for array in arrays_in(arguments))


@pytest.mark.parametrize(
    "module",
    [
        linear,
        activations,
        boxes,
        concatenation,
        convolution,
        correlation,
        dropout,
        gaussian,
        grouped,
        losses,
        normalization,
        optimizers,
        pooling,
        q_learning,
        transposed,
    ],
)
def test_the_tables_above_miss_nothing(module: ModuleType):
    public = {
        name
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and "__mutmut" not in name  # what mutmut adds
    }
    # Two take the cache of another function; others lay a batch out, or show its windows; and two
    # take no arrays of floats alone: test_losses.py.
    elsewhere = {"batchnorm_backward_staged", "batchnorm_running", "rows_of", "rows_to"}
    elsewhere |= {"pool_windows", "as_probabilities", "check_classes"}
    assert public <= {*EVERY, *elsewhere}


FIRSTS = {f"{name}_forward": arguments for name, (_, arguments, _) in PAIRS.items()} | {
    name: arguments for name, (_, arguments) in SINGLES.items()
}


@pytest.mark.parametrize("name", FIRSTS)
def test_what_is_no_float_array_is_refused(refused, name):
    module = (SINGLES.get(name) or PAIRS[name.removesuffix("_forward")])[0]
    function, arguments = getattr(module, name), FIRSTS[name]
    first = next(iter(arguments))
    integers = arguments[first].astype(np.int64)
    for error, wrong, message in [
        (TypeError, integers, "is int64, wanted floats"),
        (TypeError, integers.tolist(), "has type list, wanted an array"),
        (ValueError, np.zeros((0, 3)), "is empty, its shape is (0, 3)"),
        (ValueError, np.array(1.0), "has shape (), wanted at least one axis"),
    ]:
        refused(error, f"{name}: {first} {message}", function, **{**arguments, first: wrong})


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_activations_refuse_a_cotangent_that_does_not_fit(refused, name):
    _, cache = getattr(activations, f"{name}_forward")(X)
    backward = getattr(activations, f"{name}_backward")
    kept = "x" if name in ("identity", "relu", "leaky_relu", "softplus", "gelu") else "y"
    message = f"{name}_backward: dy has shape (3, 2), wanted (2, 3) as in {kept}"
    refused(ValueError, message, backward, X.T, cache)
    message = f"{name}_backward: dy is float32, wanted float64 as in {kept}"
    refused(TypeError, message, backward, X.astype(np.float32), cache)


@pytest.mark.parametrize(
    "name",
    [
        *("mean_squared_error", "smooth_l1", "cross_entropy"),
        *("softmax_cross_entropy", "sigmoid_cross_entropy"),
    ],
)
def test_losses_refuse_a_gradient_that_is_no_number(refused, name):
    _, arguments, _ = PAIRS[name]
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
