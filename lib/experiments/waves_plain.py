"""`waves-plain`: a network without a state foretells waves, beside the one of `waves` with one.

It has ten features in, ten numbers out and about as many weights. Both learn from the waves that
`waves` trains on, with Adam and the same schedule, for as many epochs, and in runs of their own for
a fifth of them. Each is timed on its own, without the drawing of waves or a look at others. Each
has its own rate for each length, from a grid with steps of a factor of 2 that goes on where the
best lies at its end, by the error on one half of the validation waves, over a seed that is used for
nothing else. Then both learn from each seed, and are judged on the other half. The test waves are
not read.

The metrics, SIDE is `plain` or `recurrent`, means over the seeds, those of the long runs with
`long_` before their names:

- `SIDE_mse`, and `SIDE_over_best`, as a multiple of what the best forecast has, `best_mse`;
- `SIDE_excess`, the same once the variance of the noise is taken off both;
- `SIDE_parameters`, `SIDE_rate`, `SIDE_rate_at_end`; `SIDE_seconds` of the processor, for a run;
- `difference`: the error of the recurrent network less that of the other, seed by seed, with the
  interval that holds it with 95 in 100;
- `waves_excess`, as `SIDE_excess`, of what `waves` has recorded of its long training.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from backprop import (
    MEAN_SQUARED_ERROR,
    Adam,
    Flatten,
    Linear,
    ReLU,
    Sequential,
    cosine_decay,
    evaluate,
    noisy_waves,
    train,
)
from backprop.data.waves import Waves, best_forecast
from experiments import waves
from experiments.comparison import paired_difference
from experiments.grid import best_of, search
from experiments.record import RESULTS, Number, Result
from experiments.repeats import SEEDS, summary
from experiments.updates import updates_in


@dataclass(frozen=True)
class Settings:
    """The hyper-parameters.

    Attributes:
        recurrent: those of the network with a state, its rate where all searches begin.
        short_epochs: of the short runs.
        hidden: the units in each of the other's two layers.
    """

    recurrent: waves.Settings = field(default_factory=waves.Settings)
    short_epochs: int = 8
    hidden: int = 60
    largest_grid: int = 6
    search_seed: int = 100


@dataclass(frozen=True)
class Side:
    """One of the two networks.

    Attributes:
        make: a network as it starts, samples first, to as many steps as it is given.
        max_norm: the norm that its gradients are clipped to, if they are.
    """

    make: Callable[[Settings, int, np.random.Generator], Sequential]
    max_norm: float | None


def sides(settings: Settings) -> dict[str, Side]:
    """Both, by name."""
    return {
        "plain": Side(plain, None),
        "recurrent": Side(
            lambda settings, steps, rng: waves.build(settings.recurrent, steps, rng),
            settings.recurrent.max_norm,
        ),
    }


def plain(settings: Settings, steps: int, rng: np.random.Generator) -> Sequential:
    """Makes the network without a state."""
    H = settings.hidden
    return Sequential(
        [
            Flatten(),
            Linear(steps, H, rng=rng, dtype=np.float32),
            ReLU(),
            Linear(H, H, rng=rng, dtype=np.float32),
            ReLU(),
            Linear(H, steps, rng=rng, dtype=np.float32),
        ]
    )


def run(
    _checkpoints: Path, settings: Settings = Settings(), seeds: tuple[int, ...] = SEEDS
) -> Result:
    """Chooses the rates, then trains both from each seed; for each length."""
    start = time.perf_counter()
    rng = np.random.default_rng(settings.recurrent.seed)
    sizes = settings.recurrent.train_size, settings.recurrent.validation_size
    train_set, validation_set = (noisy_waves(size, rng, noise=waves.NOISE) for size in sizes)
    half = settings.recurrent.validation_size // 2
    chosen_on, judged_on = (
        Waves(validation_set.seen[part], validation_set.target[part])
        for part in (slice(half), slice(half, None))
    )
    best = best_forecast(judged_on.seen, noise=waves.NOISE)
    floor = float(((best - judged_on.target) ** 2).mean())
    whole = json.loads((RESULTS / "waves.json").read_text(encoding="utf-8"))["metrics"]
    metrics: dict[str, Number] = {
        "best_mse": floor,
        "waves_excess": excess(whole["test_mse"], whole["best_mse"]),
    }
    tried: list[dict[str, Any]] = []
    by_seed: dict[str, list[Number]] = {}
    for length, epochs in {"": settings.short_epochs, "long_": settings.recurrent.epochs}.items():
        rates: dict[str, float] = {}
        metrics[f"{length}epochs"] = epochs
        for name, side in sides(settings).items():
            score = partial(error_of, side, settings, epochs, train_set, chosen_on)
            errors = search(score, settings.recurrent.learning_rate, settings.largest_grid)
            rates[name], at_end = best_of(errors)
            metrics |= {
                f"{length}{name}_rate": rates[name],
                f"{length}{name}_rate_at_end": int(at_end),
            }
            tried += [
                {"epochs": epochs, "side": name, "rate": rate, "mse": round(errors[rate], 7)}
                for rate in sorted(errors)
            ]
            print(f"  {name}, {epochs} epochs: a rate of {rates[name]:g}", flush=True)
        found = [
            judge(settings, epochs, rates, seed, train_set, judged_on, floor) for seed in seeds
        ]
        means, of_seeds = summary([{length + key: one[key] for key in one} for one in found])
        pair = (of_seeds[f"{length}{name}_mse"] for name in ("recurrent", "plain"))
        metrics |= means | paired_difference(*pair).metrics(f"{length}difference")
        by_seed |= of_seeds
    return Result(
        metrics=metrics,
        curve={},
        seeds=seeds,
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        tried=tried,
        by_seed=by_seed,
    )


def error_of(
    side: Side, settings: Settings, epochs: int, train_set: Waves, chosen_on: Waves, rate: float
) -> float:
    """The error that a rate leaves on what is chosen by."""
    found = learn(side, settings, epochs, rate, settings.search_seed, train_set, chosen_on)
    return float(found["mse"])


def judge(
    settings: Settings,
    epochs: int,
    rates: dict[str, float],
    seed: int,
    train_set: Waves,
    judged_on: Waves,
    floor: float,
) -> dict[str, Number]:
    """Trains both from one seed; returns what each of them leaves."""
    measured: dict[str, Number] = {}
    for name, side in sides(settings).items():
        of_side = learn(side, settings, epochs, rates[name], seed, train_set, judged_on)
        error = of_side["mse"]
        of_side |= {"over_best": error / floor, "excess": excess(error, floor)}
        measured |= {f"{name}_{key}": value for key, value in of_side.items()}
    print(f"  seed {seed}:", *(f"{key} {value:.4g}" for key, value in measured.items()))
    return measured


def excess(error: float, floor: float) -> float:
    """How an error compares with the best, without the noise that nobody can foretell."""
    return (error - waves.NOISE**2) / (floor - waves.NOISE**2)


def learn(
    side: Side,
    settings: Settings,
    epochs: int,
    rate: float,
    seed: int,
    train_set: Waves,
    judged_on: Waves,
) -> dict[str, Number]:
    """Trains one network; returns its error, its size and the seconds of the processor."""
    rng = np.random.default_rng(seed)
    network = side.make(settings, train_set.target.shape[1], rng)
    given = settings.recurrent
    x, target, judged_x, judged_target = (
        array.astype(np.float32) for part in (train_set, judged_on) for array in part
    )
    start = time.process_time()
    train(
        network,
        Adam(rate),
        x,
        target,
        epochs=epochs,
        batch_size=given.batch_size,
        rng=rng,
        loss=MEAN_SQUARED_ERROR,
        measure=None,
        schedule=cosine_decay(rate, updates_in(epochs, len(x), given.batch_size)),
        max_norm=side.max_norm,
        progress=False,
    )
    seconds = time.process_time() - start
    score = evaluate(network, judged_x, judged_target, loss=MEAN_SQUARED_ERROR, measure=None)
    parameters = sum(param.size for param in network.params.values())
    return {"mse": score.loss, "parameters": parameters, "seconds": seconds}
