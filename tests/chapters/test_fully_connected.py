"""The linear layer and the bends, backward, against their chapter."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from backprop import activations, linear
from backprop import layers as network_layers
from backprop.data.mnist import load_mnist_sample

ROOT = Path(__file__).parents[2]
CHAPTER = "fully-connected"
DRAWS = range(4)


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


def both(name):
    """Computes a bend and its gradient, for an equation that states both."""

    def compute(values):
        y, cache = getattr(activations, f"{name}_forward")(values["x"])
        return y, getattr(activations, f"{name}_backward")(dy_of(values), cache)

    return compute


def backward(name):
    return lambda values: both(name)(values)[1]


def leaky_relu_forward(values):
    return activations.leaky_relu_forward(values["x"], slope=values["slope"])


def leaky_relu_backward(values):
    return activations.leaky_relu_backward(dy_of(values), leaky_relu_forward(values)[1])


CODE = {
    "eq:linear-y": lambda values: linear_forward(values)[0],
    "eq:linear-dx": linear_backward(0),
    "eq:linear-dW": linear_backward(1),
    "eq:linear-db": linear_backward(2),
    "eq:identity-dx": backward("identity"),
    "eq:sigmoid-dx": both("sigmoid"),
    "eq:tanh-dx": backward("tanh"),
    "eq:relu-dx": both("relu"),
    "eq:leaky-relu-dx": leaky_relu_backward,
    "eq:softplus-dx": backward("softplus"),
    "eq:gelu-dx": backward("gelu"),
}


def test_every_mark_is_covered(marked):
    assert set(CODE) == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(computes, label, draw):
    computes(CHAPTER, label, CODE[label], draw)


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


def test_every_line_puts_a_third_of_threes_and_sevens_on_the_wrong_side():
    figure = runpy.run_path(str(ROOT / "docs/figures/threes-and-sevens.py"))
    digits = load_mnist_sample()
    chosen = np.isin(digits.train_labels, (3, 7))
    seven = digits.train_labels[chosen] == 7
    x = figure["features"](digits.train_images[chosen] / 255)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    angle = np.linspace(0, np.pi, 361)
    order = np.argsort(x @ np.stack([np.cos(angle), np.sin(angle)]), axis=0)
    # Sevens less threes on the near side of each line, for every place of the line.
    before = np.vstack([0 * angle, np.where(seven, 1, -1)[order].cumsum(axis=0)])
    right = np.maximum(before + np.sum(~seven), np.sum(seven) - before).max() / len(seven)
    assert 0.6 < right < 2 / 3
