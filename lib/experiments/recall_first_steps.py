"""`recall-first-steps`: what the first updates do to the way back, in a GRU and in an LSTM.

Both cells of `recall` with their biases at 0 let next to nothing of a gradient back through 100
steps of noise, at the start. Here each trains as it does there, from the seeds that count there and
at each of three rates, for a few updates, and is then measured as there: `left_min.CELL.RATE.U` and
`left_max.CELL.RATE.U` are the shortest and the longest of the seeds' lengths of the gradient after
U updates, and `by_seed` has them all as `left.CELL.RATE.U`. After 0 updates the rate says nothing.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from experiments import recall
from experiments.record import Number, Result
from experiments.repeats import SEEDS

STEPS = 100
RATES = {"gru": (0.008, 0.512, 2.048), "lstm_bias_0": (0.008, 0.256, 0.512)}
UPDATES = (1, 5)
# Nothing is chosen, so one sequence to watch a run with is enough.
SETTINGS = replace(recall.SETTINGS, steps=(STEPS,), validation_size=1, judged_size=1)


def run(
    _checkpoints: Path,
    settings: recall.Settings = SETTINGS,
    seeds: Sequence[int] = SEEDS,
    rates: Mapping[str, Sequence[float]] = RATES,
    updates: Sequence[int] = UPDATES,
) -> Result:
    """Measures each cell at each rate after so many updates."""
    start = time.perf_counter()
    (steps,) = settings.steps
    by_seed: dict[str, list[Number]] = {}
    for cell, of_cell in rates.items():
        for rate in of_cell:
            for count in updates:
                few = replace(settings, updates=count, checked_every=count)
                found = [recall.learn(recall.CELLS[cell], steps, rate, seed, few) for seed in seeds]
                for after, when in ((0, "untrained"), (count, "trained")):
                    flows = [getattr(one, when) for one in found]
                    by_seed[f"left.{cell}.{rate:g}.{after}"] = [float(flow[0]) for flow in flows]
    metrics: dict[str, Number] = {"steps": steps}
    for name, left in by_seed.items():
        what = name.removeprefix("left.")
        metrics |= {f"left_min.{what}": min(left), f"left_max.{what}": max(left)}
    return Result(
        metrics=metrics,
        curve={},
        seeds=tuple(seeds),
        settings={**asdict(settings), "rates": {cell: list(each) for cell, each in rates.items()}},
        seconds=time.perf_counter() - start,
        by_seed=by_seed,
    )
