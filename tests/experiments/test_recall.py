"""The recall task, run small: few units, short sequences."""

import json
import math
from dataclasses import asdict, replace

import numpy as np
import pytest

from backprop import GRU, LSTM, RNN, Layer, Linear
from backprop.lstm import lstm_cell_backward, lstm_forward
from backprop.steps import walk_back
from experiments import recall_by_rate, recall_cut, recall_first_steps, recall_left
from experiments.gradient_flow import flow_through
from experiments.recall import CELLS, Settings, learn, recall, run, symbols
from experiments.record import RESULTS

LENGTHS = Settings().steps
SMALL = Settings(
    steps=(2, 3),
    symbols=3,
    units=8,
    updates=40,
    batch_size=10,
    rates=(0.005, 0.01, 0.02),
    largest_grid=3,
    search_seeds=(100,),
    checked_every=20,
    validation_size=50,
    judged_size=200,
    flow_size=7,
    flow_steps=3,
)


def test_every_cell_is_judged_at_its_own_rate_at_every_length():
    found = run(None, SMALL, (0, 1), {name: CELLS[name] for name in ("plain_uniform", "gru")})
    assert [row["cell"] for row in found.tried] == ["plain_uniform"] * 6 + ["gru"] * 6
    for name in ("plain_uniform", "gru"):
        for steps in (2, 3):
            rows = [row for row in found.tried if (row["cell"], row["steps"]) == (name, steps)]
            tried = {row["rate"]: row["loss"] for row in rows}
            best = min(tried, key=tried.get)
            assert list(tried) == [0.005, 0.01, 0.02]
            assert found.metrics[f"rate.{name}.{steps}"] == best
            assert found.metrics[f"rate_at_end.{name}.{steps}"] == (best != 0.01)
            assert found.metrics[f"rates_tried.{name}.{steps}"] == 3
            right = found.by_seed[f"accuracy.{name}.{steps}"]
            assert len(right) == 2
            assert found.metrics[f"accuracy_mean.{name}.{steps}"] == np.mean(right)
            assert found.metrics[f"accuracy_min.{name}.{steps}"] == min(right)
            assert found.metrics[f"accuracy_max.{name}.{steps}"] == max(right)
            spread = abs(right[0] - right[1]) / math.sqrt(2)
            assert found.metrics[f"accuracy_std.{name}.{steps}"] == pytest.approx(spread)
            assert found.metrics[f"updates_mean.{name}.{steps}"] <= 40
            assert found.metrics[f"left_trained.{name}.{steps}"] > 0
        # From the state after the symbol to the last, whose gradient has the length 1.
        assert len(found.curve[f"flow_trained.{name}"]) == 4
        for when in ("trained", "untrained"):
            flow = found.curve[f"flow_{when}.{name}"]
            assert flow[-1] == pytest.approx(1)
            assert flow[0] == found.metrics[f"left_{when}.{name}.3"]
        assert flow != found.curve[f"flow_trained.{name}"]
    assert found.metrics["chance"] == 1 / 3
    # Of 4 features and 8 units: a matrix for each, biases, and of the GRU three times as many and
    # its bias inside the reset.
    assert found.metrics["parameters.plain_uniform"] == 4 * 8 + 8 * 8 + 8
    assert found.metrics["parameters.gru"] == 3 * (4 * 8 + 8 * 8 + 8) + 8


def test_a_rate_is_judged_by_its_mean_loss_over_the_seeds_of_the_search():
    settings = replace(SMALL, steps=(2,), search_seeds=(100, 101))
    cells = {"plain_uniform": CELLS["plain_uniform"]}
    found = run(None, settings, (0, 1), cells)
    for row in found.tried:
        one, other = (
            learn(cells["plain_uniform"], 2, row["rate"], seed, settings).loss
            for seed in settings.search_seeds
        )
        assert one != other
        assert row["loss"] == pytest.approx((one + other) / 2, abs=1e-5)


