"""`csi300`: an LSTM reads 64 days of the CSI 300 index and foretells the next 20.

What it reads and foretells are daily log returns, standardised by the mean and the standard
deviation of the training years. The split is by date, and no window reaches across a border. Beside
it stand linear forecasts, with a penalty and without, and some that need hardly a fit. The
network's rate and the penalty are chosen on the validation years, from grids that are extended
until the best has a worse one on either side. The test years are read apart, by `examine`.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from backprop import (
    LSTM,
    MEAN_SQUARED_ERROR,
    Adam,
    History,
    LastStep,
    Linear,
    Sequential,
    TimeFirst,
    load_csi300,
    log_returns,
    make_windows,
    predict,
    train,
    xavier_uniform,
)
from backprop.data.csi300 import DailyIndex
from backprop.data.series import Windows
from backprop.layers.arrays import state
from backprop.shapes import Array
from experiments.comparison import overlapping_difference
from experiments.grid import best_of, search
from experiments.record import Number, Result
from experiments.repeats import SEEDS
from experiments.testing import Examined, Weights, restored

# What `experiments.testing` reads the test set with.
DATA = "csi300"


@dataclass(frozen=True)
class Settings:
    """The hyper-parameters.

    Attributes:
        middle_rate: where the search for the learning rate begins.
        middle_penalty: where that for the ridge regression's penalty begins.
        search_seeds: what the rate is chosen with; not those of the networks that count.
        lag: how many windows apart two errors may be and still go together.
    """

    past_days: int = 64
    future_days: int = 20
    train_share: float = 0.7
    validation_share: float = 0.15
    units: int = 32
    forget_bias: float = 1.0
    epochs: int = 12
    batch_size: int = 64
    middle_rate: float = 1e-3
    middle_penalty: float = 1024.0
    search_seeds: tuple[int, ...] = (100, 101)
    max_norm: float = 1.0
    lag: int = 40


SETTINGS = Settings()


class Split(NamedTuple):
    """Windows of standardised returns; what standardised them; when the last two spans start."""

    train: Windows
    validation: Windows
    test: Windows
    mean: float
    std: float
    starts: tuple[np.datetime64, np.datetime64]


def split_by_date(index: DailyIndex, settings: Settings = SETTINGS) -> Split:
    """Cuts the returns into three spans of time, standardises them, and cuts these into windows."""
    returns = log_returns(index.close)
    ends = [
        int(len(returns) * settings.train_share),
        int(len(returns) * (settings.train_share + settings.validation_share)),
    ]
    spans = np.split(returns, ends)
    mean, std = float(spans[0].mean()), float(spans[0].std())
    train, validation, test = (
        make_windows(
            ((span - mean) / std).astype(np.float32), settings.past_days, settings.future_days
        )
        for span in spans
    )
    # A return belongs to the later of its two days.
    starts = index.dates[ends[0] + 1], index.dates[ends[1] + 1]
    return Split(train, validation, test, mean, std, starts)


def naive_forecasts(split: Split, windows: Windows) -> dict[str, Array]:
    """Returns forecasts of windows that need hardly a fit, by name.

    They are of standardised returns. `mean` is the mean of the training years, which is 0 there;
    `unchanged` leaves the index at its last value, a return of 0 before it is standardised;
    `past_mean` is the mean of the days read; `last_value` repeats the last day's return.
    """
    past, zeros = windows.past, np.zeros_like(windows.future)
    return {
        "mean": zeros,
        "unchanged": zeros - np.float32(split.mean / split.std),
        "past_mean": zeros + past.mean(axis=1, keepdims=True),
        "last_value": zeros + past[:, -1:],
    }


def ridge(windows: Windows, penalty: float) -> Array:
    """Fits future = past W: of all W the one with the least squared error and penalty |W|².

    Args:
        windows: N of them, of D days and M days; they have a mean of about 0, so there is no bias.
        penalty: 0 for plain least squares.

    Returns:
        W, shape (D, M).

    Examples:
        >>> windows = Windows(np.array([[1.0], [2.0]]), np.array([[2.0], [4.0]]))
        >>> ridge(windows, 0.0), ridge(windows, 5.0)
        (array([[2.]]), array([[1.]]))
    """
    x, y = (part.astype(np.float64) for part in windows)
    return np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ y)


def ridge_penalties(split: Split, settings: Settings) -> dict[float, float]:
    """Returns the validation error of each penalty tried."""

    def score(penalty: float) -> float:
        forecast = split.validation.past @ ridge(split.train, penalty)
        return squared_error(forecast, split.validation)

    return search(score, settings.middle_penalty)


def build(settings: Settings, rng: np.random.Generator) -> Sequential:
    """Makes the network: returns, samples first, to the returns that follow."""
    lstm = LSTM(1, settings.units, forget_bias=settings.forget_bias, rng=rng, dtype=np.float32)
    out = Linear(
        settings.units, settings.future_days, rng=rng, init=xavier_uniform, dtype=np.float32
    )
    return Sequential({"time": TimeFirst(), "lstm": lstm, "last": LastStep(), "out": out})


def fit(
    settings: Settings, seed: int, rate: float, split: Split, checkpoint: Path | None
) -> tuple[Sequential, History]:
    """Trains from one seed, and gives the network the weights that validated best."""
    rng = np.random.default_rng(seed)
    network = build(settings, rng)
    history = train(
        network,
        Adam(rate),
        split.train.past[:, :, np.newaxis],
        split.train.future,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        rng=rng,
        loss=MEAN_SQUARED_ERROR,
        measure=None,
        max_norm=settings.max_norm,
        validation=(split.validation.past[:, :, np.newaxis], split.validation.future),
        checkpoint=checkpoint,
    )
    return network, history


def run(
    checkpoints: Path,
    index: DailyIndex | None = None,
    settings: Settings = SETTINGS,
    seeds: Sequence[int] = SEEDS,
) -> Result:
    """Chooses rate and penalty on the validation years, and trains from each seed."""
    start = time.perf_counter()
    split = split_by_date(index or load_csi300(), settings)

    def score(rate: float) -> float:
        """The mean over the search's seeds of the best epoch's validation error."""
        found = [fit(settings, seed, rate, split, None) for seed in settings.search_seeds]
        return float(np.mean([min(history.validation_loss) for _, history in found]))

    rates, penalties = search(score, settings.middle_rate), ridge_penalties(split, settings)
    rate, _ = best_of(rates)
    penalty, _ = best_of(penalties)
    curve: dict[str, list[Number]] = {"epoch": list(range(1, settings.epochs + 1))}
    networks: list[Weights] = []
    errors = []
    for seed in seeds:
        network, history = fit(settings, seed, rate, split, checkpoints / f"seed-{seed}.npz")
        networks.append(state(network))
        errors.append(min(history.validation_loss))
        curve[f"train_loss_{seed}"] = [*history.train_loss]
        curve[f"validation_loss_{seed}"] = [*history.validation_loss]
    metrics: dict[str, Number] = {
        "train_windows": len(split.train.past),
        "validation_windows": len(split.validation.past),
        "parameters": sum(param.size for param in network.params.values()),
        "linear_parameters": settings.past_days * settings.future_days,
        "return_mean": split.mean,
        "return_std": split.std,
        "validation_year": int(str(split.starts[0])[:4]),
        "test_year": int(str(split.starts[1])[:4]),
        "rate": rate,
        "penalty": penalty,
        "validation_lstm": float(np.mean(errors)),
        "validation_lstm_std": float(np.std(errors, ddof=1)) if len(errors) > 1 else 0.0,
    }
    for name, forecast in forecasts_without(split, penalty, split.validation).items():
        metrics[f"validation_{name}"] = squared_error(forecast, split.validation)
    tried: list[dict[str, Any]] = [
        {"of": kind, "value": value, "error": round(error, 6)}
        for kind, scores in (("rate", rates), ("penalty", penalties))
        for value, error in sorted(scores.items())
    ]
    return Result(
        metrics=metrics,
        curve=curve,
        seeds=tuple(seeds),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        tried=tried,
        networks=networks,
    )


def forecasts_without(split: Split, penalty: float, windows: Windows) -> dict[str, Array]:
    """Returns all forecasts of windows that need no network, by name."""
    fitted = {"linear": ridge(split.train, 0.0), "ridge": ridge(split.train, penalty)}
    return naive_forecasts(split, windows) | {
        name: (windows.past @ W).astype(np.float32) for name, W in fitted.items()
    }


def examine(
    settings: Settings, networks: Sequence[Weights], index: DailyIndex | None = None
) -> list[Examined]:
    """Tests the networks of all seeds on the test years, beside what needs no network.

    Besides each forecast's measures there is its difference from `mean`, `NAME_less_mean`, and the
    standard error of that, `NAME_less_mean_error`; for the network, of the mean over the seeds.
    """
    split = split_by_date(index or load_csi300(), settings)
    past = split.test.past[:, :, np.newaxis]
    forecasts = []
    for weights in networks:
        network = restored(build(settings, np.random.default_rng(0)), weights)
        forecasts.append(predict(network, past))
    penalties = ridge_penalties(split, settings)
    others = forecasts_without(split, best_of(penalties)[0], split.test)
    errors = {name: window_errors(forecast, split.test) for name, forecast in others.items()}
    errors["lstm"] = np.mean([window_errors(one, split.test) for one in forecasts], axis=0)
    common: dict[str, Number] = {"test_windows": len(split.test.past)}
    for name, forecast in others.items():
        common |= {f"{name}_{key}": value for key, value in measure(forecast, split).items()}
    for name in errors.keys() - {"mean"}:
        found = overlapping_difference(errors[name], errors["mean"], settings.lag)
        common |= {f"{name}_less_mean": found.mean, f"{name}_less_mean_error": found.error}
    rows = np.linspace(0, len(split.test.past) - 1, 3).astype(int)
    shown = {
        "past": split.test.past[rows],
        "future": split.test.future[rows],
        "ridge": others["ridge"][rows],
        "forecasts": np.stack([forecast[rows] for forecast in forecasts]),
    }
    return [
        Examined(
            common | {f"lstm_{key}": value for key, value in measure(forecast, split).items()},
            shown,
        )
        for forecast in forecasts
    ]


def window_errors(forecast: Array, windows: Windows) -> Array:
    """The mean squared error of each window."""
    errors: Array = ((forecast - windows.future) ** 2).mean(axis=1, dtype=np.float64)
    return errors


def squared_error(forecast: Array, windows: Windows) -> float:
    """The mean squared error over all windows."""
    return float(window_errors(forecast, windows).mean())


def measure(forecast: Array, split: Split) -> dict[str, float]:
    """Measures a forecast of the test windows.

    Returns:
        `mse`, of standardised returns, the mean over all days; `month_rmse`, the root mean squared
        error of the return over all days ahead together, in log points; `direction`, how often that
        has the right sign, a forecast of 0 counting as neither.
    """
    target = split.test.future
    total, wanted = (
        split.std * part.sum(axis=1, dtype=np.float64) + part.shape[1] * split.mean
        for part in (forecast, target)
    )
    return {
        "mse": squared_error(forecast, split.test),
        "month_rmse": float(np.sqrt(((total - wanted) ** 2).mean())),
        # What is left of 0 by rounding has no direction.
        "direction": float((np.sign(total.round(6)) == np.sign(wanted)).mean()),
    }
