"""The code against the chapter on the GRU: at its own random values, both compute the same.

`CODE` has an entry for each equation of the chapter that a line of `lib/backprop` cites. Its value
is held against *every side* of that equation, so a test fails if either changes, the line or the
equation. That nothing is left out is a test of its own. The sequence functions, plain and
fast, are held against the chapter's states and gradients.
"""

import inspect
import sys
from unittest.mock import patch

import numpy as np
import pytest

from backprop import bidirectional, embedding, gru, gru_reset_before, recurrent
from backprop.fast import gru as fast_gru
from backprop.fast import gru_reset_before as fast_gru_before

CHAPTER = "gru"
DRAWS = range(3)
MODULES = {"gru": gru, "gru_before": gru_reset_before}
FAST = {"gru": fast_gru, "gru_before": fast_gru_before}
# The arguments of a cell behind the old state.
WEIGHTS = {"gru": ["W_x", "W_h", "b", "b_hn"], "gru_before": ["W_x", "W_h", "b"]}


# Behind which equation all of a part is defined.
LAST = {
    "eq:embedding-": "eq:embedding-dW",
    "eq:gru-before-": "eq:gru-before-dh",
    "eq:gru-": "eq:gru-dh",
    "eq:bidirectional-": "eq:bidirectional-dx",
    "eq:mask-": "eq:mask-dh",
}


@pytest.fixture
def values_of(chapter):
    """Returns a function: the values of the part of the chapter that an equation belongs to."""

    def values(label, draw):
        at = next(last for prefix, last in LAST.items() if label.startswith(prefix))
        return chapter(CHAPTER, at, draw=draw)

    return values


def gradient(values, symbol):
    return values(rf"\frac{{\partial L}}{{\partial {symbol}}}")


SYMBOLS = {
    "x": "x",
    "h0": "h_0",
    "W_x": r"W^{\mathrm{x}}",
    "W_h": r"W^{\mathrm{h}}",
    "b": "b",
    "b_hn": r"b^{\mathrm{hn}}",
}


# --- the cells ---------------------------------------------------------------------------------


def locals_of(function, *arguments):
    """Calls a function; returns its local variables as they are when it returns."""
    found = {}

    def note(frame, event, _):
        if event == "return" and frame.f_code is inspect.unwrap(function).__code__:
            found.update(frame.f_locals)

    sys.setprofile(note)
    try:
        function(*arguments)
    finally:
        sys.setprofile(None)
    return found


def old_states(values):
    return np.concatenate([values["h0"][None], values["h"][:-1]])


def cell_forward(kind, values, t):
    function = getattr(MODULES[kind], f"{kind}_cell_forward")
    weights = [values[name] for name in WEIGHTS[kind]]
    return function, (values["x"][t], old_states(values)[t], *weights)


def forward(kind, name):
    """What a variable of the cell holds, at all steps of the chapter."""

    def compute(values):
        steps = range(len(values["x"]))
        return np.stack([locals_of(*_joined(cell_forward(kind, values, t)))[name] for t in steps])

    return compute


def backward(kind, name):
    """The same for the way back, where the chapter's gradient for the new state arrives."""

    def compute(values):
        function = getattr(MODULES[kind], f"{kind}_cell_backward")
        found = []
        for t, dh_next in enumerate(gradient(values, "h")[-len(values["x"]) :]):
            cell, arguments = cell_forward(kind, values, t)
            _, cache = cell(*arguments)
            found.append(locals_of(function, dh_next, cache)[name])
        return np.stack(found)

    return compute


def summed(kind, name):
    """The gradient of something that every step uses."""
    return lambda values: backward(kind, name)(values).sum(axis=0)


def _joined(call):
    function, arguments = call
    return (function, *arguments)


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