def test_one_cell_is_tried_at_each_rate_from_the_seeds_that_count():
    settings = replace(SMALL, steps=(2,), rates=(0.01, 0.04))
    found = recall_by_rate.run(None, settings, (0, 1))
    for rate in ("0.01", "0.04"):
        once = [learn(CELLS["lstm_bias_0"], 2, float(rate), seed, settings) for seed in (0, 1)]
        right = [one.score for one in once]
        assert found.by_seed[f"accuracy_{rate}"] == right
        assert found.metrics[f"accuracy_mean_{rate}"] == np.mean(right)
        assert found.metrics[f"solved_{rate}"] == sum(one.solved for one in once)
    assert found.by_seed["accuracy_0.01"] != found.by_seed["accuracy_0.04"]
    assert len(found.metrics) == 1 + 3 * 2


def test_a_cell_without_hope_is_not_trained_over_more_steps():
    for given_up, trained in ((0.0, [1, 2, 3]), (1.0, [1, 2])):
        settings = replace(SMALL, steps=(1, 2, 3), updates=20, given_up=given_up, given_up_from=2)
        found = run(None, settings, (0, 1), {"gru": CELLS["gru"]})
        lengths = [steps for steps in (1, 2, 3) if f"accuracy_mean.gru.{steps}" in found.metrics]
        assert lengths == trained


def test_a_run_ends_when_the_task_is_solved():
    solved = learn(CELLS["plain_orthogonal"], 1, 0.02, 0, SMALL)
    assert solved.solved
    assert solved.updates < SMALL.updates
    assert solved.score > 0.95
    hopeless = learn(CELLS["plain_orthogonal"], 1, 1e-9, 0, SMALL)
    assert not hopeless.solved
    assert hopeless.updates == SMALL.updates
    assert hopeless.score < 0.9
    assert hopeless.loss > solved.loss


def test_a_run_that_fails_loudly_counts_as_one_that_guesses():
    def nothing_to_recall(N, steps, rng, settings):
        x, _ = recall(N, steps, rng, settings)
        return x, rng.integers(settings.symbols, size=N)

    found = learn(CELLS["plain_orthogonal"], 3, 1.0, 0, SMALL, symbols(SMALL, nothing_to_recall))
    assert found.loss == pytest.approx(math.log(3))


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid")
def test_a_run_whose_gradient_is_not_finite_ends_and_guesses():
    found = learn(CELLS["plain_orthogonal"], 3, 1e38, 0, SMALL)
    assert found.updates < SMALL.checked_every
    assert found.loss == pytest.approx(math.log(3))
    assert not found.solved


@pytest.mark.parametrize(("name", "wanted"), [("0", 0), ("1", 1), ("log", math.log(50))])
def test_forget_biases(name, wanted):
    layer = CELLS[f"lstm_bias_{name}"](3, 4, 50, np.random.default_rng(0))
    biases = layer.params["b_l0"]
    np.testing.assert_allclose(biases[4:8], wanted, rtol=1e-6)
    assert (biases[:4] == 0).all()
    assert (biases[8:] == 0).all()


def test_the_gru_that_keeps_has_biases_in_z_alone():
    biases = CELLS["gru_bias_log"](3, 4, 50, np.random.default_rng(0)).params["b_l0"]
    np.testing.assert_allclose(biases, np.repeat([0, math.log(50), 0], 4), rtol=1e-6)


def test_the_plain_cells_start_as_they_are_named():
    uniform = CELLS["plain_uniform"](5, 64, 50, np.random.default_rng(0)).params
    for param in uniform.values():
        assert 0.1 < np.abs(param).max() <= 1 / 8
    orthogonal = CELLS["plain_orthogonal"](5, 64, 50, np.random.default_rng(0)).params["W_h_l0"]
    np.testing.assert_allclose(orthogonal.T @ orthogonal, np.eye(64), atol=1e-5)


