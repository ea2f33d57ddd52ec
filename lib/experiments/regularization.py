"""`regularization`: a network that over-fits 300 digits, and what mends it.

The network of `mnist-sgd` on 300 training digits, another 300 for each seed. For each remedy its
strength is chosen on one half of the validation digits, over seeds of their own; then it runs from
fresh seeds, the same for all, and is judged on the other half, in pairs against no remedy. The test
digits are not read.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop import (
    SGD,
    Adam,
    AdamW,
    Dropout,
    Group,
    History,
    Layer,
    Linear,
    Optimizer,
    ReLU,
    Sequential,
    biases_and_gains,
    cosine_decay,
    evaluate,
    load_mnist,
    shift_and_rotate,
    train,
)
from backprop.data.mnist import Digits
from backprop.shapes import Array
from experiments.comparison import paired_difference
from experiments.mnist import CLASSES, Split, sample_of, split_digits
from experiments.record import Number, Result
from experiments.repeats import SEEDS

OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {"sgd": SGD, "adam": Adam, "adamw": AdamW}


@dataclass(frozen=True)
class Run:
    """One training: the remedies and their strengths, none of them by default."""

    optimizer: str = "sgd"
    learning_rate: float = 0.1
    weight_decay: float = 0.0
    dropout: float = 0.0
    shift: float = 0.0
    degrees: float = 0.0
    smoothing: float = 0.0
    decay: bool = False
    early_stopping: bool = False
    digits: int = 300
    hidden: int = 100
    epochs: int = 100
    batch_size: int = 50


# Each remedy, and the strengths to choose from; those of weight decay are factors of 2 apart.
REMEDIES: dict[str, list[Run]] = {
    "none": [Run()],
    "decay_l2": [Run(weight_decay=value) for value in (0.0025, 0.005, 0.01, 0.02, 0.04)],
    "dropout": [Run(dropout=value) for value in (0.2, 0.4, 0.6)],
    "augmentation": [Run(shift=s, degrees=d) for s, d in ((1, 5), (2, 10), (3, 15))],
    "smoothing": [Run(smoothing=value) for value in (0.05, 0.1, 0.2, 0.4)],
    "rate_decay": [Run(decay=True, learning_rate=value) for value in (0.1, 0.2, 0.4)],
    "early_stopping": [Run(early_stopping=True)],
    "adam_l2": [
        Run("adam", 1e-3, weight_decay=value) for value in (0.0, 0.0025, 0.005, 0.01, 0.02)
    ],
    "adamw": [Run("adamw", 1e-3, weight_decay=value) for value in (0.1, 0.2, 0.4, 0.8, 1.6)],
}
SEARCH_SEEDS = (100, 101)


def run(
    _checkpoints: Path,
    digits: Digits | None = None,
    seeds: Sequence[int] = SEEDS,
    remedies: dict[str, list[Run]] = REMEDIES,
    search_seeds: Sequence[int] = SEARCH_SEEDS,
) -> Result:
    """Chooses each remedy's strength, lets it run from each seed, then all together."""
    start = time.perf_counter()
    split = split_digits(digits or load_mnist())
    metrics: dict[str, Number] = {}
    tried: list[dict[str, Any]] = []
    chosen: dict[str, Run] = {}
    judged: dict[str, list[float]] = {}
    curve: dict[str, list[Number]] = {}
    for name, candidates in remedies.items():
        scores = []
        for candidate in candidates:
            found = [_learn(candidate, split, seed, judge=False) for seed in search_seeds]
            scores.append(float(np.mean([one.accuracy for one in found])))
            tried.append({"remedy": name, **_strength(candidate), "accuracy": round(scores[-1], 5)})
        chosen[name] = candidates[int(np.argmax(scores))]
    together = [name for name in ("decay_l2", "dropout", "augmentation") if name in chosen]
    if together:
        chosen["together"] = _both([chosen[name] for name in together])
    for name, candidate in chosen.items():
        found = [_learn(candidate, split, seed, judge=True) for seed in seeds]
        judged[name] = [one.accuracy for one in found]
        metrics |= {
            f"{name}_accuracy": float(np.mean(judged[name])),
            f"{name}_accuracy_std": float(np.std(judged[name], ddof=1)),
            f"{name}_train_accuracy": float(np.mean([one.train_accuracy for one in found])),
        }
        metrics |= {f"{name}_{key}": value for key, value in _strength(candidate).items()}
        if name in ("none", "together"):
            watched = [_train(candidate, split, seed, watch=True)[1] for seed in seeds]
            curve[f"{name}_train_loss"] = np.mean([one.train_loss for one in watched], 0).tolist()
            curve[f"{name}_loss"] = np.mean([one.validation_loss for one in watched], 0).tolist()
        if name != "none" and "none" in judged:
            gain = paired_difference(judged[name], judged["none"])
            metrics |= gain.metrics(f"{name}_gain")
    return Result(
        metrics=metrics,
        curve=curve,
        seeds=tuple(seeds),
        settings={"search_seeds": list(search_seeds), "digits": Run.digits, "epochs": Run.epochs},
        seconds=time.perf_counter() - start,
        tried=tried,
        table=[{"remedy": name, "accuracy": values} for name, values in judged.items()],
    )


