"""`regularization`: a network that over-fits 300 digits, and what mends it.

The network of `mnist-sgd` on 300 training digits, another 300 for each seed. First the learning
rate without remedies, then for each remedy its strength is sought on one half of the validation
digits, over seeds of their own, by factors of 2 until a worse one lies on either side of the best.
Then it runs from fresh seeds, the same for all, and is judged on the other half, in pairs against
the same training without it. The test digits are not read.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
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
from experiments.optimizers import search
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


@dataclass(frozen=True)
class Remedy:
    """Something that a training can have more or less of.

    Attributes:
        give: makes a training with it from one without, given its strength.
        middle: the strength in whose neighbourhood the search begins; None if it has no strength.
        to: the name of the training that it is given to, and compared with.
    """

    give: Callable[[Run, float], Run]
    middle: float | None
    to: str = "none"


def share(odds: float) -> float:
    """A share, of elements that are left out say, by its odds, so that it can be doubled for ever.

    Examples:
        >>> share(1), share(4)
        (0.5, 0.8)
    """
    return odds / (1 + odds)


REMEDIES: dict[str, Remedy] = {
    "none": Remedy(lambda run, s: replace(run, learning_rate=s), 0.1),
    "decay_l2": Remedy(lambda run, s: replace(run, weight_decay=s), 0.02),
    "dropout": Remedy(lambda run, s: replace(run, dropout=share(s)), 1.0),
    "augmentation": Remedy(lambda run, s: replace(run, shift=s, degrees=5 * s), 2.0),
    "smoothing": Remedy(lambda run, s: replace(run, smoothing=share(s)), 0.1),
    "rate_decay": Remedy(lambda run, s: replace(run, decay=True, learning_rate=s), 0.2),
    "early_stopping": Remedy(lambda run, _: replace(run, early_stopping=True), None),
    "adam": Remedy(lambda run, s: replace(run, optimizer="adam", learning_rate=s), 1e-3),
    "adam_l2": Remedy(lambda run, s: replace(run, weight_decay=s), 0.005, to="adam"),
    "adamw": Remedy(lambda run, s: replace(run, optimizer="adamw", weight_decay=s), 0.4, to="adam"),
}
PUT_TOGETHER = ("decay_l2", "dropout", "augmentation")
SEARCH_SEEDS = (100, 101)


def run(
    _checkpoints: Path,
    digits: Digits | None = None,
    seeds: Sequence[int] = SEEDS,
    plain: Run = Run(),
    remedies: dict[str, Remedy] = REMEDIES,
    search_seeds: Sequence[int] = SEARCH_SEEDS,
) -> Result:
    """Finds each remedy's strength, lets it run from each seed, then three of them together."""
    start = time.perf_counter()
    split = split_digits(digits or load_mnist())
    metrics: dict[str, Number] = {}
    tried: list[dict[str, Any]] = []
    chosen, strengths = {"none": plain}, {}
    for name, remedy in remedies.items():
        without = chosen[remedy.to]
        if remedy.middle is None:
            chosen[name] = remedy.give(without, 1.0)
            continue
        scores = _search(partial(remedy.give, without), remedy.middle, split, search_seeds)
        strengths[name] = min(scores, key=scores.__getitem__)
        chosen[name] = remedy.give(without, strengths[name])
        tried += _rows(name, scores)
        metrics[f"{name}_best_at_end"] = int(strengths[name] in (min(scores), max(scores)))
    if all(name in strengths for name in PUT_TOGETHER):

        def weakened(factor: float) -> Run:
            """The three remedies at once, each at its own strength times a common factor."""
            made = chosen["none"]
            for name in PUT_TOGETHER:
                made = remedies[name].give(made, factor * strengths[name])
            return made

        scores = _search(weakened, 0.5, split, search_seeds)
        factor = min(scores, key=scores.__getitem__)
        chosen |= {"together": weakened(1.0), "weaker": weakened(factor)}
        metrics["weaker_factor"] = factor
        tried += _rows("weaker", scores)
    judged: dict[str, list[float]] = {}
    curve: dict[str, list[Number]] = {}
    for name, candidate in chosen.items():
        found = [_learn(candidate, split, seed, judge=True) for seed in seeds]
        judged[name] = [one.accuracy for one in found]
        metrics |= {
            f"{name}_accuracy": float(np.mean(judged[name])),
            f"{name}_accuracy_std": float(np.std(judged[name], ddof=1)),
            f"{name}_train_accuracy": float(np.mean([one.train_accuracy for one in found])),
        }
        metrics |= {
            f"{name}_{field}": value
            for field, value in vars(candidate).items()
            if isinstance(value, float)
        }
        if name in ("none", "weaker"):
            watched = [_train(candidate, split, seed, watch=True)[1] for seed in seeds]
            curve[f"{name}_train_loss"] = np.mean([one.train_loss for one in watched], 0).tolist()
            curve[f"{name}_loss"] = np.mean([one.validation_loss for one in watched], 0).tolist()
        if name != "none":
            to = remedies[name].to if name in remedies else "none"
            metrics |= paired_difference(judged[name], judged[to]).metrics(f"{name}_gain")
    if "weaker" in judged and "augmentation" in judged:
        for name in ("together", "weaker"):
            found_less = paired_difference(judged[name], judged["augmentation"])
            metrics |= found_less.metrics(f"{name}_less_augmentation")
    return Result(
        metrics=metrics,
        curve=curve,
        seeds=tuple(seeds),
        settings={
            "search_seeds": list(search_seeds),
            "digits": plain.digits,
            "epochs": plain.epochs,
            "batch_size": plain.batch_size,
        },
        seconds=time.perf_counter() - start,
        tried=tried,
        table=[{"remedy": name, "accuracy": values} for name, values in judged.items()],
    )


def _search(
    give: Callable[[float], Run], middle: float, split: Split, seeds: Sequence[int]
) -> dict[float, float]:
    """The share of the choosing digits that is read wrongly, for each strength that was tried."""

    def score(strength: float) -> float:
        try:
            found = [_learn(give(strength), split, seed, judge=False) for seed in seeds]
        except FloatingPointError:  # its loss became infinite
            return 1.0
        return 1 - float(np.mean([one.accuracy for one in found]))

    return search(score, middle)


def _rows(name: str, scores: dict[float, float]) -> list[dict[str, Any]]:
    """What was tried, weakest first, as a result records it."""
    return [
        {"remedy": name, "strength": strength, "accuracy": round(1 - wrong, 5)}
        for strength, wrong in sorted(scores.items())
    ]


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
