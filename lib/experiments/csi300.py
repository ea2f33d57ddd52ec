"""`csi300`: an LSTM reads 64 days of the CSI 300 index and foretells the next 20.

What it reads and foretells are daily log returns, standardised by the mean and the standard
deviation of the training years. The split is by date, and no window reaches across a border. Beside
it stand the forecasts that need no network. Several seeds say how much of a difference is chance.
"""

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop import (
    LSTM,
    MEAN_SQUARED_ERROR,
    RNN,
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
from backprop.fast.lstm import lstm_backward, lstm_forward
from backprop.fast.recurrent import rnn_backward, rnn_forward
from backprop.shapes import Array
from experiments.gradient_flow import gradient_flow
from experiments.record import Number, Result

FLOW_WINDOWS = 200


@dataclass(frozen=True)
class Settings:
    """The hyper-parameters."""

    past_days: int = 64
    future_days: int = 20
    train_share: float = 0.7
    validation_share: float = 0.15
    units: int = 32
    layers: int = 1
    forget_bias: float = 1.0
    epochs: int = 20
    batch_size: int = 64
    learning_rate: float = 1e-3
    max_norm: float = 1.0
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)


class Split(NamedTuple):
    """Windows of standardised returns; what standardised them; when the last two spans start."""

    train: Windows
    validation: Windows
    test: Windows
    mean: float
    std: float
    starts: tuple[np.datetime64, np.datetime64]


def split_by_date(index: DailyIndex, settings: Settings) -> Split:
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


def naive_forecasts(split: Split) -> dict[str, Array]:
    """Returns forecasts of the test windows that need no network, by name.

    They are of standardised returns. `mean` is the mean of the training years, which is 0 there;
    `unchanged` leaves the index at its last value, a return of 0 before it is standardised;
    `past_mean` is the mean of the days read; `last_value` repeats the last day's return.
    """
    past, zeros = split.test.past, np.zeros_like(split.test.future)
    return {
        "mean": zeros,
        "unchanged": zeros - np.float32(split.mean / split.std),
        "past_mean": zeros + past.mean(axis=1, keepdims=True),
        "last_value": zeros + past[:, -1:],
    }


def build(settings: Settings, rng: np.random.Generator) -> Sequential:
    """Makes the network: returns, samples first, to the returns that follow."""
    lstm = LSTM(
        1,
        settings.units,
        layers=settings.layers,
        forget_bias=settings.forget_bias,
        rng=rng,
        dtype=np.float32,
    )
    out = Linear(
        settings.units, settings.future_days, rng=rng, init=xavier_uniform, dtype=np.float32
    )
    return Sequential({"time": TimeFirst(), "lstm": lstm, "last": LastStep(), "out": out})


def fit(
    settings: Settings, seed: int, split: Split, checkpoint: Path | None
) -> tuple[Sequential, History]:
    """Trains from one seed, and gives the network the weights that validated best."""
    rng = np.random.default_rng(seed)
    network = build(settings, rng)
    history = train(
        network,
        Adam(settings.learning_rate),
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
    settings: Settings = Settings(),
) -> Result:
    """Trains from each seed, tests each once, and reports them all."""
    start = time.perf_counter()
    split = split_by_date(index or load_csi300(), settings)
    curve: dict[str, list[Number]] = {"epoch": list(range(1, settings.epochs + 1))}
    networks, forecasts = [], []
    for seed in settings.seeds:
        network, history = fit(settings, seed, split, checkpoints / f"seed-{seed}.npz")
        networks.append(network)
        forecasts.append(predict(network, split.test.past[:, :, np.newaxis]))
        curve[f"train_loss_{seed}"] = [*history.train_loss]
        curve[f"validation_loss_{seed}"] = [*history.validation_loss]
    flows = compare_flows(split, settings, networks[0])
    naive = {name: measure(value, split) for name, value in naive_forecasts(split).items()}
    errors = [measure(forecast, split) for forecast in forecasts]
    for error in errors:
        # The share of the squared error that it takes off the best of the naive forecasts.
        error["skill"] = 1 - error["mse"] / min(measured["mse"] for measured in naive.values())
    curve["test_mse"] = [error["mse"] for error in errors]
    metrics: dict[str, Number] = {
        "train_windows": len(split.train.past),
        "validation_windows": len(split.validation.past),
        "test_windows": len(split.test.past),
        "parameters": sum(param.size for param in network.params.values()),
        "seeds": len(settings.seeds),
        "return_mean": split.mean,
        "return_std": split.std,
        "validation_year": int(str(split.starts[0])[:4]),
        "test_year": int(str(split.starts[1])[:4]),
    }
    for name in errors[0]:
        values = [error[name] for error in errors]
        metrics[f"lstm_{name}"] = float(np.mean(values))
        metrics[f"lstm_{name}_std"] = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    for name, flow in flows.items():
        curve[name] = flow
        metrics[f"{name}_left"] = flow[0]
    for kind, measured in naive.items():
        metrics |= {f"{kind}_{name}": value for name, value in measured.items()}
    return Result(
        metrics=metrics,
        curve=curve,
        seeds=settings.seeds,
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        arrays=_shown(forecasts, split),
    )


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
        "mse": float(((forecast - target) ** 2).mean(dtype=np.float64)),
        "month_rmse": float(np.sqrt(((total - wanted) ** 2).mean())),
        # What is left of 0 by rounding has no direction.
        "direction": float((np.sign(total.round(6)) == np.sign(wanted)).mean()),
    }


def compare_flows(split: Split, settings: Settings, trained: Sequential) -> dict[str, list[Number]]:
    """Measures how far gradients reach: in a plain network and in LSTMs, untrained and trained."""
    rows = np.linspace(0, len(split.train.past) - 1, FLOW_WINDOWS).astype(int)
    x = split.train.past[rows, :, np.newaxis].swapaxes(0, 1).astype(np.float64)
    H, rng = settings.units, np.random.default_rng(0)
    layers: dict[str, RNN | LSTM] = {
        "rnn": RNN(1, H, rng=rng),
        "lstm": LSTM(1, H, rng=rng),
        "lstm_forget_1": LSTM(1, H, rng=rng, forget_bias=1.0),
    }
    weights = {name: _usual_start(layer, rng) for name, layer in layers.items()}
    weights["lstm_trained"] = [
        trained.params[f"lstm.{name}_l0"].astype(np.float64) for name in ("W_x", "W_h", "b")
    ]
    h0 = np.zeros((FLOW_WINDOWS, H))
    found: dict[str, list[Number]] = {}
    for name, given in weights.items():
        if name == "rnn":
            norms = gradient_flow(rnn_forward, rnn_backward, x, [h0], given, rng)
        else:
            norms = gradient_flow(lstm_forward, lstm_backward, x, [h0, h0], given, rng)
        found[f"flow_{name}"] = [float(norm) for norm in norms]
    return found


def _usual_start(layer: RNN | LSTM, rng: np.random.Generator) -> list[Array]:
    """Draws weights as libraries do: small numbers, where ours starts with an orthogonal matrix."""
    bound = layer.H**-0.5
    return [
        rng.uniform(-bound, bound, param.shape) if name.startswith("W") else param
        for name, param in layer.params.items()
    ]


def _shown(forecasts: list[Array], split: Split) -> dict[str, NDArray[np.generic]]:
    """Returns three test windows, early, in the middle and late, with what was foretold."""
    rows = np.linspace(0, len(split.test.past) - 1, 3).astype(int)
    return {
        "windows": rows,
        "past": split.test.past[rows],
        "future": split.test.future[rows],
        "forecasts": np.stack([forecast[rows] for forecast in forecasts]),
    }
