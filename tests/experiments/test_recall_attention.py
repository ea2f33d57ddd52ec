"""Attention where cells recall, look up and add, run small."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from experiments import (
    adding,
    adding_200,
    lookup,
    recall,
    recall_attention,
    recall_attention_longer,
)
from experiments.record import RESULTS

SAID = ("solved", "updates_mean", "rate", "explained_min", "explained_max")
SMALL = {
    "units": 16,
    "updates": 60,
    "batch_size": 20,
    "rates": (0.005, 0.01, 0.02),
    "largest_grid": 3,
    "checked_every": 20,
    "validation_size": 50,
    "judged_size": 200,
}


def test_attention_recalls_for_longer():
    settings = replace(recall_attention_longer.SETTINGS, **SMALL, steps=(5,))
    found = recall_attention_longer.run(None, settings, (0, 1))
    assert found.metrics["accuracy_min.attention_positions.5"] > 0.9


@pytest.mark.parametrize("name", ["attention", "attention_positions"])
def test_attention_recalls(name):
    settings = replace(recall.SETTINGS, **SMALL, steps=(5,))
    found = recall_attention.run(None, settings, (0, 1))
    assert found.metrics[f"accuracy_min.{name}.5"] > 0.9
    assert not found.curve  # there is no state whose gradient could be followed


def test_attention_looks_up_and_cells_are_judged_beside_it():
    settings = replace(lookup.SETTINGS, **SMALL, steps=(3,))
    found = lookup.run(None, settings, (0, 1))
    assert [row["cell"] for row in found.tried[::3]] == ["attention", "lstm_bias_1", "gru"]
    assert found.metrics["accuracy_min.attention.3"] > found.metrics["accuracy_max.gru.3"]


def test_all_cells_add_with_the_same_number_of_rates(monkeypatch):
    settings = replace(adding.SETTINGS, **SMALL, steps=(2, 4), search_seeds=(100,))
    assert len(adding.SETTINGS.rates) == adding.SETTINGS.largest_grid
    cells = ("plain_orthogonal", "attention_positions")
    monkeypatch.setattr(adding, "CELLS", {name: adding.CELLS[name] for name in cells})
    found = adding.run(None, settings, (0, 1))
    for name in cells:
        assert found.metrics[f"rates_tried.{name}.4"] == 3
        right = found.by_seed[f"explained.{name}.2"]
        assert found.metrics[f"explained_mean.{name}.2"] == np.mean(right)
        assert 0.5 < min(right) < max(right) < 1
    assert max(row["loss"] for row in found.tried) < 1 / 6


def test_longer_sums_are_learned_with_the_same_settings(monkeypatch):
    changed = {"steps": (200,), "search_seeds": adding.SETTINGS.search_seeds[:1]}
    assert asdict(adding_200.SETTINGS) == asdict(adding.SETTINGS) | changed
    settings = replace(adding_200.SETTINGS, **SMALL, steps=(2,), search_seeds=(100,))
    one = {"attention_positions": adding.CELLS["attention_positions"]}
    monkeypatch.setattr(adding, "CELLS", one)
    found = adding_200.run(None, settings, (0, 1))
    assert found.metrics == pytest.approx(
        {**adding.run(None, settings, (0, 1)).metrics, **_times(found.metrics)}
    )
    assert found.metrics["explained_min.attention_positions.2"] > 0.5


def _times(metrics):
    return {name: value for name, value in metrics.items() if name.startswith("seconds_")}


def test_what_is_explained_is_a_share_of_the_variance():
    target = np.random.default_rng(0).random((4000, 2)).sum(axis=1, keepdims=True)
    assert adding.explained(target, target) == 1
    assert adding.explained(np.ones_like(target), target) == pytest.approx(0, abs=0.05)
    assert adding.explained(target + 1, target) == pytest.approx(-5)


def test_positions_are_what_tells_the_two_apart():
    x = np.random.default_rng(0).standard_normal((6, 2, 4)).astype(np.float32)
    order = [0, 3, 1, 4, 2, 5]  # the last stays the last
    for name, alike in (("attention", True), ("attention_with_positions", False)):
        layer = getattr(recall_attention, name)(4, 8, 5, np.random.default_rng(1))
        same = np.abs(layer(x)[-1] - layer(x[order])[-1]).max() < 1e-5
        assert same == alike


def test_attention_was_judged_as_the_cells_beside_it():
    record = json.loads((RESULTS / "recall-attention.json").read_text())
    assert record["settings"] == json.loads((RESULTS / "recall.json").read_text())["settings"]
    found = record["metrics"]
    solved = [found[f"solved.attention_positions.{steps}"] for steps in record["settings"]["steps"]]
    assert solved == [5, 5, 5, 4]


def test_more_updates_of_attention_solve_it_from_no_more_seeds():
    record = json.loads((RESULTS / "recall-attention-longer.json").read_text())
    settings = recall_attention_longer.SETTINGS
    assert record["settings"] == json.loads(json.dumps(asdict(settings)))
    assert settings.updates == 4 * recall.SETTINGS.updates
    found = record["metrics"]
    assert found["solved.attention_positions.200"] == 4
    assert not found["rate_at_end.attention_positions.200"]
    before = json.loads((RESULTS / "recall-attention.json").read_text())["by_seed"]
    name = "accuracy.attention_positions.200"
    assert np.argmin(record["by_seed"][name]) == np.argmin(before[name])


def test_what_the_chapter_on_long_memory_says_of_adding_holds():
    record = json.loads((RESULTS / "adding.json").read_text())
    assert record["settings"] == json.loads(json.dumps(asdict(adding.SETTINGS)))
    found = record["metrics"]
    assert all(found[name] == len(adding.SETTINGS.rates) for name in found if "rates_tried" in name)

    def solved(cell):
        return [found[f"solved.{cell}.{steps}"] for steps in (20, 50, 100)]

    assert solved("gru") == solved("attention_positions") == solved("lstm_bias_1") == [5, 5, 5]
    assert solved("lstm_bias_0") == [5, 5, 4]
    assert solved("lstm_bias_log") == [5, 5, 2]
    for cell in ("plain_uniform", "plain_orthogonal"):
        assert solved(cell) == [0, 0, 0]
        assert found[f"explained_max.{cell}.100"] < 0.1
    losses = [row["loss"] for row in record["tried"] if row["cell"] == "plain_orthogonal"]
    assert min(losses[16:]) > 0.95 / 6  # over 100 steps, at any rate
    assert found["explained_min.plain_orthogonal.50"] > 0.2
    updates = [found[f"updates_mean.{c}.100"] for c in ("gru", "attention_positions")]
    assert updates[0] < updates[1] <= found["updates_mean.lstm_bias_1.100"]
    sought = {
        cell: [row["loss"] for row in record["tried"] if (row["cell"], row["steps"]) == (cell, 100)]
        for cell in ("lstm_bias_1", "lstm_bias_log")
    }
    above = np.greater(sought["lstm_bias_log"], sought["lstm_bias_1"])
    assert above.tolist() == [False] + 7 * [True]
    # What the chapters on the LSTM and the GRU say of it.
    for steps in (20, 50, 100):
        lstms = {bias: found[f"updates_mean.lstm_bias_{bias}.{steps}"] for bias in (0, 1, "log")}
        assert min(lstms, key=lstms.get) == 1
        assert found[f"updates_mean.gru.{steps}"] < lstms[1]
    at_end = [name for name in found if "rate_at_end" in name and found[name]]
    cells = ("plain_uniform.50", "plain_uniform.100", "plain_orthogonal.100")
    assert at_end == [f"rate_at_end.{cell}" for cell in cells]
    assert {found[f"rate.{cell}"] for cell in cells} == {min(adding.SETTINGS.rates)}
    assert "gru_bias_log" not in adding.CELLS
    # No rate of a cell that learns is at an end of those that were tried.
    learns = [name for name in found if "explained_mean" in name and found[name] > 0.1]
    assert not any(found[name.replace("explained_mean", "rate_at_end")] for name in learns)


def test_what_the_chapter_says_of_adding_over_200_steps_holds():
    record = json.loads((RESULTS / "adding-200.json").read_text())
    assert record["settings"] == json.loads(json.dumps(asdict(adding_200.SETTINGS)))
    found = record["metrics"]
    of = {what: {cell: found[f"{what}.{cell}.200"] for cell in adding.CELLS} for what in SAID}
    all_five = [cell for cell, seeds in of["solved"].items() if seeds == 5]
    assert all_five == ["lstm_bias_1", "gru", "attention_positions"]
    updates = of["updates_mean"]
    assert sorted(all_five, key=updates.get) == ["gru", "lstm_bias_1", "attention_positions"]
    assert updates["lstm_bias_1"] < min(updates["lstm_bias_0"], updates["lstm_bias_log"])
    assert of["solved"]["lstm_bias_0"] == 1
    assert of["rate"]["lstm_bias_0"] == max(record["settings"]["rates"])
    assert of["explained_min"]["lstm_bias_0"] < -1
    assert of["solved"]["lstm_bias_log"] == 0
    assert of["explained_max"]["lstm_bias_log"] < 0.1
    losses = {(row["cell"], row["rate"]): row["loss"] for row in record["tried"]}
    assert losses["lstm_bias_log", of["rate"]["lstm_bias_log"]] < 0.6 / 6
    for cell in ("plain_uniform", "plain_orthogonal"):
        assert of["explained_max"][cell] < 0.1
        assert min(loss for (name, _), loss in losses.items() if name == cell) > 0.99 / 6
    # At the lower of their rates the seed of the search learned as well with either bias.
    lower = of["rate"]["lstm_bias_log"]
    assert lower < of["rate"]["lstm_bias_1"]
    assert losses["lstm_bias_log", lower] == pytest.approx(losses["lstm_bias_1", lower], rel=0.05)
