"""The embedding: lookup, scatter-add, padding, and what is refused."""

import numpy as np
import pytest

from backprop.embedding import embedding_backward, embedding_forward
from backprop.fast.embedding import embedding_backward as fast_embedding_backward
from backprop.gradcheck import check_gradients
from backprop.layers import Embedding

each_backward = pytest.mark.parametrize(
    "backward", [embedding_backward, fast_embedding_backward], ids=["plain", "fast"]
)
W = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0], [10.0, 11.0, 12.0]])
TOKENS = np.array([[3, 0], [1, 3]])


def test_lookup_by_hand():
    y, _ = embedding_forward(TOKENS, W)
    np.testing.assert_array_equal(y, [[W[3], W[0]], [W[1], W[3]]])
    assert not np.shares_memory(y, W)


@each_backward
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_repeated_tokens_add_up(dtype, backward):
    _, cache = embedding_forward(TOKENS, W.astype(dtype))
    dy = np.arange(12, dtype=dtype).reshape(2, 2, 3)
    dW = backward(dy, cache)
    np.testing.assert_array_equal(dW, [[3, 4, 5], [6, 7, 8], [0, 0, 0], [9, 11, 13]])
    assert dW.dtype == dtype


@pytest.mark.parametrize("padding", [0, 3])
def test_padding_gets_no_gradient(padding):
    dy = np.arange(1.0, 13).reshape(2, 2, 3)
    _, cache = embedding_forward(TOKENS, W)
    layer, with_all = Embedding(W, padding=padding), embedding_backward(dy, cache)
    layer.forward(TOKENS, training=True)
    layer.backward(dy)
    assert with_all[padding].any()
    with_all[padding] = 0
    np.testing.assert_array_equal(layer.grads["W"], with_all)


@each_backward
def test_gradient(rng, backward):
    report = check_gradients(lambda W: embedding_forward(TOKENS, W), backward, rng=rng, W=W)
    assert report["W"] < 1e-8, str(report)


@each_backward
def test_it_is_the_product_with_a_one_hot_matrix(rng, backward):
    one_hot = np.eye(4)[TOKENS]
    y, cache = embedding_forward(TOKENS, W)
    np.testing.assert_array_equal(y, one_hot @ W)
    dy = rng.standard_normal(y.shape)
    wanted = one_hot.reshape(4, 4).T @ dy.reshape(4, 3)
    np.testing.assert_allclose(backward(dy, cache), wanted, rtol=1e-14)


@pytest.mark.parametrize(
    ("tokens", "table", "error", "message"),
    [
        (np.array([0, 4]), W, ValueError, "tokens holds 4, wanted 0 to 3"),
        (np.array([-1]), W, ValueError, "tokens holds -1, wanted 0 to 3"),
        (np.array([1.0]), W, TypeError, "tokens is float64, wanted integers"),
        ([1], W, TypeError, "tokens has type list, wanted an array"),
        (np.zeros((2, 0), int), W, ValueError, "tokens is empty, its shape is (2, 0)"),
        (TOKENS, W[0], ValueError, "W has shape (3,), wanted (V, D)"),
        (TOKENS, W.astype(int), TypeError, "W is int64, wanted floats"),
    ],
)
def test_what_does_not_fit_is_refused(refused, tokens, table, error, message):
    refused(error, f"embedding_forward: {message}", embedding_forward, tokens, table)


@each_backward
@pytest.mark.parametrize(
    ("dy", "error", "message"),
    [
        (np.zeros((2, 3)), ValueError, "dy has shape (2, 3), wanted (2, 2, 3) as in y"),
        (np.zeros((2, 2, 3), "f4"), TypeError, "dy is float32, wanted float64 as in y"),
    ],
)
def test_cotangents_that_do_not_fit_are_refused(refused, dy, error, message, backward):
    _, cache = embedding_forward(TOKENS, W)
    refused(error, f"embedding_backward: {message}", backward, dy, cache)


@pytest.mark.parametrize(("padding", "wanted"), [(4, "0 to 3"), (-1, "at least 0")])
def test_padding_out_of_range_is_refused(refused, padding, wanted):
    message = f"Embedding: padding is {padding}, wanted {wanted}"
    refused(ValueError, message, Embedding, W, padding=padding)
