"""The experiments on sequences, run small: fewer waves, one epoch, reviews made up."""

import json
from dataclasses import asdict, replace
from itertools import pairwise, product

import numpy as np
import pytest

from backprop import load_csi300
from backprop.data.csi300 import DailyIndex
from backprop.data.glove import WordVectors
from backprop.data.imdb import Reviews
from backprop.gradcheck import check_gradients
from backprop.lstm import lstm_backward, lstm_forward
from backprop.recurrent import rnn_backward, rnn_forward
from experiments import csi300, imdb, imdb_bags, waves, waves_plain
from experiments.gradient_flow import gradient_flow
from experiments.record import RESULTS


def test_gradient_flow_of_a_linear_chain(rng):
    """With ReLU and positive states, each step multiplies the gradient by the state's weight."""
    one = np.ones((1, 1))

    def forward(*arguments, **options):
        return rnn_forward(*arguments, **options, activation="relu")

    x = np.ones((5, 3, 1))
    weights = (one, 0.5 * one, np.zeros(1))
    norms = gradient_flow(forward, rnn_backward, x, (np.ones((3, 1)),), weights, rng)
    np.testing.assert_allclose(norms, 0.5 ** np.arange(5, -1, -1), rtol=1e-12)


def test_gradient_flow_counts_both_states_of_an_lstm(rng):
    x, h0, c0 = (rng.standard_normal(shape) for shape in [(4, 3, 2), (3, 5), (3, 5)])
    weights = [rng.standard_normal(shape) for shape in [(2, 20), (5, 20), (20,)]]
    norms = gradient_flow(
        lstm_forward, lstm_backward, x, (h0, c0), weights, np.random.default_rng(3)
    )
    direction = np.random.default_rng(3).standard_normal((3, 5))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    h, c, cache = lstm_forward(x, h0, c0, *weights)
    dh = np.zeros_like(h)
    dh[-1] = direction
    _, dh0, dc0, *_ = lstm_backward(dh, np.zeros_like(c), cache)
    wanted = np.sqrt((dh0**2).sum(axis=1) + (dc0**2).sum(axis=1)).mean()
    assert norms[0] == pytest.approx(wanted, rel=1e-12)
    assert norms[-1] == 1
    assert norms.shape == (5,)


@pytest.fixture
def rng():
    return np.random.default_rng(20260)


def test_waves(tmp_path):
    settings = waves.Settings(
        units=8, train_size=400, validation_size=100, test_size=200, epochs=2, batch_size=50
    )
    result = waves.run(tmp_path, settings)
    metrics = result.metrics
    assert metrics["noise_variance"] <= metrics["best_mse"] < metrics["test_mse"]
    assert metrics["test_mse"] < metrics["last_value_mse"]
    assert metrics["test_over_best"] == metrics["test_mse"] / metrics["best_mse"]
    assert len(result.curve["validation_loss"]) == 2
    vanishing, exploding = result.curve["untrained_flow_0.5"], result.curve["untrained_flow_2"]
    assert len(vanishing) == waves.FLOW_STEPS + 1
    assert vanishing[0] < 0.5**waves.FLOW_STEPS
    assert exploding[0] > 1
    assert result.arrays["forecast"].shape == (waves.SHOWN, 10)


@pytest.fixture(scope="module")
def index():
    return DailyIndex(*(column[:1000] for column in load_csi300()))


SMALL = csi300.Settings(units=4, epochs=1, search_seeds=(100,), lag=10)


def test_csi300_is_split_by_date_and_standardised_by_the_training_years(index):
    split = csi300.split_by_date(index, SMALL)
    returns = np.diff(np.log(index.close))
    train = returns[: int(999 * 0.7)]
    assert split.mean == pytest.approx(train.mean())
    assert split.std == pytest.approx(train.std())
    begin = int(999 * 0.85)
    np.testing.assert_allclose(
        split.test.past[0] * split.std + split.mean, returns[begin : begin + 64], atol=1e-6
    )
    assert split.starts[1] == index.dates[begin + 1]
    # The last window to train on ends where the first to validate on begins.
    np.testing.assert_allclose(
        split.train.future[-1, -1] * split.std + split.mean, train[-1], atol=1e-6
    )


