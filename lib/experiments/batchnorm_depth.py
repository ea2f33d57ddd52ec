"""`batchnorm-depth`: gradients in fifty layers before training, with batch norm and without.

Layers of 100 units with ReLU and He's weights, and a batch of digits: how large the gradient is at
each layer, and by what factor it grows on its way back, from the last hidden layer to the second.
The first stands apart: its inputs are pixels.
"""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from backprop import load_mnist
from backprop.data.mnist import Digits
from experiments.batchnorm_scales import KINDS, build, sample_of, sizes_at_start
from experiments.mnist import split_digits
from experiments.record import Number, Result
from experiments.repeats import SEEDS, over_seeds


def run(
    _checkpoints: Path,
    digits: Digits | None = None,
    hidden: Sequence[int] = (100,) * 50,
    samples: int = 1000,
    seeds: Sequence[int] = SEEDS,
) -> Result:
    """Measures from each seed: another batch, other weights, the same for both networks."""
    split = split_digits(digits or load_mnist())

    def once(seed: int) -> Result:
        start = time.perf_counter()
        metrics: dict[str, Number] = {"layers": len(hidden), "samples": samples}
        curve: dict[str, list[Number]] = {}
        for kind in KINDS:
            rng = np.random.default_rng(seed)
            some = sample_of(split, samples, rng)
            network = build(hidden, some, rng, batch_norm=kind != "plain")
            sizes = sizes_at_start(network, some.train_x, some.train_y)["gradient"]
            relative = (sizes / sizes[-1]).astype(float)
            curve[kind] = relative.tolist()
            metrics[f"{kind}_growth"] = float(relative[1])
            metrics[f"{kind}_factor"] = float(relative[1] ** (1 / (len(sizes) - 2)))
        return Result(
            metrics=metrics,
            curve=curve,
            seeds=(seed,),
            settings={"hidden": list(hidden), "samples": samples},
            seconds=time.perf_counter() - start,
        )

    return over_seeds(once, seeds)
