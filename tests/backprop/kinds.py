"""The kinds of recurrent network as a table, so that what holds for all is tested for all."""

import importlib
from dataclasses import dataclass
from functools import partial

import numpy as np

from backprop import gru, gru_reset_before, lstm, recurrent

T, N, D, H = 5, 4, 3, 2
# All different, one sequence with no step at all; beside them a step that is padding for all.
LENGTHS = np.array([5, 2, 0, 3])
MASK = np.arange(T)[:, np.newaxis] < LENGTHS
HOLE = np.array([True, True, False, True, True])[:, np.newaxis] & (LENGTHS > 0)
MASKS = {"whole": None, "lengths": MASK, "hole": HOLE}


@dataclass(frozen=True)
class Kind:
    """One kind: its functions, plain and fast, and what they take and return."""

    name: str
    module: object
    prefix: str
    gates: int
    weights: tuple[str, ...] = ("W_x", "W_h", "b")
    states: tuple[str, ...] = ("h0",)
    activation: str | None = None

    def function(self, part, form="plain"):
        """Returns `rnn_cell_forward` for "cell_forward", say."""
        module = self.fast_module if form == "fast" else self.module
        found = getattr(module, f"{self.prefix}_{part}")
        if self.activation and part.endswith("forward"):
            return partial(found, activation=self.activation)
        return found

    @property
    def fast_module(self):
        """The module of its fast twins."""
        return importlib.import_module(self.module.__name__.replace("backprop", "backprop.fast"))

    @property
    def names(self):
        """The names of the arguments, and of the gradients."""
        return ("x", *self.states, *self.weights)

    def draw(self, rng, T=T, N=N, D=D, H=H, dtype=np.float64):
        """Draws arguments for the sequence functions, by name."""
        shapes = {
            "x": (T, N, D),
            "h0": (N, H),
            "c0": (N, H),
            "W_x": (D, self.gates * H),
            "W_h": (H, self.gates * H),
            "b": (self.gates * H,),
            "b_hn": (H,),
        }
        drawn = {name: rng.standard_normal(shapes[name]).astype(dtype) for name in self.names}
        if self.activation == "relu":
            drawn["b"] += 2  # most units respond, not all
        return drawn

    def cell_arguments(self, rng, **sizes):
        """Draws arguments for the cell, by name: one step, and states without the zero."""
        drawn = self.draw(rng, **sizes)
        return {name.removesuffix("0"): a[0] if name == "x" else a for name, a in drawn.items()}

    def joined(self, part="", form="plain"):
        """Returns forward and backward with all outputs in one row, for `check_gradients`."""
        forward = self.function(f"{part}forward", form)
        backward = self.function(f"{part}backward", form)

        def one_output(**arguments):
            *outputs, cache = forward(**arguments)
            shapes = [output.shape for output in outputs]
            return np.concatenate([output.ravel() for output in outputs]), (cache, shapes)

        def from_one_cotangent(cotangent, cache):
            inner, shapes = cache
            douts, start = [], 0
            for shape in shapes:
                end = start + np.prod(shape)
                douts.append(cotangent[start:end].reshape(shape))
                start = end
            return backward(*douts, inner)

        return one_output, from_one_cotangent


KINDS = {
    kind.name: kind
    for kind in [
        Kind("rnn", recurrent, "rnn", 1),
        Kind("rnn_relu", recurrent, "rnn", 1, activation="relu"),
        Kind("lstm", lstm, "lstm", 4, states=("h0", "c0")),
        Kind("gru", gru, "gru", 3, weights=("W_x", "W_h", "b", "b_hn")),
        Kind("gru_before", gru_reset_before, "gru_before", 3),
    ]
}
