"""The experiment on mixed pixels, small."""

import numpy as np

from backprop import load_mnist_sample
from experiments.mnist import split_digits
from experiments.shuffled import CASES, Settings, mix, network, run

SMALL = Settings(digits=80, hidden=8, kernels=3, epochs=2, rates=(0.001, 0.01), search_seeds=(100,))


def test_four_cases_are_judged_in_pairs_each_at_its_own_rate():
    found = run(None, load_mnist_sample(), SMALL, (0, 1))
    assert len(found.tried) == len(CASES) * 2
    for case in CASES:
        best = max(
            (row for row in found.tried if row["case"] == case), key=lambda row: row["accuracy"]
        )
        assert found.metrics[f"{case}_rate"] == best["rate"]
    metrics = found.metrics
    for name in ("dense_loss", "convolution_loss", "gain_ordered", "gain_shuffled"):
        assert metrics[f"{name}_low"] <= metrics[name] <= metrics[f"{name}_high"]
    gain = metrics["convolution_shuffled_accuracy"] - metrics["dense_shuffled_accuracy"]
    assert abs(metrics["gain_shuffled"] - gain) < 1e-12


def test_the_two_networks_have_the_layers_that_the_chapter_says():
    rng = np.random.default_rng(0)
    dense, convolution = (network(case, Settings(), rng) for case in (CASES[0], CASES[2]))
    assert sum(value.size for value in dense.params.values()) == 785 * 100 + 101 * 10
    assert sum(value.size for value in convolution.params.values()) == 16 * 26 + (16 * 144 + 1) * 10


def test_each_seed_has_an_order_of_its_own_the_same_for_all_digits():
    split = split_digits(load_mnist_sample())
    first, again, second = (mix(split, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.train_x, again.train_x)
    assert (first.train_x != second.train_x).any()
    # What stands in a place comes from one place, in training and in validation alike.
    both = [np.concatenate([part.train_x, part.validation_x]) for part in (split, first)]
    pixels, mixed = (sorted(map(tuple, images.T)) for images in both)
    assert pixels == mixed
    assert (both[0] != both[1]).any()
