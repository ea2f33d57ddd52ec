"""The experiment on mixed pixels, small."""

import numpy as np

from backprop import load_mnist_sample
from experiments.shuffled import CASES, Settings, network, run

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
