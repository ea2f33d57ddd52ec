"""`batchnorm-depth`: sizes before training, over depth and scale, with batch norm and without.

Layers of 100 units with ReLU and He's weights, and a batch of digits: how large the gradient is at
each layer, and by what factor it grows on its way back, from the last hidden layer to the second.
The first stands apart: its inputs are pixels. Then five layers whose hidden weights have one of 16
scales, while those of the scores stay He's, since no batch norm stands behind them.
"""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backprop import load_mnist
from backprop.data.mnist import Digits
from experiments.batchnorm_scales import (
    KINDS,
    ScaleSettings,
    build,
    sizes_at_start,
)
from experiments.mnist import sample_of, split_digits
from experiments.record import Number, Result
from experiments.repeats import SEEDS, over_seeds


def run(
    _checkpoints: Path,
    digits: Digits | None = None,
    hidden: Sequence[int] = (100,) * 50,
    samples: int = 1000,
    few: Sequence[int] = ScaleSettings.hidden,
    scales: Sequence[float] = ScaleSettings.scales,
    seeds: Sequence[int] = SEEDS,
) -> Result:
    """Measures from each seed: another batch, other weights, the same for both networks."""
    split = split_digits(digits or load_mnist())

    def once(seed: int) -> Result:
        start = time.perf_counter()
        metrics: dict[str, Number] = {"layers": len(hidden), "samples": samples}
        curve: dict[str, list[Number]] = {"scale": list(scales)}
        for kind in KINDS:

            def sizes_of(
                hidden: Sequence[int], scale: float | None = None, kind: str = kind
            ) -> dict[str, NDArray[np.float32]]:
                rng = np.random.default_rng(seed)
                some = sample_of(split, samples, rng)
                network = build(hidden, some, rng, scale=scale, batch_norm=kind != "plain")
                return sizes_at_start(network, some.train_x, some.train_y)

            by_scale = [sizes_of(few, scale) for scale in scales]
            curve[f"{kind}_activation"] = [float(one["activation"][-1]) for one in by_scale]
            curve[f"{kind}_gradient"] = [float(one["gradient"][0]) for one in by_scale]
            sizes = sizes_of(hidden)["gradient"]
            relative = (sizes / sizes[-1]).astype(float)
            curve[kind] = relative.tolist()
            metrics[f"{kind}_growth"] = float(relative[1])
            metrics[f"{kind}_factor"] = float(relative[1] ** (1 / (len(sizes) - 2)))
        return Result(
            metrics=metrics,
            curve=curve,
            seeds=(seed,),
            settings={"hidden": list(hidden), "samples": samples, "few": list(few)},
            seconds=time.perf_counter() - start,
        )

    return over_seeds(once, seeds)
