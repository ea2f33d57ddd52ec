"""`mnist-search`: how the settings of `mnist-sgd` and `mnist-mlp` were found, on validation.

One setting after the other is doubled and halved until a worse value lies on either side of the
best. Each value is tried from seeds that neither experiment has. The test set plays no part.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from backprop import load_mnist
from backprop.data.mnist import Digits
from experiments.grid import best_of, search
from experiments.mnist import Settings, build, fit, split_digits
from experiments.record import Number, Result

SEEDS = (100, 101, 102, 103, 104)


@dataclass(frozen=True)
class Plan:
    """Where a search begins.

    Attributes:
        start: the settings to begin with; those that are not sought are given.
        sought: what is sought, in this order, each with the best of those before it.
    """

    start: Settings
    sought: Sequence[Literal["learning_rate", "weight_decay"]]


PLANS = {
    "mnist-sgd": Plan(
        Settings(hidden=(100,), optimizer="sgd", learning_rate=0.5, schedule="constant", epochs=10),
        ["learning_rate"],
    ),
    "mnist-mlp": Plan(
        Settings(
            hidden=(256, 256),
            optimizer="momentum",
            learning_rate=0.1,
            schedule="cosine",
            epochs=10,
            weight_decay=1e-4,
        ),
        ["learning_rate", "weight_decay"],
    ),
}


def run(
    checkpoints: Path,
    digits: Digits | None = None,
    plans: dict[str, Plan] = PLANS,
    seeds: Sequence[int] = SEEDS,
) -> Result:
    """Searches for each network; a run that was stopped goes on with the one that it was at."""
    start = time.perf_counter()
    split = split_digits(digits or load_mnist())
    metrics: dict[str, Number] = {}
    tried: list[dict[str, Any]] = []
    for purpose, plan in plans.items():
        settings, name = plan.start, purpose.replace("-", "_")

        known: dict[Settings, float] = {}

        def score(
            settings: Settings, purpose: str = purpose, known: dict[Settings, float] = known
        ) -> float:
            """The mean share of validation digits that is read wrongly, and a note of it."""
            if settings in known:
                return known[settings]
            shares = []
            for seed in seeds:
                rng = np.random.default_rng(seed)
                seeded = replace(settings, seed=seed)
                network = build(seeded, split.train_x.shape[1], rng)
                history = fit(seeded, split, network, rng, checkpoints)
                shares.append(max(history.validation_accuracy))
            share = float(np.mean(shares))
            tried.append({"for": purpose, **asdict(settings), "validation_accuracy": share})
            known[settings] = 1 - share
            return known[settings]

        for what in plan.sought:

            def score_of(value: float, settings: Settings = settings, what: str = what) -> float:
                changes: dict[str, Any] = {what: value}
                return score(replace(settings, **changes))

            scores = search(score_of, getattr(settings, what))
            best, at_end = best_of(scores)
            found: dict[str, Any] = {what: best}
            settings = replace(settings, **found)
            metrics[f"{name}_{what}"] = best
            metrics[f"{name}_{what}_best_at_end"] = int(at_end)
    return Result(
        metrics=metrics,
        curve={},
        seeds=tuple(seeds),
        settings={},
        seconds=time.perf_counter() - start,
        tried=tried,
    )
