"""Repeating an experiment from several seeds: the mean, the spread, and what is kept of each."""

import numpy as np
import pytest

from experiments.record import Result
from experiments.repeats import LONGEST_CURVE, SEEDS, over_seeds


def run(seed):
    return Result(
        metrics={"size": 10, "accuracy": 0.9 + 0.01 * seed, "best": seed, "fixed": 0.5},
        curve={
            "epoch": [1, 2],
            "loss": [1.0, float(seed)],
            "long": [float(seed)] * (LONGEST_CURVE + 1),
            "uneven": [0.0] * (seed + 1),
        },
        seeds=(seed,),
        settings={"seed": seed},
        seconds=1.5,
        arrays={"confusion": np.full(2, seed)},
        networks=[{"W": np.full(3, seed)}],
    )


def test_mean_and_standard_deviation_by_hand():
    result = over_seeds(run, (1, 2, 6))
    assert result.seeds == (1, 2, 6)
    assert result.metrics == pytest.approx(
        {
            "size": 10,
            "accuracy": 0.93,
            "accuracy_std": 0.01 * 7**0.5,  # deviations -2, -1 and 3: 14 over two
            "best": 3,
            "best_std": 7**0.5,
            "fixed": 0.5,
            "fixed_std": 0,
        }
    )
    assert isinstance(result.metrics["size"], int)
    assert result.by_seed == {
        "accuracy": pytest.approx([0.91, 0.92, 0.96]),
        "best": [1, 2, 6],
        "fixed": [0.5] * 3,
    }
    assert result.seconds == 4.5


def test_what_is_kept_of_each_and_what_of_the_first():
    result = over_seeds(run, (1, 2, 6))
    assert set(result.curve) == {"epoch", "loss", "loss_mean", "loss_std", "long", "uneven"}
    assert result.curve["loss"] == [1, 1]
    assert result.curve["loss_mean"] == [1, 3]
    assert result.curve["loss_std"] == pytest.approx([0, 7**0.5])
    assert result.settings == {"seed": 1}
    assert result.arrays["confusion"].tolist() == [1, 1]
    assert [network["W"][0] for network in result.networks] == [1, 2, 6]


def test_there_are_five_seeds_unless_said():
    assert len(set(SEEDS)) == 5
    assert over_seeds(run).seeds == SEEDS


@pytest.mark.parametrize("seeds", [(), (1,), (1, 2, 1)])
def test_too_few_seeds_are_refused(seeds):
    with pytest.raises(ValueError, match="wanted at least two, all different"):
        over_seeds(run, seeds)
