"""The attention whose looks are drawn, run small; its weights are those of the page."""

import json
import re
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from experiments import attention_map
from experiments.attention_map import Settings
from experiments.record import RESULTS

MODELS = Path(__file__).parents[2] / "docs/assets/interactive/models"


def test_a_name_is_said_once_and_asked_for_after_that():
    x, target, said_at = attention_map.draw(60, np.random.default_rng(3))
    names, said = x[:, :, :5].argmax(axis=2), x[:, :, 5:].sum(axis=2) > 0
    assert (x[:, :, :5].sum(axis=2) == 1).all()
    assert set(said_at[said] - np.nonzero(said)[0]) == {0}
    assert 0.2 < said.mean() < 0.5
    assert set(target.ravel()) == {0, 1, 2, 3}
    for t, n in np.argwhere(~said):
        there = said_at[t, n]
        assert there < t
        assert said[there, n]
        assert names[there, n] == names[t, n]
        assert x[there, n, 5:].argmax() == target[t, n]
    for n in range(60):
        assert len(set(names[said[:, n], n])) == said[:, n].sum()


def test_it_learns_where_to_look():
    settings = Settings(names=3, steps=6, updates=200, kept=(0, 200), judged_size=200)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attention_map, "SHOWN", "A1 B2 A")
        found = attention_map.learn(settings)
        none = attention_map.learn(replace(settings, updates=0, kept=(0,)))
    assert found.metrics["accuracy"] > 0.95 > none.metrics["accuracy"]
    assert found.metrics["at_the_name"] > none.metrics["at_the_name"] + 0.2
    assert found.metrics["at_itself"] > none.metrics["at_itself"] + 0.2
    assert found.metrics["at_the_saying"] < found.metrics["at_the_name"]
    np.testing.assert_array_equal(found.arrays["0.into.W"], none.arrays["0.into.W"])
    weights = found.arrays["shown_200"]
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)
    assert (weights[np.triu_indices(3, 1)] == 0).all()
    assert weights[2, 0] + weights[2, 2] > weights[2, 1]


def test_the_page_has_the_weights_of_the_first_seed():
    script = (MODELS / "looking-weights.js").read_text()
    page = json.loads(re.search(r"export const WEIGHTS = (\{.*?\});", script, re.DOTALL)[1])
    assert {*map(int, page)} == {*Settings().kept}
    with np.load(RESULTS / "attention-map.npz", allow_pickle=False) as arrays:
        shown = {f"{moment}.{name}" for moment in page for name in page[moment]}
        assert shown == {name for name in arrays if "shown" not in name}
        for name in shown:
            moment, _, param = name.partition(".")
            np.testing.assert_array_equal(np.float32(page[moment][param]), arrays[name])


def test_the_page_starts_with_the_sequence_of_the_figure():
    assert f'START = "{attention_map.SHOWN}"' in (MODELS / "looking.js").read_text()


def test_the_result_reaches_its_mark():
    content = json.loads((RESULTS / "attention-map.json").read_text())
    assert content["settings"] == json.loads(json.dumps(asdict(Settings())))
    assert min(content["by_seed"]["accuracy"]) > 0.99
    assert min(content["by_seed"]["at_the_name"]) > 0.8
