"""The losses of a single score and of amounts, against their chapter."""

import pytest

from backprop import activations, losses

CHAPTER = "learning"
DRAWS = range(4)

# What a backward pass is given, to see that it takes part. The chapter has 1.
DLOSS = -1.7


def loss(name, scores):
    return lambda values: getattr(losses, f"{name}_forward")(values[scores], values["target"])[0]


def loss_gradient(name, scores):
    def gradient(values):
        _, cache = getattr(losses, f"{name}_forward")(values[scores], values["target"])
        return getattr(losses, f"{name}_backward")(DLOSS, cache) / DLOSS

    return gradient


CODE = {
    "eq:mse-loss": loss("mean_squared_error", "y"),
    "eq:mse-dy": loss_gradient("mean_squared_error", "y"),
    "eq:bce-loss": loss("sigmoid_cross_entropy", "logits"),
    "eq:bce-dz": loss_gradient("sigmoid_cross_entropy", "logits"),
}


def test_every_mark_is_covered(marked):
    assert set(CODE) == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(computes, label, draw):
    computes(CHAPTER, label, CODE[label], draw)


@pytest.mark.parametrize("draw", DRAWS)
def test_staged_sigmoid_cross_entropy_is_the_fused_one(chapter, same, draw):
    values = chapter(CHAPTER, "eq:bce-dz", draw=draw)
    p, cache = activations.sigmoid_forward(values["logits"])
    same(p, values("p"))
    dz = activations.sigmoid_backward(values(r"\frac{\partial L}{\partial p}"), cache)
    for side in values.sides("eq:bce-dz")[0]:
        same(dz, side)
