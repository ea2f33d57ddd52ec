"""The network that keeps the last marked letter, run small; its weights are those of the page."""

import json
import re
from dataclasses import asdict
from pathlib import Path

import numpy as np

from experiments import lstm_inside
from experiments.record import RESULTS

PAGE = Path(__file__).parents[2] / "docs/assets/interactive/models/marked-weights.js"


def test_the_answer_is_the_last_letter_with_a_mark():
    found = lstm_inside.draw(50, 9, np.random.default_rng(3))
    assert found.x.shape == (50, 9, 4)
    assert (found.x[:, :, :3].sum(axis=2) == 1).all()
    assert (found.x[:, 0, 3] == 1).all()
    assert 0.05 < found.x[:, 1:, 3].mean() < 0.25
    for x, last, first in zip(*found, strict=True):
        marked = [step.argmax() for step in x[:, :3][x[:, 3] == 1]]
        assert (first, last) == (marked[0], marked[-1])
    assert len(set(found.last)) == 3


def test_it_learns_and_tells_of_its_gates(tmp_path):
    settings = lstm_inside.Settings(
        steps=4, longer=6, train_size=2_000, validation_size=300, epochs=12, learning_rate=0.03
    )
    result = lstm_inside.run(tmp_path, settings, seeds=(0, 1))
    metrics = result.metrics
    assert metrics["validation_accuracy"] > 0.9
    assert metrics["kept_marked"] < metrics["kept_plain"]
    assert metrics["let_in_marked"] > metrics["let_in_plain"]
    assert 0 < metrics["direct_left"] < metrics["kept_plain"]
    assert metrics["unmarked_accuracy"] > 0.8
    # Over so few steps much comes along the direct path, and the answer needs it.
    assert metrics["direct_accuracy"] > metrics["without_direct_accuracy"]
    weights = {name: array for name, array in result.arrays.items() if "shown" not in name}
    assert set(weights) == {"W_x_l0", "W_h_l0", "b_l0", "out.W", "out.b"}
    assert metrics["parameters"] == sum(array.size for array in weights.values())
    i, f, g, c = (result.arrays[f"shown_{name}"] for name in ("i", "f", "g", "c_next"))
    assert c.shape == (len(lstm_inside.LETTERS), settings.units)
    np.testing.assert_allclose(c[1:], f[1:] * c[:-1] + i[1:] * g[1:], rtol=1e-5)


def test_the_page_has_the_weights_of_the_first_seed():
    text = re.search(r"export const WEIGHTS = (\{.*?\});", PAGE.read_text(), re.DOTALL)
    page = json.loads(text[1])
    with np.load(RESULTS / "lstm-inside.npz", allow_pickle=False) as arrays:
        assert set(page) == {name for name in arrays if "shown" not in name}
        for name, values in page.items():
            np.testing.assert_array_equal(np.float32(values), arrays[name])


def test_the_result_reaches_its_mark():
    content = json.loads((RESULTS / "lstm-inside.json").read_text())
    assert min(content["by_seed"]["validation_accuracy"]) > 0.99
    assert content["metrics"]["kept_marked"] < 0.5 < content["metrics"]["kept_plain"]
    marked = [lstm_inside.LETTERS[step] for step in lstm_inside.MARKED]
    with np.load(RESULTS / "lstm-inside.npz", allow_pickle=False) as arrays:
        answers = "".join("ABC"[k] for k in arrays["shown_answers"])
    lasting = np.diff([*lstm_inside.MARKED, len(answers)])
    assert answers == "".join(map(str.__mul__, marked, lasting.tolist()))
    assert content["settings"] == json.loads(json.dumps(asdict(lstm_inside.Settings())))


def test_what_the_chapter_says_of_each_of_the_five_networks_holds():
    by_seed = json.loads((RESULTS / "lstm-inside.json").read_text())["by_seed"]
    left, without = by_seed["direct_left"], by_seed["without_direct_accuracy"]
    assert max(left[:3]) < 0.015
    assert min(without[:3]) > 0.998
    assert [round(each, 1) for each in left[3:]] == [0.1, 0.1]
    assert [round(100 * (1 - each)) for each in without[3:]] == [22, 8]
    assert all(np.greater(without, by_seed["direct_accuracy"]))
