"""`hyperparameters`: random search against a grid on MNIST, and two networks on the same digits.

A small network on a thousand training digits; a rate and a weight decay are sought. A repetition
has digits and a start of its own, the same for both searches. Each search picks by some validation
digits; what it has picked is judged on the others. Then two widths are compared in pairs: on each
digit, and over seeds. The test digits are not read.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop import SGD, Linear, ReLU, Sequential, load_mnist, predict
from backprop.data.mnist import Digits
from backprop.search import log_grid, log_uniform
from backprop.shares import mcnemar, paired_shares, share_error
from experiments.comparison import paired_difference
from experiments.mnist import (
    CLASSES,
    Split,
    sample_of,
    split_digits,
    train_unless_infinite,
)
from experiments.record import Number, Result
from experiments.repeats import SEEDS


@dataclass(frozen=True)
class Settings:
    """The network, its training, and the two searches."""

    hidden: int = 32
    digits: int = 1000
    epochs: int = 8
    batch_size: int = 50
    rates: tuple[float, float] = (1e-3, 10.0)
    decays: tuple[float, float] = (1e-6, 1e-1)
    sides: tuple[int, ...] = (2, 3, 4, 5)
    repetitions: int = 24
    choose_on: int = 500
    near: float = 0.01
    wide: int = 64
    width_rates: tuple[float, ...] = (0.05, 0.1, 0.2, 0.4, 0.8)
    search_seeds: tuple[int, ...] = (100, 101)


class Trial(NamedTuple):
    """One training of a search: what was set, and how it did where it was chosen and elsewhere."""

    rate: float
    decay: float
    chosen_by: float
    judged: float


def run(
    _checkpoints: Path,
    digits: Digits | None = None,
    settings: Settings = Settings(),
    seeds: Sequence[int] = SEEDS,
) -> Result:
    """Repeats both searches, then compares two widths."""
    start = time.perf_counter()
    split = split_digits(digits or load_mnist())
    searches = [_repetition(split, settings, number) for number in range(settings.repetitions)]
    first_random, first_grids = searches[0]
    shown = first_grids[3] if 3 in first_grids else first_grids[max(first_grids)]
    metrics, curve = _compared(searches, settings)
    widths, tried = _widths(split, settings, seeds)
    return Result(
        metrics=metrics | widths,
        curve=curve
        | {f"random_{key}": value for key, value in _columns(first_random[: len(shown)]).items()}
        | {f"grid_{key}": value for key, value in _columns(shown).items()},
        seeds=tuple(range(settings.repetitions)),
        settings=asdict(settings) | {"seeds": list(seeds)},
        seconds=time.perf_counter() - start,
        tried=tried,
    )


def _repetition(
    split: Split, settings: Settings, number: int
) -> tuple[list[Trial], dict[int, list[Trial]]]:
    """Searches once: as many random trials as the largest grid has, and every grid by its side.

    Each grid lies as it happens, so that no place of the range is more likely than another.
    """
    rng = np.random.default_rng([7, number])
    most = max(settings.sides) ** 2
    rates = log_uniform(*settings.rates, most, rng=rng)
    decays = log_uniform(*settings.decays, most, rng=rng)
    random = [_trial(split, settings, number, *pair) for pair in zip(rates, decays, strict=True)]
    grids = {}
    for side in settings.sides:
        across, down = rng.random(2)
        grids[side] = [
            _trial(split, settings, number, rate, decay)
            for rate in log_grid(*settings.rates, side, shift=across)
            for decay in log_grid(*settings.decays, side, shift=down)
        ]
    return random, grids


def _trial(split: Split, settings: Settings, seed: int, rate: float, decay: float) -> Trial:
    right = _right(split, settings, seed, rate, decay, settings.hidden)
    chosen, judged = right[: settings.choose_on], right[settings.choose_on :]
    return Trial(float(rate), float(decay), float(chosen.mean()), float(judged.mean()))


def _right(
    split: Split, settings: Settings, seed: int, rate: float, decay: float, hidden: int
) -> NDArray[np.bool_]:
    """Trains a network; says of each validation digit whether it is read rightly."""
    rng = np.random.default_rng(seed)
    some = sample_of(split, settings.digits, rng)
    features = split.train_x.shape[1]
    network = Sequential(
        [
            Linear(features, hidden, rng=rng, dtype=np.float32),
            ReLU(),
            Linear(hidden, CLASSES, rng=rng, dtype=np.float32),
        ]
    )
    optimizer = SGD(rate, weight_decay=decay)
    epochs, batch_size = settings.epochs, settings.batch_size
    # A rate far too large overflows on its way to infinity, where training ends.
    with np.errstate(all="ignore"):
        history = train_unless_infinite(
            network, optimizer, some, rng, epochs=epochs, batch_size=batch_size
        )
    if history is None:
        return np.zeros(len(split.validation_y), bool)
    scores = predict(network, split.validation_x)
    return np.asarray(scores.argmax(axis=1) == split.validation_y)


def _compared(
    searches: Sequence[tuple[list[Trial], dict[int, list[Trial]]]], settings: Settings
) -> tuple[dict[str, Number], dict[str, list[Number]]]:
    """What both kinds of search find with so many trials, in pairs over the repetitions."""
    most = max(settings.sides) ** 2
    best = np.array([max(trial.judged for trial in _all(search)) for search in searches])
    every = np.array([[trial.judged for trial in random] for random, _ in searches])
    near = float((every >= best[:, None] - settings.near).mean())
    metrics: dict[str, Number] = {"random_trials": every.size, "near": near}
    running = [
        [_pick(random[:count]).chosen_by for random, _ in searches] for count in range(1, most + 1)
    ]
    curve: dict[str, list[Number]] = {
        "trials": list(range(1, most + 1)),
        "random_best": np.mean(running, axis=1).tolist(),
        "random_best_error": _errors(running),
    }
    for key in ("trials", "best", "best_error"):
        curve[f"grids_{key}"] = []
    for side in settings.sides:
        count = side**2
        picks = {
            "random": [_pick(random[:count]) for random, _ in searches],
            "grid": [_pick(grids[side]) for _, grids in searches],
        }
        curve["grids_trials"].append(count)
        found = [pick.chosen_by for pick in picks["grid"]]
        curve["grids_best"].append(float(np.mean(found)))
        curve["grids_best_error"] += _errors([found])
        for name, chosen in picks.items():
            judged = np.array([pick.judged for pick in chosen])
            optimism = [pick.chosen_by - pick.judged for pick in chosen]
            metrics |= {
                f"{name}_{count}": float(judged.mean()),
                f"{name}_{count}_std": float(judged.std(ddof=1)),
                f"{name}_{count}_best": float(np.mean([pick.chosen_by for pick in chosen])),
                f"{name}_{count}_near": float((judged >= best - settings.near).mean()),
                f"{name}_{count}_optimism": float(np.mean(optimism)),
                f"{name}_{count}_optimism_error": _errors([optimism])[0],
            }
        metrics[f"predicted_{count}_near"] = 1 - (1 - near) ** count
        gain = paired_difference(
            [pick.judged for pick in picks["random"]], [pick.judged for pick in picks["grid"]]
        )
        metrics |= gain.metrics(f"gain_{count}")
    return metrics, curve


def _all(search: tuple[list[Trial], dict[int, list[Trial]]]) -> list[Trial]:
    random, grids = search
    return [*random, *(trial for grid in grids.values() for trial in grid)]


def _pick(trials: Sequence[Trial]) -> Trial:
    """The trial that did best where it is chosen."""
    return max(trials, key=lambda trial: trial.chosen_by)


def _errors(rows: Sequence[Sequence[float]]) -> list[Number]:
    """The standard error of the mean of each row."""
    return [float(np.std(row, ddof=1) / np.sqrt(len(row))) for row in rows]


def _columns(trials: Sequence[Trial]) -> dict[str, list[Number]]:
    return {
        "rate": [trial.rate for trial in trials],
        "decay": [trial.decay for trial in trials],
        "accuracy": [trial.chosen_by for trial in trials],
    }


def _widths(
    split: Split, settings: Settings, seeds: Sequence[int]
) -> tuple[dict[str, Number], list[dict[str, Any]]]:
    """Compares two widths, each at its own best rate: digit by digit, and over seeds."""
    metrics: dict[str, Number] = {}
    tried: list[dict[str, Any]] = []
    right: dict[str, list[NDArray[np.bool_]]] = {}
    for name, hidden in (("narrow", settings.hidden), ("wide", settings.wide)):
        scores = []
        for rate in settings.width_rates:
            found = [
                _right(split, settings, seed, rate, 0.0, hidden)[: settings.choose_on].mean()
                for seed in settings.search_seeds
            ]
            scores.append(float(np.mean(found)))
            tried.append({"hidden": hidden, "rate": rate, "accuracy": round(scores[-1], 5)})
        rate = settings.width_rates[int(np.argmax(scores))]
        right[name] = [
            _right(split, settings, seed, rate, 0.0, hidden)[settings.choose_on :] for seed in seeds
        ]
        shares = [float(one.mean()) for one in right[name]]
        metrics |= {
            f"{name}_rate": rate,
            f"{name}_accuracy": float(np.mean(shares)),
            f"{name}_accuracy_std": float(np.std(shares, ddof=1)),
            f"{name}_first": shares[0],
            f"{name}_first_error": share_error(right[name][0]),
        }
    wide, narrow = right["wide"][0], right["narrow"][0]
    difference, error = paired_shares(wide, narrow)
    over_seeds = paired_difference(
        [one.mean() for one in right["wide"]], [one.mean() for one in right["narrow"]]
    )
    apart = np.hypot(metrics["wide_first_error"], metrics["narrow_first_error"])
    metrics |= {
        "judged_on": len(wide),
        "both_right": int((wide & narrow).sum()),
        "wide_alone": int((wide & ~narrow).sum()),
        "narrow_alone": int((narrow & ~wide).sum()),
        "both_wrong": int((~wide & ~narrow).sum()),
        "first_difference": difference,
        "first_error_paired": error,
        "first_error_apart": float(apart),
        "first_z": mcnemar(wide, narrow),
        "seeds_difference": over_seeds.mean,
        "seeds_low": over_seeds.low,
        "seeds_high": over_seeds.high,
    }
    return metrics, tried
