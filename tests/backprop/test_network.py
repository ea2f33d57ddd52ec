"""Layers and networks: that the shell adds nothing to the pairs of functions, and loses nothing."""

import copy
import pickle

import numpy as np
import pytest

from backprop import activations, layers
from backprop.gradcheck import numerical_gradient
from backprop.initializers import normal, xavier_uniform
from backprop.layers import (
    Activation,
    Embedding,
    Identity,
    LeakyReLU,
    Linear,
    ReLU,
    Sequential,
    Sigmoid,
    Softmax,
    Tanh,
)
from backprop.layers.arrays import assign
from backprop.linear import linear_backward, linear_forward


def small_network(rng, dtype=np.float64):
    network = Sequential(
        {
            "hidden": Linear(3, 5, rng=rng, dtype=dtype),
            "relu": ReLU(),
            "out": Linear(5, 2, rng=rng, dtype=dtype),
        }
    )
    for name, param in network.params.items():  # biases that are not 0
        if name.endswith(".b"):
            param[...] = rng.normal(size=param.shape)
    return network


def test_linear_is_the_pair_of_functions(rng):
    layer = Linear(3, 2, rng=rng)
    layer.params["b"][...] = [0.5, -1.0]
    x, dy = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
    y, cache = linear_forward(x, layer.params["W"], layer.params["b"])
    np.testing.assert_array_equal(layer.forward(x, training=True), y)
    dx, dW, db = linear_backward(dy, cache)
    np.testing.assert_array_equal(layer.backward(dy), dx)
    np.testing.assert_array_equal(layer.grads["W"], dW)
    np.testing.assert_array_equal(layer.grads["b"], db)


def test_linear_initial_values():
    layer = Linear(400, 300, rng=np.random.default_rng(1))
    assert layer.params["W"].std() == pytest.approx(np.sqrt(2 / 400), rel=0.02)
    assert not layer.params["b"].any()
    other = Linear(400, 300, rng=np.random.default_rng(1), init=xavier_uniform)
    np.testing.assert_array_equal(
        other.params["W"], xavier_uniform((400, 300), np.random.default_rng(1))
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_goes_through(rng, dtype):
    network = small_network(rng, dtype)
    y = network.forward(rng.normal(size=(4, 3)).astype(dtype), training=True)
    assert y.dtype == dtype
    assert network.backward(y).dtype == dtype
    assert {array.dtype for array in network.params.values()} == {np.dtype(dtype)}
    assert {array.dtype for array in network.grads.values()} == {np.dtype(dtype)}


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"D": 0, "M": 2}, ValueError, "Linear: D is 0, wanted at least 1"),
        ({"D": 3, "M": -1}, ValueError, "Linear: M is -1, wanted at least 1"),
        ({"D": 3.0, "M": 2}, TypeError, "Linear: D has type float, wanted an integer"),
        ({"D": 3, "M": 2, "rng": 0}, TypeError, "Linear: rng has type int"),
        ({"D": 3, "M": 2, "dtype": np.int64}, TypeError, "Linear: dtype is int64, wanted floats"),
    ],
)
def test_linear_refuses(rng, arguments, error, message):
    with pytest.raises(error, match=message):
        Linear(**{"rng": rng, **arguments})


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (Identity, "identity"),
        (Sigmoid, "sigmoid"),
        (Tanh, "tanh"),
        (ReLU, "relu"),
        (LeakyReLU, "leaky_relu"),
        (layers.Softplus, "softplus"),
        (layers.GELU, "gelu"),
        (Softmax, "softmax"),
    ],
)
def test_activation_is_the_pair_of_functions(rng, make, name):
    layer = make()
    x, dy = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    y, cache = getattr(activations, f"{name}_forward")(x)
    dx = getattr(activations, f"{name}_backward")(dy, cache)
    np.testing.assert_allclose(layer.forward(x, training=False), y, rtol=1e-14)
    np.testing.assert_allclose(layer.backward(dy), dx, rtol=1e-14)
    assert layer.params == layer.grads == {}


def test_leaky_relu_takes_its_slope():
    assert LeakyReLU(0.5).forward(np.array([-2.0, 2.0]), training=True).tolist() == [-1.0, 2.0]


@pytest.mark.parametrize(("layer", "name"), [(Linear, "Linear"), (ReLU, "ReLU"), (Tanh, "Tanh")])
def test_backward_before_forward(rng, layer, name):
    made = Linear(2, 2, rng=rng) if layer is Linear else layer()
    with pytest.raises(RuntimeError, match=f"^{name}.backward: nothing went forward yet$"):
        made.backward(np.ones((1, 2)))


