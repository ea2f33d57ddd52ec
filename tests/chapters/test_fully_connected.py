"""The code against the chapter: at the chapter's own random values, both compute the same.

`CODE` has an entry for each equation of the chapter that a line of `lib/backprop` cites. Its value
is held against *every side* of that equation: the symbol that it defines or differentiates, which
the checker evaluates from the definitions alone, and each line of the derivation. So a test fails
if either changes, the line or the equation. That nothing is left out is a test of its own; so a new
mark, or a label that moves, asks for an entry here.

The chapter's own steps are held against each other elsewhere: each is an item of the checker's
plugin, `docs/chapters/fully-connected.md::eq:…`.
"""

import numpy as np
import pytest

from backprop import activations, initializers, linear, losses, optimizers
from backprop import layers as network_layers
from backprop.training import optimizers as training_optimizers

CHAPTER = "fully-connected"
DRAWS = range(4)

# What a loss's backward pass is given, to see that it takes part. The chapter has 1.
DLOSS = -1.7


def dy_of(values):
    return values(r"\frac{\partial L}{\partial y}")


# --- the linear layer --------------------------------------------------------------------------


def linear_forward(values):
    return linear.linear_forward(values["x"], values["W"], values["b"])


def linear_backward(position):
    def gradient(values):
        _, cache = linear_forward(values)
        return linear.linear_backward(dy_of(values), cache)[position]

    return gradient


# --- activations -------------------------------------------------------------------------------


def forward(function):
    return lambda values: function(values["x"])[0]


def backward(name):
    def gradient(values):
        _, cache = getattr(activations, f"{name}_forward")(values["x"])
        return getattr(activations, f"{name}_backward")(dy_of(values), cache)

    return gradient


def leaky_relu_forward(values):
    return activations.leaky_relu_forward(values["x"], slope=values["slope"])


def leaky_relu_backward(values):
    return activations.leaky_relu_backward(dy_of(values), leaky_relu_forward(values)[1])


# --- losses ------------------------------------------------------------------------------------


def loss(name, scores):
    return lambda values: getattr(losses, f"{name}_forward")(values[scores], values["target"])[0]


def loss_gradient(name, scores):
    def gradient(values):
        _, cache = getattr(losses, f"{name}_forward")(values[scores], values["target"])
        return getattr(losses, f"{name}_backward")(DLOSS, cache) / DLOSS

    return gradient


def log_softmax(values):
    """The loss of one sample is the logarithm of one probability, but for its sign."""
    logits = values["logits"]
    forward = losses.softmax_cross_entropy_forward
    return [
        [-forward(row[np.newaxis], np.array([k]))[0] for k in range(len(row))] for row in logits
    ]


# --- initial weights ---------------------------------------------------------------------------


def drawn(initializer, standard):
    """Returns how many times larger the weights are than numbers of the standard distribution."""

    def factor(values):
        shape = values.sizes["D"], values.sizes["M"]
        weights = initializer(shape, np.random.default_rng(3), gain=values["gain"])
        factors = weights / standard(np.random.default_rng(3), shape)
        np.testing.assert_allclose(factors, factors[0, 0], rtol=1e-12)
        return factors[0, 0]

    return factor


def standard_normal(rng, shape):
    return rng.standard_normal(shape)


def standard_uniform(rng, shape):
    return rng.uniform(-1.0, 1.0, shape)


# --- steps -------------------------------------------------------------------------------------


def settings(values, *names):
    return {name: values[name] for name in ("lr", *names)}


def start(values):
    return np.array([values(r"\theta_0")])


def gradients(values):
    return values["grad"].reshape(-1, 1)


def sgd(values):
    param, params = start(values), []
    for grad in gradients(values):
        param = optimizers.sgd_update(param, grad, **settings(values, "weight_decay"))
        params.append(param)
    return np.concatenate(params)


def momentum(kept):
    def steps(values):
        state, states = (start(values), np.zeros(1)), []
        for grad in gradients(values):
            state = optimizers.momentum_update(
                state[0], grad, state[1], **settings(values, "momentum", "weight_decay")
            )
            states.append(state)
        return np.concatenate([state[kept] for state in states])

    return steps


def adam_states(values):
    """Returns param, m and v after each step, those before the first included."""
    states = [(start(values), np.zeros(1), np.zeros(1))]
    for t, grad in enumerate(gradients(values), start=1):
        param, m, v = states[-1]
        states.append(
            optimizers.adam_update(
                param, grad, m, v, t, **settings(values, "beta1", "beta2", "eps")
            )
        )
    return states


def adam(kept):
    return lambda values: np.concatenate([state[kept] for state in adam_states(values)[1:]])


