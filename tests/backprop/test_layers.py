"""Layers for images: that the shell adds nothing to the pairs of functions, and loses nothing."""

import numpy as np
import pytest

from backprop import train
from backprop.dropout import dropout_forward
from backprop.fast.convolution import conv2d_backward, conv2d_forward
from backprop.fast.normalization import (
    batchnorm_backward,
    batchnorm_forward,
    layernorm_backward,
    layernorm_forward,
)
from backprop.fast.pooling import (
    avg_pool2d_backward,
    avg_pool2d_forward,
    max_pool2d_backward,
    max_pool2d_forward,
)
from backprop.gradcheck import numerical_gradient
from backprop.grouped import grouped_conv2d_backward, grouped_conv2d_forward
from backprop.initializers import he_normal, xavier_uniform
from backprop.layers import (
    AvgPool2d,
    BatchNorm,
    Conv2d,
    ConvTranspose2d,
    CrossAttention,
    Dropout,
    Flatten,
    GlobalAvgPool2d,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
    LeakyReLU,
    Linear,
    MaxPool2d,
    MultiHeadAttention,
    ReLU,
    RMSNorm,
    Sequential,
)
from backprop.normalization import (
    batchnorm_evaluation_backward,
    batchnorm_evaluation_forward,
    batchnorm_running,
    groupnorm_backward,
    groupnorm_forward,
    rmsnorm_backward,
    rmsnorm_forward,
)
from backprop.pooling import global_avg_pool2d_backward, global_avg_pool2d_forward
from backprop.training.optimizers import SGD
from backprop.transposed import conv_transpose2d_backward, conv_transpose2d_forward

SHAPE = (4, 2, 6, 5)


def assert_is_the_pair(layer, rng, forward, backward, *, training=True, names=(), **options):
    """Runs a layer beside its functions, in which its parameters follow x."""
    x = rng.standard_normal(SHAPE)
    y, cache = forward(x, *(layer.params[name] for name in names), **options)
    np.testing.assert_array_equal(layer.forward(x, training=training), y)
    dy = rng.standard_normal(y.shape)
    grads = backward(dy, cache)
    dx, *rest = grads if isinstance(grads, tuple) else (grads,)
    np.testing.assert_array_equal(layer.backward(dy), dx)
    assert [*layer.grads] == [*layer.params] == [*names]
    for name, grad in zip(names, rest, strict=True):
        np.testing.assert_array_equal(layer.grads[name], grad)


def shaken(layer, rng):
    """Gives a layer parameters that are not the initial ones."""
    for param in layer.params.values():
        param[...] = rng.standard_normal(param.shape)
    return layer


def test_conv_transpose2d(rng):
    options = {"stride": (2, 1), "padding": (1, 0)}
    layer = shaken(ConvTranspose2d(2, 3, (3, 2), rng=rng, **options), rng)
    pair = conv_transpose2d_forward, conv_transpose2d_backward
    assert_is_the_pair(layer, rng, *pair, names=("W", "b"), **options)


def test_conv2d(rng):
    options = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2)}
    layer = shaken(Conv2d(2, 3, (3, 2), rng=rng, **options), rng)
    assert_is_the_pair(layer, rng, conv2d_forward, conv2d_backward, names=("W", "b"), **options)
    plain = Conv2d(2, 3, 3, rng=rng)
    assert_is_the_pair(plain, rng, conv2d_forward, conv2d_backward, names=("W", "b"))


def test_conv2d_in_groups(rng, refused):
    options = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2), "groups": 2}
    layer = shaken(Conv2d(2, 4, (3, 2), rng=rng, **options), rng)
    assert layer.params["W"].shape == (4, 1, 3, 2)
    pair = grouped_conv2d_forward, grouped_conv2d_backward
    assert_is_the_pair(layer, rng, *pair, names=("W", "b"), **options)
    message = "Conv2d: groups is 2, which does not divide C = 4 and K = 3"
    refused(ValueError, message, Conv2d, 4, 3, 3, groups=2, rng=rng)