def test_a_cell_without_a_state_has_no_gradient_that_travels_back():
    class Average(Layer):
        """Attends to all steps alike."""

        def forward(self, x, *, training, mask=None):
            self._cache = x.shape
            return np.broadcast_to(x.mean(axis=0), x.shape) @ np.ones((4, 8), np.float32)

        def backward(self, dy):
            return np.zeros(self._remembered(), dy.dtype)

    found = run(None, SMALL, (0, 1), {"average": lambda D, H, steps, rng: Average()})
    assert "accuracy_mean.average.2" in found.metrics
    assert found.metrics["parameters.average"] == 0
    assert not found.curve


@pytest.mark.parametrize("make", [RNN, LSTM, GRU])
def test_flow_through_a_layer_is_what_its_backward_says(rng, make):
    layer = make(3, 4, rng=rng)
    for param in layer.params.values():
        param[...] = rng.standard_normal(param.shape)
    x = rng.standard_normal((5, 2, 3))
    flow = flow_through(layer, x, np.random.default_rng(1))
    direction = np.random.default_rng(1).standard_normal((2, 4))
    layer.forward(x, training=True)
    dh = np.zeros((5, 2, 4))
    dh[-1] = direction / np.linalg.norm(direction, axis=1, keepdims=True)
    layer.backward(dh)
    squares = sum((state[0] ** 2).sum(axis=1) for state in layer.dstates)
    assert flow[0] == pytest.approx(np.sqrt(squares).mean(), rel=1e-12)
    assert flow[-1] == 1


def test_flow_through_another_layer_is_refused(rng):
    with pytest.raises(TypeError, match="layer has type Linear, wanted RNN, LSTM or GRU"):
        flow_through(Linear(2, 3, rng=rng), np.zeros((2, 3, 2)), rng)


@pytest.fixture
def rng():
    return np.random.default_rng(20261)


def test_what_the_chapters_say_of_recall_holds():
    record = json.loads((RESULTS / "recall.json").read_text())
    found, tried = record["metrics"], record["tried"]
    solved = {cell: [found[f"solved.{cell}.{T}"] for T in LENGTHS] for cell in CELLS}
    assert solved["lstm_bias_log"] == solved["gru"] == [5, 5, 5, 5]
    assert solved["gru_bias_log"] == [5, 5, 5, 4]
    assert solved["plain_orthogonal"][:2] == solved["lstm_bias_1"][:2] == [5, 5]
    assert solved["plain_orthogonal"][2] == solved["lstm_bias_1"][2] == 3
    assert solved["plain_uniform"][0] == 5
    assert solved["plain_uniform"][2:] == [0, 0]
    assert solved["lstm_bias_1"][3] == 1
    assert solved["lstm_bias_0"] == [0, 1, 4, 1]
    # If five of five and one of five were as good, so uneven a share of six would come about so:
    assert 2 * math.comb(5, 1) * math.comb(5, 5) / math.comb(10, 6) == pytest.approx(1 / 21)

    def rates(cell):
        return [found[f"rate.{cell}.{steps}"] for steps in LENGTHS]

    assert min(rates("gru")) == found["rate.gru.20"] > 5 * max(rates("lstm_bias_log"))
    assert max(rates("gru")) == found["rate.gru.100"]
    assert max(rates("lstm_bias_log")) == found["rate.lstm_bias_log.20"]
    assert min(rates("lstm_bias_log")) == found["rate.lstm_bias_log.200"]
    # At 0.008 the GRU with bias 0 guesses from 50 steps on, and with log T it does not.
    guess = math.log(found["symbols"])
    losses = {(row["cell"], row["steps"], row["rate"]): row["loss"] for row in tried}
    for steps in (50, 100, 200):
        assert losses["gru", steps, 0.008] > guess - 1e-3
        assert losses["gru_bias_log", steps, 0.008] < guess - 1
    # All began with the same rates, and none is best at an end of those that were tried.
    first = record["settings"]["rates"]
    assert first == list(Settings().rates)
    assert (first[0], first[-1]) == (0.002, 2.048)
    for cell in CELLS:
        for steps in LENGTHS:
            assert all((cell, steps, rate) in losses for rate in first)
            assert not found[f"rate_at_end.{cell}.{steps}"]
    # Of a gradient as little is left at first in the GRU as in the LSTM, and most of it at the end.
    left = {cell: found[f"left_untrained.{cell}.100"] for cell in CELLS}
    assert min(left, key=left.get) == "plain_uniform"
    assert 1e-14 < left["lstm_bias_0"] < left["gru"] < 1e-13
    assert 1 / 2 < left["plain_orthogonal"] / left["lstm_bias_1"] < 2
    assert found["left_trained.gru.100"] > 0.5
    # With log T more arrives than was sent through the LSTM, and not through the GRU.
    assert left["gru_bias_log"] < 1 < left["lstm_bias_log"]
    # Where a twenty-fifth of it arrives or more, nearly all learn; of the others a half.
    runs = {
        name.removeprefix("solved."): found[name] for name in found if name.startswith("solved.")
    }
    arrived = {name for name in runs if found[f"left_untrained.{name}"] > 1 / 25}
    with_log = {f"{cell}.{T}" for cell in ("lstm_bias_log", "gru_bias_log") for T in LENGTHS}
    assert with_log < arrived
    assert sum(runs[name] for name in with_log) == 39
    assert (sum(runs[name] for name in arrived), 5 * len(arrived)) == (59, 60)
    others = runs.keys() - arrived
    assert (sum(runs[name] for name in others), 5 * len(others)) == (39, 80)
    assert found["rate.lstm_bias_0.20"] == found["rate.lstm_bias_0.100"]


