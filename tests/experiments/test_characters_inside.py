"""What single cells of the language model tell, run small, and what its result holds."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from experiments import characters, characters_inside
from experiments.characters_inside import PROPERTIES, Settings
from experiments.record import RESULTS

SMALL = Settings(
    updates=300,
    rate=2e-2,
    units=8,
    features=4,
    parts=2,
    window=16,
    passage="Ab (",
    shown=12,
    fresh=16,
    reach=(1, 15),
)


def test_properties_are_counted_by_hand():
    text = "Ab (c) dE’s.\nFg"
    found = {name: of(text).astype(int).tolist() for name, of in PROPERTIES.items()}
    assert found == {
        "verse": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2],
        "clause": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 0, 1, 2],
        "word": [1, 2, 0, 0, 1, 0, 0, 1, 2, 3, 4, 0, 0, 1, 2],
        "capital": [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1],
        "brackets": [0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    }


def test_correlations_are_those_of_numpy():
    rng = np.random.default_rng(0)
    values, cells = rng.normal(size=(7, 3)), rng.normal(size=(7, 3, 4))
    cells[..., 2] = 3 - 2 * values
    found = characters_inside.correlations(values, cells)
    wanted = [np.corrcoef(values.ravel(), cells[..., h].ravel())[0, 1] for h in range(4)]
    np.testing.assert_allclose(found, wanted)
    assert found[2] == pytest.approx(-1)


def test_it_finds_the_cell_that_tells_of_brackets(tmp_path):
    result = characters_inside.run(tmp_path, SMALL, "Ab (abab) ba\n" * 400)
    metrics = result.metrics
    assert metrics["bits"] < 1
    assert metrics["correlation.brackets"] > metrics["untrained.brackets"]
    assert metrics["looked_at"] == 8 * metrics["properties"] == 8 * len(PROPERTIES)
    assert result.curve["flow"][-1] == 1
    assert metrics["left.15"] == result.curve["flow"][1]
    assert "".join(result.arrays["passage"]) == "Ab (abab) ba"
    assert result.arrays["cells"].shape == (12, 8)
    shown = result.arrays["cells"][:, metrics["cell.brackets"]] * metrics["sign.brackets"]
    assert shown[4:8].mean() > shown[[0, 1, 10, 11]].mean()


def test_the_states_are_those_of_the_layer():
    model = characters.Model.drawn(5, SMALL, 0)
    tokens = np.array([[0, 1], [2, 3], [4, 0], [1, 2]])
    rest = characters_inside.at_rest(model, 2)
    whole, (h, c) = characters_inside.states(model, tokens, rest)
    first, carried = characters_inside.states(model, tokens[:3], rest)
    second, _ = characters_inside.states(model, tokens[3:], carried)
    np.testing.assert_allclose(np.concatenate([first, second]), whole, rtol=1e-5)
    model.forward(tokens, None)
    for found, wanted in zip((h, c), model.states, strict=True):
        np.testing.assert_allclose(found, np.reshape(wanted, found.shape), rtol=1e-5)


def test_the_result_is_of_these_settings_and_of_the_network_of_the_chapter():
    content = json.loads((RESULTS / "characters-inside.json").read_text())
    assert content["settings"] == json.loads(json.dumps(asdict(Settings())))
    whole = json.loads((RESULTS / "characters.json").read_text())
    assert content["settings"]["rate"] == whole["metrics"]["rate"]
    other = {"updates", "validated_every", "rate", "passage", "shown", "reach"}
    shared = asdict(Settings()).keys() - other
    assert all(content["settings"][name] == whole["settings"][name] for name in shared)
    assert 4 * content["settings"]["updates"] == whole["settings"]["updates"]
    with np.load(RESULTS / "characters-inside.npz", allow_pickle=False) as found:
        passage = "".join(found["passage"])
        assert found["cells"].shape == (Settings().shown, Settings().units)
    assert passage.startswith(Settings().passage)


def test_what_the_chapter_says_of_its_cells_holds():
    metrics = json.loads((RESULTS / "characters-inside.json").read_text())["metrics"]
    found, untrained = (
        {name: metrics[f"{of}.{name}"] for name in PROPERTIES}
        for of in ("correlation", "untrained")
    )
    for learned in ("verse", "clause"):
        assert found[learned] > 0.5 > 0.2 > untrained[learned]
    assert found["word"] - untrained["word"] < 0.15
    assert abs(found["brackets"]) < 0.05
    assert metrics["left.16"] < 0.01
    assert metrics["left.32"] < 1e-4
    assert metrics["left.63"] < 1e-5
