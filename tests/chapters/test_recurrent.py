"""The code against the chapter on recurrent networks: at its own random values, both are the same.

`CODE` has an entry for each equation of the chapter that a line of `lib/backprop` cites. Its value
is held against *every side* of that equation, so a test fails if either changes, the line or the
equation. That nothing is left out is a test of its own.

The chapter's activation is any function. So the code runs with the chapter's own in the place of
tanh: `activated` looks up what the chapter has for it.
"""

from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import numpy as np
import pytest

from backprop import recurrent
from backprop.fast import recurrent as fast
from backprop.fast.rows import project

CHAPTER = "recurrent"
DRAWS = range(2)
FORMS = {"plain": recurrent, "fast": fast}


def lookup(arguments, results, otherwise=np.nan):
    """Returns the function that maps each argument to its result, and any other to `otherwise`."""
    arguments, results = np.ravel(arguments), np.ravel(results)

    def find(wanted):
        distances = np.abs(np.asarray(wanted)[..., np.newaxis] - arguments)
        nearest = results[distances.argmin(axis=-1)]
        return np.where(distances.min(axis=-1) < 1e-12, nearest, otherwise)

    return find


class WithTanh:
    """NumPy with another function in the place of tanh."""

    def __init__(self, tanh):
        self.tanh = tanh

    def __getattr__(self, name):
        return getattr(np, name)


@contextmanager
def activated(values, h="h", indices="tnj", otherwise=np.nan):
    """Puts the chapter's activation in the place of tanh, and its slope in that of 1 - h²."""
    states = values(h)
    slopes = values(rf"\frac{{\partial {h}_{{{indices}}}}}{{\partial a_{{{indices}}}}}")
    bend, slope = lookup(values("a"), states, otherwise), lookup(states, slopes, otherwise)

    class States(np.ndarray):
        def __pow__(self, exponent):
            assert exponent == 2
            return 1 - slope(self)

    def tanh(a, out=None):
        found = bend(a) if out is None else np.copyto(out, bend(a))
        return None if found is None else found.view(States)

    def in_one_dtype(*arrays):
        return [a.view(States) if a.ndim == states.ndim else a for a in as_it_is(*arrays)]

    as_it_is = fast.in_one_dtype
    with ExitStack() as stack:
        for module in FORMS.values():
            stack.enter_context(patch.object(module, "np", WithTanh(tanh)))
        stack.enter_context(patch.object(fast, "in_one_dtype", in_one_dtype))
        yield


def arguments(values):
    return [values[name] for name in ("x", "h0", "W_x", "W_h", "b")]


def dy_of(values):
    """What the code calls dh: the gradient from each step's own output."""
    return values(r"\frac{\partial L}{\partial y}")


# --- one step ----------------------------------------------------------------------------------


def cell(values):
    given = [values[name] for name in ("x", "h", "W_x", "W_h", "b")]
    with activated(values, "h'", "nj"):
        return recurrent.rnn_cell_forward(*given)


def cell_a(values):
    """The weighted sums, as the cell hands them to the activation."""
    seen = []
    with patch.object(recurrent, "np", WithTanh(lambda a: seen.append(a) or np.tanh(a))):
        recurrent.rnn_cell_forward(*(values[name] for name in ("x", "h", "W_x", "W_h", "b")))
    return seen[0]


def cell_gradient(position):
    def gradient(values):
        _, cache = cell(values)
        with activated(values, "h'", "nj"):
            found = recurrent.rnn_cell_backward(values(r"\frac{\partial L}{\partial h'}"), cache)
        return found[position]

    return gradient


def cell_da(values):
    """The gradient for the weighted sums: that for the inputs, were their weights the identity."""
    _, cache = cell(values)
    cache = cache._replace(W_x=np.eye(cache.h.shape[1]))
    with activated(values, "h'", "nj"):
        return recurrent.rnn_cell_backward(values(r"\frac{\partial L}{\partial h'}"), cache)[0]


# --- all steps ---------------------------------------------------------------------------------


def run(values, form="plain"):
    with activated(values):
        return FORMS[form].rnn_forward(*arguments(values))