def test_conv2d_without_the_gradient_for_its_input(rng):
    x, b = rng.standard_normal((3, 2, 6, 5)), np.zeros(4)
    layer = Conv2d(2, 4, 3, rng=rng, padding=1, input_gradient=False)
    y, cache = conv2d_forward(x, layer.params["W"], b, padding=1)
    np.testing.assert_array_equal(layer.forward(x, training=True), y)
    dx = layer.backward(y)
    assert dx.shape == x.shape
    assert np.isnan(dx).all()
    _, dW, db = conv2d_backward(y, cache)
    np.testing.assert_array_equal(layer.grads["W"], dW)
    np.testing.assert_array_equal(layer.grads["b"], db)


def test_conv2d_initial_values(rng):
    made = Conv2d(3, 4, (5, 2), rng=np.random.default_rng(1))
    wanted = he_normal((4, 3, 5, 2), np.random.default_rng(1))
    np.testing.assert_array_equal(made.params["W"], wanted)
    np.testing.assert_array_equal(made.params["b"], np.zeros(4))
    made = Conv2d(3, 4, 2, rng=np.random.default_rng(1), init=xavier_uniform, dtype=np.float32)
    wanted = xavier_uniform((4, 3, 2, 2), np.random.default_rng(1), dtype=np.float32)
    np.testing.assert_array_equal(made.params["W"], wanted)
    assert {param.dtype for param in made.params.values()} == {np.dtype(np.float32)}


def test_pooling(rng):
    options = {"kernel": (3, 2), "stride": (1, 2), "padding": 1}
    layer = MaxPool2d(**options)
    assert_is_the_pair(layer, rng, max_pool2d_forward, max_pool2d_backward, **options)
    assert_is_the_pair(MaxPool2d(2), rng, max_pool2d_forward, max_pool2d_backward, kernel=2)
    pair = avg_pool2d_forward, avg_pool2d_backward
    assert_is_the_pair(AvgPool2d(2), rng, *pair, kernel=2)
    padded = {"kernel": 2, "padding": 1}
    assert_is_the_pair(AvgPool2d(**padded), rng, *pair, **padded, count_include_pad=True)
    options["count_include_pad"] = False
    assert_is_the_pair(AvgPool2d(**options), rng, *pair, **options)
    pair = global_avg_pool2d_forward, global_avg_pool2d_backward
    assert_is_the_pair(GlobalAvgPool2d(), rng, *pair)


def test_flatten(rng):
    layer, x = Flatten(), rng.standard_normal(SHAPE)
    y = layer.forward(x, training=False)
    np.testing.assert_array_equal(y, x.reshape(4, 60))
    np.testing.assert_array_equal(layer.backward(y), x)


@pytest.mark.parametrize("shape", [(4, 2), SHAPE])
def test_batch_norm(rng, shape):
    layer = shaken(BatchNorm(2, eps=0.1, momentum=0.3), rng)
    gamma, beta = layer.params["gamma"], layer.params["beta"]
    mean, var = np.zeros(2), np.ones(2)
    for _ in range(2):
        x, dy = rng.standard_normal(shape), rng.standard_normal(shape)
        y, cache = batchnorm_forward(x, gamma, beta, eps=0.1)
        mean, var = batchnorm_running(mean, var, cache, momentum=0.3)
        np.testing.assert_array_equal(layer.forward(x, training=True), y)
        dx, dgamma, dbeta = batchnorm_backward(dy, cache)
        np.testing.assert_array_equal(layer.backward(dy), dx)
        np.testing.assert_array_equal(layer.grads["gamma"], dgamma)
        np.testing.assert_array_equal(layer.grads["beta"], dbeta)
        np.testing.assert_array_equal(layer.buffers["mean"], mean)
        np.testing.assert_array_equal(layer.buffers["var"], var)
    y, cache = batchnorm_evaluation_forward(x, gamma, beta, mean, var, eps=0.1)
    np.testing.assert_array_equal(layer.forward(x, training=False), y)
    dx, dgamma, dbeta = batchnorm_evaluation_backward(dy, cache)
    np.testing.assert_array_equal(layer.backward(dy), dx)
    np.testing.assert_array_equal(layer.grads["gamma"], dgamma)
    np.testing.assert_array_equal(layer.grads["beta"], dbeta)
    np.testing.assert_array_equal(layer.buffers["mean"], mean)


