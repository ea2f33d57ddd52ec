"""Both searches and the comparison of two widths, small."""

import math

import numpy as np
import pytest

from backprop import load_mnist_sample
from experiments.hyperparameters import Settings, run

SMALL = Settings(
    hidden=8,
    wide=16,
    digits=100,
    epochs=2,
    sides=(1, 3),
    repetitions=3,
    choose_on=60,
    width_rates=(0.2, 20.0),
    search_seeds=(100,),
)


@pytest.fixture(scope="module")
def found():
    return run(None, load_mnist_sample(), SMALL, (0, 1))


def test_both_searches_have_the_same_budgets(found):
    assert found.curve["grids_trials"] == [1, 9]
    assert found.curve["trials"] == list(range(1, 10))
    assert found.metrics["random_trials"] == 27
    best = found.curve["random_best"]
    assert best == sorted(best)  # more trials never find less
    assert found.metrics["random_9_best"] == pytest.approx(best[-1])
    for count in (1, 9):
        gain = found.metrics[f"random_{count}"] - found.metrics[f"grid_{count}"]
        assert found.metrics[f"gain_{count}"] == pytest.approx(gain)
        assert found.metrics[f"gain_{count}_low"] <= gain <= found.metrics[f"gain_{count}_high"]
        for search in ("random", "grid"):
            optimism = found.metrics[f"{search}_{count}_best"] - found.metrics[f"{search}_{count}"]
            assert found.metrics[f"{search}_{count}_optimism"] == pytest.approx(optimism)


def test_a_grid_has_few_rates_and_random_trials_each_their_own(found):
    assert len(found.curve["grid_rate"]) == len(found.curve["random_rate"]) == 9
    assert len(set(found.curve["grid_rate"])) == len(set(found.curve["grid_decay"])) == 3
    assert len(set(found.curve["random_rate"])) == 9
    ratios = np.diff(np.log10(sorted(set(found.curve["grid_rate"]))))
    np.testing.assert_allclose(ratios, 4 / 3)
    assert all(1e-3 <= rate <= 10 for rate in found.curve["random_rate"])


def test_one_trial_comes_near_as_often_as_is_predicted_from_all(found):
    near = found.metrics["near"]
    assert 0 < near < 1
    assert found.metrics["predicted_9_near"] == pytest.approx(1 - (1 - near) ** 9)


def test_the_widths_are_compared_on_the_same_digits(found):
    counts = ("both_right", "wide_alone", "narrow_alone", "both_wrong")
    N = found.metrics["judged_on"]
    assert sum(found.metrics[name] for name in counts) == N
    difference = (found.metrics["wide_alone"] - found.metrics["narrow_alone"]) / N
    assert found.metrics["first_difference"] == pytest.approx(difference)
    seen = found.metrics["wide_first"] - found.metrics["narrow_first"]
    assert seen == pytest.approx(difference)
    apart = math.hypot(found.metrics["wide_first_error"], found.metrics["narrow_first_error"])
    assert found.metrics["first_error_apart"] == pytest.approx(apart)
    mean = found.metrics["wide_accuracy"] - found.metrics["narrow_accuracy"]
    assert found.metrics["seeds_difference"] == pytest.approx(mean)
    # A rate of 20 is far too large, and what does not train is no choice.
    assert found.metrics["wide_rate"] == found.metrics["narrow_rate"] == 0.2
    assert [row["hidden"] for row in found.tried] == [8, 8, 16, 16]
