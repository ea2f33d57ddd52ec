"""Exchange of weights with PyTorch, without PyTorch: names, transposes, both biases."""

import numpy as np
import pytest

from backprop.layers import GRU, LSTM, RNN
from backprop.torch_weights import from_torch, to_torch

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


def torch_state(rng, gates, suffixes=("l0",), D=3, H=2):
    shapes = {
        "weight_ih": (gates * H, D),
        "weight_hh": (gates * H, H),
        "bias_ih": (gates * H,),
        "bias_hh": (gates * H,),
    }
    return {f"{n}_{s}": rng.standard_normal(shapes[n]) for s in suffixes for n in shapes}


def test_lstm_by_hand():
    state = {
        "weight_ih_l0": np.arange(4.0).reshape(4, 1),
        "weight_hh_l0": 10 + np.arange(4.0).reshape(4, 1),
        "bias_ih_l0": np.arange(4.0),
        "bias_hh_l0": 10 * np.arange(4.0),
    }
    params = from_torch(state)
    assert list(params) == ["W_x_l0", "W_h_l0", "b_l0"]
    np.testing.assert_array_equal(params["W_x_l0"], [[0, 1, 2, 3]])
    np.testing.assert_array_equal(params["W_h_l0"], [[10, 11, 12, 13]])
    np.testing.assert_array_equal(params["b_l0"], [0, 11, 22, 33])


def test_gru_keeps_the_bias_inside_the_reset_apart():
    state = {
        "weight_ih_l0": np.arange(3.0).reshape(3, 1),
        "weight_hh_l0": 10 + np.arange(3.0).reshape(3, 1),
        "bias_ih_l0": np.array([1.0, 2.0, 3.0]),
        "bias_hh_l0": np.array([10.0, 20.0, 30.0]),
    }
    params = from_torch(state)
    assert list(params) == ["W_x_l0", "W_h_l0", "b_l0", "b_hn_l0"]
    np.testing.assert_array_equal(params["b_l0"], [11, 22, 3])
    np.testing.assert_array_equal(params["b_hn_l0"], [30])
    back = to_torch(params)
    np.testing.assert_array_equal(back["bias_ih_l0"], [11, 22, 3])
    np.testing.assert_array_equal(back["bias_hh_l0"], [0, 0, 30])
    np.testing.assert_array_equal(back["weight_hh_l0"], state["weight_hh_l0"])


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM])
def test_there_and_back_through_all_layers_and_directions(rng, kind):
    layer = kind(3, 2, rng=rng, layers=2, bidirectional=True, dtype=np.float32)
    for param in layer.params.values():
        param[...] = rng.standard_normal(param.shape)
    state = to_torch(layer.params)
    gates, suffixes = GATES[kind.__name__], ("l0", "l0_reverse", "l1", "l1_reverse")
    expected = torch_state(rng, gates, suffixes)
    assert set(state) == set(expected)
    assert state["weight_ih_l1_reverse"].shape == (gates * 2, 4)
    params = from_torch(state)
    assert set(params) == set(layer.params)
    for name, param in layer.params.items():
        np.testing.assert_array_equal(params[name], param)
        assert params[name].dtype == np.float32
        assert not any(np.shares_memory(param, array) for array in state.values())
    for array in params.values():
        assert not any(np.shares_memory(array, other) for other in state.values())


def replaced(mapping, **changes):
    return {**mapping, **changes}


def without(mapping, name):
    return {key: value for key, value in mapping.items() if key != name}


def test_states_that_fit_nothing_are_refused(rng, refused):
    state = torch_state(rng, 3)
    for changed, error, message in [
        ({}, ValueError, "state has no name that starts with 'weight_hh_'"),
        (without(state, "bias_hh_l0"), ValueError, "state lacks 'bias_hh_l0', which PyTorch has"),
        (
            replaced(state, weight_hr_l0=np.ones((1, 1))),
            ValueError,
            "state has 'weight_hr_l0', which PyTorch lacks",
        ),
        (
            torch_state(rng, 2),
            ValueError,
            "weight_hh_l0 has 4 gate units for H = 2, wanted H, 3H or 4H: an RNN, a GRU or an LSTM",
        ),
        (
            replaced(state, bias_ih_l0=np.ones(5)),
            ValueError,
            "bias_ih_l0 has shape (5,), wanted (G,) with G = 6 as in weight_ih_l0",
        ),
        (
            replaced(state, weight_hh_l0=np.ones((6, 2), np.float32)),
            TypeError,
            "weight_hh_l0 is float32, wanted float64 as in weight_ih_l0",
        ),
    ]:
        refused(error, f"from_torch: {message}", from_torch, changed)


def test_parameters_that_fit_nothing_are_refused(rng, refused):
    params = from_torch(torch_state(rng, 3))
    target = "a layer with a counterpart in PyTorch"
    for changed, error, message in [
        ({}, ValueError, "params has no name that starts with 'W_h_'"),
        (without(params, "b_hn_l0"), ValueError, f"params lacks 'b_hn_l0', which {target} has"),
        (
            replaced(params, b_hn_l1=np.ones(2)),
            ValueError,
            f"params has 'b_hn_l1', which {target} lacks",
        ),
        (
            replaced(params, W_h_l0=np.ones((2, 5))),
            ValueError,
            "W_h_l0 has 5 gate units for H = 2, wanted H, 3H or 4H: an RNN, a GRU or an LSTM",
        ),
        (replaced(params, W_h_l0=np.ones(2)), ValueError, "W_h_l0 has shape (2,), wanted (H, G)"),
        (
            replaced(params, W_x_l0=np.ones((3, 5))),
            ValueError,
            "W_x_l0 has shape (3, 5), wanted (D, G) with G = 6 as in W_h_l0",
        ),
        (
            replaced(params, b_l0=np.ones(5)),
            ValueError,
            "b_l0 has shape (5,), wanted (G,) with G = 6 as in W_h_l0",
        ),
        (
            replaced(params, b_hn_l0=np.ones(3)),
            ValueError,
            "b_hn_l0 has shape (3,), wanted (H,) with H = 2 as in W_h_l0",
        ),
    ]:
        refused(error, f"to_torch: {message}", to_torch, changed)