def test_batch_norm_starts_as_documented(rng):
    layer, x = BatchNorm(2), rng.standard_normal((5, 2))
    y, cache = batchnorm_forward(x, np.ones(2), np.zeros(2), eps=1e-5)
    np.testing.assert_array_equal(layer.forward(x, training=True), y)
    mean, var = batchnorm_running(np.zeros(2), np.ones(2), cache, momentum=0.1)
    np.testing.assert_array_equal(layer.buffers["mean"], mean)
    np.testing.assert_array_equal(layer.buffers["var"], var)
    made = BatchNorm(3, dtype=np.float32)
    dtypes = {array.dtype for array in [*made.params.values(), *made.buffers.values()]}
    assert dtypes == {np.dtype(np.float32)}
    assert layer.params.keys() == layer.grads.keys() | {"gamma", "beta"}


def test_layer_norm(rng):
    layer = shaken(LayerNorm(5, eps=0.1), rng)
    names = ("gamma", "beta")
    assert_is_the_pair(layer, rng, layernorm_forward, layernorm_backward, names=names, eps=0.1)
    plain = LayerNorm(5)
    assert_is_the_pair(plain, rng, layernorm_forward, layernorm_backward, names=names, eps=1e-5)
    assert {a.dtype for a in LayerNorm(2, dtype=np.float32).params.values()} == {
        np.dtype(np.float32)
    }


@pytest.mark.parametrize(
    ("make", "groups"),
    [(lambda eps: GroupNorm(2, 6, **eps), 2), (lambda eps: InstanceNorm(6, **eps), 6)],
)
def test_group_norms(rng, make, groups):
    for given in ({"eps": 0.1}, {}):
        layer = shaken(make(given), rng)
        x, dy = rng.standard_normal((2, 3, 6, 4, 5))
        gamma, beta = layer.params.values()
        eps = given.get("eps", 1e-5)
        y, cache = groupnorm_forward(x, gamma, beta, groups=groups, eps=eps)
        np.testing.assert_array_equal(layer.forward(x, training=True), y)
        wanted = groupnorm_backward(dy, cache)
        found = layer.backward(dy), layer.grads["gamma"], layer.grads["beta"]
        for one, other in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(layer.forward(x, training=False), y)
    dtypes = {a.dtype for a in make({"dtype": np.float32}).params.values()}
    assert dtypes == {np.dtype(np.float32)}


def test_rms_norm(rng):
    for given in ({"eps": 0.1}, {}):
        layer = shaken(RMSNorm(4, **given), rng)
        x, dy = rng.standard_normal((2, 3, 5, 4))
        y, cache = rmsnorm_forward(x, layer.params["gamma"], eps=given.get("eps", 1e-5))
        np.testing.assert_array_equal(layer.forward(x, training=True), y)
        dx, dgamma = rmsnorm_backward(dy, cache)
        np.testing.assert_array_equal(layer.backward(dy), dx)
        np.testing.assert_array_equal(layer.grads["gamma"], dgamma)
    assert RMSNorm(2, dtype=np.float32).params["gamma"].dtype == np.float32


def test_dropout(rng):
    layer = Dropout(0.3, rng=np.random.default_rng(7))
    x = rng.standard_normal((50, 4))
    wanted, _ = dropout_forward(x, p=0.3, rng=np.random.default_rng(7))
    y = layer.forward(x, training=True)
    np.testing.assert_array_equal(y, wanted)
    np.testing.assert_array_equal(layer.backward(x), y)


