"""The characters again, attention beside the LSTM: run small, and what was recorded of it."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from experiments import characters, characters_counts
from experiments import characters_attention as experiment
from experiments.characters_attention import Attention, Settings
from experiments.record import RESULTS

SMALL = Settings(
    updates=120,
    attention_updates=80,
    units=16,
    features=4,
    attention_features=8,
    heads=2,
    blocks=1,
    parts=2,
    window=8,
    middle_rate=2e-2,
    attention_middle_rate=2e-2,
    largest_grid=3,
    slices=4,
)
TEXT = "abcab\n" * 400
SIDES = ("lstm", "attention")


@pytest.fixture(scope="module")
def recorded():
    return json.loads((RESULTS / "characters-attention.json").read_text())


def test_both_sides_learn_a_text_that_repeats_and_are_compared_seed_by_seed(tmp_path):
    found = experiment.run(tmp_path, SMALL, (0, 1), TEXT)
    metrics = found.metrics
    for side, updates in (("lstm", 120), ("attention", 80)):
        assert metrics[f"{side}_updates"] == updates
        assert metrics[f"{side}_bits"] < 0.5
        assert metrics[f"test_{side}_bits"] == np.mean(found.by_seed[f"test_{side}_bits"])
        assert metrics[f"{side}_seconds"] > 0
        tried = {row["rate"]: row["bits"] for row in found.tried if row["side"] == side}
        assert sorted(tried) == [1e-2, 2e-2, 4e-2]
        assert metrics[f"{side}_rate"] == min(tried, key=tried.get)
        assert len(found.curve[f"{side}_bits_train"]) == 4
    differences = np.subtract(*(found.by_seed[f"test_{s}_bits"] for s in ("attention", "lstm")))
    assert metrics["test_difference"] == pytest.approx(differences.mean())
    sizes = [metrics[f"{part}_size"] for part in ("train", "test", "validation")]
    assert sizes == [1920, 240, 240]


def test_attention_sees_what_is_before_and_nothing_later():
    model = Attention(4, SMALL, 0)
    x = np.random.default_rng(0).integers(4, size=(8, 3))
    whole = model.forward(x, None)
    np.testing.assert_allclose(model.forward(x[:4], None), whole[:4], rtol=1e-4)
    np.testing.assert_allclose(model.forward(x[4:], model.states), whole[4:], rtol=1e-4)
    assert np.abs(model.forward(x[4:], None) - whole[4:]).max() > 0.01


def test_attention_goes_downhill():
    x = np.random.default_rng(0).integers(4, size=(8, 3))
    model, moved = Attention(4, SMALL, 0), Attention(4, SMALL, 0)
    loss = model.learn(x, x, None)
    assert set(model.grads) == set(model.params)
    for name, param in moved.params.items():
        param -= np.float32(0.05) * model.grads[name]
    assert moved.learn(x, x, None) < loss
    # A window is learned from on its own.
    assert model.learn(x, x, (x,)) == loss


def test_the_test_set_is_between_what_is_learned_from_and_what_is_chosen_by(monkeypatch):
    seen = []
    monkeypatch.setattr(
        experiment, "bits", lambda model, tokens, settings: seen.append(tokens) or float(len(seen))
    )
    small = replace(SMALL, updates=8, attention_updates=8, slices=2, search_share=0.5)
    experiment.run(None, small, (0, 1), TEXT)
    given = characters.corpus(TEXT, small)
    # Three rates a side, then of two seeds and both sides, validation and test.
    tokens = [given.held] * 6 + [given.held, given.known[-240:]] * 4
    assert all(np.array_equal(a, b) for a, b in zip(seen, tokens, strict=True))


def test_tables_count_in_the_part_to_train_on_and_are_judged_on_the_test_set(monkeypatch):
    seen = []
    tables = characters.tables
    monkeypatch.setattr(
        characters, "tables", lambda *given: seen.append(given[:2]) or tables(*given)
    )
    small = characters_counts.Settings(orders=2)
    metrics = characters_counts.run(None, small, TEXT).metrics
    ((known, (held, test)),) = seen
    assert len(held) == len(test) == 240
    np.testing.assert_array_equal(
        np.concatenate([known, test, held]), characters.corpus(TEXT, SMALL).numbers(TEXT)
    )
    assert metrics["test_bits.1"] < metrics["test_bits.0"]
    # \n, a, b and c; and the pairs ab, bc, ca, b\n and \na
    assert (metrics["entries.0"], metrics["entries.1"]) == (4, 9)


def test_each_strength_of_the_tables_has_a_worse_one_on_either_side():
    content = json.loads((RESULTS / "characters-counts.json").read_text())
    settings = characters_counts.Settings()
    assert content["settings"] == json.loads(json.dumps(asdict(settings)))
    for order in range(1, settings.orders):
        strength = content["metrics"][f"strength.{order}"]
        assert settings.strengths[0] < strength < settings.strengths[-1]


def test_what_the_chapter_on_writing_says_of_the_tables_holds(recorded):
    counts = json.loads((RESULTS / "characters-counts.json").read_text())["metrics"]
    bits = [counts[f"test_bits.{n}"] for n in range(9)]
    ours, spread = (recorded["metrics"][f"test_lstm_bits{of}"] for of in ("", "_std"))
    assert max(bits[6:]) < ours - 3 * spread < ours + 3 * spread < min(bits[:5])
    assert abs(bits[5] - ours) < spread
    assert counts["entries.5"] > 4 * recorded["metrics"]["lstm_parameters"]


def test_the_settings_are_those_of_the_code(recorded):
    assert recorded["settings"] == json.loads(json.dumps(asdict(Settings())))


def test_the_match_is_even(recorded):
    metrics = recorded["metrics"]
    for what, apart in (("parameters", 0.05), ("seconds", 0.1)):
        assert metrics[f"attention_{what}"] == pytest.approx(metrics[f"lstm_{what}"], rel=apart)
    for side in SIDES:
        assert metrics[f"{side}_rate_at_end"] == 0


def test_what_the_chapter_on_attention_says_of_it_holds(recorded):
    metrics, settings = recorded["metrics"], Settings()
    assert metrics["test_difference_low"] > 0
    each = {side: metrics[f"{side}_seconds"] / metrics[f"{side}_updates"] for side in SIDES}
    assert 2 < each["attention"] / each["lstm"] < 3
    T, D, H = settings.window, settings.attention_features, settings.units
    among = settings.blocks * 2 * T * D
    in_matrices = settings.blocks * 12 * D**2
    assert among / (among + in_matrices) == pytest.approx(1 / 7, rel=0.1)
    assert among + in_matrices == pytest.approx(4 * H * (settings.features + H), rel=0.25)
    assert len(recorded["seeds"]) == 5
    assert recorded["tested"]["readings"]["data"] == 4
    # It begins late, and catches up.
    ours, theirs = (recorded["curve"][f"{side}_bits_train"] for side in ("attention", "lstm"))
    assert ours[4] - theirs[4] > 2 * (ours[49] - theirs[49]) > 0