def test_network_by_hand():
    rng = np.random.default_rng(0)
    network = Sequential([Linear(2, 2, rng=rng), ReLU(), Linear(2, 1, rng=rng)])
    values = {"0.W": [[1, -1], [2, 1]], "0.b": [0, 1], "2.W": [[3], [4]], "2.b": [5]}
    for name, value in values.items():
        network.params[name][...] = value
    # Hidden: (1·1 + 2·2 + 0, -1·1 + 1·2 + 1) = (5, 2); output: 15 + 8 + 5.
    # Second sample: (-3, 4) before the ReLU, (0, 4) after it; output: 16 + 5.
    y = network.forward(np.array([[1.0, 2.0], [-3.0, 0.0]]), training=True)
    assert y.tolist() == [[28.0], [21.0]]
    dx = network.backward(np.array([[1.0], [10.0]]))
    assert network.grads["2.b"].tolist() == [11.0]
    assert network.grads["2.W"].tolist() == [[5.0], [2.0 + 40.0]]
    # At the hidden layer: (3, 4) and, where the ReLU was closed, (0, 40).
    assert network.grads["0.b"].tolist() == [3.0, 44.0]
    assert network.grads["0.W"].tolist() == [[3.0, 4.0 - 120.0], [6.0, 8.0]]
    assert dx.tolist() == [[3.0 - 4.0, 6.0 + 4.0], [-40.0, 40.0]]


def test_every_gradient_of_a_network(rng):
    network = Sequential(
        [Linear(3, 4, rng=rng), Tanh(), Sequential([Linear(4, 5, rng=rng), Sigmoid()]), Softmax()]
    )
    assert list(network.params) == ["0.W", "0.b", "2.0.W", "2.0.b"]
    for param in network.params.values():
        param += 0.1 * rng.normal(size=param.shape)
    x, cotangent = rng.normal(size=(3, 3)), rng.normal(size=(3, 5))
    network.forward(x, training=True)
    dx = network.backward(cotangent)

    def loss():
        return (network.forward(x, training=True) * cotangent).sum()

    for name, grad in (*network.grads.items(), ("x", dx)):
        array = x if name == "x" else network.params[name]
        original = array.copy()

        def at(values, array=array):
            array[...] = values
            return loss()

        numerical = numerical_gradient(at, original)
        array[...] = original
        assert np.abs(grad).max() > 1e-3  # not vacuous
        np.testing.assert_allclose(grad, numerical, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("training", [True, False])
def test_every_layer_is_told_whether_it_is_training(training):
    told = []

    class Told(Identity):
        def forward(self, x, *, training, mask=None):
            told.append(training)
            return super().forward(x, training=training)

    Sequential([Told(), Sequential([Told()])]).forward(np.ones((1, 2)), training=training)
    assert told == [training, training]


def test_before_the_first_backward_there_are_no_gradients(rng):
    assert small_network(rng).grads == {}


def test_params_are_the_arrays_themselves(rng):
    network = small_network(rng)
    assert network.params["hidden.W"] is network.layers["hidden"].params["W"]


def test_arguments_stay_as_they_are(rng):
    network = small_network(rng)
    x, dy = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
    before = x.copy(), dy.copy(), {name: param.copy() for name, param in network.params.items()}
    network.forward(x, training=True)
    network.backward(dy)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(dy, before[1])
    for name, param in network.params.items():
        np.testing.assert_array_equal(param, before[2][name])


def test_sequential_refuses(rng, refused):
    message = "Sequential: layers is empty, wanted at least one"
    refused(ValueError, message, Sequential, [])
    relu = ReLU()
    message = "Sequential: layers holds one object twice, wanted a layer for each"
    refused(ValueError, message, Sequential, [relu, Linear(2, 2, rng=rng), relu])
    for name in ("", "a.b", "a/b"):
        message = f"Sequential: {name!r} names a layer, wanted no dot and no slash"
        refused(ValueError, message, Sequential, {name: relu})


def test_save_and_load(rng, tmp_path):
    network, other = small_network(rng), small_network(rng)
    network.save(tmp_path / "weights")  # exactly this path
    assert [path.name for path in tmp_path.iterdir()] == ["weights"]
    other.load(str(tmp_path / "weights"))
    for name, param in network.params.items():
        np.testing.assert_array_equal(other.params[name], param, strict=True)


def test_load_refuses_and_changes_nothing(rng, tmp_path):
    network = small_network(rng)
    before = {name: param.copy() for name, param in network.params.items()}
    right = {name: param + 1 for name, param in network.params.items()}
    path = tmp_path / "weights.npz"

    def refused(error, message, **arrays):
        np.savez(path, **arrays)
        with pytest.raises(error, match=message):
            network.load(path)

    refused(
        ValueError,
        r"Sequential.load: out.W in weights.npz has shape \(2, 5\), wanted \(5, 2\)",
        **(right | {"out.W": right["out.W"].T}),
    )
    refused(
        ValueError,
        "Sequential.load: out.b in weights.npz is float32, wanted float64",
        **(right | {"out.b": right["out.b"].astype(np.float32)}),
    )
    refused(
        ValueError,
        "Sequential.load: weights.npz lacks 'out.b', which the network has",
        **{name: value for name, value in right.items() if name != "out.b"},
    )
    refused(
        ValueError,
        "Sequential.load: weights.npz has 'more', which the network lacks",
        **right,
        more=np.zeros(1),
    )
    # An array of Python objects would need pickle, which can run anything.
    refused(ValueError, "is not a readable .npz", **{"out.b": np.array([{}, {}], dtype=object)})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ValueError, match=r"weights\.npz is not a readable \.npz"):
        network.load(path)
    np.save(tmp_path / "single.npy", np.zeros(3))
    with pytest.raises(ValueError, match=r"readable \.npz: it holds one array without a name$"):
        network.load(tmp_path / "single.npy")
    with pytest.raises(FileNotFoundError):
        network.load(tmp_path / "absent.npz")
    for name, param in network.params.items():
        np.testing.assert_array_equal(param, before[name])


