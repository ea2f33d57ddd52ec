"""`recall-attention-longer`: attention over 200 steps of noise, with four times as many updates.

The task, the network with positions, its training and the metrics are those of `recall-attention`,
where 400 updates had been enough for four seeds of five. The rate is sought anew, from the one that
was best there.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from experiments import recall
from experiments.recall_attention import attention_with_positions
from experiments.record import Result
from experiments.repeats import SEEDS

SETTINGS = replace(
    recall.SETTINGS, steps=(200,), updates=1600, rates=(1.6e-2, 3.2e-2, 6.4e-2), largest_grid=6
)


def run(
    checkpoints: Path, settings: recall.Settings = SETTINGS, seeds: Sequence[int] = SEEDS
) -> Result:
    """Lets attention with positions learn to recall a symbol for longer."""
    cells = {"attention_positions": attention_with_positions}
    return recall.run(checkpoints, settings, seeds, cells)
