"""No layer, loss or measure computes with a matrix, a masked array or floats of 16 bits."""

import inspect

import numpy as np
import pytest

import backprop
from backprop import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    SGD,
    SIGMOID_CROSS_ENTROPY,
    Identity,
    Layer,
    Linear,
    Loss,
    accuracy,
    evaluate,
    losses,
    predict,
    train,
)
from backprop.activations import relu_backward, relu_forward
from backprop.fast import losses as fast

RNG = np.random.default_rng(0)
ROWS, STEPS, IMAGES = (4, 2), (3, 4, 2), (2, 2, 4, 4)
# How each layer is made, and the shape of what it takes.
LAYERS = {
    "Activation": (lambda: backprop.Activation(relu_forward, relu_backward), ROWS),
    "AvgPool2d": (lambda: backprop.AvgPool2d(2), IMAGES),
    "BatchNorm": (lambda: backprop.BatchNorm(2), ROWS),
    "Concatenate": (lambda: backprop.Concatenate([Identity(), Identity()]), ROWS),
    "Conv2d": (lambda: backprop.Conv2d(2, 3, 3, rng=RNG), IMAGES),
    "ConvTranspose2d": (lambda: backprop.ConvTranspose2d(2, 3, 3, rng=RNG), IMAGES),
    "Dropout": (lambda: backprop.Dropout(0.5, rng=RNG), ROWS),
    "Embedding": (lambda: backprop.Embedding(np.ones((9, 2))), ROWS),
    "Flatten": (backprop.Flatten, ROWS),
    "GELU": (backprop.GELU, ROWS),
    "GRU": (lambda: backprop.GRU(2, 3, rng=RNG), STEPS),
    "GlobalAvgPool2d": (backprop.GlobalAvgPool2d, IMAGES),
    "GroupNorm": (lambda: backprop.GroupNorm(1, 2), IMAGES),
    "Identity": (Identity, ROWS),
    "InstanceNorm": (lambda: backprop.InstanceNorm(2), IMAGES),
    "LSTM": (lambda: backprop.LSTM(2, 3, rng=RNG), STEPS),
    "LastStep": (backprop.LastStep, STEPS),
    "LayerNorm": (lambda: backprop.LayerNorm(2), ROWS),
    "LeakyReLU": (backprop.LeakyReLU, ROWS),
    "Linear": (lambda: Linear(2, 3, rng=RNG), ROWS),
    "MaxPool2d": (lambda: backprop.MaxPool2d(2), IMAGES),
    "MultiHeadAttention": (lambda: backprop.MultiHeadAttention(2, 1, rng=RNG), STEPS),
    "Positions": (backprop.Positions, STEPS),
    "RMSNorm": (lambda: backprop.RMSNorm(2), ROWS),
    "RNN": (lambda: backprop.RNN(2, 3, rng=RNG), STEPS),
    "ReLU": (backprop.ReLU, ROWS),
    "Residual": (lambda: backprop.Residual(Identity()), ROWS),
    "Sequential": (lambda: backprop.Sequential([Identity()]), ROWS),
    "Sigmoid": (backprop.Sigmoid, ROWS),
    "Softmax": (backprop.Softmax, ROWS),
    "Softplus": (backprop.Softplus, ROWS),
    "Tanh": (backprop.Tanh, ROWS),
    "TimeFirst": (backprop.TimeFirst, STEPS),
}
# Each loss, a measure, and what takes them: how it is called with scores and a target. The second
# word is what the target holds.
SCORED = {
    "mean_squared_error": ("numbers", losses.mean_squared_error_forward),
    "smooth_l1": ("numbers", losses.smooth_l1_forward),
    "sigmoid_cross_entropy": ("numbers", losses.sigmoid_cross_entropy_forward),
    "cross_entropy": ("classes", losses.cross_entropy_forward),
    "cross_entropy of shares": ("shares", losses.cross_entropy_forward),
    "softmax_cross_entropy": ("classes", losses.softmax_cross_entropy_forward),
    "softmax_cross_entropy of shares": ("shares", losses.softmax_cross_entropy_forward),
    "fast": ("classes", fast.softmax_cross_entropy_forward),
    "fast, of shares": ("shares", fast.softmax_cross_entropy_forward),
    "CROSS_ENTROPY": ("classes", CROSS_ENTROPY.forward),
    "CROSS_ENTROPY.ignoring": ("classes", CROSS_ENTROPY.ignoring(0).forward),
    "SIGMOID_CROSS_ENTROPY": ("numbers", SIGMOID_CROSS_ENTROPY.forward),
    "MEAN_SQUARED_ERROR": ("numbers", MEAN_SQUARED_ERROR.forward),
    "accuracy": ("classes", accuracy),
    "evaluate": ("classes", lambda x, target: evaluate(Identity(), x, target)),
    "evaluate, ignoring": (
        "classes",
        lambda x, target: evaluate(Identity(), x, target, loss=CROSS_ENTROPY.ignoring(0)),
    ),
    "predict": ("", lambda x, target: predict(Identity(), x)),
    "train": (
        "classes",
        lambda x, target: train(
            Linear(2, 2, rng=RNG),
            SGD(0.1),
            x,
            target,
            epochs=1,
            batch_size=2,
            rng=RNG,
            progress=False,
        ),
    ),
}
TARGETS = {
    "": np.array([0, 1, 1, 0]),
    "classes": np.array([0, 1, 1, 0]),
    "numbers": np.array([[0.5, 1.0], [0.0, 0.25], [1.0, 0.5], [0.75, 1.0]]),
    "shares": np.array([[0.5, 0.5], [0.0, 1.0], [1.0, 0.0], [0.25, 0.75]]),
}


