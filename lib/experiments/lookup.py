"""`lookup`: what is asked decides which step is wanted, for attention and for cells with gates.

Pairs of a key and a value go by, then one of the keys is shown, and its value is to be said; T is
the number of pairs. Attention, an LSTM and a GRU have the same number of units, and all are trained
and judged as `recall` does it, each at its own rate for each number of
pairs. So are the metrics.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backprop import pairs_to_look_up
from backprop.shapes import Array
from experiments import recall
from experiments.recall_attention import attention
from experiments.record import Result
from experiments.repeats import SEEDS

CELLS = {"attention": attention, **{name: recall.CELLS[name] for name in ("lstm_bias_1", "gru")}}
SETTINGS = recall.Settings(
    steps=(4, 8, 16, 32, 64),
    updates=2000,
    search_seeds=(100,),
    given_up=1 / 3,
    given_up_from=16,
)


def run(
    checkpoints: Path, settings: recall.Settings = SETTINGS, seeds: Sequence[int] = SEEDS
) -> Result:
    """Lets each learn to look up."""
    return recall.run(checkpoints, settings, seeds, CELLS, recall.symbols(settings, look_up))


def look_up(
    N: int, steps: int, rng: np.random.Generator, settings: recall.Settings
) -> tuple[Array, NDArray[np.int64]]:
    """Draws pairs and a key, as the module describes."""
    x, target = pairs_to_look_up(N, rng, pairs=steps, values=settings.symbols)
    return x.astype(np.float32), target
