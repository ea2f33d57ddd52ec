"""The engine: each node against differences, the walk against paths, and the book's pairs."""

import numpy as np
import pytest

from backprop import (
    activations,
    attention,
    convolution,
    gru,
    losses,
    lstm,
    normalization,
    recurrent,
)
from backprop.gradcheck import numerical_gradient
from backprop.graph import (
    Value,
    add,
    backward,
    exp,
    log,
    matmul,
    maximum,
    multiply,
    node,
    order,
    sum_to,
    total,
)
from backprop.linear import linear_backward, linear_forward


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def gradients(formula, *arrays, dy=1.0):
    """Returns what the engine finds for each array."""
    values = [Value(array) for array in arrays]
    backward(formula(*values), dy)
    return [value.grad for value in values]


# Shapes that are the same, and shapes of which one is repeated.
PAIRS = [((3, 2), (3, 2)), ((3, 2), (2,)), ((3, 1), (1, 2)), ((), (4,)), ((2, 1, 3), (4, 1))]


@pytest.mark.parametrize("operation", [add, multiply, maximum])
@pytest.mark.parametrize("shapes", PAIRS)
def test_a_node_of_two_against_differences(operation, shapes, rng):
    a, b = (rng.normal(size=shape) for shape in shapes)
    dy = rng.normal(size=np.broadcast_shapes(*shapes))
    for position, found in enumerate(gradients(operation, a, b, dy=dy)):

        def loss(moved, position=position):
            given = [Value(a), Value(b)]
            given[position] = Value(moved)
            return (operation(*given).data * dy).sum()

        array = np.atleast_1d((a, b)[position])
        shape = np.shape((a, b)[position])
        wanted = numerical_gradient(lambda x, loss=loss, shape=shape: loss(x.reshape(shape)), array)
        np.testing.assert_allclose(found, wanted.reshape(shape), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("operation", [exp, log, total])
def test_a_node_of_one_against_differences(operation, rng):
    a = rng.uniform(0.3, 2.0, size=(3, 2))
    dy = np.array(-1.7) if operation is total else rng.normal(size=a.shape)
    (found,) = gradients(operation, a, dy=dy)
    wanted = numerical_gradient(lambda a: (operation(Value(a)).data * dy).sum(), a)
    np.testing.assert_allclose(found, wanted, rtol=1e-7, atol=1e-9)


def test_the_matrix_product_against_differences(rng):
    a, b, dy = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=(4, 2))
    da, db = gradients(matmul, a, b, dy=dy)
    np.testing.assert_allclose(da, numerical_gradient(lambda a: ((a @ b) * dy).sum(), a), rtol=1e-7)
    np.testing.assert_allclose(db, numerical_gradient(lambda b: ((a @ b) * dy).sum(), b), rtol=1e-7)


def test_plain_numbers_may_stand_on_either_side():
    x = Value(2.0)
    backward(3.0 * x + 1.0 + x * 4.0)
    assert x.grad == 7.0


def random_graph(rng, size):
    """Makes sums and products of earlier values at random, and returns all of them."""
    values = [Value(number) for number in rng.uniform(0.5, 1.5, size=3)]
    for _ in range(size):
        a, b = rng.choice(len(values), size=2)
        operation = (add, multiply, maximum)[rng.integers(3)]
        values.append(operation(values[a], values[b]))
    return values


def along_paths(output, target):
    """Returns the sum over all paths of the product of the slopes along each."""
    if output is target:
        return 1.0
    slopes = output.pull(np.array(1.0))
    return sum(
        slope * along_paths(parent, target)
        for parent, slope in zip(output.parents, slopes, strict=True)
    )


@pytest.mark.parametrize("draw", range(20))
def test_a_gradient_is_the_sum_over_all_paths(draw):
    values = random_graph(np.random.default_rng(draw), 9)
    backward(values[-1])
    reached = order(values[-1])
    for value in reached:
        np.testing.assert_allclose(value.grad, along_paths(values[-1], value), rtol=1e-12)


@pytest.mark.parametrize("draw", range(20))
def test_each_stands_once_and_behind_its_parents(draw):
    ordered = order(random_graph(np.random.default_rng(draw), 12)[-1])
    places = {value: place for place, value in enumerate(ordered)}
    assert len(places) == len(ordered)
    assert all(places[p] < places[v] for v in ordered for p in v.parents)


def test_each_node_is_asked_once():
    asked = []
    x = value = Value(1.0)
    for depth in range(40):  # 2 ** 40 paths

        def pull(dy, depth=depth):
            asked.append(depth)
            return dy, dy

        value = Value(value.data + value.data, (value, value), pull)
    backward(value)
    assert asked == sorted(range(40), reverse=True)
    assert x.grad == 2.0**40