def adam_corrected(values):
    """Finds m_hat and v_hat, which the code keeps to itself, by two steps that differ in eps."""
    m_hats, v_hats = [], []
    betas = {name: values[name] for name in ("beta1", "beta2")}
    for t, ((_, m, v), grad) in enumerate(
        zip(adam_states(values), gradients(values), strict=False), start=1
    ):
        one, two = (
            -optimizers.adam_update(np.zeros(1), grad, m, v, t, lr=1.0, eps=eps, **betas)[0]
            for eps in (1.0, 2.0)
        )
        # Since one = m_hat / (root + 1) and two = m_hat / (root + 2).
        root = (2 * two - one) / (one - two)
        m_hats.append(one * (root + 1))
        v_hats.append(root**2)
    return np.concatenate(m_hats), np.concatenate(v_hats)


# The equations of the chapter that the code cites, and what it computes for each.
CODE = {
    "eq:linear-y": lambda values: linear_forward(values)[0],
    "eq:linear-dx": linear_backward(0),
    "eq:linear-dW": linear_backward(1),
    "eq:linear-db": linear_backward(2),
    "eq:identity-dx": backward("identity"),
    "eq:sigmoid-dx": backward("sigmoid"),
    "eq:tanh-dx": backward("tanh"),
    "eq:relu-dx": backward("relu"),
    "eq:leaky-relu-dx": leaky_relu_backward,
    "eq:softplus-dx": backward("softplus"),
    "eq:gelu-dx": backward("gelu"),
    "eq:softmax-y": forward(activations.softmax_forward),
    "eq:softmax-dx": backward("softmax"),
    "eq:mse-loss": loss("mean_squared_error", "y"),
    "eq:mse-dy": loss_gradient("mean_squared_error", "y"),
    "eq:bce-loss": loss("sigmoid_cross_entropy", "logits"),
    "eq:bce-dz": loss_gradient("sigmoid_cross_entropy", "logits"),
    "eq:cross-entropy-loss": loss("cross_entropy", "y"),
    "eq:cross-entropy-dy": loss_gradient("cross_entropy", "y"),
    "eq:xent-logp": log_softmax,
    "eq:xent-loss": loss("softmax_cross_entropy", "logits"),
    "eq:xent-dz": loss_gradient("softmax_cross_entropy", "logits"),
    "eq:xavier-std": drawn(initializers.xavier_normal, standard_normal),
    "eq:uniform-bound": drawn(initializers.xavier_uniform, standard_uniform),
    "eq:he-std": drawn(initializers.he_normal, standard_normal),
    "eq:sgd-step": sgd,
    "eq:momentum-step": momentum(0),
    "eq:momentum-v": momentum(1),
    "eq:adam-step": adam(0),
    "eq:adam-m": adam(1),
    "eq:adam-v": adam(2),
    "eq:adam-hat": adam_corrected,
}

# Where the definitions are complete, if not at the equation itself: the velocity needs the weights,
# which the equation after it defines.
PLACE = {"eq:momentum-v": "eq:momentum-step"}


def test_every_mark_is_covered(marked):
    assert set(CODE) == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(chapter, same, label, draw):
    values = chapter(CHAPTER, PLACE.get(label, label), draw=draw)
    statements = values.sides(label)
    computed = CODE[label](values)
    computed = computed if isinstance(computed, tuple) else (computed,)
    for result, sides in zip(computed, statements, strict=True):
        for side in sides:
            same(result, side)


# --- what the chapter says beyond single equations ---------------------------------------------


@pytest.mark.parametrize("draw", DRAWS)
def test_softmax_backward_is_a_product_with_the_jacobian(chapter, same, draw):
    values = chapter(CHAPTER, "eq:softmax-jacobian", draw=draw)
    y, cache = activations.softmax_forward(values["x"])
    # One cotangent for each output k gives the row k of every sample's table.
    rows = [
        activations.softmax_backward(np.tile(unit, (len(y), 1)), cache) for unit in np.eye(len(y.T))
    ]
    for side in values.sides("eq:softmax-jacobian")[0]:
        same(np.stack(rows, axis=1), side)


@pytest.mark.parametrize("draw", DRAWS)
def test_staged_cross_entropy_is_the_fused_one(chapter, same, draw):
    values = chapter(CHAPTER, "eq:xent-dz", draw=draw)
    p, p_cache = activations.softmax_forward(values["logits"])
    same(p, values("p"))
    staged, cache = losses.cross_entropy_forward(p, values["target"])
    dp = losses.cross_entropy_backward(DLOSS, cache) / DLOSS
    same(staged, values("L"))
    same(dp, values(r"\frac{\partial L}{\partial p}"))
    dz = activations.softmax_backward(dp, p_cache)
    for side in values.sides("eq:xent-dz")[0]:
        same(dz, side)


