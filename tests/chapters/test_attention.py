"""Attention against its chapter, at the chapter's own random values: every line that cites."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from backprop import attention
from tests.chapters.variables import variables

RESULTS = Path(__file__).parents[2] / "data/results"
CHAPTER = "attention"
DRAWS = range(4)


def grad(symbol):
    return rf"\frac{{\partial L}}{{\partial {symbol}}}"


def forward(values):
    return variables(attention.attention_forward, values["q"], values["k"], values["v"])


def backward(values):
    _, cache = forward(values)["returned"]
    return variables(attention.attention_backward, values(grad("y")), cache)


def masked(values):
    """Queries that are axes, and the scores as keys: what is scored is what is hidden."""
    s = values["s"]
    T = len(s)
    mask = attention.causal_mask(T)
    return variables(attention.attention_forward, T**0.5 * np.eye(T), s.T, np.eye(T), mask=mask)


def positions(values):
    count = len(values(r"p^{\mathrm{c}}")), 2 * len(values(r"\omega"))
    found = variables(attention.sinusoidal_positions, *count)
    return found | {"sines": found["p"][:, 0::2], "cosines": found["p"][:, 1::2]}


def heads(values, *, of_one=False):
    """The pair for two sequences, or for one, on the chapter's numbers.

    There are features and heads of zeros, to make it square.
    """
    x, W_o = values["x"], values["W_o"]
    H, E, M = W_o.shape
    D = x.shape[1]
    count = max(H, -(-D // E))
    into, out = np.zeros((count * E, 3, count, E)), np.zeros((count, E, count * E))
    for part, letter in enumerate("qkv"):
        into[:D, part, :H] = values(rf"W^{{\mathrm{{{letter}}}}}")
    out[:H, :, :M] = W_o
    weights = {
        "W_x": into.reshape(count * E, -1),
        "b": np.zeros(3 * count * E),
        "W_o": out.reshape(-1, count * E),
        "b_o": np.zeros(count * E),
    }

    def square(given):
        wide = np.zeros((1, len(given), count * E))
        wide[0, :, : given.shape[1]] = given
        return wide

    if of_one:
        _, cache = attention.multi_head_attention_forward(square(x), **weights, heads=count)
        dx, *_ = attention.multi_head_attention_backward(square(values(grad("y"))), cache)
        return {"dx": dx[0, :, :D]}
    sequences = square(x), square(values["context"])
    found = variables(attention.cross_attention_forward, *sequences, **weights, heads=count)
    dy = square(values(grad("y")))
    back = variables(attention.cross_attention_backward, dy, found["returned"][1])
    return {
        **{letter: found[letter][0, :H] for letter in "qkvz"},
        "y": found["y"][0, :, :M],
        "dz": attention.split_heads(back["dz"], count)[0, :H],
        "dx": back["dx"][0, :, :D],
        "dcontext": back["dcontext"][0, :, :D],
    }


# Where the definitions of an equation's section are complete, if not at itself.
COMPLETE = {
    **dict.fromkeys(("eq:att-omega", "eq:att-sin"), "eq:att-cos"),
    **dict.fromkeys(("eq:mha-z", "eq:mha-y"), "eq:cross-dc"),
}
# The equation: the call, the variable that the line writes, what the chapter calls it.
LINES = {
    "eq:att-s": (forward, "s", "s"),
    "eq:att-a": (forward, "a", "a"),
    "eq:att-y": (forward, "y", "y"),
    "eq:att-masked": (masked, "a", "a"),
    "eq:att-dv": (backward, "dv", grad("v")),
    "eq:att-da": (backward, "da", grad("a")),
    "eq:att-ds": (backward, "ds", grad("s")),
    "eq:att-dq": (backward, "dq", grad("q")),
    "eq:att-dk": (backward, "dk", grad("k")),
    "eq:att-omega": (positions, "omega", r"\omega"),
    "eq:att-sin": (positions, "sines", r"p^{\mathrm{s}}"),
    "eq:att-cos": (positions, "cosines", r"p^{\mathrm{c}}"),
    "eq:mha-z": (heads, "z", "z"),
    "eq:mha-y": (heads, "y", "y"),
    "eq:mha-dz": (heads, "dz", grad("z")),
    "eq:cross-dx": (heads, "dx", grad("x")),
    "eq:cross-dc": (heads, "dcontext", grad("c")),
    "eq:mha-dx": (partial(heads, of_one=True), "dx", grad("x")),
}


def test_every_mark_is_covered(marked):
    assert {*LINES, "eq:mha-u"} == marked(CHAPTER)


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("label", LINES)
def test_a_marked_line_computes_its_equation(chapter, same, label, draw):
    call, name, symbol = LINES[label]
    values = chapter(CHAPTER, COMPLETE.get(label, label), draw=draw)
    same(call(values)[name], values(symbol))


@pytest.mark.parametrize("draw", DRAWS)
def test_queries_keys_and_values_of_the_heads(chapter, same, draw):
    values = chapter(CHAPTER, "eq:cross-dc", draw=draw)
    for letter in "qkv":
        same(heads(values)[letter], values(letter))


def test_the_heads_in_numbers_are_computed():
    x = np.eye(2)[np.newaxis]
    weights = np.tile(np.eye(2), 3), np.zeros(6), np.eye(2), np.zeros(2)
    y, _ = attention.multi_head_attention_forward(x, *weights, heads=2)
    np.testing.assert_allclose(y[0, 0], (0.731, 0.5), atol=5e-4)


def test_who_is_looked_at_in_the_map():
    found = json.loads((RESULTS / "attention-map.json").read_text())["metrics"]
    assert found["at_the_name"] > 2 * found["at_the_saying"]


def test_what_is_said_of_the_cells_over_200_steps_holds():
    recall, adding = (
        json.loads((RESULTS / f"{name}.json").read_text())["metrics"]
        for name in ("recall", "adding-200")
    )
    for start, solved in (("bias_0", (1, 1)), ("bias_1", (1, 5)), ("bias_log", (5, 0))):
        assert solved == tuple(each[f"solved.lstm_{start}.200"] for each in (recall, adding))
    assert recall["solved.gru.200"] == adding["solved.gru.200"] == 5
    assert adding["solved.attention_positions.200"] == 5


def test_what_is_said_of_looking_up_and_of_recall_holds():
    found, recalled = (
        json.loads((RESULTS / f"{name}.json").read_text())["metrics"]
        for name in ("lookup", "recall-attention")
    )
    assert not any(value for name, value in found.items() if name.startswith("rate_at_end."))
    assert found["solved.lstm_bias_1.8"] == found["solved.attention.64"] == 5
    assert 0.4 < found["accuracy_mean.lstm_bias_1.16"] < 0.6
    assert found["accuracy_max.gru.4"] < found["accuracy_min.lstm_bias_1.4"]
    for last in ("gru.16", "lstm_bias_1.32"):
        assert found[f"accuracy_max.{last}"] < 1 / 3
    assert "accuracy_mean.gru.32" not in found
    lengths = (20, 50, 100, 200)
    assert [recalled[f"solved.attention_positions.{steps}"] for steps in lengths] == [5, 5, 5, 4]
    assert recalled["updates_mean.attention_positions.100"] == 50
    assert recalled["solved.attention.200"] == 1
    assert abs(recalled["accuracy_min.attention_positions.200"] - 7 / 8) < 0.02
    assert abs(recalled["accuracy_min.attention.200"] - 6 / 8) < 0.03
    assert not any(recalled[f"rate_at_end.attention.{steps}"] for steps in lengths)
