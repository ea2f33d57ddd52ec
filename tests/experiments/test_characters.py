"""The language model by characters, run small; its logits are those of the page."""

import json
import math
import re
from collections import Counter
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from backprop import Linear, he_normal
from experiments import characters
from experiments.characters import Settings
from experiments.record import RESULTS

PAGE = Path(__file__).parents[2] / "docs/assets/interactive/models/next-character.js"
SMALL = Settings(
    updates=60,
    search_updates=10,
    rates=(1e-2, 2e-2),
    units=16,
    features=4,
    parts=2,
    window=8,
    curve_every=20,
    validated_every=30,
    sampled_after=(1, 60),
    written=20,
    beginnings=("abc", "c"),
    fresh=16,
    lengths=(8, 64),
    orders=3,
)


def test_it_learns_a_text_that_repeats(tmp_path):
    result = characters.run(tmp_path, SMALL, "abcab\n" * 300)
    metrics = result.metrics
    assert metrics["bits"] < 0.2 < 1 < metrics["bits.counts.0"]
    assert metrics["perplexity"] == pytest.approx(2 ** metrics["bits"])
    assert metrics["bits.uniform"] == 2
    assert metrics["bits_fresh.1"] > metrics["bits_fresh.16"]
    assert metrics["peak_mb.whole.64"] > 2 * metrics["peak_mb.windows.64"]
    assert [len(result.curve[name]) for name in ("bits_train", "bits", "bits_fresh")] == [3, 2, 5]
    assert [row["updates"] for row in result.table] == [1, 60, 60, 60, 60]
    assert {len(row["text"]) for row in result.table} == {SMALL.written}
    assert result.arrays["logits"].argmax(axis=1).tolist() == [1, 1]  # an a comes after c
    assert [row["rate"] for row in result.tried] == list(SMALL.rates)


def test_the_state_is_carried_and_no_gradient_with_it():
    given = characters.corpus("abcab\n" * 300, SMALL)
    model = characters.Model.drawn(4, SMALL, 0)
    x, target = given.known[:8].reshape(8, 1), given.known[1:9].reshape(8, 1)
    whole = model.forward(x, None)
    model.forward(x[:4], None)
    second = model.forward(x[4:], model.lstm.states)
    np.testing.assert_allclose(second, whole[4:], rtol=1e-5)
    loss = model.learn(x, target, None)
    assert set(model.grads) == set(model.params)
    moved = characters.Model.drawn(4, SMALL, 0)
    for name, param in moved.params.items():
        param -= np.float32(0.05) * model.grads[name]
    assert moved.learn(x, target, None) < loss


def test_bits_are_those_of_all_characters():
    given = characters.corpus("abcab\n" * 300, SMALL)
    model = characters.Model.drawn(4, SMALL, 0)
    for param in model.params.values():
        param[...] = 0
    assert characters.bits(model, given.held, SMALL) == pytest.approx(2)
    np.testing.assert_allclose(characters.fresh(model, given.held, SMALL), 2)


def test_tables_count():
    """Of order 1, by hand: what followed each character, leaning on how frequent all are."""
    known, held = np.array([0, 1, 0, 1, 1, 0]), np.array([1, 0, 1, 1])
    settings = Settings(orders=2, strengths=(1.0,))
    found = characters.counted(known, held, 2, settings)
    counts, pairs = Counter(known.tolist()), Counter(pairwise(known.tolist()))
    base = {c: (counts[c] + 0.5) / 7 for c in (0, 1)}
    first, second = [], []
    for before, after in zip(held[1:-1].tolist(), held[2:].tolist(), strict=True):
        seen = sum(count for (a, _), count in pairs.items() if a == before)
        first.append(-math.log2(base[after]))
        second.append(-math.log2((pairs[before, after] + base[after]) / (seen + 1)))
    assert found["bits.counts.0"] == pytest.approx(np.mean(first))
    assert found["bits.counts.1"] == pytest.approx(np.mean(second))


def test_a_table_leans_as_is_best_on_the_text_to_choose_on():
    """Known is a and b in turn; the first text to choose on goes on so, the second does not."""
    known, odd = np.tile([0, 1], 50), np.repeat([0, 1], 8)
    settings = Settings(orders=2, strengths=(1.0, 64.0))
    for chosen_on, strength in ((known, 1.0), (odd, 64.0)):
        none, one = characters.tables(known, [chosen_on, known], 2, settings)
        assert (none.entries, one.entries) == (2, 2)  # a and b; ab and ba
        assert one.strength == strength
        assert one.bits[1] == pytest.approx(
            -math.log2((50 + strength / 2) / (50 + strength)), abs=0.03
        )


def test_the_result_reaches_its_mark():
    content = json.loads((RESULTS / "characters.json").read_text())
    assert content["settings"] == json.loads(json.dumps(asdict(Settings())))
    metrics = content["metrics"]
    assert metrics["bits"] <= 2.0
    assert not metrics["rate_at_end"]
    assert metrics["peak_mb.windows.4096"] < 1.5 * metrics["peak_mb.windows.64"]
    assert metrics["peak_mb.whole.4096"] > 30 * metrics["peak_mb.whole.64"]


def test_what_the_chapter_says_of_the_result_holds():
    metrics = json.loads((RESULTS / "characters.json").read_text())["metrics"]
    fresh = {2**power: metrics[f"bits_fresh.{2**power}"] for power in range(9)}
    assert fresh[16] > max(fresh[t] for t in (32, 64, 128, 256)) + 0.04
    assert max(fresh[t] for t in (64, 128, 256)) - fresh[32] < 0.01
    assert fresh[1] > metrics["bits.counts.1"] + 1
    assert fresh[1] > fresh[2] > fresh[4] > fresh[8] > fresh[16]


def test_the_program_of_the_chapter_differs_from_the_result_as_it_says():
    """In how the last layer starts, and in precision."""
    model = characters.Model.drawn(4, SMALL, 0)
    assert {param.dtype for param in model.params.values()} == {np.dtype(np.float32)}
    limit = np.sqrt(6 / (SMALL.units + 4))
    assert limit / 2 < np.abs(model.out.params["W"]).max() <= limit  # Xavier's, uniform
    program = Linear(SMALL.units, 4, rng=np.random.default_rng(0)).params["W"]
    assert program.dtype == np.float64
    np.testing.assert_array_equal(program, he_normal((16, 4), np.random.default_rng(0)))


def test_the_page_has_the_logits():
    text = PAGE.read_text()
    logits = json.loads(re.search(r"export const LOGITS = (\{.*?\});", text, re.DOTALL)[1])
    alphabet = json.loads(re.search(r"export const ALPHABET = (\[.*?\]);", text, re.DOTALL)[1])
    with np.load(RESULTS / "characters.npz", allow_pickle=False) as arrays:
        assert alphabet == arrays["alphabet"].tolist()
        assert list(logits) == list(Settings().beginnings)
        for shown, found in zip(logits.values(), arrays["logits"], strict=True):
            np.testing.assert_allclose(shown, found, atol=5e-4)