def test_what_the_chapters_say_of_the_rate_of_one_cell_holds():
    record = json.loads((RESULTS / "recall-by-rate.json").read_text())
    found, table = record["metrics"], json.loads((RESULTS / "recall.json").read_text())
    settings = json.loads(json.dumps(asdict(recall_by_rate.SETTINGS)))
    assert record["settings"] == {"cell": "lstm_bias_0", **settings}
    same = {name: value for name, value in settings.items() if name not in ("steps", "rates")}
    assert same == {name: table["settings"][name] for name in same}
    assert table["metrics"]["rate.lstm_bias_0.100"] == 0.512
    assert table["metrics"]["solved.lstm_bias_0.100"] == found["solved_0.512"]
    assert (found["solved_0.256"], found["solved_1.024"]) == (1, 0)


def test_what_the_chapters_say_of_the_first_updates_holds():
    record = json.loads((RESULTS / "recall-first-steps.json").read_text())
    settings = json.loads(json.dumps(asdict(recall_first_steps.SETTINGS)))
    rates = {cell: list(rates) for cell, rates in recall_first_steps.RATES.items()}
    assert record["settings"] == {**settings, "rates": rates}
    table = json.loads((RESULTS / "recall.json").read_text())
    of_chapter = ("symbols", "noise", "units", "batch_size", "max_norm")
    assert all(settings[name] == table["settings"][name] for name in of_chapter)
    found, left = record["metrics"], record["by_seed"]
    assert max(left["left.gru.0.512.0"] + left["left.lstm_bias_0.0.512.0"]) < 1e-13
    assert min(left["left.gru.0.512.1"] + left["left.gru.2.048.1"]) > 0.01
    for rate in ("0.512", "2.048"):
        assert 0.5 < found[f"left_min.gru.{rate}.5"] < found[f"left_max.gru.{rate}.5"] < 2
    for cell in ("gru", "lstm_bias_0"):
        assert found[f"left_max.{cell}.0.008.1"] < 1e-12
        assert found[f"left_max.{cell}.0.008.5"] < 1e-11
    for rate in ("0.256", "0.512"):
        assert found[f"left_min.lstm_bias_0.{rate}.5"] < 1e-12
        assert found[f"left_max.lstm_bias_0.{rate}.5"] > 2


