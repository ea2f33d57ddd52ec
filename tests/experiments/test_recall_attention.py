"""Attention where cells recall and look up, run small."""

from dataclasses import replace

import numpy as np
import pytest

from experiments import lookup, recall, recall_attention

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


def test_positions_are_what_tells_the_two_apart():
    x = np.random.default_rng(0).standard_normal((6, 2, 4)).astype(np.float32)
    order = [0, 3, 1, 4, 2, 5]  # the last stays the last
    for name, alike in (("attention", True), ("attention_with_positions", False)):
        layer = getattr(recall_attention, name)(4, 8, 5, np.random.default_rng(1))
        same = np.abs(layer(x)[-1] - layer(x[order])[-1]).max() < 1e-5
        assert same == alike