def test_save_that_fails_leaves_the_old_file(rng, tmp_path, monkeypatch):
    network = small_network(rng)
    network.save(tmp_path / "weights.npz")
    old = (tmp_path / "weights.npz").read_bytes()

    def full(file, **_):
        file.write(b"a part")
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="no space left"):
        network.save(tmp_path / "weights.npz")
    assert (tmp_path / "weights.npz").read_bytes() == old
    assert len(list(tmp_path.iterdir())) == 1


def test_save_refuses_objects(tmp_path):
    layer = Identity()
    layer.params["odd"] = np.array([{}], dtype=object)
    with pytest.raises(TypeError, match=r"0\.odd holds Python objects"):
        Sequential([layer]).save(tmp_path / "weights.npz")
    assert not list(tmp_path.iterdir())


def test_assign_is_all_or_nothing():
    params = {"a": np.zeros(2), "b": np.zeros(2)}
    with pytest.raises(ValueError, match=r"^b in here has shape \(3,\), wanted \(2,\)"):
        assign(params, {"a": np.ones(2), "b": np.ones(3)}, "here")
    assert params["a"].tolist() == [0, 0]


def test_init_is_called_with_shape_and_rng(rng):
    layer = Linear(
        6, 4, rng=np.random.default_rng(2), init=lambda shape, rng, dtype: normal(shape, rng, 3.0)
    )
    np.testing.assert_array_equal(
        layer.params["W"], normal((6, 4), np.random.default_rng(2), std=3.0)
    )


def test_a_network_can_be_called(rng):
    network, x = small_network(rng), rng.normal(size=(4, 3))
    np.testing.assert_array_equal(network(x), network.forward(x, training=False))


def test_a_mask_goes_to_every_layer():
    told = []

    class Told(Identity):
        def forward(self, x, *, training, mask=None):
            told.append(mask)
            return super().forward(x, training=training)

    network, mask = Sequential([Told(), Sequential([Told()])]), np.ones((3, 1), bool)
    network(np.ones((3, 1, 2)), mask=mask)
    network.forward(np.ones((3, 1, 2)), training=True)
    assert told[0] is told[1] is mask
    assert told[2:] == [None, None]


def test_linear_without_biases(rng):
    layer = Linear(3, 2, rng=rng, bias=False)
    assert [*layer.params] == ["W"]
    x = rng.normal(size=(4, 3))
    np.testing.assert_array_equal(layer(x), x @ layer.params["W"])
    layer.backward(np.ones((4, 2)))
    assert [*layer.grads] == ["W"]
    np.testing.assert_allclose(layer.grads["W"], x.T @ np.ones((4, 2)), rtol=1e-15)