def test_a_graph_may_be_deeper_than_calls_may_nest():
    x = value = Value(1.0)
    for _ in range(5000):
        value = value + x
    backward(value)
    assert x.grad == 5001.0


def test_a_second_walk_begins_from_nothing():
    x = Value(3.0)
    y = x * x
    backward(y)
    backward(y)
    assert x.grad == 6.0


def test_a_walk_leaves_the_rest_alone_and_writes_into_no_argument(rng):
    x, other = Value(rng.normal(size=3)), Value(1.0)
    backward(other * 5.0)
    dy = np.ones(3)
    backward(x + x, dy)
    assert other.grad == 5.0
    assert (dy == 1.0).all()


def test_a_gradient_of_another_shape_is_refused():
    message = r"backward: dy has shape \(2,\), wanted \(\)"
    with pytest.raises(ValueError, match=message):
        backward(Value(1.0) * 2.0, np.ones(2))


@pytest.mark.parametrize("shape", [(), (2,), (1,), (3, 1), (1, 2), (3, 2), (1, 3, 2)])
def test_what_was_repeated_is_added_up(shape, rng):
    gradient = rng.normal(size=np.broadcast_shapes(shape, (3, 2)))
    summed = sum_to(gradient, shape)
    assert summed.shape == shape
    # Adding up is what repeating turned round does: the two products are the same.
    array = rng.normal(size=shape)
    wanted = (np.broadcast_to(array, gradient.shape) * gradient).sum()
    np.testing.assert_allclose((array * summed).sum(), wanted, rtol=1e-12)


# --- the pairs of the book, built once more of these nodes ---------------------------------------


def sigmoid(x):
    # 1 / (1 + e^-x), by way of a logarithm, since no node divides.
    return exp(log(exp(x * -1.0) + 1.0) * -1.0)


def softmax_cross_entropy(z, target):
    rows, K = z.data.shape
    sums = matmul(exp(z), Value(np.ones((K, 1))))
    return (total(log(sums)) + total(z * np.eye(K)[target]) * -1.0) * (1 / rows)


def same(found, wanted):
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-14)


def test_the_linear_layer(rng):
    x, W, b, dy = (rng.normal(size=size) for size in [(5, 4), (4, 3), 3, (5, 3)])
    _, cache = linear_forward(x, W, b)
    found = gradients(lambda x, W, b: matmul(x, W) + b, x, W, b, dy=dy)
    for mine, wanted in zip(found, linear_backward(dy, cache), strict=True):
        same(mine, wanted)


def test_activations(rng):
    x, dy = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    for formula, name in [(sigmoid, "sigmoid"), (lambda x: maximum(Value(0.0), x), "relu")]:
        _, cache = getattr(activations, f"{name}_forward")(x)
        wanted = getattr(activations, f"{name}_backward")(dy, cache)
        same(gradients(formula, x, dy=dy)[0], wanted)


def test_relu_at_0_has_the_slope_0():
    assert gradients(lambda x: maximum(Value(0.0), x), np.array([0.0]), dy=np.ones(1))[0] == 0.0


def test_softmax_with_cross_entropy(rng):
    z, target = rng.normal(size=(6, 4)), rng.integers(4, size=6)
    loss, cache = losses.softmax_cross_entropy_forward(z, target)
    value = Value(z)
    mine = softmax_cross_entropy(value, target)
    backward(mine)
    same(mine.data, loss)
    same(value.grad, losses.softmax_cross_entropy_backward(1.0, cache))


def tanh(x):
    return sigmoid(x * 2.0) * 2.0 + -1.0


def inverse(x):
    return exp(log(x) * -1.0)  # of what is above 0


def columns(x, parts):
    """Cuts an array into parts of its columns; each column is taken by a product."""
    every = np.eye(x.data.shape[1])
    return [matmul(x, Value(part)) for part in np.split(every, parts, axis=1)]


def sizes(rng, *shapes):
    return [rng.normal(size=shape) for shape in shapes]


