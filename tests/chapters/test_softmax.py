"""Softmax and cross-entropy against their chapter, at the chapter's own random values."""

import numpy as np
import pytest

from backprop import activations, losses

CHAPTER = "softmax"
DRAWS = range(4)
# What a backward pass is given, to see that it takes part. The chapter has 1.
DLOSS = -1.7


def softmax_backward(values):
    _, cache = activations.softmax_forward(values["x"])
    return activations.softmax_backward(values(r"\frac{\partial L}{\partial p}"), cache)


def loss(name, scores, target="target"):
    return lambda values: getattr(losses, f"{name}_forward")(values[scores], values[target])[0]


def loss_gradient(name, scores, target="target"):
    def gradient(values):
        _, cache = getattr(losses, f"{name}_forward")(values[scores], values[target])
        return getattr(losses, f"{name}_backward")(DLOSS, cache) / DLOSS

    return gradient


def log_softmax(values):
    """The loss of one sample is the logarithm of one probability, but for its sign."""
    logits = values["logits"]
    forward = losses.softmax_cross_entropy_forward
    return [
        [-forward(row[np.newaxis], np.array([k]))[0] for k in range(len(row))] for row in logits
    ]


CODE = {
    "eq:softmax-y": lambda values: activations.softmax_forward(values["x"])[0],
    "eq:softmax-dx": softmax_backward,
    "eq:cross-entropy-loss": loss("cross_entropy", "y", "t"),
    "eq:cross-entropy-dy": loss_gradient("cross_entropy", "y", "t"),
    "eq:xent-logp": log_softmax,
    "eq:xent-loss": loss("softmax_cross_entropy", "logits"),
    "eq:xent-dz": loss_gradient("softmax_cross_entropy", "logits"),
}


def test_every_mark_is_covered(marked):
    assert set(CODE) == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(computes, label, draw):
    computes(CHAPTER, label, CODE[label], draw)


@pytest.mark.parametrize("draw", DRAWS)
def test_softmax_backward_is_a_product_with_the_jacobian(chapter, same, draw):
    values = chapter(CHAPTER, "eq:softmax-jacobian", draw=draw)
    y, cache = activations.softmax_forward(values["x"][None])
    # One cotangent for each output i gives the row i of the table.
    rows = [activations.softmax_backward(unit[None], cache)[0] for unit in np.eye(y.shape[1])]
    for side in values.sides("eq:softmax-jacobian")[0]:
        same(np.stack(rows), side)


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