# The equations of the chapter that the code cites, and what it computes for each.
CODE = {
    "eq:embedding-y": lambda values: look_up(values)[0],
    "eq:embedding-dW": scatter_add,
    "eq:gru-r": forward("gru", "r"),
    "eq:gru-z": forward("gru", "z"),
    "eq:gru-q": forward("gru", "q"),
    "eq:gru-n": forward("gru", "n"),
    "eq:gru-h": forward("gru", "h_next"),
    "eq:gru-dz": backward("gru", "dz"),
    "eq:gru-dn": backward("gru", "dn"),
    "eq:gru-dan": backward("gru", "da_n"),
    "eq:gru-dr": backward("gru", "dr"),
    "eq:gru-dq": backward("gru", "dq"),
    "eq:gru-dar": backward("gru", "da_r"),
    "eq:gru-daz": backward("gru", "da_z"),
    "eq:gru-dx": backward("gru", "dx"),
    "eq:gru-dh": backward("gru", "dh"),
    "eq:gru-dWx": summed("gru", "dW_x"),
    "eq:gru-dWh": summed("gru", "dW_h"),
    "eq:gru-db": summed("gru", "db"),
    "eq:gru-dbhn": summed("gru", "db_hn"),
    "eq:gru-before-s": forward("gru_before", "s"),
    "eq:gru-before-n": forward("gru_before", "n"),
    "eq:gru-before-h": forward("gru_before", "h_next"),
    "eq:gru-before-ds": backward("gru_before", "ds"),
    "eq:gru-before-dh": backward("gru_before", "dh"),
    "eq:bidirectional-dx": lambda values: read_back_both_ways(values)[0],
    "eq:mask-h": of_both(lambda kind, values: masked_forward(kind, values)[0]),
    "eq:mask-dcell": of_both(lambda kind, values: masked_backward(kind, values)[0]),
    "eq:mask-dh": of_both(handed_back),
}

# Equations of several rows, and what the code computes for each row.
ROWS = {
    "eq:gru-before-gates": [forward("gru_before", "r"), forward("gru_before", "z")],
    "eq:gru-before-dgates": [backward("gru_before", name) for name in ("dz", "dn", "da_n", "da_z")],
    "eq:gru-before-dreset": [backward("gru_before", name) for name in ("dr", "da_r")],
    "eq:gru-before-dinput": [
        backward("gru_before", "dx"),
        summed("gru_before", "dW_x"),
        summed("gru_before", "db"),
    ],
}

# Equations that say what stands where in an array: the array in the chapter, and the code's.
ARRAYS = {
    "eq:bidirectional-h": ("y", lambda values: read_both_ways(values)[0]),
    "eq:gru-da": (r"\frac{\partial L}{\partial a}", backward("gru", "da")),
    "eq:gru-du": (r"\frac{\partial L}{\partial u}", backward("gru", "du")),
    "eq:gru-before-da": (r"\frac{\partial L}{\partial a}", backward("gru_before", "da")),
    "eq:gru-before-dWh": (
        r"\frac{\partial L}{\partial W^{\mathrm{h}}}",
        summed("gru_before", "dW_h"),
    ),
}


def test_every_mark_is_covered(marked):
    assert {*CODE, *ROWS, *ARRAYS} == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(values_of, same, label, draw):
    values = values_of(label, draw)
    computed = CODE[label](values)
    (sides,) = values.sides(label)
    for side in sides:
        same(computed, side)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", ROWS)
def test_marked_lines_compute_the_rows_of_their_equation(values_of, same, label, draw):
    values = values_of(label, draw)
    for compute, sides in zip(ROWS[label], values.sides(label), strict=True):
        for side in sides:
            same(compute(values), side)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", ARRAYS)
def test_a_marked_line_computes_the_array_of_its_equation(values_of, same, label, draw):
    values = values_of(label, draw)
    array, compute = ARRAYS[label]
    same(compute(values), values(array))


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("form", ["plain", "fast"])
@pytest.mark.parametrize("kind", MODULES)
def test_sequences_have_the_states_and_gradients_of_the_chapter(values_of, same, kind, form, draw):
    values = values_of({"gru": "eq:gru-h", "gru_before": "eq:gru-before-h"}[kind], draw)
    names = ["x", "h0", *WEIGHTS[kind]]
    module = MODULES[kind] if form == "plain" else FAST[kind]
    h, cache = getattr(module, f"{kind}_forward")(*(values[name] for name in names))
    same(h, values["h"])
    backward = getattr(module, f"{kind}_backward")
    for name, found in zip(names, backward(gradient(values, "y"), cache), strict=True):
        same(found, gradient(values, SYMBOLS[name]))


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


@pytest.mark.parametrize("prefix", [prefix for prefix in LAST if prefix != "eq:embedding-"])
def test_recurrences_are_checked_through_three_steps_and_more(values_of, prefix):
    # The first draws are those that the chapter's claims are checked on.
    assert max(values_of(prefix, draw).sizes["T"] for draw in DRAWS) >= 3
