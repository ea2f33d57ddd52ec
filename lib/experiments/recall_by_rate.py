"""`recall-by-rate`: what the rate decides for an LSTM that recalls, its forget bias 0.

`recall` chooses a rate for each cell by three seeds of their own. Here the cell for which that is
least sure is trained over 100 steps at each of five rates, factors of 2 apart about the best, from
the seeds that count there. All else is as in `recall`, whose metrics these are, with the rate in
place of the cell and the steps: `accuracy_mean_RATE`, `accuracy_std_RATE` and `solved_RATE`.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from experiments import recall
from experiments.record import Number, Result
from experiments.repeats import SEEDS

CELL, STEPS = "lstm_bias_0", 100
SETTINGS = replace(recall.SETTINGS, steps=(STEPS,), rates=(0.064, 0.128, 0.256, 0.512, 1.024))


def run(
    _checkpoints: Path, settings: recall.Settings = SETTINGS, seeds: Sequence[int] = SEEDS
) -> Result:
    """Trains the cell from each seed at each rate."""
    start = time.perf_counter()
    (steps,) = settings.steps
    metrics: dict[str, Number] = {"steps": steps}
    by_seed: dict[str, list[Number]] = {}
    for rate in settings.rates:
        found = [recall.learn(recall.CELLS[CELL], steps, rate, seed, settings) for seed in seeds]
        right = [one.score for one in found]
        by_seed[f"accuracy_{rate:g}"] = list(right)
        metrics |= {
            f"accuracy_mean_{rate:g}": float(np.mean(right)),
            f"accuracy_std_{rate:g}": float(np.std(right, ddof=1)),
            f"solved_{rate:g}": sum(one.solved for one in found),
        }
    return Result(
        metrics=metrics,
        curve={},
        seeds=tuple(seeds),
        settings={"cell": CELL, **asdict(settings)},
        seconds=time.perf_counter() - start,
        by_seed=by_seed,
    )
