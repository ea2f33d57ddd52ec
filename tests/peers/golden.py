"""Reads the golden files."""

from pathlib import Path

import numpy as np

GOLDEN = Path(__file__).parents[2] / "data" / "golden"


def read(name):
    """Returns the inputs of one file, and what PyTorch made of them."""
    with np.load(GOLDEN / f"{name}.npz", allow_pickle=False) as golden:
        given = {key[3:]: golden[key] for key in golden.files if key.startswith("in.")}
        wanted = {key[4:]: golden[key] for key in golden.files if key.startswith("out.")}
    return given, wanted