def test_naive_forecasts_and_measures(index):
    split = csi300.split_by_date(index, SMALL)
    naive = csi300.naive_forecasts(split, split.test)
    assert (naive["mean"] == 0).all()
    np.testing.assert_allclose(naive["unchanged"] * split.std + split.mean, 0, atol=1e-9)
    assert (naive["last_value"] == split.test.past[:, -1:]).all()
    np.testing.assert_allclose(naive["past_mean"][:, 3], split.test.past.mean(axis=1), rtol=1e-6)
    perfect = csi300.measure(split.test.future, split)
    assert perfect == {"mse": 0, "month_rmse": 0, "direction": 1}
    assert csi300.measure(naive["unchanged"], split)["direction"] == 0
    measured = csi300.measure(naive["mean"], split)
    assert measured["mse"] == pytest.approx((split.test.future**2).mean(), rel=1e-5)
    returns = split.std * split.test.future.sum(axis=1)
    assert measured["month_rmse"] == pytest.approx(np.sqrt((returns**2).mean()), rel=1e-4)


def test_ridge_is_where_the_slope_of_its_loss_is_zero(index, rng):
    windows = csi300.split_by_date(index, SMALL).train
    x, y = (part.astype(np.float64) for part in windows)
    W = csi300.ridge(windows, 7.0)
    np.testing.assert_allclose(x.T @ (x @ W - y) + 7 * W, 0, atol=1e-8)
    plain = csi300.ridge(windows, 0.0)
    np.testing.assert_allclose(plain, np.linalg.lstsq(x, y)[0], atol=1e-8)
    assert (W**2).sum() < (plain**2).sum()


def test_csi300_chooses_on_validation_and_tests_apart(tmp_path, index):
    result = csi300.run(tmp_path, index, SMALL, seeds=(0, 1))
    metrics = result.metrics
    assert not any("test" in name for name in metrics if name != "test_year")
    for kind, chosen in (("rate", metrics["rate"]), ("penalty", metrics["penalty"])):
        rows = [row for row in result.tried if row["of"] == kind]
        assert len(rows) >= 3
        assert chosen == min(rows, key=lambda row: row["error"])["value"]
    assert metrics["validation_ridge"] <= metrics["validation_linear"]
    assert metrics["validation_lstm"] == pytest.approx(
        np.mean([min(result.curve[f"validation_loss_{seed}"]) for seed in (0, 1)])
    )

    first, second = csi300.examine(SMALL, result.networks, index)
    assert first.metrics["lstm_mse"] != second.metrics["lstm_mse"]
    assert first.metrics["ridge_mse"] == second.metrics["ridge_mse"]
    means = [tested.metrics["lstm_mse"] for tested in (first, second)]
    assert first.metrics["lstm_less_mean"] == pytest.approx(
        np.mean(means) - first.metrics["mean_mse"], abs=1e-12
    )
    assert first.metrics["ridge_less_mean_error"] > 0
    assert first.arrays["forecasts"].shape == (2, 3, 20)


def test_the_result_of_csi300_is_of_these_settings_with_the_best_inside_the_grids():
    content = json.loads((RESULTS / "csi300.json").read_text())
    assert content["settings"] == json.loads(json.dumps(asdict(csi300.SETTINGS)))
    for kind in ("rate", "penalty"):
        rows = [row for row in content["tried"] if row["of"] == kind]
        values = [row["value"] for row in rows]
        assert all(high == 2 * low for low, high in pairwise(values))
        assert min(values) < content["metrics"][kind] < max(values)


