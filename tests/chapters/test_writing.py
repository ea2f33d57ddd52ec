"""The code against the chapter on writing: draws, bits, and truncated gradients."""

import numpy as np
import pytest

from backprop import losses, recurrent
from backprop.fast import recurrent as fast
from backprop.language import sample_class
from backprop.linear import linear_backward, linear_forward
from backprop.truncated import TruncatedCache, truncated_backward, truncated_forward
from tests.chapters.variables import variables

CHAPTER = "writing"
DRAWS = range(3)
FORMS = {"plain": recurrent, "fast": fast}


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


def gradients(values, window=None, form="plain"):
    """Of the plain network: truncated, or the whole ones."""
    x, h0, *weights = (values[name] for name in ("x", "h0", "W_x", "W_h", "b"))
    module, window = FORMS[form], len(x) if window is None else int(values("K"))
    _, _, cache = truncated_forward(module.rnn_forward, x, (h0,), weights, window=window)
    dh = values(r"\frac{\partial L}{\partial y}")
    return truncated_backward(module.rnn_backward, dh, cache)


def detached_windows(values):
    """Truncation where the chapter gives each window its state: the code gets their caches."""
    x, o = values["x"], values["o"]
    weights = [values[name] for name in ("W_x", "W_h", "b")]
    runs = [recurrent.rnn_forward(part, given, *weights) for part, given in zip(x, o, strict=True)]
    h = np.concatenate([states for states, _ in runs])
    cache = TruncatedCache([cache for _, cache in runs], x.shape[1], 1, h)
    dh = values(r"\frac{\partial L}{\partial y}").reshape(h.shape)
    return truncated_backward(recurrent.rnn_backward, dh, cache)


CODE = {
    "eq:writing-temperature": lambda values: sampled(values)["y"],
    "eq:tbptt-dWh": lambda values: gradients(values, "windows")[3],
    "eq:tbptt-windows": lambda values: detached_windows(values)[3],
}
# Those with several statements, or whose counts differ by 1, have tests of their own.
APART = {"eq:writing-draw", "eq:tbptt-delta"}


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


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("form", FORMS)
def test_truncated_gradients_for_the_sums(chapter, same, form, draw):
    """What goes on to the inputs and the biases is made of them."""
    values = chapter(CHAPTER, "eq:tbptt-dWh", draw=draw)
    dx, _, dW_x, dW_h, db = gradients(values, "windows", form)
    gamma = values(r"\gamma")[: len(dx)]
    same(dx, gamma @ values["W_x"].T)
    same(db, gamma.sum(axis=(0, 1)))
    same(dW_x, np.einsum("tnd,tnj->dj", values["x"], gamma))
    same(dW_h, values("G"))


@pytest.mark.parametrize("draw", DRAWS)
def test_truncation_drops_what_the_chapter_says(chapter, same, draw):
    values = chapter(CHAPTER, "eq:tbptt-dropped", draw=draw)
    dropped = gradients(values)[3] - gradients(values, "windows")[3]
    for side in values.sides("eq:tbptt-dropped")[0]:
        np.testing.assert_allclose(dropped, side, rtol=1e-9, atol=1e-12)


def test_truncation_drops_something(chapter):
    values = chapter(CHAPTER, "eq:tbptt-dropped", draw=0)
    assert int(values("K")) < len(values["x"])
    dropped = gradients(values)[3] - gradients(values, "windows")[3]
    assert np.abs(dropped).max() > 1e-3


@pytest.mark.parametrize("draw", DRAWS)
def test_a_window_is_a_network_of_its_own(chapter, same, draw):
    """The truncated gradient is the whole one of windows whose states are given."""
    values = chapter(CHAPTER, "eq:tbptt-windows", draw=draw)
    found = detached_windows(values)
    same(found[0].reshape(values["x"].shape), values(r"\frac{\partial L}{\partial x}"))
    for gradient, name in zip(found[2:], (r"W^{\mathrm{x}}", r"W^{\mathrm{h}}", "b"), strict=True):
        same(gradient, values(rf"\frac{{\partial L}}{{\partial {name}}}"))
