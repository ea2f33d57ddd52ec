"""RNN, LSTM and GRU as layers: stacks, directions, dropout, states, and what they start from."""

from functools import partial

import numpy as np
import pytest

from backprop.gradcheck import check_gradients
from backprop.layers import GRU, LSTM, RNN, Embedding, LastStep, Linear, Sequential, TimeFirst
from tests.backprop.kinds import KINDS, LENGTHS, MASK, MASKS, D, H, N, T

LAYERS = {
    "rnn": RNN,
    "rnn_relu": partial(RNN, activation="relu"),
    "lstm": LSTM,
    "gru": GRU,
    "gru_before": partial(GRU, reset="before"),
}
each_kind = pytest.mark.parametrize("name", LAYERS)


def make(name, rng, **options):
    """Returns a layer whose parameters are all random, biases too."""
    layer = LAYERS[name](D, H, rng=rng, **options)
    for param in layer.params.values():
        param[...] = 0.7 * rng.standard_normal(param.shape)
    return layer


def zeros(layer_count, states):
    return [np.zeros((layer_count, N, H)) for _ in range(states)]


@each_kind
@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
def test_a_single_layer_is_the_function(rng, name, mask):
    kind, layer = KINDS[name], make(name, rng)
    arguments = kind.draw(rng)
    x, states = arguments["x"], [arguments[state] for state in kind.states]
    y = layer.forward(x, training=True, mask=mask, states=[state[None] for state in states])
    weights = [layer.params[f"{weight}_l0"] for weight in kind.weights]
    h, *last, cache = kind.function("forward", "fast")(x, *states, *weights, mask=mask)
    np.testing.assert_array_equal(y, h)
    for ours, theirs in zip(layer.states, (h[-1], *last), strict=True):
        np.testing.assert_array_equal(ours, theirs[None])
    dy = rng.standard_normal(y.shape)
    dx = layer.backward(dy)
    theirs = kind.function("backward", "fast")(dy, *(np.zeros_like(c) for c in last), cache)
    gradients = [dx, *(state[0] for state in layer.dstates)]
    gradients += [layer.grads[f"{weight}_l0"] for weight in kind.weights]
    for ours, wanted in zip(gradients, theirs, strict=True):
        np.testing.assert_array_equal(ours, wanted)
    assert list(layer.params) == [f"{weight}_l0" for weight in kind.weights]


@each_kind
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("mask", [None, MASK], ids=["whole", "lengths"])
def test_gradients_through_two_layers_with_dropout(rng, name, bidirectional, mask):
    layer = make(name, rng, layers=2, bidirectional=bidirectional, dropout=0.3)
    rows = 4 if bidirectional else 2
    starts = {state: rng.standard_normal((rows, N, H)) for state in KINDS[name].states}

    def forward(x, **values):
        layer._rng = np.random.default_rng(3)  # the same elements are dropped in each evaluation
        for parameter, param in layer.params.items():
            param[...] = values[parameter]
        states = [values[state] for state in starts]
        return layer.forward(x, training=True, mask=mask, states=states), None

    def backward(dy, _):
        dx = layer.backward(dy)
        return (dx, *layer.dstates, *(layer.grads[name] for name in layer.params))

    inputs = {"x": rng.standard_normal((T, N, D)), **starts}
    inputs |= {name: param.copy() for name, param in layer.params.items()}
    report = check_gradients(forward, backward, rng=rng, **inputs)
    assert max(report.values()) < 1e-6, str(report)


@each_kind
def test_going_on_from_the_states_is_as_if_never_stopped(rng, name):
    layer = make(name, rng, layers=2)
    x = rng.standard_normal((T, N, D))
    whole = layer.forward(x, training=False)
    ends = layer.states
    first = layer.forward(x[:2], training=False)
    second = layer.forward(x[2:], training=False, states=layer.states)
    np.testing.assert_allclose(np.concatenate([first, second]), whole, rtol=1e-12, atol=1e-15)
    for ours, theirs in zip(layer.states, ends, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-15)
        assert ours.shape == (2, N, H)


@each_kind
def test_ends_of_both_directions(rng, name):
    layer = make(name, rng, layers=2, bidirectional=True)
    y = layer.forward(rng.standard_normal((T, N, D)), training=False, mask=MASK)
    assert y.shape == (T, N, 2 * H)
    assert all(state.shape == (4, N, H) for state in layer.states)
    np.testing.assert_array_equal(layer.states[0][2], y[-1, :, :H])
    np.testing.assert_array_equal(layer.states[0][3], y[0, :, H:])


def test_both_directions_pass_over_padding(rng):
    layer = make("lstm", rng, layers=2, bidirectional=True)
    x = rng.standard_normal((T, N, D))
    y, ends = layer.forward(x, training=False, mask=MASK), layer.states
    for n in np.flatnonzero(LENGTHS):
        length, one = LENGTHS[n], slice(n, n + 1)
        alone = layer.forward(x[:length, one], training=False)
        np.testing.assert_allclose(y[:length, one], alone, rtol=1e-12)
        for end, end_alone in zip(ends, layer.states, strict=True):
            np.testing.assert_allclose(end[:, one], end_alone, rtol=1e-12)


