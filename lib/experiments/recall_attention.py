"""`recall-attention`: the task of `recall` for attention among the steps, where no state is kept.

The network and its training are those of `recall`, with attention in place of the cell, behind a
linear layer; once with the positions added, once without. So are the metrics.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from backprop import (
    Layer,
    Linear,
    MultiHeadAttention,
    Positions,
    Sequential,
    xavier_uniform,
)
from experiments import recall
from experiments.record import Result
from experiments.repeats import SEEDS


def attention(D: int, H: int, _steps: int, rng: np.random.Generator) -> Layer:
    """One head over all steps, behind a linear layer."""
    into = Linear(D, H, rng=rng, init=xavier_uniform, dtype=np.float32)
    return Sequential([into, MultiHeadAttention(H, 1, rng=rng, dtype=np.float32)])


def attention_with_positions(D: int, H: int, _steps: int, rng: np.random.Generator) -> Layer:
    """The same with the positions added."""
    into = Linear(D, H, rng=rng, init=xavier_uniform, dtype=np.float32)
    attend = MultiHeadAttention(H, 1, rng=rng, dtype=np.float32)
    return Sequential([into, Positions(), attend])


def run(
    checkpoints: Path, settings: recall.Settings = recall.SETTINGS, seeds: Sequence[int] = SEEDS
) -> Result:
    """Lets attention learn to recall a symbol, with and without positions."""
    cells = {"attention": attention, "attention_positions": attention_with_positions}
    return recall.run(checkpoints, settings, seeds, cells)