@pytest.mark.parametrize("draw", DRAWS)
def test_staged_sigmoid_cross_entropy_is_the_fused_one(chapter, same, draw):
    values = chapter(CHAPTER, "eq:bce-dz", draw=draw)
    p, cache = activations.sigmoid_forward(values["logits"])
    same(p, values("p"))
    dz = activations.sigmoid_backward(values(r"\frac{\partial L}{\partial p}"), cache)
    for side in values.sides("eq:bce-dz")[0]:
        same(dz, side)


@pytest.mark.parametrize("draw", DRAWS)
def test_he_uniform_has_the_bound_of_its_standard_deviation(chapter, same, draw):
    values = chapter(CHAPTER, "eq:he-std", draw=draw)
    bound = drawn(initializers.he_uniform, standard_uniform)(values)
    same(bound, np.sqrt(3) * values["std"])


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize(
    ("optimizer", "label", "names"),
    [
        (training_optimizers.SGD, "eq:sgd-step", ["weight_decay"]),
        (training_optimizers.Momentum, "eq:momentum-step", ["momentum", "weight_decay"]),
        (training_optimizers.Adam, "eq:adam-step", ["beta1", "beta2", "eps"]),
    ],
)
def test_an_optimizer_takes_the_steps_of_the_chapter(chapter, same, optimizer, label, names, draw):
    values = chapter(CHAPTER, label, draw=draw)
    steps = optimizer(**settings(values, *names))
    params = {"theta": start(values)}
    for grad, theta in zip(gradients(values), values["param"], strict=True):
        steps.step(params, {"theta": grad})
        same(params["theta"], [theta])


@pytest.mark.parametrize("draw", DRAWS)
def test_adam_adds_the_weight_decay_to_the_gradient(chapter, same, draw):
    values = chapter(CHAPTER, "eq:adam-step", draw=draw)
    decay, rates = values["weight_decay"], settings(values, "beta1", "beta2", "eps")
    ours = theirs = start(values), np.zeros(1), np.zeros(1)
    for t, grad in enumerate(gradients(values), start=1):
        ours = optimizers.adam_update(ours[0], grad, *ours[1:], t, **rates, weight_decay=decay)
        replaced = grad + decay * theirs[0]
        theirs = optimizers.adam_update(theirs[0], replaced, *theirs[1:], t, **rates)
        same(ours, np.array(theirs))


def many_layers(values):
    """Makes the network of the section "Many layers", with the chapter's weights."""
    P, sizes = values.sizes["P"], values.sizes
    layers, rng = {}, np.random.default_rng(0)
    for at in range(1, P + 1):
        layer = network_layers.Linear(sizes[f"D_{at - 1}"], sizes[f"D_{at}"], rng=rng)
        layer.params["W"][...] = values(f"W^{{({at})}}")
        layer.params["b"][...] = values(f"b^{{({at})}}")
        layers[f"linear{at}"] = layer
        if at < P:
            layers[f"relu{at}"] = network_layers.ReLU()
    return network_layers.Sequential(layers)


@pytest.mark.parametrize("draw", DRAWS)
def test_the_sums_of_every_layer_go_forward(chapter, same, draw):
    values = chapter(CHAPTER, "Many layers", draw=draw)
    net, P = many_layers(values), values.sizes["P"]
    h = pixels = values("h^{(0)}")
    for at in range(1, P + 1):
        z = net.layers[f"linear{at}"].forward(h, training=True)
        same(z, values(f"z^{{({at})}}"))
        if at < P:
            h = net.layers[f"relu{at}"].forward(z, training=True)
            same(h, values(f"h^{{({at})}}"))
    same(net.forward(pixels, training=True), values("z^{(P)}"))


@pytest.mark.parametrize("draw", DRAWS)
def test_the_gradients_of_every_layer_come_back(chapter, same, draw):
    values = chapter(CHAPTER, "Many layers", draw=draw)
    net, P = many_layers(values), values.sizes["P"]
    net.forward(values("h^{(0)}"), training=True)
    delta = values(r"\delta^{(P)}")
    same(net.backward(delta), values(r"\frac{\partial L}{\partial h^{(0)}}"))
    grads = net.grads
    assert len(grads) == 2 * P
    for at in range(P, 0, -1):
        same(delta, values(rf"\delta^{{({at})}}"))
        same(grads[f"linear{at}.W"], values(rf"\frac{{\partial L}}{{\partial W^{{({at})}}}}"))
        same(grads[f"linear{at}.b"], values(rf"\frac{{\partial L}}{{\partial b^{{({at})}}}}"))
        dh = net.layers[f"linear{at}"].backward(delta)
        same(dh, values(rf"\frac{{\partial L}}{{\partial h^{{({at - 1})}}}}"))
        if at > 1:
            delta = net.layers[f"relu{at - 1}"].backward(dh)