def spoiled(array):
    """Yields an array as what is refused, and how the sentence about it ends."""
    yield np.ma.masked_equal(array, array.flat[0]), "has type MaskedArray, wanted a plain array"
    if array.ndim == 2:
        yield array.view(np.matrix), "has type matrix, wanted a plain array"
    if array.dtype.kind == "f":
        yield array.astype(np.float16), "is float16, wanted float"


def assert_refused(call, ending):
    with pytest.raises(TypeError) as caught:
        call()
    assert ending in str(caught.value)


def test_the_tables_miss_nothing():
    layers = {
        name
        for name in backprop.__all__
        if inspect.isclass(kind := getattr(backprop, name)) and issubclass(kind, Layer)
    }
    # A layer with two inputs has a test of its own.
    assert layers == {*LAYERS, "Layer", "CrossAttention"}
    names = {name for name in vars(losses) if name.endswith("_forward")} - {"sigmoid_forward"}
    assert names <= {f"{name}_forward" for name in SCORED}
    losses_by_name = {n for n in backprop.__all__ if isinstance(getattr(backprop, n), Loss)}
    assert losses_by_name <= {*SCORED}


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(("make", "shape"), LAYERS.values(), ids=LAYERS)
def test_layers_refuse_them(make, shape, training):
    x = RNG.standard_normal(shape)
    if make is LAYERS["Embedding"][0]:
        x = RNG.integers(0, 9, shape)
    layer = make()
    dy = np.ones_like(layer.forward(x, training=training))
    for wrong, ending in spoiled(x):
        assert_refused(lambda wrong=wrong: layer.forward(wrong, training=training), ending)
    layer.forward(x, training=training)
    for wrong, ending in spoiled(dy):
        assert_refused(lambda wrong=wrong: layer.backward(wrong), ending)


def test_attention_to_another_sequence_refuses_them():
    layer, x = backprop.CrossAttention(2, 1, rng=RNG), RNG.standard_normal(STEPS)
    layer.look_at(x)
    dy = np.ones_like(layer.forward(x, training=True))
    for wrong, ending in spoiled(x):
        assert_refused(lambda wrong=wrong: layer.forward(wrong, training=True), ending)
        assert_refused(lambda wrong=wrong: layer.look_at(wrong), ending)
    for wrong, ending in spoiled(dy):
        assert_refused(lambda wrong=wrong: layer.backward(wrong), ending)


@pytest.mark.parametrize(("kind", "function"), SCORED.values(), ids=SCORED)
def test_losses_and_measures_refuse_them(kind, function):
    scores, target = TARGETS["numbers"] / 2 + 0.125, TARGETS[kind]
    function(scores, target)
    for wrong, ending in spoiled(scores):
        assert_refused(lambda wrong=wrong: function(wrong, target), ending)
    if kind:
        for wrong, ending in spoiled(target):
            assert_refused(lambda wrong=wrong: function(scores, wrong), ending)
