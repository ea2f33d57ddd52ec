"""The layers around the recurrent ones."""

import numpy as np
import pytest

from backprop.layers import Embedding, LastStep, TimeFirst

W = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
TOKENS = np.array([[0, 2], [2, 2]])


def test_embedding_learns_all_but_its_padding():
    layer = Embedding(W, padding=0)
    y = layer.forward(TOKENS, training=True)
    np.testing.assert_array_equal(y, W[TOKENS])
    dx = layer.backward(np.ones((2, 2, 2)))
    np.testing.assert_array_equal(dx, np.zeros((2, 2)))
    np.testing.assert_array_equal(layer.grads["W"], [[0, 0], [0, 0], [3, 3]])
    assert not np.shares_memory(layer.params["W"], W)


def test_gradients_keep_their_dtype():
    layer = Embedding(W.astype(np.float32))
    layer.forward(TOKENS, training=True)
    assert layer.backward(np.ones((2, 2, 2), np.float32)).dtype == np.float32
    last = LastStep()
    last.forward(np.ones((3, 2, 2), np.float32), training=True)
    assert last.backward(np.ones((2, 2), np.float32)).dtype == np.float32


def test_without_padding_every_row_learns():
    layer = Embedding(W)
    layer.forward(TOKENS, training=True)
    layer.backward(np.ones((2, 2, 2)))
    np.testing.assert_array_equal(layer.grads["W"], [[1, 1], [0, 0], [3, 3]])


def test_a_frozen_embedding_has_no_parameters():
    layer = Embedding(W, trained=False)
    np.testing.assert_array_equal(layer.forward(TOKENS, training=True), W[TOKENS])
    layer.backward(np.ones((2, 2, 2)))
    assert layer.params == layer.grads == {}


def test_time_first_swaps_and_swaps_back(rng):
    x = rng.standard_normal((2, 5, 3))
    layer = TimeFirst()
    y = layer.forward(x, training=True)
    assert y.shape == (5, 2, 3)
    np.testing.assert_array_equal(y[4, 1], x[1, 4])
    np.testing.assert_array_equal(layer.backward(y), x)


def test_last_step(rng):
    x = rng.standard_normal((5, 2, 3))
    layer = LastStep()
    y = layer.forward(x, training=True)
    np.testing.assert_array_equal(y, x[4])
    assert not np.shares_memory(x, y)
    dx = layer.backward(10 * y)
    assert dx.shape == x.shape
    np.testing.assert_array_equal(dx[4], 10 * y)
    np.testing.assert_array_equal(dx[:4], 0)


def test_what_does_not_fit_is_refused(refused):
    refused(ValueError, "Embedding: W has shape (2,), wanted (V, D)", Embedding, W[0])
    for layer in (TimeFirst(), LastStep()):
        name, axes = type(layer).__name__, {TimeFirst: "N, T, D", LastStep: "T, N, D"}[type(layer)]
        refused(
            ValueError,
            f"{name}.forward: x has shape (3, 2), wanted ({axes})",
            layer.forward,
            W,
            training=True,
        )


@pytest.mark.parametrize("make", [lambda: Embedding(W), LastStep], ids=["Embedding", "LastStep"])
def test_backward_before_forward_is_refused(make):
    layer = make()
    name = type(layer).__name__
    with pytest.raises(RuntimeError, match=f"^{name}.backward: nothing went forward yet$"):
        layer.backward(np.ones((2, 2)))


def test_what_they_have_before_anything_went_forward():
    for layer in (Embedding(W), TimeFirst(), LastStep()):
        assert layer.buffers == layer.grads == {}
    assert TimeFirst().params == LastStep().params == {}
