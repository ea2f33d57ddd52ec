"""What the tests of the chapters on the GRU and on reading share: both variants, their values."""

import numpy as np

from backprop import gru, gru_reset_before

MODULES = {"gru": gru, "gru_before": gru_reset_before}
# The arguments of a cell behind the old state.
WEIGHTS = {"gru": ["W_x", "W_h", "b", "b_hn"], "gru_before": ["W_x", "W_h", "b"]}


def gradient(values, symbol):
    """The chapter's gradient of the loss for a symbol."""
    return values(rf"\frac{{\partial L}}{{\partial {symbol}}}")


def old_states(values):
    """The state before each step."""
    return np.concatenate([values["h0"][None], values["h"][:-1]])
