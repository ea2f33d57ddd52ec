"""`mnist-search`: the settings tried for `mnist-mlp` and `mnist-sgd`, by their validation accuracy.

The test set plays no part. Each network has the seed and the split of the experiment that it would
be chosen for.
"""

import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from backprop import load_mnist
from backprop.data.mnist import Digits
from experiments import mnist_sgd
from experiments.mnist import Settings, build, fit, split_digits
from experiments.record import Result

_MOMENTUM = Settings(
    hidden=(512, 512), optimizer="momentum", learning_rate=0.1, schedule="cosine", epochs=20
)
CANDIDATES = {
    "mnist-mlp": [
        _MOMENTUM,
        replace(_MOMENTUM, weight_decay=1e-5),
        replace(_MOMENTUM, weight_decay=1e-4),
        replace(_MOMENTUM, optimizer="adam", learning_rate=1e-3, epochs=10),
    ],
    "mnist-sgd": [replace(mnist_sgd.SETTINGS, learning_rate=rate) for rate in (0.1, 0.2, 0.5)],
}


def run(
    checkpoints: Path,
    digits: Digits | None = None,
    candidates: dict[str, list[Settings]] = CANDIDATES,
) -> Result:
    """Trains every candidate; a run that was stopped goes on with the one that it was at."""
    start = time.perf_counter()
    split = split_digits(digits or load_mnist())
    tried: list[dict[str, Any]] = []
    for purpose, group in candidates.items():
        for settings in group:
            rng = np.random.default_rng(settings.seed)
            network = build(settings, split.train_x.shape[1], rng)
            history = fit(settings, split, network, rng, checkpoints)
            best = history.best_epoch or settings.epochs
            tried.append(
                {
                    "for": purpose,
                    **asdict(settings),
                    "best_epoch": best,
                    "validation_accuracy": history.validation_accuracy[best - 1],
                    "validation_loss": round(history.validation_loss[best - 1], 6),
                }
            )
    return Result(
        metrics={
            f"{purpose.replace('-', '_')}_best": max(
                row["validation_accuracy"] for row in tried if row["for"] == purpose
            )
            for purpose in candidates
        },
        curve={},
        seeds=(0,),
        settings={},
        seconds=time.perf_counter() - start,
        tried=tried,
    )