def test_the_chapter_judges_the_forecasts_of_the_index_as_they_did():
    metrics = json.loads((RESULTS / "csi300.json").read_text())["metrics"]
    names = ("unchanged", "past_mean", "last_value", "linear", "ridge", "lstm")
    in_errors = {
        name: metrics[f"{name}_less_mean"] / metrics[f"{name}_less_mean_error"] for name in names
    }
    assert round(2 * in_errors["lstm"]) == 3  # one and a half
    assert round(2 * in_errors["last_value"]) == 7
    assert max(abs(in_errors[name]) for name in names if name != "last_value") < 2
    assert abs(in_errors["ridge"]) < in_errors["lstm"]
    validation = {name: metrics[f"validation_{name}"] for name in ("mean", "ridge", "lstm")}
    assert validation["ridge"] < validation["mean"] < validation["lstm"]
    assert validation["lstm"] - validation["ridge"] < 0.002  # hardly anything


WORDS = ["good", "fine", "bad", "poor", "film", "the", "."]


@pytest.fixture(scope="module")
def reviews():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 240)
    texts = []
    for label in labels:
        words = list(rng.choice(["the", "film", "plot", "."], rng.integers(3, 12)))
        words.insert(rng.integers(len(words)), rng.choice(WORDS[:2] if label else WORDS[2:4]))
        texts.append(" ".join(words) + f" {rng.integers(10**9)}")
    texts[5] = texts[100]
    return Reviews(texts, labels)


TINY = imdb.Settings(
    vocabulary_size=30,
    review_length=8,
    units=4,
    dropout=0.1,
    epochs=8,
    batch_size=16,
    middle_rate=0.02,
    pairs_size=200,
    bag_length=40,
    bag_epochs=8,
    bag_learning_rate=0.05,
    bag_middle_penalty=1e-2,
    largest_grid=4,
    seeds=(0, 1),
)


def vectors():
    return WordVectors(WORDS, np.random.default_rng(1).standard_normal((7, 6)).astype(np.float32))


def films(rng, sides):
    """Reviews of films, ten of each; a film has a name of three words. First the bad ones."""
    documents, labels, film = [], [], []
    for label, numbers in sides:
        for number in numbers:
            for _ in range(10):
                name = [f"{part}{number}" for part in "abc"]
                documents.append([*rng.choice(["the", "plot", "cast"], 6), *name])
                labels.append(label)
                film.append(number)
    return documents, np.array(labels), np.array(film)


def test_no_film_is_on_both_sides_of_the_split(rng):
    # Film 15 has the last bad reviews; 0 to 2 have good ones, 2 the last of them.
    documents, labels, film = films(rng, [(0, range(16)), (1, [*range(20, 34), 0, 1, 2])])
    split = imdb.split_by_film(documents, labels, 0.1)
    held = [set(film[part]) for part in split]
    assert not held[0] & (held[1] | held[2])
    assert not held[1] & held[2]
    assert held[2] == {14, 15, 1, 2}
    assert [set(labels[part]) for part in split] == [{0, 1}] * 3
    # The bad reviews of films 0 to 2 are left out, and the part of a film that a cut went through.
    assert {0, 1, 2} & held[0] == set()
    assert {3, 4, 20, 21} < held[0]


def test_two_shared_names_are_not_enough(rng):
    rare = [["a", "b", "c"], ["a", "b"], ["b", "c", "d", "a"], ["x", "y", "z"]]
    assert imdb.alike(rare, [1, 2, 3], [0]).tolist() == [2]
    documents = [["the", f"a{n}"] for n in range(60)]
    assert imdb.rare_words(documents)[7] == ["a7"]


def test_a_random_split_has_the_same_sizes_and_reviews(rng):
    split = imdb.Split(np.arange(6), np.arange(6, 9), np.arange(12, 14))
    mixed = imdb.in_random_order(split, rng)
    assert [len(part) for part in mixed] == [6, 3, 2]
    assert sorted(np.concatenate(mixed)) == sorted(np.concatenate(split))
    assert list(mixed.train) != list(split.train)


def test_pairs_stand_beside_the_words():
    assert imdb.and_pairs(["not", "bad", "."]) == ["not", "bad", ".", "not bad", "bad ."]
    vocabulary = {"not": 2, "bad": 3, "not bad": 4}
    bags = imdb.as_bags([["not", "bad", "not"], []], vocabulary, 3)
    assert bags.tolist() == [[2, 3, 0], [0, 0, 0]]


