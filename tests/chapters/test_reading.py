"""The code against the chapter on reading: at its own random values, both compute the same.

`CODE` has an entry for each equation of the chapter that a line of `lib/backprop` cites. Its value
is held against *every side* of that equation, so a test fails if either changes, the line or the
equation. That nothing is left out is a test of its own.
"""

import json
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest

from backprop import bidirectional, embedding, recurrent
from backprop.fast import recurrent as fast
from tests.chapters.gru_kinds import MODULES, WEIGHTS, gradient, old_states

CHAPTER = "reading"
RESULTS = Path(__file__).parents[2] / "data/results"
DRAWS = range(3)
FORMS = {"plain": recurrent, "fast": fast}

# Behind which equation all of a part is defined.
LAST = {
    "eq:embedding-": "eq:embedding-dW",
    "eq:bidirectional-": "eq:bidirectional-dx",
    "eq:mask-": "eq:mask-dh",
    "eq:rnn-mask": "eq:rnn-mask-dh",
}


# --- words, both directions, padding -----------------------------------------------------------


def look_up(values):
    # The chapter counts words from 1, the code from 0.
    return embedding.embedding_forward(values["tokens"] - 1, values["W"])


def scatter_add(values):
    return embedding.embedding_backward(gradient(values, "x"), look_up(values)[1])


def read_both_ways(values):
    ahead = [values[name] for name in ("ahead0", "W_a", "U_a", "b_a")]
    back = [values[name] for name in ("back0", "W_b", "U_b", "b_b")]
    return bidirectional.bidirectional_forward(recurrent.rnn_forward, values["x"], ahead, back)


def read_back_both_ways(values):
    _, last, cache = read_both_ways(values)
    dh = gradient(values, "y")
    return bidirectional.bidirectional_backward(recurrent.rnn_backward, dh, last, cache)


def masked_forward(kind, values, first=0):
    """Walks through the chapter's masked steps with the cell of the chapter, whatever it is."""
    T, _, H = values["h"].shape
    proposed = [(values["h_next"][t], t) for t in range(first, T)]
    shapes = {"W_x": (values["x"].shape[2], 3 * H), "W_h": (H, 3 * H), "b": (3 * H,), "b_hn": (H,)}
    weights = [np.zeros(shapes[name]) for name in WEIGHTS[kind]]
    mask = values["mask"][first:].astype(bool)
    module = MODULES[kind]
    with patch.object(module, f"{kind}_cell_forward", side_effect=proposed):
        return getattr(module, f"{kind}_forward")(
            values["x"][first:], old_states(values)[first], *weights, mask=mask
        )


def masked_backward(kind, values, first=0):
    """Returns what the cell was given at each step, and what the first step hands back."""
    slopes = values(r"\frac{\partial \hat h_{tnj}}{\partial h_{t-1,n,i}}")
    to_cell = {}

    def cell_backward(dh_next, t):
        to_cell[t] = dh_next
        handed_back = np.einsum("nj,nji->ni", dh_next, slopes[t])
        dx = np.zeros(values["x"].shape[1:])
        return dx, handed_back, *(np.zeros(()) for _ in WEIGHTS[kind])

    module = MODULES[kind]
    _, cache = masked_forward(kind, values, first)
    with patch.object(module, f"{kind}_cell_backward", side_effect=cell_backward):
        backward = getattr(module, f"{kind}_backward")
        gradients = backward(gradient(values, "y")[first:], cache)
    return np.stack([to_cell[t] for t in sorted(to_cell)]), gradients[1]


def handed_back(kind, values):
    """What each step hands back: the gradient for the initial state of the steps from there on."""
    return np.stack([masked_backward(kind, values, first)[1] for first in range(len(values["h"]))])


def of_both(compute):
    """A mask is the same for every cell; the second kind is held to the first here."""

    def computed(values):
        one, other = (compute(kind, values) for kind in MODULES)
        np.testing.assert_array_equal(one, other)
        return one

    return computed


# --- padding, for the plain unit ---------------------------------------------------------------


