"""`recall-left`: what is left of the gradient in each network that was to recall, seed by seed.

`recall` gives geometric means over its seeds, which say little where some seeds learned and others
did not. Here each of its cells is trained over 100 steps once more, from the same seeds and at the
rate that was found there. How long a gradient of length 1 at the last state is when it arrives at
the state after the symbol, before training: `left_median_untrained.CELL`, `left_min_untrained.CELL`
and `left_max_untrained.CELL`, and `trained` likewise; `by_seed` has each seed's. The curves
`flow_untrained.CELL` and `flow_trained.CELL` are the medians at every step, the earliest first.
`solved.CELL` counts the seeds that solved the task.

Over all cells and seeds, `networks` of them: of the `solved_networks` that solved the task, the
least and the most that is left after training are `left_min_solved` and `left_max_solved`; of the
`shut_networks` that leave less than `SHUT`, the most accurate is right in `accuracy_max_shut`.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from experiments import recall
from experiments.record import Number, Result
from experiments.repeats import SEEDS

SETTINGS = replace(recall.SETTINGS, steps=(100,))
SHUT = 1e-12
# The rates over 100 steps of the record of `recall`.
RATES = {
    "plain_uniform": 0.128,
    "plain_orthogonal": 0.004,
    "lstm_bias_0": 0.512,
    "lstm_bias_1": 0.002,
    "lstm_bias_log": 0.004,
    "gru": 2.048,
    "gru_bias_log": 1.024,
}


def run(
    _checkpoints: Path,
    settings: recall.Settings = SETTINGS,
    seeds: Sequence[int] = SEEDS,
    rates: Mapping[str, float] = RATES,
) -> Result:
    """Trains each cell from each seed, and measures it before and after."""
    start = time.perf_counter()
    (steps,) = settings.steps
    metrics: dict[str, Number] = {"steps": steps}
    by_seed: dict[str, list[Number]] = {}
    curve: dict[str, list[Number]] = {}
    solved: list[bool] = []
    for cell, rate in rates.items():
        found = [recall.learn(recall.CELLS[cell], steps, rate, seed, settings) for seed in seeds]
        solved += [one.solved for one in found]
        by_seed[f"accuracy.{cell}"] = [one.score for one in found]
        metrics[f"solved.{cell}"] = sum(one.solved for one in found)
        for when in ("untrained", "trained"):
            flows = np.array([getattr(one, when) for one in found])
            by_seed[f"left_{when}.{cell}"] = flows[:, 0].tolist()
            metrics |= {
                f"left_median_{when}.{cell}": float(np.median(flows[:, 0])),
                f"left_min_{when}.{cell}": float(flows[:, 0].min()),
                f"left_max_{when}.{cell}": float(flows[:, 0].max()),
            }
            curve[f"flow_{when}.{cell}"] = np.median(flows, axis=0).tolist()
    score = np.concatenate([by_seed[f"accuracy.{cell}"] for cell in rates])
    left = np.concatenate([by_seed[f"left_trained.{cell}"] for cell in rates])
    shut = left < SHUT
    metrics |= {
        "networks": len(solved),
        "solved_networks": sum(solved),
        "left_min_solved": float(left[solved].min(initial=np.inf)),
        "left_max_solved": float(left[solved].max(initial=0)),
        "shut_networks": int(shut.sum()),
        "accuracy_max_shut": float(score[shut].max(initial=0)),
    }
    return Result(
        metrics=metrics,
        curve=curve,
        seeds=tuple(seeds),
        settings={**asdict(settings), "rates": dict(rates)},
        seconds=time.perf_counter() - start,
        by_seed=by_seed,
    )
