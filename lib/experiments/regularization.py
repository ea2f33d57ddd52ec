"""`regularization`: a network that overfits 300 digits, and what mends it.

The network of `mnist-sgd` on 300 training digits, another 300 for each seed. For each remedy its
strength and the learning rate are sought in turns on one half of the validation digits, over seeds
of their own, by factors of 2 until a worse one lies on either side of the best; for no remedy the
rate is. Then it runs from fresh seeds, the same for all, and is judged on the other half, in pairs
against the training without it. The test digits are not read.
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
from experiments.grid import best_of, search
from experiments.mnist import CLASSES, Split, sample_of, split_digits
from experiments.record import Number, Result
from experiments.repeats import SEEDS
from experiments.updates import updates_in

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
        middle: the strength in whose neighbourhood the search begins.
        to: the name of the training that it is given to, and compared with.
        is_rate: whether its strength is the learning rate.
    """

    give: Callable[[Run, float], Run]
    middle: float
    to: str = "none"
    is_rate: bool = False


def share(odds: float) -> float:
    """A share, of elements that are left out say, by its odds, so that it can be doubled for ever.

    Examples:
        >>> share(1), share(4)
        (0.5, 0.8)
    """
    return odds / (1 + odds)


def _rate(middle: float, **changes: Any) -> Remedy:
    """A remedy without a strength of its own, whose learning rate is sought all the same."""
    return Remedy(
        lambda run, s: replace(run, learning_rate=s, **changes), middle=middle, is_rate=True
    )


REMEDIES: dict[str, Remedy] = {
    "none": _rate(0.1),
    "decay_l2": Remedy(lambda run, s: replace(run, weight_decay=s), 0.01),
    "dropout": Remedy(lambda run, s: replace(run, dropout=share(s)), 1.0),
    "augmentation": Remedy(lambda run, s: replace(run, shift=s, degrees=5 * s), 2.0),
    "smoothing": Remedy(lambda run, s: replace(run, smoothing=share(s)), 0.1),
    "rate_decay": _rate(0.1, decay=True),
    "early_stopping": _rate(0.1, early_stopping=True),
    "adam": _rate(1e-3, optimizer="adam"),
    "adam_l2": Remedy(lambda run, s: replace(run, weight_decay=s), 0.005, to="adam"),
    "adamw": Remedy(lambda run, s: replace(run, optimizer="adamw", weight_decay=s), 0.4, to="adam"),
}
PUT_TOGETHER = ("decay_l2", "dropout", "augmentation")
SEARCH_SEEDS = (100, 101)
TURNS = 3  # at most, of strength and rate


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
    chosen = {"none": plain}
    strengths: dict[str, float] = {}
    seeker = _Seeker(split, search_seeds)
    for name, remedy in remedies.items():
        found = seeker.seek(name, remedy, chosen[remedy.to])
        chosen[name], strengths[name] = found.run, found.strength
        metrics[f"{name}_best_at_end"] = int(found.at_end)
    if all(name in strengths for name in PUT_TOGETHER):

        def weakened(run: Run, factor: float) -> Run:
            """The three remedies at once, each at its own strength times a common factor."""
            for name in PUT_TOGETHER:
                run = remedies[name].give(run, factor * strengths[name])
            return run

        together = Remedy(
            lambda run, s: replace(weakened(run, 1.0), learning_rate=s), 0.1, is_rate=True
        )
        for name, remedy in {"together": together, "weaker": Remedy(weakened, 0.5)}.items():
            found = seeker.seek(name, remedy, chosen["none"])
            chosen[name] = found.run
            metrics[f"{name}_best_at_end"] = int(found.at_end)
        metrics["weaker_factor"] = found.strength
    judged: dict[str, list[float]] = {}
    curve: dict[str, list[Number]] = {}
    for name, candidate in chosen.items():
        marks = [_learn(candidate, split, seed, judge=True) for seed in seeds]
        judged[name] = [one.accuracy for one in marks]
        metrics |= {
            f"{name}_accuracy": float(np.mean(judged[name])),
            f"{name}_accuracy_std": float(np.std(judged[name], ddof=1)),
            f"{name}_train_accuracy": float(np.mean([one.train_accuracy for one in marks])),
        }
        metrics |= {
            f"{name}_{field}": value
            for field, value in vars(candidate).items()
            if isinstance(value, float)
        }
        if name in ("none", "augmentation"):
            watched = [_train(candidate, split, seed, watch=True)[1] for seed in seeds]
            curve[f"{name}_train_loss"] = np.mean([one.train_loss for one in watched], 0).tolist()
            curve[f"{name}_loss"] = np.mean([one.validation_loss for one in watched], 0).tolist()
        if name != "none":
            to = remedies[name].to if name in remedies else "none"
            metrics |= paired_difference(judged[name], judged[to]).metrics(f"{name}_gain")
    if "weaker" in judged:
        for name in ("together", "weaker"):
            less = paired_difference(judged[name], judged["augmentation"])
            metrics |= less.metrics(f"{name}_less_augmentation")
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
        tried=seeker.tried,
        table=[{"remedy": name, "accuracy": values} for name, values in judged.items()],
    )


@dataclass(frozen=True)
class _Sought:
    """What a search came to.

    Attributes:
        run: the best training.
        strength: that of its remedy.
        at_end: whether the best strength or rate lies at an end of what was tried.
    """

    run: Run
    strength: float
    at_end: bool


class _Seeker:
    """Tries trainings on the choosing digits, none twice, and keeps a note of each."""

    def __init__(self, split: Split, seeds: Sequence[int]):
        self.tried: list[dict[str, Any]] = []
        self._split, self._seeds = split, seeds
        self._wrong: dict[Run, float] = {}

    def seek(self, name: str, remedy: Remedy, without: Run) -> _Sought:
        """Seeks a remedy's strength and the learning rate in turns, until neither moves."""

        def wrong(strength: float, rate: float) -> float:
            run = remedy.give(replace(without, learning_rate=rate), strength)
            if run not in self._wrong:
                self._wrong[run] = self._try(run)
                row = {"remedy": name, "strength": strength, "learning_rate": run.learning_rate}
                self.tried.append(row | {"accuracy": round(1 - self._wrong[run], 5)})
            return self._wrong[run]

        strength, rate = remedy.middle, without.learning_rate
        for _ in range(TURNS):
            scores = search(partial(wrong, rate=rate), strength)
            strength, at_end = best_of(scores)
            if remedy.is_rate:
                break
            scores = search(partial(wrong, strength), rate)
            before, (rate, rate_at_end) = rate, best_of(scores)
            at_end = at_end or rate_at_end
            if rate == before:
                break
        return _Sought(
            remedy.give(replace(without, learning_rate=rate), strength), strength, at_end
        )

    def _try(self, run: Run) -> float:
        """The share of the choosing digits that is read wrongly."""
        try:
            found = [_learn(run, self._split, seed, judge=False) for seed in self._seeds]
        except FloatingPointError:  # its loss became infinite
            return 1.0
        return 1 - float(np.mean([one.accuracy for one in found]))


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
    steps = updates_in(run.epochs, len(x), run.batch_size)

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
