"""`adding`: two marked numbers among T, whose sum the last state is to say, for each kind of cell.

The adding problem of Hochreiter and Schmidhuber (1997), drawn as `numbers_to_add` says. The cells
are those of `recall`, and attention with positions as in `recall_attention`. All are trained and
judged as `recall` does it, with the mean squared error for a loss. For each length each has the
same `rates` to choose from, about a factor of 2.5 apart, and no others.

The metrics are those of `recall`, with the share of the variance that is explained for a score, 1
for sums that are exact and 0 for one who always says 1: `explained_mean.CELL.T` and so on. A seed
solved the task if it explained a share of `solved`.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from backprop import MEAN_SQUARED_ERROR, numbers_to_add
from backprop.shapes import Array
from experiments import recall
from experiments.recall_attention import attention_with_positions
from experiments.record import Result
from experiments.repeats import SEEDS

CELLS = {
    **{name: make for name, make in recall.CELLS.items() if name != "gru_bias_log"},
    "attention_positions": attention_with_positions,
}
VARIANCE = 1 / 6  # of the sum of two numbers between 0 and 1
SETTINGS = recall.Settings(
    steps=(20, 50, 100),
    updates=2000,
    rates=(5e-4, 1.25e-3, 3.2e-3, 8e-3, 2e-2, 5e-2, 1.25e-1, 3.2e-1),
    largest_grid=8,
    search_seeds=(100, 101, 102),
)


def draw(
    N: int, steps: int, rng: np.random.Generator, _settings: recall.Settings
) -> tuple[Array, Array]:
    """Draws numbers and their sums, as the module describes."""
    x, target = numbers_to_add(N, rng, steps=steps)
    return x.astype(np.float32), target.astype(np.float32)


def explained(y: Array, target: Array) -> float:
    """How much less than the variance the mean squared error is, as a share of it."""
    return 1 - float(MEAN_SQUARED_ERROR.forward(y, target)[0]) / VARIANCE


TASK = recall.Task(
    draw, MEAN_SQUARED_ERROR, explained, "explained", outputs=1, guess=VARIANCE, chance=0.0
)


def run(
    checkpoints: Path, settings: recall.Settings = SETTINGS, seeds: Sequence[int] = SEEDS
) -> Result:
    """Lets each cell learn to add."""
    return recall.run(checkpoints, settings, seeds, CELLS, TASK)
