"""The experiment on five small networks, run smaller still, on the digits in the repository."""

import json

import numpy as np
import pytest

from backprop import BatchNorm, Concatenate, ReLU, Residual, Sequential, load_mnist_sample
from experiments import small_networks
from experiments.architectures import Beside, Conv, Dense, Norm, Plus, Pool, bottleneck, count
from experiments.comparison import paired_difference
from experiments.record import RESULTS
from experiments.small_architectures import IMAGE, NETWORKS, build
from experiments.small_networks import Settings, compared


@pytest.fixture(scope="module")
def result(digits, tmp_path_factory):
    few = digits._replace(test_images=digits.test_images[:90], test_labels=digits.test_labels[:90])
    networks = {name: NETWORKS[name] for name in ("lenet", "densenet")}
    folder = tmp_path_factory.mktemp("runs")
    return small_networks.run(folder, few, Settings(epochs=2), seeds=(0, 1), networks=networks)


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_counted_is_what_is_trained(name):
    network = build(NETWORKS[name], IMAGE, np.random.default_rng(0))
    costs = count(NETWORKS[name], IMAGE)
    assert sum(param.size for param in network.params.values()) == costs.parameters
    scores = network.forward(np.zeros((3, *IMAGE), np.float32), training=True)
    assert scores.shape == (3, 10)
    assert scores.dtype == np.float32
    assert network.backward(np.ones_like(scores)).shape == (3, *IMAGE)


def test_what_is_recorded_is_what_the_networks_cost():
    recorded = json.loads((RESULTS / "small-networks.json").read_text(encoding="utf-8"))
    for name, network in NETWORKS.items():
        costs = count(network, IMAGE)
        found = [recorded["metrics"][f"{name}_{what}"] for what in costs._fields[:2]]
        assert found == list(costs[:2])
        accuracies = recorded["by_seed"][f"{name}_test_accuracy"]
        assert len(accuracies) == len(recorded["seeds"]) >= 5
        assert np.mean(accuracies) == pytest.approx(recorded["metrics"][f"{name}_test_accuracy"])


def test_all_cost_what_lenet_costs():
    of_lenet = count(NETWORKS["lenet"], IMAGE).multiplications
    for network in NETWORKS.values():
        assert count(network, IMAGE).multiplications == pytest.approx(of_lenet, rel=0.025)


def test_a_list_becomes_the_layers_it_names():
    names = (Conv(2, 3), Norm(), Pool(2, 2), Beside(((), (Norm(),))), Plus(()), Dense(5), Dense(3))
    network = build(names, (1, 4, 4), np.random.default_rng(0))
    shown = [type(layer).__name__ for layer in network.layers.values()]
    norm = ["BatchNorm", "ReLU"]
    ends = ["Flatten", "Linear", "ReLU", "Linear"]
    assert shown == ["Conv2d", *norm, "MaxPool2d", "Concatenate", "Residual", *ends]
    beside, plus = list(network.layers.values())[4:6]
    assert isinstance(beside, Concatenate)
    assert isinstance(plus, Residual)
    way, branch = beside.layers.values()
    x = np.full((2, 2, 2, 2), -3.0, np.float32)
    np.testing.assert_array_equal(way(x), x)
    assert isinstance(branch, Sequential)
    norm_layer, relu = branch.layers.values()
    assert isinstance(norm_layer, BatchNorm)
    assert isinstance(relu, ReLU)
    np.testing.assert_array_equal(plus(x), 2 * x)


def test_groups_and_a_way_are_made_as_they_are_counted():
    way = (Conv(8, 1, 2, bias=False), Norm())
    block = Plus(bottleneck(6, 8, groups=3, stride=2), way)
    network = build([block], (4, 6, 6), np.random.default_rng(0))
    assert sum(param.size for param in network.params.values()) == count([block], (4, 6, 6))[0]
    x = np.random.default_rng(1).normal(size=(2, 4, 6, 6)).astype(np.float32)
    y = network.forward(x, training=True)
    assert y.shape == (2, 8, 3, 3)
    assert network.backward(y).shape == x.shape
    assert network.params["0.3.W"].shape == (6, 2, 3, 3)  # behind a convolution, a norm, a ReLU
    assert network.params["0.way.0.W"].shape == (8, 4, 1, 1)


