"""`adding-200`: the task of `adding` over 200 steps, for the same cells.

Batches, updates and rates are those of `adding`, where the lengths are 20, 50 and 100; so are the
metrics. But rates are compared on one seed, where `adding` has three, and it is recorded apart: an
update takes twice as long as over 100 steps, and more with attention.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from experiments import adding, recall
from experiments.record import Result
from experiments.repeats import SEEDS

SETTINGS = replace(adding.SETTINGS, steps=(200,), search_seeds=(100,))


def run(
    checkpoints: Path, settings: recall.Settings = SETTINGS, seeds: Sequence[int] = SEEDS
) -> Result:
    """Lets each cell learn to add over 200 steps."""
    return adding.run(checkpoints, settings, seeds)
