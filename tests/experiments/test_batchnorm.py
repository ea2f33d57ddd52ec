"""The experiments with and without batch norm, run small, on the sample in the repository."""

from dataclasses import replace

import numpy as np
import pytest

from backprop import BatchNorm, Linear, ReLU
from experiments import batchnorm_cnn, batchnorm_depth, batchnorm_scales, small_batches
from experiments.batchnorm_scales import ScaleSettings, build, sizes_at_start
from experiments.comparison import paired_difference
from experiments.mnist import Split, sample_of, split_digits
from experiments.small_batches import BatchSettings

KINDS = ("plain", "batch_norm")


@pytest.fixture(scope="module")
def scales(digits, tmp_path_factory):
    settings = ScaleSettings(
        scales=(3.0, 0.1, 1e-4), rates=(1e-9, 0.1), hidden=(30, 20), epochs=6, samples=400
    )
    return batchnorm_scales.run(tmp_path_factory.mktemp("runs"), digits, settings, seeds=(0, 1))


def test_batch_norm_makes_the_scale_of_the_weights_matter_less(scales):
    assert scales.curve["scale"] == [3.0, 0.1, 1e-4]
    assert scales.curve["rate"] == [1e-9, 0.1]
    assert scales.metrics["batch_norm_mean"] > scales.metrics["plain_mean"]
    assert scales.curve["plain_accuracy"][-1] < 0.3
    for kind in KINDS:
        means = scales.curve[f"{kind}_accuracy"]
        assert scales.metrics[f"{kind}_worst"] == min(means)
        assert scales.metrics[f"{kind}_mean"] == pytest.approx(np.mean(means))
    for name, order in (("activation", 1), ("gradient", -1)):
        sizes = scales.arrays[f"{name}_plain_2"]
        assert sizes.shape == scales.arrays[f"{name}_batch_norm_2"].shape == (2,)
        assert (np.diff(order * sizes) < 0).all()
    ends = [scales.arrays[f"activation_{kind}_2"][-1] for kind in KINDS]
    assert ends[1] > 1e4 * ends[0]


def test_the_rate_is_chosen_on_other_seeds_and_digits_than_it_is_judged_on(scales):
    for kind in KINDS:
        tried = {
            (row["scale"], row["rate"]): row["accuracy"]
            for row in scales.tried
            if row["kind"] == kind
        }
        assert len(tried) == scales.metrics["candidates"] == 8  # He's start is one more
        rows = [row for row in scales.table if row["kind"] == kind]
        for row in rows:
            best = max((1e-9, 0.1), key=lambda rate: tried[row["scale"], rate])
            assert row["rate"] == best
            assert len(row["accuracy"]) == 2
        winner = max(rows, key=lambda row: tried[row["scale"], row["rate"]])
        assert (winner["scale"] is None) == scales.metrics[f"{kind}_from_he"]
        assert rows[-1]["scale"] is None
        assert np.mean(rows[-1]["accuracy"]) == scales.metrics[f"{kind}_he_accuracy"]
        assert np.mean(winner["accuracy"]) == pytest.approx(scales.metrics[f"{kind}_accuracy"])
    assert scales.metrics["judged_on"] == 20  # of 40 validation digits


def test_the_gain_is_that_of_pairs(scales):
    best = {}
    for kind in KINDS:
        rows = [row for row in scales.table if row["kind"] == kind]
        accuracy = scales.metrics[f"{kind}_accuracy"]
        best[kind] = next(r for r in rows if np.mean(r["accuracy"]) == accuracy)
    wanted = paired_difference(best["batch_norm"]["accuracy"], best["plain"]["accuracy"])
    found = [scales.metrics[name] for name in ("gain", "gain_low", "gain_high")]
    assert found == [wanted.mean, wanted.low, wanted.high]


def test_networks_of_a_pair_start_alike_but_for_the_scale():
    split = Split(np.zeros((3, 4), np.float32), np.zeros(3, np.uint8), None, None)

    def made(**options):
        return build((3,), split, np.random.default_rng(1), **options)

    plain, norm = made(scale=2.0, batch_norm=False), made(scale=2.0, batch_norm=True)
    assert [type(layer) for layer in norm.layers.values()] == [Linear, BatchNorm, ReLU, Linear]
    assert [type(layer) for layer in plain.layers.values()] == [Linear, ReLU, Linear]
    np.testing.assert_array_equal(norm.params["0.W"], plain.params["0.W"])
    np.testing.assert_array_equal(norm.params["3.W"], plain.params["2.W"])
    small = made(scale=0.02, batch_norm=True)
    np.testing.assert_allclose(100 * small.params["0.W"], norm.params["0.W"], rtol=1e-5)
    np.testing.assert_array_equal(small.params["3.W"], norm.params["3.W"])


