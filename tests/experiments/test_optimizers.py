"""The comparison of optimisers, small; and its search for a rate."""

import math

from backprop import load_mnist_sample
from experiments.optimizers import Settings, refine, run, search


def test_rates_far_apart_are_tried_first_and_then_those_beside_the_best():
    def valley(rate):  # flat but for a hole, which the middle of the rates is far from
        return abs(math.log2(rate) - 6) if rate > 20 else 10

    assert sorted(refine(valley, (1, 4, 16, 128), largest=9)) == [1, 4, 16, 32, 64, 128]
    assert sorted(refine(valley, (1, 4, 16, 128), largest=5)) == [1, 4, 16, 64, 128]
    assert sorted(refine(lambda rate: -rate, (1, 2), largest=4)) == [1, 2, 4, 8]


def test_the_search_goes_on_until_the_best_has_a_worse_one_on_either_side():
    scores = search(lambda rate: abs(math.log2(rate) - 5), 1.0)
    assert min(scores, key=scores.__getitem__) == 32
    assert sorted(scores) == [0.5, 1, 2, 4, 8, 16, 32, 64]
    downwards = search(lambda rate: abs(math.log2(rate) + 3), 1.0)
    assert min(downwards, key=downwards.__getitem__) == 0.125
    endless = search(lambda rate: rate, 1.0)
    assert len(endless) == 12


def test_a_rate_that_fails_is_worse_than_any():
    scores = search(lambda rate: math.inf if rate > 1 else -rate, 1.0)
    assert min(scores, key=scores.__getitem__) == 1


def test_each_rule_has_a_rate_of_its_own_and_the_same_seeds():
    small = Settings(hidden=(8,), epochs=1, search_seeds=(100,))
    found = run(None, load_mnist_sample(), small, (0, 1), ("sgd", "momentum", "adam", "adamw"))
    for name in ("sgd", "momentum", "adam", "adamw"):
        rates = [one["rate"] for one in found.tried if one["rule"] == name]
        assert found.metrics[f"{name}_rate"] in rates
        assert len(rates) == found.metrics[f"{name}_rates_tried"] >= 3
    row = next(row for row in found.table if row["rule"] == "adam")
    other = next(row for row in found.table if row["rule"] == "momentum")
    differences = [a - b for a, b in zip(row["loss"], other["loss"], strict=True)]
    assert abs(found.metrics["adam_less_momentum"] - sum(differences) / 2) < 1e-12
