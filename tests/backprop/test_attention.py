"""Attention, alone and in heads, by hand and against differences; and its layers."""

from functools import partial

import numpy as np
import pytest

from backprop import CrossAttention, MultiHeadAttention, Positions, Residual
from backprop.attention import (
    attention_backward,
    attention_forward,
    causal_mask,
    cross_attention_backward,
    cross_attention_forward,
    join_heads,
    multi_head_attention_backward,
    multi_head_attention_forward,
    sinusoidal_positions,
    split_heads,
)
from backprop.gradcheck import check_gradients
from backprop.layers import BatchNorm, Linear, ReLU, Sequential

LOG3 = np.log(3.0)
# Scores of 0 and log 3, once divided by the root of four: weights of 1/4 and 3/4.
Q = np.array([[2 * LOG3, 0.0, 0.0, 0.0]])
K = np.array([[0.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
V = np.array([[8.0, 0.0], [0.0, 4.0]])


def test_forward_by_hand():
    y, cache = attention_forward(Q, K, V)
    np.testing.assert_allclose(cache.a, [[0.25, 0.75]])
    np.testing.assert_allclose(y, [[2.0, 3.0]])


def test_backward_by_hand():
    _, cache = attention_forward(Q, K, V)
    dq, dk, dv = attention_backward(np.array([[1.0, 0.0]]), cache)
    # What arrives at the weights is (8, 0); its mean is 2; so the scores get (1.5, -1.5).
    np.testing.assert_allclose(dv, [[0.25, 0.0], [0.75, 0.0]])
    np.testing.assert_allclose(dq, [[-0.75, 0.75, 0.0, 0.0]])
    np.testing.assert_allclose(dk, [[1.5 * LOG3, 0, 0, 0], [-1.5 * LOG3, 0, 0, 0]])


def draw(rng, *before, T=3, S=4, E=2, M=5):
    shapes = {"q": (T, E), "k": (S, E), "v": (S, M)}
    return {name: rng.standard_normal((*before, *shape)) for name, shape in shapes.items()}


@pytest.mark.parametrize("method", ["central", "complex"])
@pytest.mark.parametrize("before", [(), (2,), (2, 3)])
@pytest.mark.parametrize("masked", [False, True])
def test_gradients(rng, method, before, masked):
    mask = rng.random((*before, 3, 4)) < 0.5
    mask[..., 1] = True
    forward = partial(attention_forward, mask=mask) if masked else attention_forward
    report = check_gradients(
        forward, attention_backward, rng=rng, method=method, **draw(rng, *before)
    )
    assert max(report.values()) < {"central": 1e-6, "complex": 1e-12}[method], str(report)


def test_what_is_not_seen_has_no_influence_and_no_gradient(rng):
    arrays = draw(rng)
    mask = np.array([[True, True, False, True]] * 3)
    y, cache = attention_forward(**arrays, mask=mask)
    _, dk, dv = attention_backward(np.ones_like(y), cache)
    assert not dk[2].any()
    assert not dv[2].any()
    arrays["k"][2] = arrays["v"][2] = 1e6
    np.testing.assert_array_equal(attention_forward(**arrays, mask=mask)[0], y)


def test_large_scores_do_not_overflow():
    y, _ = attention_forward(1e6 * Q, 1e6 * K, V)
    np.testing.assert_array_equal(y, V[1:])


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        (
            {"k": np.ones((2, 3))},
            ValueError,
            "k has shape (2, 3), wanted (..., S, E) with E = 4 as in q",
        ),
        (
            {"v": np.ones((3, 2))},
            ValueError,
            "v has shape (3, 2), wanted (..., S, M) with S = 2 as in k",
        ),
        ({"q": Q.astype(np.float32)}, TypeError, "k is float64, wanted float32 as in q"),
        ({"mask": np.ones((1, 2))}, TypeError, "mask is float64, wanted booleans"),
        (
            {"mask": np.ones((1, 3), bool)},
            ValueError,
            "mask has shape (1, 3), wanted (..., T, S) with S = 2 as in k",
        ),
        (
            {"mask": np.zeros((1, 2), bool)},
            ValueError,
            "mask leaves a query nothing to see, wanted one key at least for each",
        ),
    ],
)
def test_forward_refuses(refused, changed, error, message):
    arrays = {"q": Q, "k": K, "v": V} | changed
    refused(error, f"attention_forward: {message}", attention_forward, **arrays)


def test_backward_refuses_another_shape(refused):
    _, cache = attention_forward(Q, K, V)
    message = "attention_backward: dy has shape (1, 3), wanted (..., T, M) with M = 2 as in v"
    refused(ValueError, message, attention_backward, np.ones((1, 3)), cache)


def test_causal_mask():
    np.testing.assert_array_equal(causal_mask(2), [[True, False], [True, True]])


def test_positions_turn_with_the_distance_alone():
    """The product of two positions depends on how far apart they are, not on where."""
    p = sinusoidal_positions(50, 8)
    near, far = (p[:40] * p[5:45]).sum(axis=1), (p[:30] * p[20:]).sum(axis=1)
    np.testing.assert_allclose(near, near[0])
    np.testing.assert_allclose(far, far[0])
    assert abs(near[0] - far[0]) > 0.1


def test_positions_refuse_an_odd_number(refused):
    message = "D is 3, wanted an even number: a sine and a cosine for each frequency"
    refused(ValueError, f"sinusoidal_positions: {message}", sinusoidal_positions, 2, 3)


def test_heads_are_cut_and_joined(rng):
    x = rng.standard_normal((2, 3, 6))
    cut = split_heads(x, 3)
    assert cut.shape == (2, 3, 3, 2)
    np.testing.assert_array_equal(cut[:, 1], x[:, :, 2:4])
    np.testing.assert_array_equal(join_heads(cut), x)


def projections(rng, D=6):
    shapes = {"W_x": (D, 3 * D), "b": (3 * D,), "W_o": (D, D), "b_o": (D,)}
    return {name: rng.standard_normal(shape) / 2 for name, shape in shapes.items()}


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("heads", [1, 3])
def test_gradients_of_heads(rng, heads, masked):
    mask = np.broadcast_to(causal_mask(4), (2, 4, 4)) if masked else None
    report = check_gradients(
        partial(multi_head_attention_forward, heads=heads, mask=mask),
        multi_head_attention_backward,
        rng=rng,
        method="complex",
        x=rng.standard_normal((2, 4, 6)),
        **projections(rng),
    )
    assert max(report.values()) < 1e-12, str(report)


def test_one_head_is_attention_between_two_linear_layers(rng):
    x, weights = rng.standard_normal((2, 4, 6)), projections(rng)
    y, _ = multi_head_attention_forward(x, **weights, heads=1)
    q, k, v = np.split(x @ weights["W_x"] + weights["b"], 3, axis=-1)
    wanted = attention_forward(q, k, v)[0] @ weights["W_o"] + weights["b_o"]
    np.testing.assert_allclose(y, wanted)


def test_heads_have_to_divide_the_features(refused, rng):
    message = "heads is 4, wanted a number that divides D = 6"
    x = rng.standard_normal((2, 4, 6))
    function = cross_attention_forward
    weights = projections(rng)
    refused(ValueError, f"{function.__name__}: {message}", function, x, x, **weights, heads=4)
    for layer in (MultiHeadAttention, CrossAttention):
        refused(ValueError, f"{layer.__name__}: {message}", layer, 6, 4, rng=rng)


@pytest.mark.parametrize("method", ["central", "complex"])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("heads", [1, 3])
def test_gradients_of_two_sequences(rng, heads, masked, method):
    mask = rng.random((2, 4, 5)) < 0.5
    mask[..., 1] = True
    report = check_gradients(
        partial(cross_attention_forward, heads=heads, mask=mask if masked else None),
        cross_attention_backward,
        rng=rng,
        method=method,
        x=rng.standard_normal((2, 4, 6)),
        context=rng.standard_normal((2, 5, 6)),
        **projections(rng),
    )
    assert max(report.values()) < {"central": 1e-6, "complex": 1e-12}[method], str(report)


def test_the_same_sequence_twice_adds_its_two_gradients(rng):
    x, dy = rng.standard_normal((2, 4, 6)), rng.standard_normal((2, 4, 6))
    weights = projections(rng)
    y, cache = multi_head_attention_forward(x, **weights, heads=3)
    twice, both = cross_attention_forward(x, x, **weights, heads=3)
    np.testing.assert_array_equal(y, twice)
    dx, *grads = multi_head_attention_backward(dy, cache)
    as_asking, as_seen, *same = cross_attention_backward(dy, both)
    np.testing.assert_array_equal(dx, as_asking + as_seen)
    assert min(np.abs(part).max() for part in (as_asking, as_seen)) > 0.1
    for grad, wanted in zip(grads, same, strict=True):
        np.testing.assert_array_equal(grad, wanted)


def test_two_sequences_have_to_fit(refused, rng):
    message = "context has shape (3, 5, 6), wanted (N, S, D) with N = 2 as in x"
    x, context = rng.standard_normal((2, 4, 6)), rng.standard_normal((3, 5, 6))
    function, weights = cross_attention_forward, projections(rng)
    refused(ValueError, f"{function.__name__}: {message}", function, x, context, **weights, heads=2)


@pytest.mark.parametrize("padded", [False, True])
def test_the_layer_for_two_sequences_is_the_pair_with_time_first(rng, padded):
    layer = CrossAttention(6, 3, rng=rng)
    for param in layer.params.values():
        param[...] = rng.standard_normal(param.shape)
    x, dy = rng.standard_normal((5, 2, 6)), rng.standard_normal((5, 2, 6))
    context = rng.standard_normal((4, 2, 6))
    real = np.arange(4)[:, np.newaxis] < np.array([4, 2])
    mask = np.broadcast_to(real.T[:, np.newaxis], (2, 5, 4)) if padded else None
    y, cache = cross_attention_forward(
        x.swapaxes(0, 1), context.swapaxes(0, 1), **layer.params, heads=3, mask=mask
    )
    dx, dcontext, *grads = cross_attention_backward(dy.swapaxes(0, 1), cache)
    layer.look_at(context, real if padded else None)
    np.testing.assert_array_equal(layer.forward(x, training=True), y.swapaxes(0, 1))
    np.testing.assert_array_equal(layer.backward(dy), dx.swapaxes(0, 1))
    np.testing.assert_array_equal(layer.dcontext, dcontext.swapaxes(0, 1))
    np.testing.assert_array_equal(layer.weights, cache.attention.a)
    for grad, wanted in zip(layer.grads.values(), grads, strict=True):
        np.testing.assert_array_equal(grad, wanted)
    assert [*layer.grads] == [*layer.params] == ["W_x", "b", "W_o", "b_o"]
    assert not padded or not layer.dcontext[2:, 1].any()


def test_the_layer_for_two_sequences_says_what_is_missing(refused, rng):
    layer = CrossAttention(6, 3, rng=rng)
    message = "CrossAttention.forward: there is nothing to look at, see look_at"
    refused(RuntimeError, message, layer, np.ones((5, 2, 6)))
    refused(RuntimeError, "CrossAttention.dcontext: nothing went back yet", lambda: layer.dcontext)


@pytest.mark.parametrize("causal", [False, True])
def test_the_layer_is_the_pair_with_time_first(rng, causal):
    layer = MultiHeadAttention(6, 3, causal=causal, rng=rng)
    for param in layer.params.values():
        param[...] = rng.standard_normal(param.shape)
    x, dy = rng.standard_normal((5, 2, 6)), rng.standard_normal((5, 2, 6))
    mask = np.broadcast_to(causal_mask(5), (2, 5, 5)) if causal else None
    y, cache = multi_head_attention_forward(x.swapaxes(0, 1), **layer.params, heads=3, mask=mask)
    dx, *grads = multi_head_attention_backward(dy.swapaxes(0, 1), cache)
    np.testing.assert_array_equal(layer.forward(x, training=True), y.swapaxes(0, 1))
    np.testing.assert_array_equal(layer.backward(dy), dx.swapaxes(0, 1))
    np.testing.assert_array_equal(layer.weights, cache.attention.a)
    for grad, wanted in zip(layer.grads.values(), grads, strict=True):
        np.testing.assert_array_equal(grad, wanted)
    assert [*layer.grads] == [*layer.params] == ["W_x", "b", "W_o", "b_o"]


@pytest.mark.parametrize("causal", [False, True])
def test_padding_has_no_influence_on_what_is_real(rng, causal):
    layer = MultiHeadAttention(4, 2, causal=causal, rng=rng)
    x = rng.standard_normal((5, 3, 4))
    real = np.arange(5)[:, np.newaxis] < np.array([5, 2, 0])  # the last has no step at all
    y = layer(x, mask=real)
    assert np.isfinite(y).all()
    alone = layer(x[:2, 1:2])
    np.testing.assert_allclose(y[:2, 1:2], alone)
    x[~real] = 1e3
    np.testing.assert_allclose(layer(x, mask=real)[real], y[real])


def test_no_step_sees_a_later_one(rng):
    layer = MultiHeadAttention(4, 2, causal=True, rng=rng)
    x = rng.standard_normal((5, 3, 4))
    y = layer(x)
    x[3:] = 7.0
    np.testing.assert_allclose(layer(x)[:3], y[:3])
    assert np.abs(layer(x)[3:] - y[3:]).max() > 0.1


def test_the_positions_layer(rng):
    x = rng.standard_normal((3, 2, 4)).astype(np.float32)
    layer = Positions()
    y = layer(x)
    assert y.dtype == np.float32
    np.testing.assert_allclose((y - x)[:, 1], sinusoidal_positions(3, 4), atol=1e-6)
    np.testing.assert_array_equal(layer.backward(y), y)


def test_residual(rng, refused):
    inner = Linear(3, 3, rng=rng)
    layer = Residual(inner)
    x, dy = rng.standard_normal((5, 3)), rng.standard_normal((5, 3))
    np.testing.assert_allclose(layer.forward(x, training=True), x + x @ inner.params["W"])
    np.testing.assert_allclose(layer.backward(dy), dy + dy @ inner.params["W"].T)
    assert layer.params["W"] is inner.params["W"]
    np.testing.assert_allclose(layer.grads["W"], x.T @ dy)
    message = (
        "Residual: layer is the class ReLU, wanted a layer: write ReLU(), "
        "with what it takes between the brackets"
    )
    refused(TypeError, message, Residual, ReLU)
    message = "Residual.forward: the layer's output has shape (5, 2), wanted (5, 3) as in x"
    refused(ValueError, message, Residual(Linear(3, 2, rng=rng)), x)


def test_a_residual_with_something_on_its_way(rng):
    inner, way = BatchNorm(3), BatchNorm(3)
    through = Sequential([inner, Linear(3, 2, rng=rng)])
    past = Sequential({"norm": way, "last": Linear(3, 2, rng=rng)})
    layer = Residual(through, past)
    x, dy = rng.standard_normal((5, 3)), rng.standard_normal((5, 2))
    wanted = through.forward(x, training=True) + past.forward(x, training=True)
    np.testing.assert_allclose(layer.forward(x, training=True), wanted)
    report = check_gradients(
        lambda x: (layer.forward(x, training=True), None),
        lambda dy, _: (layer.backward(dy),),
        rng=rng,
        x=x,
    )
    assert report["x"] < 1e-6
    layer.forward(x, training=True)
    layer.backward(dy)
    assert [*layer.params] == [*layer.grads]
    assert layer.params["way.last.b"] is past.layers["last"].params["b"]
    np.testing.assert_allclose(layer.grads["way.last.b"], dy.sum(axis=0))
    assert layer.buffers["way.norm.mean"] is way.buffers["mean"]
    assert layer.buffers["0.mean"] is inner.buffers["mean"]


def test_what_does_not_fit_beside_a_residuals_way_is_refused(rng, refused):
    message = (
        "Residual: way is the class ReLU, wanted a layer: write ReLU(), "
        "with what it takes between the brackets"
    )
    refused(TypeError, message, Residual, ReLU(), ReLU)
    shapes = "the layer's output has shape (5, 3), wanted (5, 2) as in the way's output"
    layer, x = Residual(ReLU(), Linear(3, 2, rng=rng)), rng.standard_normal((5, 3))
    refused(ValueError, f"Residual.forward: {shapes}", layer, x)
    message = "Residual: layer has a part called way, which is what leads past it"
    refused(ValueError, message, Residual, Sequential({"way": Linear(3, 3, rng=rng)}))