def test_the_first_updates_are_those_of_the_whole_run():
    settings = replace(SMALL, steps=(3,))
    found = recall_first_steps.run(None, settings, (0, 1), {"gru": (0.01,)}, (2,))
    few = replace(settings, updates=2, checked_every=2)
    for when, after in (("untrained", 0), ("trained", 2)):
        left = [getattr(learn(CELLS["gru"], 3, 0.01, seed, few), when)[0] for seed in (0, 1)]
        assert found.by_seed[f"left.gru.0.01.{after}"] == left
        assert found.metrics[f"left_min.gru.0.01.{after}"] == min(left)
    assert found.by_seed["left.gru.0.01.0"] != found.by_seed["left.gru.0.01.2"]


def test_the_cut_goes_through_every_hidden_state_and_nowhere_else(rng):
    cell = recall_cut.CutLSTM(3, 4, 50, rng)
    weights = [param.astype(np.float64) for param in cell.params.values()]
    for param, weight in zip(cell.params, weights, strict=True):
        cell.params[param] = weight
    x, dh = rng.standard_normal((5, 2, 3)), rng.standard_normal((5, 2, 4))
    start = np.zeros((2, 4))
    h, c, cache = lstm_forward(x, start, start, *weights)
    np.testing.assert_allclose(cell.forward(x, training=True), h, rtol=1e-12)

    def cut(dh_next, dc_next, step):
        dx, dh, *rest = lstm_cell_backward(dh_next, dc_next, step)
        return dx, 0 * dh, *rest

    dx, _, _, *grads = walk_back(cut, dh, (0 * c,), cache)
    np.testing.assert_allclose(cell.backward(dh), dx, atol=1e-12)
    assert list(cell.grads) == ["W_x_l0", "W_h_l0", "b_l0"]
    for found, wanted in zip(cell.grads.values(), grads, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-12)
        assert np.abs(wanted).max() > 0.1


def test_the_cut_cell_learns_beside_the_whole_one():
    settings = replace(SMALL, steps=(2, 3), updates=60)
    found = recall_cut.run(None, settings, (0, 1))
    whole = run(None, settings, (0, 1), {"lstm_bias_log": CELLS["lstm_bias_log"]})
    for steps in (2, 3):
        score = found.metrics[f"accuracy_mean.whole.{steps}"]
        assert score == whole.metrics[f"accuracy_mean.lstm_bias_log.{steps}"]
        assert found.metrics[f"accuracy_min.cut.{steps}"] > 0.5
        # With no gradient for the hidden state, a step hands back f times what it got.
        kept = (steps / (steps + 1)) ** steps
        assert 0.2 * kept < found.metrics[f"left_untrained.cut.{steps}"] < kept
    assert found.metrics["parameters.cut"] == found.metrics["parameters.whole"]


def test_what_is_left_is_told_by_the_middle_and_the_ends():
    settings = replace(SMALL, steps=(3,))
    found = recall_left.run(None, settings, (0, 1, 2), {"gru": 0.01})
    once = [learn(CELLS["gru"], 3, 0.01, seed, settings) for seed in (0, 1, 2)]
    assert found.metrics["solved.gru"] == sum(one.solved for one in once)
    assert found.by_seed["accuracy.gru"] == [one.score for one in once]
    for when in ("untrained", "trained"):
        left = [getattr(one, when)[0] for one in once]
        assert found.by_seed[f"left_{when}.gru"] == left
        low, middle, high = sorted(left)
        assert low < found.metrics[f"left_median_{when}.gru"] == middle < high
        assert found.metrics[f"left_min_{when}.gru"] == low
        assert found.metrics[f"left_max_{when}.gru"] == high
        assert found.curve[f"flow_{when}.gru"][0] == middle
        assert found.curve[f"flow_{when}.gru"][-1] == pytest.approx(1)
    assert found.by_seed["left_trained.gru"] != found.by_seed["left_untrained.gru"]