def test_gradients_of_a_bag(rng):
    network = imdb.Sequential(
        {
            "weights": imdb.Embedding(rng.standard_normal((6, 2)), padding=0),
            "sum": imdb.SumOverTokens(),
        }
    )
    tokens = np.array([[2, 3, 5], [1, 5, 0]])

    def forward(W):
        network.params["weights.W"][1:] = W
        return network.forward(tokens, training=True), None

    def backward(dy, _):
        network.backward(dy)
        return (network.grads["weights.W"][1:],)

    start = rng.standard_normal((5, 2))
    assert max(check_gradients(forward, backward, rng=rng, W=start).values()) < 1e-7
    network.params["weights.W"][0] = 0
    np.testing.assert_allclose(
        network(tokens)[1], network.params["weights.W"][[1, 5]].sum(axis=0), rtol=1e-12
    )


def test_gradients_of_the_reader(rng):
    table = rng.standard_normal((7, 3))
    table[0] = 0
    reader = imdb.ReviewReader(replace(TINY, dropout=0.0), table.astype(np.float32), rng)
    reader._embedding._W = reader._embedding.params["W"] = table
    for layer in (reader._gru, reader._decision.layers["out"]):
        for name, param in layer.params.items():
            layer.params[name] = 0.5 * rng.standard_normal(param.shape)
    tokens = np.array([[2, 3, 4, 0, 0], [5, 6, 2, 2, 0]])

    def forward(**values):
        for name, param in reader.params.items():
            param[...] = values[name]
        return reader.forward(tokens, training=True), None

    def backward(dy, _):
        reader.backward(dy)
        return tuple(reader.grads[name] for name in reader.params)

    inputs = {name: param.copy() for name, param in reader.params.items()}
    report = check_gradients(forward, backward, rng=rng, **inputs)
    assert "embedding.W" in report
    assert max(report.values()) < 1e-6, str(report)


def test_padding_changes_nothing(rng):
    reader = imdb.ReviewReader(TINY, rng.standard_normal((7, 3)).astype(np.float32), rng)
    tokens = np.array([[2, 3, 4]])
    padded = np.array([[2, 3, 4, 0, 0], [5, 6, 2, 2, 3]])
    np.testing.assert_allclose(
        reader.forward(tokens, training=False)[0],
        reader.forward(padded, training=False)[0],
        rtol=1e-5,
    )


def test_imdb(tmp_path, reviews):
    result = imdb.run(tmp_path, reviews, vectors(), TINY)
    metrics = result.metrics
    assert min(metrics["test_accuracy"], metrics["words_test_accuracy"]) > 0.8
    assert metrics["pairs_end_test_accuracy"] > 0.7
    for bag in ("words", "pairs", "words_end", "pairs_end"):
        losses = {
            row["penalty"]: row["validation_loss"] for row in result.tried if row.get("bag") == bag
        }
        assert 3 <= len(losses) <= 4
        assert metrics[f"{bag}_penalty"] == min(losses, key=losses.get)
        at_end = metrics[f"{bag}_penalty"] in (min(losses), max(losses))
        assert metrics[f"{bag}_penalty_at_end"] == at_end
        assert metrics[f"{bag}_validation_loss"] == min(losses.values())
    losses = {row["rate"]: row["validation_loss"] for row in result.tried if "rate" in row}
    assert {0.01, 0.02, 0.04} <= set(losses)
    assert metrics["rate"] == min(losses, key=losses.get)
    assert metrics["rate_at_end"] == (metrics["rate"] in (min(losses), max(losses)))
    assert metrics["left_out"] == 0
    assert metrics["reader_over_words"] == pytest.approx(
        metrics["test_accuracy"] - metrics["words_test_accuracy"]
    )
    assert metrics["reader_over_words_low"] <= metrics["reader_over_words"]
    assert len(result.by_seed["test_accuracy"]) == 2
    assert set(result.arrays["good_words"][:2]) == {"good", "fine"}
    assert set(result.arrays["bad_words"][:2]) == {"bad", "poor"}
    assert len(result.curve["validation_accuracy_mean"]) == 8
    assert sum(result.curve["length_count"]) == 240
    assert [row["good"] for row in result.table[:2]] == [True, False]
    # The first two made-up reviews hold the same words.
    assert result.table[0]["bag"] == result.table[1]["bag"]
    assert result.table[0]["gru"] != result.table[1]["gru"]