def test_dropout_does_nothing_in_evaluation(rng):
    drawn = np.random.default_rng(7)
    layer, x = Dropout(0.3, rng=drawn), rng.standard_normal((5, 4))
    y = layer.forward(x, training=False)
    np.testing.assert_array_equal(y, x)
    assert not np.shares_memory(y, x)
    np.testing.assert_array_equal(layer.backward(x), x)
    assert drawn.bit_generator.state == np.random.default_rng(7).bit_generator.state
    assert layer.params == layer.grads == layer.buffers == {}


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda rng: Conv2d(1, 1, 1, rng=rng), "Conv2d"),
        (lambda rng: MaxPool2d(2), "MaxPool2d"),
        (lambda rng: AvgPool2d(2), "AvgPool2d"),
        (lambda rng: GlobalAvgPool2d(), "GlobalAvgPool2d"),
        (lambda rng: Flatten(), "Flatten"),
        (lambda rng: BatchNorm(1), "BatchNorm"),
        (lambda rng: LayerNorm(1), "LayerNorm"),
        (lambda rng: GroupNorm(1, 1), "GroupNorm"),
        (lambda rng: InstanceNorm(1), "InstanceNorm"),
        (lambda rng: RMSNorm(1), "RMSNorm"),
        (lambda rng: Dropout(0.5, rng=rng), "Dropout"),
        (lambda rng: MultiHeadAttention(1, 1, rng=rng), "MultiHeadAttention"),
        (lambda rng: CrossAttention(1, 1, rng=rng), "CrossAttention"),
    ],
)
def test_backward_before_forward(refused, rng, make, name):
    layer = make(rng)
    assert layer.grads == {}
    message = f"{name}.backward: nothing went forward yet"
    refused(RuntimeError, message, layer.backward, np.ones((1, 1)))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda rng: Conv2d(0, 1, 1, rng=rng), ValueError, "Conv2d: C is 0, wanted at least 1"),
        (
            lambda rng: Conv2d(1, 1.5, 1, rng=rng),
            TypeError,
            "Conv2d: K has type float, wanted an integer",
        ),
        (
            lambda rng: Conv2d(1, 1, (1, 0), rng=rng),
            ValueError,
            "Conv2d: kernel is (1, 0), wanted at least 1",
        ),
        (
            lambda rng: Conv2d(1, 1, 1, stride=0, rng=rng),
            ValueError,
            "Conv2d: stride is 0, wanted at least 1",
        ),
        (
            lambda rng: Conv2d(1, 1, 1, padding=-1, rng=rng),
            ValueError,
            "Conv2d: padding is -1, wanted at least 0",
        ),
        (
            lambda rng: Conv2d(1, 1, 1, dilation=0, rng=rng),
            ValueError,
            "Conv2d: dilation is 0, wanted at least 1",
        ),
        (
            lambda rng: Conv2d(1, 1, 1, rng=0),
            TypeError,
            "Conv2d: rng has type int, wanted a numpy.random.Generator",
        ),
        (
            lambda rng: Conv2d(1, 1, 1, rng=rng, dtype=int),
            TypeError,
            "Conv2d: dtype is int64, wanted floats",
        ),
        (
            lambda rng: MaxPool2d(0),
            ValueError,
            "MaxPool2d: kernel is 0, wanted at least 1",
        ),
        (
            lambda rng: MaxPool2d(2, padding=-1),
            ValueError,
            "MaxPool2d: padding is -1, wanted at least 0",
        ),
        (
            lambda rng: AvgPool2d((2, 2.0)),
            TypeError,
            "AvgPool2d: kernel is (2, 2.0), wanted an integer or a pair of integers",
        ),
        (
            lambda rng: LeakyReLU("a"),
            TypeError,
            "LeakyReLU: slope has type str, wanted a number",
        ),
        (lambda rng: BatchNorm(0), ValueError, "BatchNorm: D is 0, wanted at least 1"),
        (
            lambda rng: BatchNorm(1, eps=0),
            ValueError,
            "BatchNorm: eps is 0.0, wanted a number in (0, inf)",
        ),
        (
            lambda rng: BatchNorm(1, momentum=1.1),
            ValueError,
            "BatchNorm: momentum is 1.1, wanted a number in [0, 1]",
        ),
        (
            lambda rng: BatchNorm(1, dtype=int),
            TypeError,
            "BatchNorm: dtype is int64, wanted floats",
        ),
        (lambda rng: LayerNorm(0), ValueError, "LayerNorm: D is 0, wanted at least 1"),
        (
            lambda rng: LayerNorm(1, eps=0),
            ValueError,
            "LayerNorm: eps is 0.0, wanted a number in (0, inf)",
        ),
        (
            lambda rng: LayerNorm(1, dtype=int),
            TypeError,
            "LayerNorm: dtype is int64, wanted floats",
        ),
        (lambda rng: GroupNorm(0, 1), ValueError, "GroupNorm: groups is 0, wanted at least 1"),
        (lambda rng: GroupNorm(1, 0), ValueError, "GroupNorm: C is 0, wanted at least 1"),
        (
            lambda rng: GroupNorm(4, 6),
            ValueError,
            "GroupNorm: 4 groups do not share out 6 channels evenly",
        ),
        (
            lambda rng: GroupNorm(1, 1, eps=0),
            ValueError,
            "GroupNorm: eps is 0.0, wanted a number in (0, inf)",
        ),
        (
            lambda rng: GroupNorm(1, 1, dtype=int),
            TypeError,
            "GroupNorm: dtype is int64, wanted floats",
        ),
        (lambda rng: InstanceNorm(0), ValueError, "InstanceNorm: C is 0, wanted at least 1"),
        (
            lambda rng: InstanceNorm(1, eps="1"),
            TypeError,
            "InstanceNorm: eps has type str, wanted a number",
        ),
        (
            lambda rng: InstanceNorm(1, dtype=int),
            TypeError,
            "InstanceNorm: dtype is int64, wanted floats",
        ),
        (lambda rng: RMSNorm(0), ValueError, "RMSNorm: D is 0, wanted at least 1"),
        (
            lambda rng: RMSNorm(1, eps=-1),
            ValueError,
            "RMSNorm: eps is -1.0, wanted a number in (0, inf)",
        ),
        (
            lambda rng: RMSNorm(1, dtype=int),
            TypeError,
            "RMSNorm: dtype is int64, wanted floats",
        ),
        (
            lambda rng: Dropout(1.5, rng=rng),
            ValueError,
            "Dropout: p is 1.5, wanted a number in [0, 1]",
        ),
        (
            lambda rng: Dropout(0.5, rng=None),
            TypeError,
            "Dropout: rng has type NoneType, wanted a numpy.random.Generator",
        ),
    ],
)
def test_refused(refused, rng, make, error, message):
    refused(error, message, make, rng)


