"""The code against the chapter on the GRU: at its own random values, both compute the same.

`CODE` has an entry for each equation of the chapter that a line of `lib/backprop` cites. Its value
is held against *every side* of that equation, so a test fails if either changes, the line or the
equation. That nothing is left out is a test of its own. The sequence functions, plain and
fast, are held against the chapter's states and gradients.
"""

import numpy as np
import pytest

from backprop.fast import gru as fast_gru
from backprop.fast import gru_reset_before as fast_gru_before
from tests.chapters.gru_kinds import MODULES, WEIGHTS, gradient, old_states
from tests.chapters.variables import variables

CHAPTER = "gru"
DRAWS = range(3)
FAST = {"gru": fast_gru, "gru_before": fast_gru_before}
# Behind which equation all of a part is defined.
LAST = {
    "eq:gru-before-": "eq:gru-before-dh",
    "eq:gru-": "eq:gru-dh",
}


SYMBOLS = {
    "x": "x",
    "h0": "h_0",
    "W_x": r"W^{\mathrm{x}}",
    "W_h": r"W^{\mathrm{h}}",
    "b": "b",
    "b_hn": r"b^{\mathrm{hn}}",
}


# --- the cells ---------------------------------------------------------------------------------


def cell_forward(kind, values, t):
    function = getattr(MODULES[kind], f"{kind}_cell_forward")
    weights = [values[name] for name in WEIGHTS[kind]]
    return function, (values["x"][t], old_states(values)[t], *weights)


def forward(kind, name):
    """What a variable of the cell holds, at all steps of the chapter."""

    def compute(values):
        steps = range(len(values["x"]))
        return np.stack([variables(*_joined(cell_forward(kind, values, t)))[name] for t in steps])

    return compute


def backward(kind, name):
    """The same for the way back, where the chapter's gradient for the new state arrives."""

    def compute(values):
        function = getattr(MODULES[kind], f"{kind}_cell_backward")
        found = []
        for t, dh_next in enumerate(gradient(values, "h")[-len(values["x"]) :]):
            cell, arguments = cell_forward(kind, values, t)
            _, cache = cell(*arguments)
            found.append(variables(function, dh_next, cache)[name])
        return np.stack(found)

    return compute


def summed(kind, name):
    """The gradient of something that every step uses."""
    return lambda values: backward(kind, name)(values).sum(axis=0)


def _joined(call):
    function, arguments = call
    return (function, *arguments)


# The equations of the chapter that the code cites, and what it computes for each.
CODE = {
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
    "eq:gru-da": backward("gru", "dv"),
    "eq:gru-du": backward("gru", "du"),
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
    "eq:gru-before-da": backward("gru_before", "dv"),
    "eq:gru-before-dWh": summed("gru_before", "dW_h"),
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


def test_every_mark_is_covered(marked):
    assert {*CODE, *ROWS} == marked(CHAPTER)


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


@pytest.mark.parametrize("prefix", LAST)
def test_recurrences_are_checked_through_three_steps_and_more(values_of, prefix):
    # The first draws are those that the chapter's claims are checked on.
    assert max(values_of(prefix, draw).sizes["T"] for draw in DRAWS) >= 3
