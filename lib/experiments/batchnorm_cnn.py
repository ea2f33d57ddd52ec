"""`batchnorm-cnn`: a small convolutional network, with batch norm and without, at rising rates.

That of `mnist-cnn` with half its channels, ten thousand digits, plain stochastic gradient descent.
The rate is chosen on one half of the validation digits, over seeds of their own, from as many
candidates for either network; then both run from fresh seeds, and are judged on the other half, in
pairs. The test digits are not read.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backprop import load_mnist
from backprop.data.mnist import Digits
from experiments import mnist_cnn
from experiments.batchnorm_scales import (
    KINDS,
    SEARCH_SEEDS,
    gain_of,
    unseen_accuracy,
)
from experiments.mnist import sample_of
from experiments.mnist_convolution import ConvSettings, build_for_images, split_images
from experiments.record import Number, Result
from experiments.repeats import SEEDS

SETTINGS = replace(
    mnist_cnn.SETTINGS, blocks=((8,), (16,)), optimizer="sgd", schedule="constant", epochs=3
)
RATES = tuple(0.02 * 2**power for power in range(8))
NEAR = 0.01  # how far below the best a rate may be that does nearly as well


def run(
    _checkpoints: Path,
    digits: Digits | None = None,
    settings: ConvSettings = SETTINGS,
    rates: Sequence[float] = RATES,
    samples: int = 10_000,
    seeds: Sequence[int] = SEEDS,
) -> Result:
    """Chooses a rate with and without, then trains from each seed.

    A run that overflows stays at guessing.
    """
    start = time.perf_counter()
    digits = digits or load_mnist()
    split = split_images(digits)
    half = len(split.validation_y) // 2
    metrics: dict[str, Number] = {
        "samples": samples,
        "judged_on": len(split.validation_y) - half,
        "candidates": len(rates),
    }
    curve: dict[str, list[Number]] = {"rate": list(rates)}
    judged: dict[str, NDArray[np.float64]] = {}
    for kind in KINDS:
        chosen = replace(settings, batch_norm=kind != "plain")

        def accuracy(rate: float, seed: int, part: slice, settings: ConvSettings = chosen) -> float:
            rng = np.random.default_rng(seed)
            some = sample_of(split, samples, rng)
            network = build_for_images(settings, digits.train_images.shape[1], rng)
            return unseen_accuracy(network, some, rng, part, settings, rate)

        scores = np.array(
            [[accuracy(rate, seed, slice(half)) for seed in SEARCH_SEEDS] for rate in rates]
        ).mean(axis=1)
        best = int(scores.argmax())
        judged[kind] = np.array([accuracy(rates[best], seed, slice(half, None)) for seed in seeds])
        curve[f"{kind}_tried"] = scores.tolist()
        metrics |= {
            f"{kind}_rate": rates[best],
            f"{kind}_best_at_end": int(best in (0, len(rates) - 1)),
            f"{kind}_near": int((scores > scores.max() - NEAR).sum()),
            f"{kind}_accuracy": float(judged[kind].mean()),
            f"{kind}_accuracy_std": float(judged[kind].std(ddof=1)),
        }
    varied = {"learning_rate", "batch_norm", "seed"}
    common = {name: value for name, value in asdict(settings).items() if name not in varied}
    return Result(
        metrics=metrics | gain_of(judged),
        curve=curve,
        seeds=tuple(seeds),
        settings={**common, "rates": list(rates), "search_seeds": list(SEARCH_SEEDS)},
        seconds=time.perf_counter() - start,
        table=[{"kind": kind, "accuracy": values.tolist()} for kind, values in judged.items()],
    )