def small_network(rng, dtype=np.float64):
    """A network of all layers but dropout, for images of 2 channels, 6 by 5."""
    return Sequential(
        {
            "conv": Conv2d(2, 3, 3, padding=1, rng=rng, dtype=dtype),
            "norm": BatchNorm(3, dtype=dtype),
            "relu": ReLU(),
            "pool": MaxPool2d(2),
            "second": Conv2d(3, 4, 2, rng=rng, dtype=dtype),
            "average": AvgPool2d((1, 1)),
            "flat": Flatten(),
            "layer_norm": LayerNorm(8, dtype=dtype),
            "out": Linear(8, 2, rng=rng, dtype=dtype),
        }
    )


def test_network_against_central_differences(rng):
    network = shaken(small_network(rng), rng)
    x, r = rng.standard_normal(SHAPE), rng.standard_normal((4, 2))
    network.forward(x, training=True)
    dx = network.backward(r)

    def loss_for(array):
        def loss(values):
            kept = array.copy()
            array[...] = values
            result = (network.forward(x, training=True) * r).sum()
            array[...] = kept
            return result

        return loss

    for found, array in [(dx, x), *((network.grads[n], p) for n, p in network.params.items())]:
        wanted = numerical_gradient(loss_for(array), array.copy())
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_goes_through(rng, dtype):
    network = small_network(rng, dtype)
    for training in (True, False):
        y = network.forward(rng.standard_normal(SHAPE).astype(dtype), training=training)
        assert y.dtype == dtype
        assert network.backward(y).dtype == dtype
        assert {array.dtype for array in network.grads.values()} == {np.dtype(dtype)}
        assert {array.dtype for array in network.buffers.values()} == {np.dtype(dtype)}