def gradients(values, form="plain"):
    _, cache = run(values, form)
    with activated(values):
        return FORMS[form].rnn_backward(dy_of(values), cache)


def gradient(position, form="plain"):
    return lambda values: gradients(values, form)[position]


def whole_state_gradients(values):
    """The gradients for the states, as the loop hands them to the cell."""
    with patch.object(
        recurrent, "rnn_cell_backward", wraps=recurrent.rnn_cell_backward
    ) as backward:
        gradients(values)
    return np.stack([call.args[0] for call in backward.call_args_list[::-1]])


def projected(values):
    T, N, _ = values["x"].shape
    return project(values["x"], values["W_x"], values["b"]).reshape(T * N, -1)


def sums_of_loop(values):
    """The weighted sums, as the fast loop hands them to the activation."""
    seen = []
    with activated(values):
        bend = fast.np.tanh

        def note(a, out):
            seen.append(a.copy())
            return bend(a, out=out)

        with patch.object(fast.np, "tanh", note):
            fast.rnn_forward(*arguments(values))
    return np.stack(seen)


# The equations of the chapter that the code cites, and what it computes for each.
CODE = {
    "eq:rnn-a": cell_a,
    "eq:rnn-h": lambda values: cell(values)[0],
    "eq:rnn-da": cell_da,
    "eq:rnn-dx": cell_gradient(0),
    "eq:rnn-dh": cell_gradient(1),
    "eq:rnn-dWx": cell_gradient(2),
    "eq:rnn-dWh": cell_gradient(3),
    "eq:rnn-db": cell_gradient(4),
    "eq:bptt-delta": whole_state_gradients,
    "eq:bptt-dWx": gradient(2),
    "eq:bptt-dWh": gradient(3),
    "eq:bptt-db": gradient(4),
}
# Those of the chapter on making it fast that derive all steps at once.
AT_ONCE = {
    "eq:rnn-project": projected,
    "eq:rnn-a-rows": sums_of_loop,
    "eq:rnn-dx-rows": gradient(0, "fast"),
    "eq:rnn-dWx-rows": gradient(2, "fast"),
    "eq:rnn-dWh-rows": gradient(3, "fast"),
    "eq:rnn-db-rows": gradient(4, "fast"),
}
# Those with several statements, or with a condition, have tests of their own.
APART = {
    "eq:bptt-h",
    "eq:rnn-tanh-slope",
    "eq:rnn-relu-slope",
}


def test_every_mark_is_covered(marked):
    assert set(CODE) | APART == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", CODE)
def test_a_marked_line_computes_its_equation(chapter, same, label, draw):
    values = chapter(CHAPTER, label, draw=draw)
    computed = CODE[label](values)
    for sides in values.sides(label):  # an equation may be stated twice over, with two right sides
        for side in sides:
            same(computed, side)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", AT_ONCE)
def test_a_line_for_all_steps_at_once_computes_its_equation(computes, label, draw):
    computes("fast", label, AT_ONCE[label], draw)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("name", ["tanh", "relu"])
def test_slopes_of_the_activations(chapter, same, name, draw):
    label = f"eq:rnn-{name}-slope"
    values = chapter(CHAPTER, label, draw=draw)
    (state, _), slopes = values.sides(label)
    a = values("a")
    N, H = a.shape
    x, W = np.zeros((N, 1)), (np.zeros((1, H)), np.eye(H), np.zeros(H))
    h_next, cache = recurrent.rnn_cell_forward(x, a, *W, activation=name)
    same(h_next, state)
    _, slope, *_ = recurrent.rnn_cell_backward(np.ones_like(a), cache)
    for side in slopes:
        same(slope, side)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("form", FORMS)
def test_both_ways_have_the_gradients_of_the_chapter(chapter, same, form, draw):
    values = chapter(CHAPTER, "eq:bptt-db", draw=draw)
    assert len(values["x"]) >= 3
    h, _ = run(values, form)
    same(h, values["h"])
    names = "x", "h_0", r"W^{\mathrm{x}}", r"W^{\mathrm{h}}", "b"
    for found, name in zip(gradients(values, form), names, strict=True):
        same(found, values(rf"\frac{{\partial L}}{{\partial {name}}}"))