@each_kind
def test_a_new_layer_has_gone_nowhere(rng, name):
    layer = make(name, rng)
    assert (layer.states, layer.dstates, layer.grads, layer.buffers) == ((), (), {}, {})


def test_without_dropout_training_draws_nothing(rng):
    layer = make("gru", rng, layers=2)
    x = rng.standard_normal((T, N, D))
    before = rng.bit_generator.state
    y = layer.forward(x, training=True)
    assert rng.bit_generator.state == before
    np.testing.assert_array_equal(y, layer.forward(x, training=False))


def test_dropout_is_between_layers_and_in_training_alone(rng):
    x = rng.standard_normal((T, N, D))
    one, two = make("gru", rng, dropout=0.5), make("gru", rng, layers=2, dropout=0.5)
    np.testing.assert_array_equal(one.forward(x, training=True), one.forward(x, training=False))
    assert np.abs(two.forward(x, training=True) - two.forward(x, training=False)).max() > 0.01
    np.testing.assert_array_equal(two.forward(x, training=False), two.forward(x, training=False))


def test_dropout_keeps_the_mean_and_drops_each_element_on_its_own(rng):
    size = 100
    layer = RNN(1, size, rng=rng, layers=2, dropout=0.25, activation="relu")
    for param in layer.params.values():
        param[...] = 0
    layer.params["b_l0"][...] = 1.0
    layer.params["W_x_l1"][...] = np.eye(size)
    y = layer.forward(np.zeros((20, 10, 1)), training=True)
    np.testing.assert_allclose(np.unique(y), [0, 4 / 3], rtol=1e-15)
    assert abs(y.mean() - 1) < 0.02
    assert len({tuple(row) for row in y.reshape(-1, size)}) == 200


def test_dropout_of_all_leaves_nothing(rng):
    layer = make("rnn", rng, layers=2, dropout=1.0)
    y = layer.forward(rng.standard_normal((T, N, D)), training=True)
    no_input = RNN(H, H, rng=rng)
    for weight in ("W_x", "W_h", "b"):
        no_input.params[f"{weight}_l0"][...] = layer.params[f"{weight}_l1"]
    np.testing.assert_array_equal(y, no_input.forward(np.zeros((T, N, H)), training=False))


@each_kind
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_initial_weights(rng, name, dtype):
    kind = KINDS[name]
    layer = LAYERS[name](120, 60, rng=rng, layers=2, bidirectional=True, dtype=dtype)
    suffixes = ["l0", "l0_reverse", "l1", "l1_reverse"]
    assert list(layer.params) == [f"{w}_{s}" for s in suffixes for w in kind.weights]
    for suffix in suffixes:
        for gate in np.split(layer.params[f"W_h_{suffix}"], kind.gates, axis=1):
            np.testing.assert_allclose(gate.T @ gate, np.eye(60), atol=1e-5)
        features = 120
        W_x = layer.params[f"W_x_{suffix}"]
        assert W_x.shape == (features, kind.gates * 60)
        np.testing.assert_allclose(W_x.var(), 2 / (features + 60), rtol=0.06)
        np.testing.assert_array_equal(layer.params[f"b_{suffix}"], 0)
    assert {param.dtype for param in layer.params.values()} == {np.dtype(dtype)}
    x = rng.standard_normal((2, 3, 120)).astype(dtype)
    y = layer.forward(x, training=True)
    assert y.dtype == dtype
    assert layer.backward(y).dtype == dtype
    assert {grad.dtype for grad in layer.grads.values()} == {np.dtype(dtype)}


@pytest.mark.parametrize("bias", [0.0, 1.0])
def test_forget_bias(rng, bias):
    layer = LSTM(D, H, rng=rng, layers=2, bidirectional=True, forget_bias=bias)
    for suffix in ("l0", "l0_reverse", "l1", "l1_reverse"):
        wanted = np.repeat([0, bias, 0, 0], H)
        np.testing.assert_array_equal(layer.params[f"b_{suffix}"], wanted)