def test_running_statistics_are_saved_with_the_weights(rng, tmp_path):
    network, other = small_network(rng), small_network(rng)
    assert [*network.buffers] == ["norm.mean", "norm.var"]
    x = rng.standard_normal(SHAPE)
    network.forward(x, training=True)
    network.save(tmp_path / "network.npz")
    other.load(tmp_path / "network.npz")
    for name, values in network.buffers.items():
        np.testing.assert_array_equal(other.buffers[name], values)
    np.testing.assert_array_equal(
        other.forward(x, training=False), network.forward(x, training=False)
    )


def test_running_statistics_are_in_checkpoints_and_in_the_best_epoch(rng, tmp_path):
    """A run that goes on, and the network that is chosen, have those of their epoch."""
    x, target = rng.standard_normal((12, *SHAPE[1:])), np.arange(12) % 2
    validation = (x[:5], 1 - target[:5])  # so that the last epoch is not the best

    def run(epochs, checkpoint=None):
        generator = np.random.default_rng(3)
        network = small_network(generator)
        history = train(
            network,
            SGD(0.05),
            x,
            target,
            epochs=epochs,
            batch_size=4,
            rng=generator,
            validation=validation,
            checkpoint=checkpoint,
            progress=False,
        )
        return network, history

    whole, history = run(6)
    run(3, tmp_path / "run.npz")
    resumed, _ = run(6, tmp_path / "run.npz")
    best, _ = run(history.best_epoch)
    assert history.best_epoch < 6
    for name, values in whole.buffers.items():
        np.testing.assert_array_equal(resumed.buffers[name], values)
        np.testing.assert_array_equal(best.buffers[name], values)


@pytest.mark.parametrize("kernel", [1, 2, 3, (2, 5), (5, 4)])
@pytest.mark.parametrize("dilation", [1, 2, (1, 3)])
def test_padding_that_keeps_the_size(rng, kernel, dilation):
    """Each output looks at the same taps as that of a convolution of images padded by hand."""
    layer = shaken(Conv2d(2, 3, kernel, dilation=dilation, padding="same", rng=rng), rng)
    x = rng.standard_normal((2, 2, 7, 6))
    y = layer.forward(x, training=True)
    assert y.shape == (2, 3, 7, 6)
    P, Q = np.array(layer.params["W"].shape[2:]) - 1
    d, e = (dilation, dilation) if isinstance(dilation, int) else dilation
    rows, columns = d * P, e * Q
    around = (rows // 2, rows - rows // 2), (columns // 2, columns - columns // 2)
    padded = np.pad(x, ((0, 0), (0, 0), *around))
    wanted, cache = conv2d_forward(padded, **layer.params, dilation=dilation)
    np.testing.assert_allclose(y, wanted, rtol=1e-12, atol=1e-12)
    dy = rng.standard_normal(y.shape)
    dpadded, dW, _ = conv2d_backward(dy, cache)
    top, left = around[0][0], around[1][0]
    dx = dpadded[:, :, top : top + 7, left : left + 6]
    np.testing.assert_allclose(layer.backward(dy), dx, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(layer.grads["W"], dW, rtol=1e-12, atol=1e-12)


def test_padding_that_keeps_the_size_refuses(rng, refused):
    message = "Conv2d: padding is 'valid', wanted integers or 'same'"
    refused(ValueError, message, Conv2d, 1, 1, 3, padding="valid", rng=rng)
    message = "Conv2d: stride is (1, 2), wanted 1 with padding 'same'"
    refused(ValueError, message, Conv2d, 1, 1, 3, padding="same", stride=(1, 2), rng=rng)
    layer = Conv2d(1, 1, 2, padding="same", rng=rng)
    message = "conv2d_forward: x has shape (4, 4), wanted (N, C, H, W)"
    refused(ValueError, message, layer, np.ones((4, 4)))


def test_conv2d_without_biases(rng):
    layer = Conv2d(2, 3, 3, bias=False, rng=rng)
    assert [*layer.params] == ["W"]
    x = rng.standard_normal(SHAPE)
    y, cache = conv2d_forward(x, layer.params["W"], np.zeros(3))
    np.testing.assert_array_equal(layer.forward(x, training=True), y)
    layer.backward(y)
    assert [*layer.grads] == ["W"]
    np.testing.assert_array_equal(layer.grads["W"], conv2d_backward(y, cache)[1])
