"""The experiments on MNIST, run small: on the sample in the repository, for an epoch or two."""

import json
import math
import os
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from backprop import load_mnist_sample
from backprop.data.mnist import Digits
from experiments import mnist, mnist_mlp, mnist_sample, mnist_search, mnist_sgd, mnist_zero_init
from experiments.mnist import (
    Settings,
    build,
    confusion,
    examine_networks,
    measure,
    mistakes,
    split_digits,
)

SMALL = Settings(hidden=(16,), optimizer="momentum", learning_rate=0.1, schedule="cosine", epochs=2)


@pytest.fixture(scope="module")
def digits():
    return load_mnist_sample()


def numbered(train, test):
    """Digits that can be told apart: each image's first pixels hold its number."""
    images = np.zeros((train + test, 28, 28), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = np.divmod(np.arange(train + test), 256)
    labels = (np.arange(train + test) % 10).astype(np.uint8)
    return Digits(images[:train], labels[:train], images[train:], labels[train:])


def numbers(x):
    return np.rint(255 * (256 * x[:, 0] + x[:, 1])).astype(int)


def test_split_of_all_of_mnist_has_the_sizes_promised():
    split = split_digits(numbered(60_000, 10))
    assert [len(part) for part in split] == [55_000, 55_000, 5_000, 5_000]
    assert split.train_x.shape == (55_000, 784)
    assert split.train_x.dtype == np.float32


def test_split_loses_nothing_and_mixes_nothing():
    split = split_digits(numbered(240, 30))
    train, validation = numbers(split.train_x), numbers(split.validation_x)
    assert len(validation) == 20
    assert sorted([*train, *validation]) == list(range(240))
    np.testing.assert_array_equal(split.train_y, train % 10)
    np.testing.assert_array_equal(split.validation_y, validation % 10)
    assert max(validation) - min(validation) > 100  # drawn at random, not the last ones
    again = split_digits(numbered(240, 30))
    np.testing.assert_array_equal(again.validation_x, split.validation_x)


def test_build():
    network = build(replace(SMALL, hidden=(7, 5)), 784, np.random.default_rng(0))
    assert {name: param.shape for name, param in network.params.items()} == {
        "0.W": (784, 7),
        "0.b": (7,),
        "2.W": (7, 5),
        "2.b": (5,),
        "4.W": (5, 10),
        "4.b": (10,),
    }
    assert all(param.dtype == np.float32 for param in network.params.values())
    assert network.params["0.W"].std() == pytest.approx(math.sqrt(2 / 784), rel=0.05)


def one_hot(predictions, sureness):
    logits = np.zeros((len(predictions), 10), np.float32)
    logits[np.arange(len(predictions)), predictions] = sureness
    return logits


def test_confusion_by_hand():
    counts = confusion(one_hot([3, 3, 5, 5], 1), np.array([3, 8, 5, 5], np.uint8))
    expected = np.zeros((10, 10), int)
    expected[3, 3], expected[8, 3], expected[5, 5] = 1, 1, 2  # row: the digit; column: the reading
    np.testing.assert_array_equal(counts, expected)


def test_mistakes_by_hand(monkeypatch):
    monkeypatch.setattr(mnist, "MISTAKES", 2)
    digits = numbered(0, 5)  # labels 0 to 4
    found = mistakes(one_hot([0, 9, 8, 7, 4], [9, 1, 3, 2, 9]), digits)
    assert found["mistakes_indices"].tolist() == [2, 3]  # the surest first; the third is cut off
    assert found["mistakes_labels"].tolist() == [2, 3]
    assert found["mistakes_predictions"].tolist() == [8, 7]
    sure = [math.exp(3) / (math.exp(3) + 9), math.exp(2) / (math.exp(2) + 9)]
    np.testing.assert_allclose(found["mistakes_probabilities"], sure, rtol=1e-6)
    rest = [1 / (math.exp(3) + 9), 1 / (math.exp(2) + 9)]
    np.testing.assert_allclose(found["mistakes_label_probabilities"], rest, rtol=1e-6)
    np.testing.assert_array_equal(found["mistakes_images"], digits.test_images[[2, 3]])


def test_measure_agrees_with_itself(digits):
    split = split_digits(digits)
    result, network, history = measure(SMALL, split)
    metrics = result.metrics
    assert metrics["parameters"] == 784 * 16 + 16 + 16 * 10 + 10
    assert 0 < metrics["seconds_of_processor"] <= 1.01 * os.cpu_count() * result.seconds
    assert metrics["validation_accuracy"] == max(history.validation_accuracy)
    # The network is the one that validated best.
    scores = network.forward(split.validation_x, training=False)
    accuracy = np.mean(scores.argmax(axis=1) == split.validation_y)
    assert metrics["validation_accuracy"] == pytest.approx(accuracy)
    assert abs(metrics["initial_loss"] - math.log(10)) < 0.5
    assert result.curve["epoch"] == [1, 2]
    assert result.curve["learning_rate"] == pytest.approx([0.1, 0.05])
    assert {len(series) for series in result.curve.values()} == {2}
    assert json.loads(json.dumps(result.settings))["hidden"] == [16]
    assert result.networks[0].keys() == network.params.keys()


def test_examined_networks_agree_with_themselves(digits):
    split = split_digits(digits)
    results = [measure(replace(SMALL, seed=seed), split)[0] for seed in (0, 1)]
    networks = [result.networks[0] for result in results]
    first, second = examine_networks(SMALL, networks, digits)
    metrics, counts = first.metrics, first.arrays["confusion"]
    assert counts.sum() == metrics["test_size"] == 500
    np.testing.assert_array_equal(counts.sum(axis=1), np.bincount(digits.test_labels))
    assert metrics["test_errors"] == 500 - np.trace(counts)
    assert metrics["test_accuracy"] == pytest.approx(np.trace(counts) / 500)
    assert metrics["test_accuracy"] > 0.6
    assert len(first.arrays["mistakes_images"]) == 24
    assert second.metrics["test_loss"] != metrics["test_loss"]
    swapped = [{**networks[0], "0.W": networks[0]["0.W"].T}]
    with pytest.raises(ValueError, match=r"0\.W in the weights that were kept has shape"):
        examine_networks(SMALL, swapped, digits)


def test_same_seed_same_numbers(digits):
    split = split_digits(digits)

    def numbers_of(settings):
        result, _, _ = measure(settings, split)
        metrics = {k: v for k, v in result.metrics.items() if not k.startswith("seconds")}
        return metrics, result.curve

    assert numbers_of(SMALL) == numbers_of(SMALL)
    assert numbers_of(SMALL) != numbers_of(replace(SMALL, seed=1))


@pytest.fixture
def untested(digits):
    """Digits whose test labels no class has: any use of one raises."""
    return digits._replace(test_labels=np.full(500, 255, np.uint8))


def test_mnist_mlp(digits, untested, tmp_path):
    result = mnist_mlp.run(tmp_path, untested, SMALL, seeds=(3, 4))
    assert result.seeds == (3, 4)
    checkpoints = {replace(SMALL, seed=seed).checkpoint(tmp_path) for seed in (3, 4)}
    assert set(tmp_path.iterdir()) == checkpoints
    found = mnist_mlp.examine(SMALL, result.networks, digits)
    assert all(tested.metrics["test_accuracy"] > 0.6 for tested in found)
    with pytest.raises(ValueError, match="255"):
        mnist_mlp.examine(SMALL, result.networks, untested)


def test_other_settings_do_not_take_up_a_checkpoint(digits, tmp_path):
    split = split_digits(digits)
    measure(SMALL, split, tmp_path)
    other = replace(SMALL, learning_rate=0.2)
    result, _, _ = measure(other, split, tmp_path)
    assert result.curve["learning_rate"][0] == 0.2
    assert result.curve == measure(other, split)[0].curve


def test_mnist_sgd(digits, untested, tmp_path):
    settings = replace(mnist_sgd.SETTINGS, hidden=(25,), epochs=1)
    result = mnist_sgd.run(tmp_path, untested, settings, seeds=(0, 1))
    steps = math.ceil((2000 - 166) / 100)
    assert result.curve["step"] == list(range(1, steps + 1))
    assert len(result.curve["step_loss"]) == steps
    assert result.curve["step_loss"][0] == result.by_seed["initial_loss"][0]
    assert result.arrays["first_layer"].shape == (20, 28, 28)
    assert len(mnist_sgd.examine(settings, result.networks, digits)) == 2


def test_first_layer_shows_what_each_unit_reads(digits, tmp_path):
    """The weights of unit m come as image m, a pixel's weight where the pixel is."""
    settings = replace(mnist_sgd.SETTINGS, hidden=(25,), epochs=1, learning_rate=0.0)
    result = mnist_sgd.run(tmp_path, digits, settings, seeds=(6, 7))
    initial = build(settings, 784, np.random.default_rng(6)).params["0.W"]
    assert result.arrays["first_layer"][3, 10, 5] == initial[10 * 28 + 5, 3]


def test_zero_initialisation_leaves_the_units_equal(digits, tmp_path):
    settings = replace(mnist_zero_init.SETTINGS, hidden=(12,), epochs=3)
    result = mnist_zero_init.run(tmp_path, digits, settings, seeds=(0, 1))
    metrics = result.metrics
    assert metrics["units"] == metrics["he_distinct_units"] == 12
    assert metrics["zeros_distinct_units"] == metrics["constant_distinct_units"] == 1
    assert metrics["he_validation_accuracy"] > metrics["constant_validation_accuracy"]
    # Zeros learn nothing but how frequent the classes are.
    assert metrics["zeros_validation_accuracy"] <= metrics["commonest_class_accuracy"]
    assert metrics["zeros_loss"] == pytest.approx(math.log(10), abs=0.05)
    assert len(result.curve["zeros_loss"]) == len(result.curve["step"])


def test_units_that_differ_by_rounding_are_the_same():
    W = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    assert mnist_zero_init.distinct_units(W) == 3
    equal = W[:, [0, 1, 0, 0]]
    equal[:, 2] = np.nextafter(equal[:, 2], np.inf)
    assert len(np.unique(equal, axis=1).T) == 3
    assert mnist_zero_init.distinct_units(equal) == 2
    assert mnist_zero_init.distinct_units(np.zeros((5, 4), np.float32)) == 1


def test_search_seeks_one_setting_after_the_other_and_tests_none(untested, tmp_path):
    start = replace(SMALL, epochs=1, weight_decay=1e-4)
    plans = {
        "a": mnist_search.Plan(start, ["learning_rate"]),
        "b-c": mnist_search.Plan(replace(start, hidden=(10,)), ["learning_rate", "weight_decay"]),
    }
    found = mnist_search.run(tmp_path, untested, plans, seeds=(0, 1))
    for purpose, plan in plans.items():
        rows = [row for row in found.tried if row["for"] == purpose]
        best = max(rows, key=lambda row: row["validation_accuracy"])
        assert best["validation_accuracy"] > 0.5
        for what in plan.sought:
            assert found.metrics[f"{purpose.replace('-', '_')}_{what}"] == best[what]
            values = sorted({row[what] for row in rows})
            assert len(values) >= 3
            assert all(b == 2 * a for a, b in pairwise(values))
    # What is sought second is sought with the best of what was sought first.
    rate = found.metrics["b_c_learning_rate"]
    decays = [row for row in found.tried if row["for"] == "b-c" and row["weight_decay"] != 1e-4]
    assert {row["learning_rate"] for row in decays} == {rate}
    json.dumps(found.tried)


def test_sample_is_drawn_without_replacement():
    sample = mnist_sample.draw_sample(numbered(5000, 1000))
    assert [len(part) for part in sample] == [2000, 2000, 500, 500]
    drawn = numbers(sample.train_images.reshape(2000, -1) / 255)
    assert len(set(drawn)) == 2000
    np.testing.assert_array_equal(sample.train_labels, drawn % 10)
    tests = numbers(sample.test_images.reshape(500, -1) / 255)
    assert len(set(tests)) == 500
    assert min(tests) >= 5000
    np.testing.assert_array_equal(sample.test_labels, tests % 10)