def test_a_third_bag_knows_the_words_of_the_second_and_no_pairs(tmp_path, reviews):
    settings = replace(TINY, vocabulary_size=5)
    metrics = imdb_bags.run(tmp_path, reviews, settings).metrics
    assert metrics["words_known"] == 5 < metrics["more_words_known"] < metrics["pairs_known"] == 200
    assert metrics["pairs_least"] <= metrics["more_words_least"] < metrics["words_least"]
    for name in ("words", "more_words", "pairs"):
        assert metrics[f"{name}_penalty"] > 0
    added = metrics["more_words_over_words"] + metrics["pairs_over_more_words"]
    assert added == pytest.approx(metrics["pairs_over_words"])
    assert metrics["pairs_over_words_paired_error"] > 0
    assert metrics["once"] > 150  # each review has a number of its own at its end
    assert 0.5 < metrics["first_hundred"] < 1


def test_lengths_are_counted_in_columns():
    counts = imdb.length_counts(np.array([0, 49, 50, 949, 950, 5000]))
    assert counts == [2, 1, *[0] * 16, 1, 2]


def test_waves_without_a_state(tmp_path):
    settings = waves_plain.Settings(
        recurrent=waves.Settings(
            units=8, train_size=400, validation_size=100, epochs=4, batch_size=50
        ),
        short_epochs=3,
        hidden=8,
        largest_grid=4,
    )
    result = waves_plain.run(tmp_path, settings, (0, 1))
    metrics = result.metrics
    lengths = {"": 3, "long_": 4}
    assert {f"{name}epochs": metrics[f"{name}epochs"] for name in lengths} == {
        "epochs": 3,
        "long_epochs": 4,
    }
    for length, name in product(lengths, ("plain", "recurrent")):
        side = length + name
        tried = {
            row["rate"]: row["mse"]
            for row in result.tried
            if (row["epochs"], row["side"]) == (lengths[length], name)
        }
        rate = metrics[f"{side}_rate"]
        assert tried[rate] == min(tried.values())
        assert {0.003, 0.006, 0.012} <= {*tried}
        assert metrics[f"{side}_rate_at_end"] == (rate in (min(tried), max(tried)))
        error = metrics[f"{side}_mse"]
        assert error == np.mean(result.by_seed[f"{side}_mse"])
        assert metrics[f"{side}_over_best"] == pytest.approx(error / metrics["best_mse"])
        assert metrics[f"{side}_over_best"] > 1
        excess = (error - 0.01) / (metrics["best_mse"] - 0.01)
        assert metrics[f"{side}_excess"] == pytest.approx(excess)
        # Below the error of foretelling 0, so it has learned something.
        assert error < 0.5
    assert 1.2 < metrics["waves_excess"] < 1.4
    assert metrics["plain_parameters"] == 10 * 8 + 8 + 8 * 8 + 8 + 8 * 10 + 10
    assert metrics["recurrent_parameters"] == 8 + 64 + 8 + 80 + 10
    difference = metrics["recurrent_mse"] - metrics["plain_mse"]
    assert metrics["difference"] == pytest.approx(difference)


def test_the_result_of_imdb_is_of_these_settings_and_adds_up():
    content = json.loads((RESULTS / "imdb.json").read_text())
    assert content["settings"] == json.loads(json.dumps(asdict(imdb.Settings())))
    metrics, seeds = content["metrics"], content["by_seed"]["test_accuracy"]
    assert metrics["test_accuracy"] == pytest.approx(np.mean(seeds), rel=1e-5)
    assert len(seeds) == len(content["seeds"]) == 5
    parts = ("train_size", "validation_size", "test_size", "left_out")
    assert sum(metrics[part] for part in parts) == 25_000
    assert sum(content["curve"]["length_count"]) == 25_000
    assert metrics["pairs_test_accuracy"] > 0.88
    assert metrics["pairs_over_words_low"] > 0
    for other in ("words", "words_end", "pairs_end"):
        difference = metrics[f"reader_over_{other}"]
        assert difference == pytest.approx(
            metrics["test_accuracy"] - metrics[f"{other}_test_accuracy"], abs=1e-5
        )
        assert metrics[f"reader_over_{other}_low"] < difference


