"""The code against the chapter on classic networks: at its own random values, both the same."""

import numpy as np
import pytest

from backprop import Layer, Residual
from backprop.concatenation import concatenate_backward, concatenate_forward
from backprop.convolution import conv2d_backward, conv2d_forward
from backprop.grouped import grouped_conv2d_backward, grouped_conv2d_forward
from tests.chapters.variables import variables

CHAPTER = "classic-networks"
DRAWS = range(3)


class Branch(Layer):
    """The branch of the chapter: a ReLU, then weights."""

    def __init__(self, W):
        super().__init__()
        self.W = W

    def forward(self, x, *, training, mask=None):
        self.x = x
        return np.maximum(0, x) @ self.W

    def backward(self, dy):
        return (dy @ self.W.T) * (self.x > 0)


def dy_of(values):
    return values(r"\frac{\partial L}{\partial y}")


def cut(values):
    _, cache = concatenate_forward(values["a"], values["b"])
    return variables(concatenate_backward, dy_of(values), cache)


def residual(values):
    return variables(Residual(Branch(values["W"])).forward, values["x"], training=True)


def residual_back(values):
    layer = Residual(Branch(values["W"]))
    layer.forward(values["x"], training=True)
    return variables(layer.backward, dy_of(values))


def in_groups(values):
    """The chapter counts groups and the channels of each; the code counts channels."""
    N, G, C, P = values["x"].shape
    W = values["W"].reshape(-1, C, 1, 1)
    x, b = values["x"].reshape(N, G * C, P, 1), values["b"].ravel()
    return variables(grouped_conv2d_forward, x, W, b, groups=G)


def in_groups_back(values):
    y, cache = in_groups(values)["returned"]
    return variables(grouped_conv2d_backward, dy_of(values).reshape(y.shape), cache)


# The equations of the chapter that the code cites: the call, and the variable that it computes.
CODE = {
    "eq:concatenate-da": (cut, "da"),
    "eq:concatenate-db": (cut, "db"),
    "eq:grouped-y": (in_groups, "y"),
    "eq:grouped-dx": (in_groups_back, "dwindows"),
    "eq:grouped-dW": (in_groups_back, "dW"),
    "eq:grouped-db": (in_groups_back, "db"),
    "eq:residual-y": (residual, "returned"),
    "eq:residual-dx": (residual_back, "returned"),
}


def test_every_mark_is_covered(marked):
    assert {*CODE, "eq:concatenate-y"} == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
def test_concatenation_is_that_of_the_chapter(chapter, same, draw):
    values = chapter(CHAPTER, "eq:concatenate-y", draw=draw)
    found = variables(concatenate_forward, values["a"], values["b"])
    same(found["y"], values["y"])


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(chapter, same, label, draw):
    values = chapter(CHAPTER, label, draw=draw)
    call, name = CODE[label]
    sides = values.sides(label)[-1]
    assert len(sides) > 1
    for side in sides:
        # Kernels of one pixel have axes of size 1 in the code, which the chapter leaves out.
        same(np.reshape(call(values)[name], np.shape(side)), side)


@pytest.mark.parametrize("draw", DRAWS)
def test_groups_return_the_gradients_of_the_chapter(chapter, same, draw):
    values = chapter(CHAPTER, "eq:grouped-db", draw=draw)
    dx, dW, db = in_groups_back(values)["returned"]
    for computed, letter in ((dx, "x"), (dW, "W"), (db, "b")):
        wanted = values(rf"\frac{{\partial L}}{{\partial {letter}}}")
        same(computed.reshape(wanted.shape), wanted)


@pytest.mark.parametrize("draw", DRAWS)
def test_a_kernel_of_one_pixel_is_what_the_chapter_says(chapter, same, draw):
    values = chapter(CHAPTER, "eq:pointwise-dW", draw=draw)
    x, W = values["x"][:, :, :, None], values["W"][:, :, None, None]
    y, cache = conv2d_forward(x, W, values["b"])
    same(y[..., 0], values["y"])
    dx, dW, db = conv2d_backward(dy_of(values)[..., None], cache)
    same(dx[..., 0], values(r"\frac{\partial L}{\partial x}"))
    same(dW[:, :, 0, 0], values(r"\frac{\partial L}{\partial W}"))
    same(db, values(r"\frac{\partial L}{\partial b}"))