def plain_unit(values, form, *, first=0, through=False):
    """States and gradients from a step on; with `through`, where the inputs are its sums.

    What comes back for the inputs is then what comes back for the weighted sums.
    """
    x, h0 = values["x"][first:], old_states(values)[first]
    W_x, W_h, b = (values[name] for name in ("W_x", "W_h", "b"))
    if through:
        x, W_x, b = x @ W_x + b, np.eye(len(W_h)), np.zeros_like(b)
    mask = values["mask"][first:] == 1
    h, cache = FORMS[form].rnn_forward(x, h0, W_x, W_h, b, mask=mask)
    return h, FORMS[form].rnn_backward(gradient(values, "y")[first:], cache)


def in_both_forms(compute):
    """Computes a thing plainly, and holds the fast form to it."""

    def computed(values):
        plain, quick = (compute(values, form) for form in FORMS)
        np.testing.assert_allclose(quick, plain, rtol=1e-10, atol=1e-14)
        return plain

    return computed


def handed_to_the_step_before(values, form):
    """What arrives at all states but the last: from their outputs, and from later steps."""
    steps = range(1, len(values["x"]))
    later = [plain_unit(values, form, first=t)[1][1] for t in steps]
    return gradient(values, "y")[:-1] + np.stack(later)


# The equations of the chapter that the code cites, and what it computes for each.
CODE = {
    "eq:embedding-y": lambda values: look_up(values)[0],
    "eq:embedding-dW": scatter_add,
    "eq:bidirectional-dx": lambda values: read_back_both_ways(values)[0],
    "eq:mask-h": of_both(lambda kind, values: masked_forward(kind, values)[0]),
    "eq:mask-dcell": of_both(lambda kind, values: masked_backward(kind, values)[0]),
    "eq:mask-dh": of_both(handed_back),
    "eq:rnn-mask": in_both_forms(lambda values, form: plain_unit(values, form)[0]),
    "eq:rnn-mask-da": in_both_forms(
        lambda values, form: plain_unit(values, form, through=True)[1][0]
    ),
}

# Equations that say what stands where in an array, or from which step on: the array in the
# chapter, and the code's.
ARRAYS = {
    "eq:bidirectional-h": ("y", lambda values: read_both_ways(values)[0]),
    "eq:rnn-mask-dh": (
        r"\frac{\partial L}{\partial h}",
        in_both_forms(handed_to_the_step_before),
    ),
}


def test_every_mark_is_covered(marked):
    assert {*CODE, *ARRAYS} == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(values_of, same, label, draw):
    values = values_of(label, draw)
    computed = CODE[label](values)
    (sides,) = values.sides(label)
    for side in sides:
        same(computed, side)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", ARRAYS)
def test_a_marked_line_computes_the_array_of_its_equation(values_of, same, label, draw):
    values = values_of(label, draw)
    array, compute = ARRAYS[label]
    computed = compute(values)
    same(computed, values(array)[: len(computed)])


@pytest.mark.parametrize("draw", DRAWS)
def test_both_directions_have_the_gradients_of_the_chapter(values_of, same, draw):
    values = values_of("eq:bidirectional-dx", draw)
    _, ahead, back = read_back_both_ways(values)
    for found, letter, state in [
        (ahead, "a", r"\overrightarrow{h}_0"),
        (back, "b", r"\overleftarrow{e}"),
    ]:
        upper = rf"^{{\mathrm{{{letter}}}}}"
        for computed, symbol in zip(found, [state, *(s + upper for s in "WUb")], strict=True):
            same(computed, gradient(values, symbol))


@pytest.mark.parametrize("draw", DRAWS)
def test_a_mask_has_both_kinds(chapter, draw):
    for label in ("eq:mask-h", "eq:rnn-mask"):
        assert 0 < chapter(CHAPTER, label, draw=draw)["mask"].mean() < 1


@pytest.mark.parametrize("prefix", [prefix for prefix in LAST if prefix != "eq:embedding-"])
def test_recurrences_are_checked_through_three_steps_and_more(values_of, prefix):
    # The first draws are those that the chapter's claims are checked on.
    assert max(values_of(prefix, draw).sizes["T"] for draw in DRAWS) >= 3


def test_a_random_split_lies_between_the_honest_ones():
    found = json.loads((RESULTS / "imdb.json").read_text())["metrics"]
    honest = [found[f"words_{part}_accuracy"] for part in ("validation", "test")]
    assert min(honest) < found["mixed_validation_accuracy"] < max(honest)