def test_networks_that_solved_the_task_are_told_from_those_that_let_nothing_back(monkeypatch):
    settings = replace(SMALL, steps=(1,), solved=0.9)
    rates = {"gru": 0.02, "plain_orthogonal": 1e-9}
    solved = recall_left.run(None, settings, (0, 1), {"gru": 0.02})
    assert solved.metrics["solved.gru"] == 2
    monkeypatch.setattr(recall_left, "SHUT", 1.0)
    found = recall_left.run(None, settings, (0, 1), rates)
    assert (found.metrics["networks"], found.metrics["solved_networks"]) == (4, 2)
    trained = found.by_seed["left_trained.gru"]
    assert found.metrics["left_min_solved"] == min(trained)
    assert found.metrics["left_max_solved"] == max(trained)
    pairs = [
        (left, right)
        for cell in rates
        for left, right in zip(
            found.by_seed[f"left_trained.{cell}"], found.by_seed[f"accuracy.{cell}"], strict=True
        )
    ]
    shut = [right for left, right in pairs if left < 1]
    assert found.metrics["shut_networks"] == len(shut) > 0
    assert found.metrics["accuracy_max_shut"] == max(shut)


def test_what_the_chapter_says_of_what_is_left_holds():
    record = json.loads((RESULTS / "recall-left.json").read_text())
    settings = json.loads(json.dumps(asdict(recall_left.SETTINGS)))
    assert record["settings"] == {**settings, "rates": recall_left.RATES}
    table = json.loads((RESULTS / "recall.json").read_text())
    assert {**settings, "steps": list(LENGTHS)} == table["settings"]
    found, by_seed = record["metrics"], record["by_seed"]
    for cell, rate in recall_left.RATES.items():
        assert rate == table["metrics"][f"rate.{cell}.100"]
        assert found[f"solved.{cell}"] == table["metrics"][f"solved.{cell}.100"]
    assert list(recall_left.RATES) == list(CELLS)
    assert (found["networks"], found["solved_networks"], found["shut_networks"]) == (35, 25, 7)
    assert found["left_median_untrained.plain_uniform"] < 1e-20
    assert found["left_median_untrained.plain_orthogonal"] == pytest.approx(0.01, rel=0.2)
    assert found["left_median_untrained.gru"] < 1e-12
    assert found["left_min_untrained.lstm_bias_log"] > 1
    # Six of those that let nothing back are not far from a guess; the other has a uniform start.
    shut = {
        (cell, right)
        for cell in CELLS
        for left, right in zip(
            by_seed[f"left_trained.{cell}"], by_seed[f"accuracy.{cell}"], strict=True
        )
        if left < recall_left.SHUT
    }
    *others, last = sorted(shut, key=lambda one: one[1])
    assert len(others) == 6
    assert all(right < 1 / 4 for _, right in others)
    assert last == ("plain_uniform", found["accuracy_max_shut"])


def test_what_the_chapter_says_of_the_cut_holds():
    record = json.loads((RESULTS / "recall-cut.json").read_text())
    assert record["settings"] == json.loads(json.dumps(asdict(recall_cut.SETTINGS)))
    found = record["metrics"]
    table = json.loads((RESULTS / "recall.json").read_text())["metrics"]
    for steps, solved in ((50, 5), (100, 4)):
        for what in ("rate", "solved", "updates_mean", "left_untrained"):
            assert found[f"{what}.whole.{steps}"] == table[f"{what}.lstm_bias_log.{steps}"]
        assert found[f"solved.cut.{steps}"] == solved
        assert found[f"updates_mean.cut.{steps}"] > 2 * found[f"updates_mean.whole.{steps}"]
        assert found[f"rate.cut.{steps}"] >= 8 * found[f"rate.whole.{steps}"]
        assert not found[f"rate_at_end.cut.{steps}"]
    assert found["left_untrained.cut.100"] < 0.1 < 10 < found["left_untrained.whole.100"]