def test_batch_and_layer_normalisation(rng):
    x, dy = rng.normal(size=(6, 4)), rng.normal(size=(6, 4))
    gamma, beta = rng.normal(size=4), rng.normal(size=4)

    def normalised(x, mean, gamma, beta, eps=1e-5):
        centred = x + mean(x) * -1.0
        scale = exp(log(mean(centred * centred) + eps) * -0.5)
        return centred * scale * gamma + beta

    def over_rows(x):
        return matmul(Value(np.full((1, 6), 1 / 6)), x)

    def over_columns(x):
        return matmul(x, Value(np.full((4, 1), 1 / 4)))

    _, cache = normalization.batchnorm_forward(x, gamma, beta)
    found = gradients(
        lambda *given: normalised(given[0], over_rows, *given[1:]), x, gamma, beta, dy=dy
    )
    for mine, wanted in zip(found, normalization.batchnorm_backward(dy, cache), strict=True):
        same(mine, wanted)
    _, cache = normalization.layernorm_forward(x, gamma, beta)
    found = gradients(
        lambda *given: normalised(given[0], over_columns, *given[1:]), x, gamma, beta, dy=dy
    )
    for mine, wanted in zip(found, normalization.layernorm_backward(dy, cache), strict=True):
        same(mine, wanted)


def test_a_step_of_a_recurrent_network(rng):
    given = sizes(rng, (5, 3), (5, 2), (3, 2), (2, 2), 2)
    dy = rng.normal(size=(5, 2))
    _, cache = recurrent.rnn_cell_forward(*given)

    def step(x, h, W_x, W_h, b):
        return tanh(matmul(x, W_x) + matmul(h, W_h) + b)

    found = gradients(step, *given, dy=dy)
    for mine, wanted in zip(found, recurrent.rnn_cell_backward(dy, cache), strict=True):
        same(mine, wanted)


def test_a_step_of_an_lstm_with_a_gradient_for_both_of_its_states(rng):
    given = sizes(rng, (5, 3), (5, 2), (5, 2), (3, 8), (2, 8), 8)
    dh_next, dc_next = sizes(rng, (5, 2), (5, 2))
    *_, cache = lstm.lstm_cell_forward(*given)

    def step(x, h, c, W_x, W_h, b):
        i, f, g, o = columns(matmul(x, W_x) + matmul(h, W_h) + b, 4)
        c_next = sigmoid(f) * c + sigmoid(i) * tanh(g)
        h_next = sigmoid(o) * tanh(c_next)
        return total(h_next * dh_next) + total(c_next * dc_next)

    found = gradients(step, *given)
    for mine, wanted in zip(found, lstm.lstm_cell_backward(dh_next, dc_next, cache), strict=True):
        same(mine, wanted)


def test_a_step_of_a_gru(rng):
    given = sizes(rng, (5, 3), (5, 2), (3, 6), (2, 6), 6, 2)
    dy = rng.normal(size=(5, 2))
    _, cache = gru.gru_cell_forward(*given)

    def step(x, h, W_x, W_h, b, b_hn):
        a_r, a_z, a_n = columns(matmul(x, W_x) + b, 3)
        u_r, u_z, u_n = columns(matmul(h, W_h), 3)
        z = sigmoid(a_z + u_z)
        n = tanh(a_n + sigmoid(a_r + u_r) * (u_n + b_hn))
        return (z * -1.0 + 1.0) * n + z * h

    found = gradients(step, *given, dy=dy)
    for mine, wanted in zip(found, gru.gru_cell_backward(dy, cache), strict=True):
        same(mine, wanted)


def test_attention(rng):
    q, k, v, dy = sizes(rng, (3, 4), (5, 4), (5, 2), (3, 2))
    _, cache = attention.attention_forward(q, k, v)

    def look_up(q, turned, v):
        weights = exp(matmul(q, turned) * 0.5)  # the root of 4 features
        shares = weights * inverse(matmul(weights, Value(np.ones((5, 1)))))
        return matmul(shares, v)

    dq, dk, dv = attention.attention_backward(dy, cache)
    for mine, wanted in zip(gradients(look_up, q, k.T, v, dy=dy), (dq, dk.T, dv), strict=True):
        same(mine, wanted)


def test_any_pair_is_a_node(rng):
    x, W = rng.normal(size=(2, 3, 6, 5)), rng.normal(size=(4, 3, 3, 2))
    b, dy = rng.normal(size=4), rng.normal(size=(2, 4, 4, 4))
    _, cache = convolution.conv2d_forward(x, W, b)
    wanted = convolution.conv2d_backward(dy, cache)
    convolve = node(convolution.conv2d_forward, convolution.conv2d_backward)
    for mine, right in zip(gradients(convolve, x, W, b, dy=dy), wanted, strict=True):
        same(mine, right)


def test_a_pair_in_a_formula_that_uses_its_input_three_times(rng):
    x = rng.normal(size=(3, 4))
    softmax = node(activations.softmax_forward, activations.softmax_backward)

    def formula(x):
        return total(softmax(x * x) * x)

    wanted = numerical_gradient(lambda x: formula(Value(x)).data, x)
    np.testing.assert_allclose(gradients(formula, x)[0], wanted, rtol=1e-6, atol=1e-9)
