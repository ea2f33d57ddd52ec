"""The code against the chapter: at the chapter's own random values, both compute the same.

A line of `lib/backprop/lstm.py` that cites an equation assigns to a name, and `LINES` says what the
chapter calls it. The cell is run for every step of the chapter's sequence, and each of its lines
held against the equation. `OUTPUTS` holds what the two forms of the sequence return, every gradient
among it. What the equations say of each other is for the checker's plugin.
"""

import numpy as np
import pytest

from backprop import lstm
from backprop.fast import lstm as fast
from tests.chapters.variables import variables

CHAPTER = "lstm"
DRAWS = range(3)
ARGUMENTS = ("x", "h0", "c0", "W_x", "W_h", "b")
FORMS = {"plain": lstm, "fast": fast}


def grad(symbol):
    return rf"\frac{{\partial L}}{{\partial {symbol}}}"


# Per line of the cell: the name that it assigns to, and what the chapter has for it at each step.
LINES = {
    "eq:lstm-a": ("a", "a"),
    "eq:lstm-quarters": ("a_g", r"a^{\mathrm{g}}"),
    "eq:lstm-i": ("i", "i"),
    "eq:lstm-f": ("f", "f"),
    "eq:lstm-g": ("g", "g"),
    "eq:lstm-o": ("o", "o"),
    "eq:lstm-c": ("c_next", "c"),
    "eq:lstm-h": ("h_next", "h"),
    "eq:lstm-do": ("do", grad("o")),
    "eq:lstm-dc-next": ("dc_all", grad("c")),
    "eq:lstm-di": ("di", grad("i")),
    "eq:lstm-df": ("df", grad("f")),
    "eq:lstm-dg": ("dg", grad("g")),
    "eq:lstm-dc": ("dc", r"\gamma"),
    "eq:lstm-dai": ("da_i", grad(r"a^{\mathrm{i}}")),
    "eq:lstm-daf": ("da_f", grad(r"a^{\mathrm{f}}")),
    "eq:lstm-dag": ("da_g", grad(r"a^{\mathrm{g}}")),
    "eq:lstm-dao": ("da_o", grad(r"a^{\mathrm{o}}")),
    "eq:lstm-da": ("da", r"\delta"),
    "eq:lstm-dx": ("dx", grad("x")),
    "eq:lstm-dh": ("dh", r"\eta"),
}

# What a sequence returns, in order: the outputs, then the gradients.
OUTPUTS = {
    "h": "h",
    "c": "s",
    "dx": grad("x"),
    "dh0": grad("h_0"),
    "dc0": grad("c_0"),
    "eq:lstm-dWx": grad(r"W^{\mathrm{x}}"),
    "eq:lstm-dWh": grad(r"W^{\mathrm{h}}"),
    "eq:lstm-db": grad("b"),
}


@pytest.fixture(params=DRAWS, ids=lambda draw: f"draw{draw}")
def values(request, chapter):
    return chapter(CHAPTER, at="eq:lstm-da", draw=request.param)


@pytest.fixture
def steps(values):
    """The local variables of both functions of the cell at each step, of the forward pass first."""
    x, h, c, W_x, W_h, b = (values[name] for name in ARGUMENTS)
    caches, forward, backward = [], [], []
    for x_t in x:
        found = variables(lstm.lstm_cell_forward, x_t, h, c, W_x, W_h, b)
        h, c, cache = found["returned"]
        caches.append(cache)
        forward.append(found)
    dh, dc = np.zeros_like(h), values(grad("s"))
    for dy_t, cache in zip(values(grad("y"))[::-1], caches[::-1], strict=True):
        found = variables(lstm.lstm_cell_backward, dy_t + dh, dc, cache)
        _, dh, dc, *_ = found["returned"]
        backward.insert(0, found)
    return [ours | theirs for ours, theirs in zip(forward, backward, strict=True)]


def test_no_line_is_left_out(marked):
    assert set(LINES) | {name for name in OUTPUTS if name.startswith("eq:")} == marked(CHAPTER)


@pytest.mark.parametrize("equation", LINES)
def test_a_line_of_the_cell(values, steps, chapter, request, equation, same):
    name, symbol = LINES[equation]
    if equation == "eq:lstm-a":  # it belongs to a section of its own
        draw = request.node.callspec.params["values"]
        values = chapter(CHAPTER, at=equation, draw=draw)
    same(np.stack([step[name] for step in steps]), values(symbol))


def run(values, form):
    """Runs the chapter's sequence forward and back."""
    arguments = [values[name] for name in ARGUMENTS]
    h, c, cache = form.lstm_forward(*arguments)
    return h, c, *form.lstm_backward(values(grad("y")), values(grad("s")), cache)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("output", OUTPUTS)
def test_a_sequence(values, form, output, same):
    computed = dict(zip(OUTPUTS, run(values, form), strict=True))
    same(computed[output], values(OUTPUTS[output]))


def test_sequences_have_several_steps_and_all_sizes_differ(chapter):
    sizes = [chapter(CHAPTER, at="eq:lstm-da", draw=draw).sizes for draw in DRAWS]
    assert max(size["T"] for size in sizes) >= 3
    for size in sizes:
        assert len({size[letter] for letter in "TNDH"}) == 4
