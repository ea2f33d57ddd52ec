"""The code against the chapter on writing: the loss at every step, and draws."""

import numpy as np
import pytest

from backprop import losses
from backprop.language import sample_class
from backprop.linear import linear_backward, linear_forward
from tests.chapters.variables import variables

CHAPTER = "writing"
DRAWS = range(3)


class Drawing(np.random.Generator):
    """A generator that draws what it is given."""

    def __init__(self, numbers):
        super().__init__(np.random.PCG64())
        self.numbers = numbers

    def random(self, size):
        return self.numbers.reshape(size)


def sampled(values):
    """The variables of `sample_class` when the chapter's numbers are drawn."""
    given = Drawing(values("r"))
    return variables(sample_class, values["logits"], float(values["temperature"]), given)


CODE = {
    "eq:writing-temperature": lambda values: sampled(values)["y"],
}
# Its two statements have a test of their own: the code counts from 0.
APART = {"eq:writing-draw"}


def test_every_mark_is_covered(marked):
    assert set(CODE) | APART == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(computes, label, draw):
    computes(CHAPTER, label, CODE[label], draw)


@pytest.mark.parametrize("draw", DRAWS)
def test_a_draw_falls_on_the_chapters_piece(chapter, same, draw):
    values = chapter(CHAPTER, "eq:writing-draw", draw=draw)
    found = sampled(values)
    same(found["edges"], values("E"))
    np.testing.assert_array_equal(found["returned"] + 1, values("k"))


@pytest.mark.parametrize("draw", DRAWS)
def test_the_loss_at_every_step_is_the_librarys(chapter, same, draw):
    values = chapter(CHAPTER, "eq:writing-dW", draw=draw)
    h, W, b = values["h"], values["W"], values["b"]
    target = values["target"].astype(int) - 1
    logits, linear = linear_forward(h, W, b)
    loss, cache = losses.softmax_cross_entropy_forward(logits, target)
    same(loss, values("L"))
    dlogits = losses.softmax_cross_entropy_backward(1.0, cache)
    same(dlogits, values.sides("eq:writing-dz")[0][1])
    dh, dW, _ = linear_backward(dlogits, linear)
    of_weights, of_states = values.sides("eq:writing-dW")
    same(dW, of_weights[1])
    same(dh, of_states[1])