def test_a_block_has_the_gradients_of_central_differences():
    rng = np.random.default_rng(0)
    network = build([Beside(((), (Conv(2, 3),))), Pool(None), Dense(3)], (2, 4, 4), rng)
    x, dy = rng.normal(size=(2, 2, 4, 4)).astype(np.float32), np.ones((2, 3), np.float32)
    network.forward(x, training=True)
    dx = network.backward(dy)
    for at in [(0, 0, 0, 0), (1, 1, 2, 3)]:
        step = np.zeros_like(x)
        step[at] = 0.5  # it is linear
        slope = (network(x + step) - network(x - step)).sum()
        assert dx[at] == pytest.approx(slope, rel=1e-3)


def test_each_rate_was_tried_and_the_best_is_taken(result):
    for name in ("lenet", "densenet"):
        rows = [row for row in result.tried if row["network"] == name]
        best = max(rows, key=lambda row: row["accuracy"])
        assert result.metrics[f"{name}_rate"] in [
            row["rate"] for row in rows if row["accuracy"] == best["accuracy"]
        ]
        at_end = result.metrics[f"{name}_rate"] in (rows[0]["rate"], rows[-1]["rate"])
        assert result.metrics[f"{name}_at_end"] == at_end


def test_marks_are_of_every_seed(result):
    for name in ("lenet", "densenet"):
        marks = result.by_seed[f"{name}_test_accuracy"]
        assert len(marks) == 2
        assert result.metrics[f"{name}_test_accuracy"] == pytest.approx(np.mean(marks))
        assert all(0 < mark < 1 for mark in marks)
    over = [result.by_seed[f"{name}_test_accuracy"] for name in ("densenet", "lenet")]
    assert result.metrics["densenet_over_lenet"] == pytest.approx(np.subtract(*over).mean())
    assert result.metrics["test_size"] == 90


def test_a_difference_is_sure_over_seeds_and_over_images():
    rng = np.random.default_rng(0)
    good, bad = rng.random((5, 400)) < 0.9, rng.random((5, 400)) < 0.6
    found = compared("x", good, bad)
    seeds = paired_difference(good.mean(axis=1), bad.mean(axis=1))
    assert found["x"] == pytest.approx(seeds.mean)
    assert (found["x_low"], found["x_high"]) == (seeds.low, seeds.high)
    assert 0 < found["x_images_low"] < found["x"] < found["x_images_high"]
    assert found["x_is_sure"] == 1
    # A few images that every seed reads alike: sure over seeds, and not over images.
    first, second = np.ones((5, 20), bool), np.ones((5, 20), bool)
    second[:, 0] = False
    second[0, 1] = False
    first[0, 2] = False
    found = compared("x", first, second)
    assert found["x_low"] > 0 > found["x_images_low"]
    assert found["x_is_sure"] == 0


def test_what_overflows_is_the_worst_choice(monkeypatch, tmp_path):
    def overflow(*_):
        raise FloatingPointError("the loss is inf")

    learn = small_networks._learn
    monkeypatch.setattr(
        small_networks,
        "_learn",
        lambda network, rate, *rest: overflow() if rate > 0.01 else learn(network, rate, *rest),
    )
    sample = load_mnist_sample()
    few = sample._replace(
        train_images=sample.train_images[:240], train_labels=sample.train_labels[:240]
    )
    found = small_networks.run(
        tmp_path, few, Settings(epochs=1), (0, 1), {"lenet": NETWORKS["lenet"]}
    )
    rows = {row["rate"]: row["accuracy"] for row in found.tried}
    assert rows[2.0**-6] == 0
    assert found.metrics["lenet_rate"] <= 2.0**-7
