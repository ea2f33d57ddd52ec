"""Writes `data/golden/*.npz`, one file a module: inputs, and what PyTorch makes of them.

`python -m tests.peers.make_golden` from the root of the repository. Names in a file begin with
`in.` or `out.`. The same versions write the same bytes.
"""

import numpy as np

from tests.peers import inputs, theirs
from tests.peers.golden import GOLDEN


def results(name, given):
    """Returns PyTorch's results as arrays."""
    return theirs.as_arrays(getattr(theirs, name)(**given))


def main():
    """Writes all files."""
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name in inputs.MAKERS:
        given = inputs.make(name, inputs.GOLDEN_SEED)
        arrays = {f"in.{key}": array for key, array in given.items()}
        arrays |= {f"out.{key}": array for key, array in results(name, given).items()}
        np.savez_compressed(GOLDEN / f"{name}.npz", **arrays)
        print(f"wrote data/golden/{name}.npz")


if __name__ == "__main__":
    main()
