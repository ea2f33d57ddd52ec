"""`recall-uniform`: the task of `recall` for the plain cell that starts uniformly.

The network, its training and the metrics are those of `recall`.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from experiments import recall
from experiments.record import Result
from experiments.repeats import SEEDS

SETTINGS = replace(recall.SETTINGS, steps=(20, 50, 100))


def run(
    checkpoints: Path, settings: recall.Settings = SETTINGS, seeds: Sequence[int] = SEEDS
) -> Result:
    """Lets the plain cell learn to recall a symbol from its uniform start."""
    cells = {"plain_uniform": recall.CELLS["plain_uniform"]}
    return recall.run(checkpoints, settings, seeds, cells)
