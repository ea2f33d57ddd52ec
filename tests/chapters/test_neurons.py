"""The activations against their chapter, at the chapter's own random values."""

import numpy as np
import pytest

from backprop import activations

CHAPTER = "neurons"
DRAWS = range(4)


def forward(name):
    return lambda values: getattr(activations, f"{name}_forward")(values["x"])[0]


def leaky_relu(values):
    return activations.leaky_relu_forward(values["x"], slope=values["slope"])[0]


def gelu_tanh(values):
    """Finds the tanh that the code keeps to itself: the output over half of x is 1 and it."""
    return np.sqrt(2 / np.pi), 2 * forward("gelu")(values) / values["x"] - 1


CODE = {
    "eq:step-y": lambda values: activations.step(values["x"]),
    "eq:sigmoid-y": forward("sigmoid"),
    "eq:tanh-y": forward("tanh"),
    "eq:relu-y": forward("relu"),
    "eq:leaky-relu-y": leaky_relu,
    "eq:softplus-y": forward("softplus"),
    "eq:gelu-s": gelu_tanh,
    "eq:gelu-y": forward("gelu"),
}


def test_every_mark_is_covered(marked):
    assert set(CODE) == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(computes, label, draw):
    computes(CHAPTER, label, CODE[label], draw)


@pytest.mark.parametrize("draw", DRAWS)
def test_a_backward_pass_at_ones_gives_the_slope(chapter, same, draw):
    values = chapter(CHAPTER, "eq:sigmoid-slope", draw=draw)
    y, cache = activations.sigmoid_forward(values["x"])
    slope = activations.sigmoid_backward(np.ones_like(y), cache)
    for side in values.sides("eq:sigmoid-slope")[0]:
        same(slope, side)
