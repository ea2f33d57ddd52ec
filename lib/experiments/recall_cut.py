"""`recall-cut`: the task of `recall` for an LSTM that learns along the direct path alone.

The algorithm of 1997 sent no gradient through the hidden state to earlier steps. Here an LSTM with
a forget bias of log T learns so, `cut`, and as it does in `recall`, `whole`; each at its own best
rate for each length, found as there. The metrics are those of `recall`, with these two names for
the cells. `left_untrained.cut.T` is what the direct path alone leaves of the gradient; of a trained
network it is measured for `whole` only.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from backprop import Layer
from backprop.fast.lstm import LSTMCache, lstm_backward, lstm_forward
from backprop.lstm import LSTMGradients
from backprop.masking import Mask
from backprop.shapes import Array
from experiments import recall
from experiments.gradient_flow import gradient_flow
from experiments.record import Result
from experiments.repeats import SEEDS

SETTINGS = replace(recall.SETTINGS, steps=(50, 100))
WHOLE = recall.CELLS["lstm_bias_log"]


def cut_backward(dh: Array, dc: Array, cache: LSTMCache) -> LSTMGradients:
    """Does what `lstm_backward` does, but that no step hands a gradient to the hidden state before.

    All weights get their gradients, those for the hidden state too. What it would get is a product
    with these weights, and here with zeros.
    """
    return lstm_backward(dh, dc, cache._replace(W_h=np.zeros_like(cache.W_h)))


class CutLSTM(Layer):
    """The LSTM of `recall` with a forget bias of log T, which learns by `cut_backward`.

    Args:
        D: features of the input.
        H: units.
        steps: T.
        rng: draws the initial weights.
    """

    def __init__(self, D: int, H: int, steps: int, rng: np.random.Generator) -> None:
        super().__init__(WHOLE(D, H, steps, rng).params)

    def forward(self, x: Array, *, training: bool, mask: Mask | None = None) -> Array:
        """Maps x, (T, N, D), to the states, (T, N, H)."""
        start = _zeros(self, x)
        h, _, self._cache = lstm_forward(x, start, start, *self.params.values(), mask=mask)
        return h

    def backward(self, dy: Array) -> Array:
        """Maps dy, (T, N, H), to dx, (T, N, D), and replaces `grads`."""
        dx, _, _, *grads = cut_backward(dy, np.zeros_like(dy[0]), self._remembered())
        self._grads = dict(zip(self.params, grads, strict=True))
        return dx


def run(
    checkpoints: Path, settings: recall.Settings = SETTINGS, seeds: Sequence[int] = SEEDS
) -> Result:
    """Lets the LSTM learn to recall with the whole gradient and with the cut one."""
    found = recall.run(checkpoints, settings, seeds, {"whole": WHOLE, "cut": CutLSTM})
    for steps in settings.steps:
        left = [_left(steps, seed, settings) for seed in seeds]
        found.metrics[f"left_untrained.cut.{steps}"] = float(np.exp(np.mean(np.log(left))))
    return found


def _left(steps: int, seed: int, settings: recall.Settings) -> float:
    """How much of a gradient the untrained cell of a seed lets back along the direct path."""
    rng = np.random.default_rng([seed, 3])
    x, _ = recall.recall(settings.flow_size, steps, rng, settings)
    cell = CutLSTM(x.shape[-1], settings.units, steps, np.random.default_rng([seed, 0]))
    x = x.astype(np.float64)
    weights = [param.astype(np.float64) for param in cell.params.values()]
    start = _zeros(cell, x)
    return float(gradient_flow(lstm_forward, cut_backward, x, (start, start), weights, rng)[1])


def _zeros(cell: CutLSTM, x: Array) -> Array:
    """The states before the first step, (N, H)."""
    return np.zeros((x.shape[1], cell.params["W_h_l0"].shape[0]), x.dtype)
