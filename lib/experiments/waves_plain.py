"""`waves-plain`: a network without a state foretells the waves of `waves`, on an equal footing.

It has ten features in, ten numbers out and about as many weights. It trains on the very waves that
the recurrent network trained on, for as many epochs, with Adam and the same schedule. Its rate is
chosen on one half of the validation waves, over a seed of its own; then it learns from each seed
and is judged on the other half. The test waves are not read; what `waves` found on them is.
The excess of an error is what is left of it without the variance of the noise.
"""

import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from backprop import (
    MEAN_SQUARED_ERROR,
    Adam,
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
from experiments.grid import best_of
from experiments.record import RESULTS, Number, Result
from experiments.repeats import SEEDS, over_seeds
from experiments.updates import updates_in


@dataclass(frozen=True)
class Settings:
    """The hyper-parameters; `recurrent` are those of the other network."""

    recurrent: waves.Settings = field(default_factory=waves.Settings)
    hidden: int = 60
    rates: tuple[float, ...] = (7.5e-4, 1.5e-3, 3e-3, 6e-3, 1.2e-2)
    search_seed: int = 100


def run(
    _checkpoints: Path, settings: Settings = Settings(), seeds: tuple[int, ...] = SEEDS
) -> Result:
    """Chooses the rate, then trains from each seed."""
    start = time.perf_counter()
    rng = np.random.default_rng(settings.recurrent.seed)
    sizes = settings.recurrent.train_size, settings.recurrent.validation_size
    train_set, validation_set = (noisy_waves(size, rng, noise=waves.NOISE) for size in sizes)
    half = settings.recurrent.validation_size // 2
    chosen_on, judged_on = (
        Waves(validation_set.seen[part], validation_set.target[part])
        for part in (slice(half), slice(half, None))
    )
    errors = {
        rate: _learn(settings, rate, settings.search_seed, train_set, chosen_on)["mse"]
        for rate in settings.rates
    }
    rate, at_end = best_of(errors)
    best = best_forecast(judged_on.seen, noise=waves.NOISE)
    floor = float(((best - judged_on.target) ** 2).mean())
    recurrent = json.loads((RESULTS / "waves.json").read_text(encoding="utf-8"))["metrics"]

    def once(seed: int) -> Result:
        found = _learn(settings, rate, seed, train_set, judged_on)
        found |= {
            "rate": rate,
            "rate_at_end": int(at_end),
            "best_mse": floor,
            "mse_over_best": found["mse"] / floor,
            "excess_over_best": _excess(found["mse"], floor),
            "recurrent_excess_over_best": _excess(recurrent["test_mse"], recurrent["best_mse"]),
        }
        return Result(found, {}, (seed,), asdict(settings), time.perf_counter() - start)

    found = over_seeds(once, seeds)
    tried = [{"rate": rate, "mse": round(error, 7)} for rate, error in errors.items()]
    return Result(
        metrics=found.metrics,
        curve={},
        seeds=seeds,
        settings=found.settings,
        seconds=time.perf_counter() - start,
        tried=tried,
        by_seed=found.by_seed,
    )


def _excess(error: float, floor: float) -> float:
    """How an error compares with the best, without the noise that nobody can foretell."""
    return (error - waves.NOISE**2) / (floor - waves.NOISE**2)


def _learn(
    settings: Settings, rate: float, seed: int, train_set: Waves, judged_on: Waves
) -> dict[str, Number]:
    """Trains one network; returns its error, its size and the seconds of one core."""
    start = time.process_time()
    rng = np.random.default_rng(seed)
    H, steps = settings.hidden, train_set.target.shape[1]
    layers = [
        Linear(steps, H, rng=rng, dtype=np.float32),
        ReLU(),
        Linear(H, H, rng=rng, dtype=np.float32),
        ReLU(),
        Linear(H, steps, rng=rng, dtype=np.float32),
    ]
    network = Sequential(layers)
    given = settings.recurrent
    x, target, judged_x, judged_target = (
        array.astype(np.float32)
        for array in (
            train_set.seen[:, :, 0],
            train_set.target,
            judged_on.seen[:, :, 0],
            judged_on.target,
        )
    )
    train(
        network,
        Adam(rate),
        x,
        target,
        epochs=given.epochs,
        batch_size=given.batch_size,
        rng=rng,
        loss=MEAN_SQUARED_ERROR,
        measure=None,
        schedule=cosine_decay(rate, updates_in(given.epochs, len(x), given.batch_size)),
        progress=False,
    )
    seconds = time.process_time() - start
    score = evaluate(network, judged_x, judged_target, loss=MEAN_SQUARED_ERROR, measure=None)
    parameters = sum(param.size for param in network.params.values())
    return {"mse": score.loss, "parameters": parameters, "seconds_of_a_run": seconds}