def test_in_a_network(rng):
    network = Sequential(
        {
            "time": TimeFirst(),
            "lstm": LSTM(D, H, rng=rng),
            "last": LastStep(),
            "out": Linear(H, 2, rng=rng),
        }
    )
    y = network.forward(rng.standard_normal((N, T, D)), training=True)
    assert network.backward(np.ones_like(y)).shape == (N, T, D)
    assert set(network.grads) == set(network.params)
    assert "lstm.W_x_l0" in network.params


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"D": 0}, ValueError, "D is 0, wanted at least 1"),
        ({"H": 2.0}, TypeError, "H has type float, wanted an integer"),
        ({"layers": 0}, ValueError, "layers is 0, wanted at least 1"),
        ({"dropout": 1.5}, ValueError, "dropout is 1.5, wanted a number in [0, 1]"),
        ({"rng": 3}, TypeError, "rng has type int, wanted a numpy.random.Generator"),
        ({"dtype": int}, TypeError, "dtype is int64, wanted floats"),
    ],
)
@pytest.mark.parametrize("kind", [RNN, LSTM, GRU])
def test_settings_that_make_no_sense_are_refused(rng, refused, kind, options, error, message):
    refused(error, f"{kind.__name__}: {message}", kind, **{"D": 3, "H": 2, "rng": rng, **options})


def test_options_of_one_kind_are_refused(rng, refused):
    for kind, options, message in [
        (RNN, {"activation": "sigmoid"}, "activation is 'sigmoid', wanted 'tanh' or 'relu'"),
        (GRU, {"reset": "never"}, "reset is 'never', wanted 'after' or 'before'"),
        (LSTM, {"forget_bias": np.inf}, "forget_bias is inf, wanted a number in (-inf, inf)"),
    ]:
        refused(ValueError, f"{kind.__name__}: {message}", kind, 3, 2, rng=rng, **options)


def test_inputs_that_do_not_fit_are_refused(rng, refused):
    layer = make("lstm", rng, layers=2)
    x, states = np.zeros((T, N, D)), zeros(2, 2)
    for arguments, message in [
        ((x[0], states), f"x has shape {(N, D)}, wanted (T, N, D)"),
        ((x, states[:1]), "states has 1, wanted 2"),
        (
            (x, [states[0], states[1][:1]]),
            f"states[1] has shape {(1, N, H)}, wanted {(2, N, H)}",
        ),
    ]:
        refused(
            ValueError,
            f"LSTM.forward: {message}",
            lambda x, states: layer.forward(x, training=False, states=states),
            *arguments,
        )
    with pytest.raises(RuntimeError, match=r"^GRU.backward: nothing went forward yet$"):
        make("gru", rng).backward(np.zeros((T, N, H)))


@each_kind
def test_states_that_do_not_fit_are_refused(rng, refused, name):
    layer = make(name, rng, layers=2)
    x, count = np.zeros((T, N, D)), len(KINDS[name].states)
    good = zeros(2, count)
    call = f"{type(layer).__name__}.forward"
    for states, error, message in [
        (
            np.zeros((count, 2, N, H)),
            TypeError,
            "states has type ndarray, wanted a tuple of arrays",
        ),
        ("h", TypeError, "states has type str, wanted a tuple of arrays"),
        ([], ValueError, f"states has 0, wanted {count}"),
        ([*good, good[0]], ValueError, f"states has {count + 1}, wanted {count}"),
        ([0.0] * count, TypeError, "states[0] has type float, wanted an array"),
        ([a[0] for a in good], ValueError, f"states[0] has shape {(N, H)}, wanted (L, N, H)"),
        (
            [a[:, 1:] for a in good],
            ValueError,
            f"states[0] has shape {(2, N - 1, H)}, wanted (L, N, H) with N = {N} as in x",
        ),
        (
            [a[:, :, 1:] for a in good],
            ValueError,
            f"states[0] has shape {(2, N, H - 1)}, wanted {(2, N, H)}",
        ),
        (
            [a.astype(np.float32) for a in good],
            TypeError,
            "states[0] is float32, wanted float64 as in x",
        ),
    ]:
        refused(error, f"{call}: {message}", layer.forward, x, training=True, states=states)


@each_kind
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_mask_goes_through_a_network_to_the_layers_that_ask_for_it(rng, name, bidirectional):
    """A padded batch of tokens gives what its texts give alone; training, the same gradients."""
    tokens = rng.integers(1, 7, (T, N))
    tokens[~MASK] = 0
    width = 2 * H if bidirectional else H
    network = Sequential(
        [
            Embedding(rng.standard_normal((7, D)), padding=0),
            make(name, rng, bidirectional=bidirectional),
            Linear(width, 3, rng=rng),
            LastStep(),
        ]
    )
    y = network.forward(tokens, training=True, mask=MASK)
    dy = rng.standard_normal(y.shape)
    dy[LENGTHS == 0] = 0  # one has no step of its own, and is left out below
    network.backward(dy)
    found, wanted = dict(network.grads), dict.fromkeys(network.grads, 0.0)
    for n, length in enumerate(LENGTHS):
        if length:
            alone = network.forward(tokens[:length, n : n + 1], training=True)
            np.testing.assert_allclose(y[n : n + 1], alone, rtol=1e-12)
            network.backward(dy[n : n + 1])
            wanted = {k: total + network.grads[k] for k, total in wanted.items()}
    for k, grad in found.items():
        np.testing.assert_allclose(grad, wanted[k], rtol=1e-11, atol=1e-13)