@dataclass(frozen=True)
class _Found:
    """What a training came to: on a part of the validation digits, and on its own."""

    accuracy: float
    train_accuracy: float


def _learn(run: Run, split: Split, seed: int, *, judge: bool) -> _Found:
    """Trains on some digits and reads one half of the validation digits."""
    half = len(split.validation_y) // 2
    part = slice(half, None) if judge else slice(half)
    network, _, (x, labels) = _train(run, split, seed, watch=run.early_stopping)
    score = evaluate(network, split.validation_x[part], split.validation_y[part])
    trained = evaluate(network, x, labels)
    return _Found(float(score.accuracy or 0.0), float(trained.accuracy or 0.0))


def _train(
    run: Run, split: Split, seed: int, *, watch: bool
) -> tuple[Sequential, History, tuple[Array, NDArray[np.uint8]]]:
    """Trains on some digits; to watch the choosing half gives back the epoch that did best there.

    Returns:
        The network, what was measured, and the digits it was trained on with their labels.
    """
    rng = np.random.default_rng(seed)
    x, labels, *_ = sample_of(split, run.digits, rng)
    target = np.eye(CLASSES, dtype=np.float32)[labels]
    target = (1 - run.smoothing) * target + np.float32(run.smoothing / CLASSES)
    layers: list[Layer] = [Linear(x.shape[1], run.hidden, rng=rng, dtype=np.float32), ReLU()]
    if run.dropout:
        layers.append(Dropout(run.dropout, rng=rng))
    layers.append(Linear(run.hidden, CLASSES, rng=rng, dtype=np.float32))
    network = Sequential(layers)
    optimizer = OPTIMIZERS[run.optimizer](
        run.learning_rate,
        weight_decay=run.weight_decay,
        groups=[Group(biases_and_gains, weight_decay=0.0)],
    )
    steps = run.epochs * -(-len(x) // run.batch_size)

    def changed(batch: Array) -> Array:
        images = batch.reshape(-1, 1, 28, 28)
        moved = shift_and_rotate(images, shift=run.shift, degrees=run.degrees, rng=rng)
        return moved.reshape(len(batch), -1)

    half = len(split.validation_y) // 2
    watched = np.eye(CLASSES, dtype=np.float32)[split.validation_y[:half]]
    history = train(
        network,
        optimizer,
        x,
        target.astype(np.float32),
        epochs=run.epochs,
        batch_size=run.batch_size,
        rng=rng,
        measure=None,
        validation=(split.validation_x[:half], watched) if watch else None,
        schedule=cosine_decay(run.learning_rate, steps) if run.decay else None,
        augment=changed if run.shift or run.degrees else None,
        progress=False,
    )
    return network, history, (x, labels)


def _strength(run: Run) -> dict[str, Number]:
    """The fields that differ from a run without remedies."""
    plain = Run()
    return {
        name: float(value)
        for name, value in vars(run).items()
        if value != getattr(plain, name) and not isinstance(value, str)
    }


def _both(runs: Sequence[Run]) -> Run:
    """Puts remedies together."""
    together = Run()
    for one in runs:
        together = replace(together, **{k: v for k, v in vars(one).items() if v != vars(Run())[k]})
    return together