@pytest.mark.parametrize(
    ("layer", "shown"),
    [
        (lambda rng: Linear(3, 2, rng=rng), "Linear(3, 2)"),
        (
            lambda rng: Linear(3, M=2, rng=rng, init=xavier_uniform, dtype=np.float32),
            "Linear(3, M=2, init=xavier_uniform, dtype=float32)",
        ),
        (lambda rng: LeakyReLU(0.1), "LeakyReLU(0.1)"),
        (lambda rng: Embedding(np.zeros((7, 3)), padding=0), "Embedding(array(7, 3), padding=0)"),
        (
            lambda rng: Sequential([ReLU(), Sequential({"last": Tanh()})]),
            "Sequential(\n  0: ReLU()\n  1: Sequential(\n    last: Tanh()\n  )\n)",
        ),
        (lambda rng: layers.Concatenate([ReLU()]), "Concatenate(\n  0: ReLU()\n)"),
        (lambda rng: Activation(abs, object()), "Activation(abs, object)"),  # no address in memory
    ],
)
def test_a_layer_shows_how_it_was_made(rng, layer, shown):
    assert repr(layer(rng)) == shown


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (
            [Identity(), ReLU],
            "Sequential: layer 1 is the class ReLU, wanted a layer: write ReLU(), "
            "with what it takes between the brackets",
        ),
        (
            {"last": len},
            "Sequential: layer last has type builtin_function_or_method, wanted a layer",
        ),
        ([None], "Sequential: layer 0 has type NoneType, wanted a layer"),
        ([int], "Sequential: layer 0 is the class int, wanted a layer"),
        (Identity(), "Sequential: layers has type Identity, wanted a list of layers"),
        (ReLU, "Sequential: layers is the class ReLU, wanted a list of layers"),
    ],
)
def test_what_is_no_layer_is_refused(refused, layers, message):
    refused(TypeError, message, Sequential, layers)


def looking(rng):
    """Cross-attention that has another sequence to look at."""
    layer = layers.CrossAttention(3, 3, rng=rng)
    layer.look_at(np.ones((5, 2, 3)))
    return layer


def every_layer(rng):
    """One of each layer that the library exports, and what goes in."""
    images, rows, steps = np.ones((2, 3, 4, 4)), np.ones((2, 3)), np.ones((4, 2, 3))
    return {
        "GRU": (layers.GRU(3, 2, rng=rng), steps),
        "LSTM": (layers.LSTM(3, 2, rng=rng), steps),
        "RNN": (layers.RNN(3, 2, rng=rng, activation="relu"), steps),
        "AvgPool2d": (layers.AvgPool2d(2), images),
        "BatchNorm": (layers.BatchNorm(3), rows),
        "Concatenate": (layers.Concatenate([Linear(3, 2, rng=rng), Identity()]), rows),
        "Conv2d": (layers.Conv2d(3, 2, 2, padding="same", rng=rng), images),
        "ConvTranspose2d": (layers.ConvTranspose2d(3, 2, 3, stride=2, padding=1, rng=rng), images),
        "CrossAttention": (looking(rng), steps),
        "Dropout": (layers.Dropout(0.5, rng=rng), rows),
        "Embedding": (Embedding(np.ones((3, 2))), np.array([[0, 2]])),
        "Flatten": (layers.Flatten(), images),
        "GELU": (layers.GELU(), rows),
        "GlobalAvgPool2d": (layers.GlobalAvgPool2d(), images),
        "GroupNorm": (layers.GroupNorm(3, 3), images),
        "Identity": (Identity(), rows),
        "InstanceNorm": (layers.InstanceNorm(3), images),
        "LastStep": (layers.LastStep(), steps),
        "LayerNorm": (layers.LayerNorm(3), rows),
        "LeakyReLU": (LeakyReLU(), rows),
        "Linear": (Linear(3, 2, rng=rng), rows),
        "MaxPool2d": (layers.MaxPool2d(2), images),
        "MultiHeadAttention": (layers.MultiHeadAttention(3, 3, rng=rng, causal=True), steps),
        "Positions": (layers.Positions(), np.ones((4, 2, 6))),
        "Residual": (layers.Residual(Linear(3, 3, rng=rng)), rows),
        "RMSNorm": (layers.RMSNorm(3), rows),
        "ReLU": (ReLU(), rows),
        "Sequential": (small_network(rng), rows),
        "Softplus": (layers.Softplus(), rows),
        "Sigmoid": (Sigmoid(), rows),
        "Softmax": (Softmax(), rows),
        "Tanh": (Tanh(), rows),
        "TimeFirst": (layers.TimeFirst(), steps),
    }


def test_the_table_above_misses_no_layer(rng):
    assert every_layer(rng).keys() == {*layers.__all__} - {"Activation", "Layer"}


@pytest.mark.parametrize("name", sorted({*layers.__all__} - {"Activation", "Layer"}))
@pytest.mark.parametrize("copied", [lambda layer: pickle.loads(pickle.dumps(layer)), copy.deepcopy])
def test_every_layer_can_be_copied_and_pickled(rng, name, copied):
    layer, x = every_layer(rng)[name]
    y = layer.forward(x, training=False)
    other = copied(layer)
    assert repr(other) == repr(layer)
    np.testing.assert_array_equal(other(x), y)
    for key, param in layer.params.items():
        np.testing.assert_array_equal(other.params[key], param)
        assert not np.shares_memory(other.params[key], param)