def test_what_the_chapter_on_reading_says_of_imdb_holds():
    content = json.loads((RESULTS / "imdb.json").read_text())
    metrics, curve, made_up = content["metrics"], content["curve"], content["table"]
    bags = ("words", "pairs", "words_end", "pairs_end")
    assert not any(metrics[f"{bag}_penalty_at_end"] for bag in bags)
    assert not metrics["rate_at_end"]
    assert metrics["reader_over_words_end_low"] > 0
    for other in ("pairs_end", "words"):
        assert metrics[f"reader_over_{other}_low"] < 0 < metrics[f"reader_over_{other}_high"]
    right = {bag: metrics[f"{bag}_test_accuracy"] for bag in bags}
    assert max(right, key=right.get) == "pairs"
    assert right["pairs"] > metrics["test_accuracy"]
    for bag in ("words", "pairs"):
        assert right[bag] - right[f"{bag}_end"] > metrics["reader_over_words_end"]
    *_, before, last = curve["validation_loss_mean"]
    assert 0 < before - last < 0.001
    chances = [row["gru"] for row in made_up]
    assert chances[1] < chances[0] < 0.5
    assert abs(chances[2] - chances[3]) < 0.01
    assert content["tested"]["readings"]["data"] == 3


def test_most_of_what_pairs_add_is_the_order():
    bags = json.loads((RESULTS / "imdb-bags.json").read_text())
    metrics = bags["metrics"]
    assert bags["settings"] == json.loads(json.dumps(asdict(imdb_bags.SETTINGS)))
    assert not any(metrics[f"{bag}_penalty_at_end"] for bag in ("words", "more_words", "pairs"))
    assert metrics["pairs_over_more_words_low"] > 0
    assert metrics["pairs_over_more_words"] > 4 * metrics["more_words_over_words"] > 0
    earlier = json.loads((RESULTS / "imdb.json").read_text())["metrics"]
    for bag in ("words", "pairs"):
        assert bags["by_seed"][f"{bag}_test_accuracy"][0] == earlier[f"{bag}_test_accuracy"]


def test_the_trained_network_passes_on_more_than_the_same_network_at_its_start():
    """The figure's thin line of factor 1 and its thick one are one network, before and after."""
    found = json.loads((RESULTS / "waves.json").read_text())
    start, trained = found["curve"]["untrained_flow"], found["curve"]["trained_flow"]
    assert trained[0] == found["metrics"]["trained_kept"] > 5 * start[0]
    assert len(start) == len(trained) == found["metrics"]["flow_steps"] + 1
    other = found["metrics"]["kept"]  # another draw of an orthogonal matrix
    assert 1.5 < start[0] / other < 2


def test_what_the_chapter_says_of_both_networks_for_waves_holds():
    content = json.loads((RESULTS / "waves-plain.json").read_text())
    metrics = content["metrics"]
    assert content["settings"] == json.loads(json.dumps(asdict(waves_plain.Settings())))
    assert metrics["difference_low"] < 0 < metrics["difference_high"]
    assert metrics["long_difference_high"] < 0
    assert 0.005 < -metrics["long_difference"] / metrics["best_mse"] < 0.015
    for length in ("", "long_"):
        for side in ("plain", "recurrent"):
            assert not metrics[f"{length}{side}_rate_at_end"]
            assert metrics[f"{length}{side}_over_best"] < 1.1
        recurrent, plain = (metrics[f"{length}{side}_seconds"] for side in ("recurrent", "plain"))
        assert recurrent > 2 * plain