def test_digits_differ_from_seed_to_seed(digits):
    split = split_digits(digits)
    drawn = [sample_of(split, 50, np.random.default_rng(seed)) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(drawn[0].train_y, drawn[1].train_y)
    assert (drawn[0].train_y != drawn[2].train_y).any()
    assert drawn[0].train_x.shape == (50, 784)
    assert drawn[0].validation_x is split.validation_x


def test_sizes_at_start_are_those_of_each_layer():
    """Two layers with ReLU between, by hand: the gradient is that for what goes into the ReLU."""
    x, target = np.float32([[1, -2, 3, 0.5], [0, 1, 1, -1]]), np.array([3, 1], np.uint8)
    split = Split(x, target, x, target)
    network = build((3,), split, np.random.default_rng(0), scale=1.0, batch_norm=False)
    W1, W2 = network.params["0.W"], network.params["2.W"]
    h = np.maximum(x @ W1, 0)
    e = np.exp(h @ W2)
    p = e / e.sum(axis=1, keepdims=True)
    p[[0, 1], target] -= 1
    dz = (p / 2 @ W2.T) * (h > 0)
    sizes = sizes_at_start(network, x, target)
    np.testing.assert_allclose(sizes["activation"], [np.sqrt((h**2).mean())], rtol=1e-5)
    np.testing.assert_allclose(sizes["gradient"], [np.sqrt((dz**2).mean())], rtol=1e-5)


def test_a_run_that_overflows_stays_at_guessing(digits, tmp_path):
    settings = ScaleSettings(scales=(1e8,), rates=(1.0,), epochs=2, samples=200)
    result = batchnorm_scales.run(tmp_path, digits, settings, seeds=(0, 1))
    plain = [row for row in result.tried if row["kind"] == "plain"]
    assert [row["accuracy"] for row in plain if row["scale"] == 1e8] == [0.1]
    assert result.curve["plain_accuracy"] == [0.1]


def test_convolutional_network_with_and_without_batch_norm(digits, tmp_path):
    settings = replace(
        batchnorm_cnn.SETTINGS, blocks=((3,),), hidden=(10,), epochs=3, batch_size=20
    )
    result = batchnorm_cnn.run(
        tmp_path, digits, settings, rates=(0.1, 1e30), samples=300, seeds=(0, 1)
    )
    assert result.curve["rate"] == result.settings["rates"] == [0.1, 1e30]
    assert {"learning_rate", "batch_norm", "seed"}.isdisjoint(result.settings)
    assert result.curve["plain_tried"][1] == 0.1
    judged = {row["kind"]: row["accuracy"] for row in result.table}
    for kind in KINDS:
        assert result.metrics[f"{kind}_rate"] == 0.1
        assert result.metrics[f"{kind}_near"] == 1
        assert len(judged[kind]) == 2
        assert np.mean(judged[kind]) == result.metrics[f"{kind}_accuracy"] > 0.2
    wanted = paired_difference(judged["batch_norm"], judged["plain"])
    assert result.metrics["gain"] == wanted.mean


def test_gradients_grow_with_depth_only_with_batch_norm(digits, tmp_path):
    result = batchnorm_depth.run(
        tmp_path, digits, (60,) * 12, 200, few=(30, 20), scales=(1.0, 0.1), seeds=(0, 1)
    )
    assert result.curve["scale"] == [1.0, 0.1]
    first, second = result.curve["batch_norm_gradient"]
    assert second == pytest.approx(10 * first, rel=0.02)
    first, second = result.curve["plain_activation"]
    assert first == pytest.approx(100 * second, rel=1e-5)
    assert result.metrics["layers"] == len(result.curve["plain"]) == 12
    assert 1.15 < result.metrics["batch_norm_factor"] < 1.3
    assert 0.9 < result.metrics["plain_factor"] < 1.1
    for kind in KINDS:
        growths = [found[f"{kind}_growth"] for found in by_seed(result)]
        factors = [found[f"{kind}_factor"] for found in by_seed(result)]
        np.testing.assert_allclose(np.power(factors, 10), growths, rtol=1e-6)
        assert result.curve[kind][1] == growths[0]
        assert result.curve[kind][-1] == 1


def by_seed(result):
    names = list(result.by_seed)
    return [
        dict(zip(names, row, strict=True)) for row in zip(*result.by_seed.values(), strict=True)
    ]


def test_norms_in_small_batches(digits, tmp_path):
    settings = BatchSettings(
        batch_sizes=(4, 8),
        rates=(0.05, 10.0),
        channels=(2, 4),
        groups=2,
        samples=160,
        epochs=3,
        search_seeds=(100,),
    )
    result = small_batches.run(tmp_path, digits, settings, seeds=(0, 1))
    assert result.curve["batch_size"] == [4, 8]
    judged = {(row["kind"], row["batch_size"]): row for row in result.table}
    assert len(judged) == 6
    for (kind, size), row in judged.items():
        assert row["rate"] == result.metrics[f"rate.{kind}.{size}"] == 0.05
        errors = result.curve[f"{kind}_errors"][(4, 8).index(size)]
        assert errors == pytest.approx(result.metrics[f"errors.{kind}.{size}"])
        assert errors == pytest.approx(1 - np.mean(row["accuracy"]))
    assert np.mean(result.curve["group_norm_errors"] + result.curve["batch_norm_errors"]) < 0.85
    tried = [row["accuracy"] for row in result.tried if row["rate"] == 10.0]
    assert len(tried) == 6
    assert max(tried[:2]) < 0.4  # the plain network guesses
    for other in ("group_norm", "plain"):
        pair = [judged[kind, 4]["accuracy"] for kind in (other, "batch_norm")]
        assert result.metrics[f"{other}_ahead.4"] == paired_difference(*pair).mean


def test_running_statistics_remember_as_many_images_in_any_batch():
    """After N images of ones, from 0, the mean is 1 − exp(−N/remembered), about."""
    settings = BatchSettings(channels=(3,), remembered=64)
    for size in (2, 8):
        rng = np.random.default_rng(0)
        network = small_batches.build("batch_norm", settings, size, 28, rng)
        norm = list(network.layers.values())[1]
        for _ in range(64 // size):
            norm.forward(np.ones((size, 3, 2, 2), np.float32), training=True)
        np.testing.assert_allclose(norm.buffers["mean"], 1 - np.exp(-1), rtol=0.04)
