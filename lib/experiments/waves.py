"""`waves`: a recurrent network foretells noisy waves, and how far its gradients reach."""

import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backprop import (
    MEAN_SQUARED_ERROR,
    RNN,
    Adam,
    LastStep,
    Linear,
    Sequential,
    TimeFirst,
    cosine_decay,
    evaluate,
    noisy_waves,
    orthogonal,
    predict,
    train,
    xavier_uniform,
)
from backprop.data.waves import Waves, best_forecast
from backprop.fast.recurrent import rnn_backward, rnn_forward
from backprop.shapes import Array
from experiments.gradient_flow import gradient_flow
from experiments.record import Number, Result
from experiments.updates import updates_in

NOISE = 0.1
SHOWN = 6
FLOW_STEPS = 50
# Factors on an orthogonal matrix of untrained weights: all its singular values.
SCALES = (0.5, 1.0, 2.0)


@dataclass(frozen=True)
class Settings:
    """The hyper-parameters."""

    units: int = 64
    layers: int = 1
    train_size: int = 50_000
    validation_size: int = 5_000
    test_size: int = 10_000
    epochs: int = 40
    batch_size: int = 100
    learning_rate: float = 6e-3
    max_norm: float = 0.3
    # The settings were chosen on waves of seed 0; those of this seed were drawn for the last run.
    seed: int = 7


def build(settings: Settings, steps: int, rng: np.random.Generator) -> Sequential:
    """Makes the network: waves, samples first, to as many steps as they have."""
    return Sequential(
        {
            "time": TimeFirst(),
            "rnn": RNN(1, settings.units, layers=settings.layers, rng=rng, dtype=np.float32),
            "last": LastStep(),
            "out": Linear(settings.units, steps, rng=rng, init=xavier_uniform, dtype=np.float32),
        }
    )


def run(checkpoints: Path, settings: Settings = Settings()) -> Result:
    """Trains, chooses on validation, tests once against the best forecast that there is."""
    start = time.perf_counter()
    rng = np.random.default_rng(settings.seed)
    sizes = settings.train_size, settings.validation_size, settings.test_size
    train_set, validation_set, test_set = (noisy_waves(size, rng, noise=NOISE) for size in sizes)
    seen, target = _float32(test_set)
    steps = test_set.target.shape[1]
    network = build(settings, steps, rng)
    untrained = flows(network, rng)
    count = updates_in(settings.epochs, settings.train_size, settings.batch_size)
    history = train(
        network,
        Adam(settings.learning_rate),
        *_float32(train_set),
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        rng=rng,
        loss=MEAN_SQUARED_ERROR,
        measure=None,
        validation=_float32(validation_set),
        schedule=cosine_decay(settings.learning_rate, count),
        max_norm=settings.max_norm,
        checkpoint=checkpoints / "run.npz",
    )
    forecast = predict(network, seen)
    best = best_forecast(test_set.seen, noise=NOISE)
    test = evaluate(network, seen, target, loss=MEAN_SQUARED_ERROR, measure=None)
    best_error = float(((best - test_set.target) ** 2).mean())
    repeated = float(((test_set.seen[:, -1] - test_set.target) ** 2).mean())
    trained = flows(network, rng)["flow"]
    singular = np.linalg.svd(network.params["rnn.W_h_l0"], compute_uv=False)
    epochs: list[Number] = list(range(1, settings.epochs + 1))
    metrics: dict[str, Number] = {
        "train_size": settings.train_size,
        "validation_size": settings.validation_size,
        "test_size": settings.test_size,
        "parameters": sum(param.size for param in network.params.values()),
        "best_epoch": history.best_epoch or settings.epochs,
        "noise": NOISE,
        "noise_variance": NOISE**2,
        "best_mse": best_error,
        "test_mse": test.loss,
        "test_over_noise_variance": test.loss / NOISE**2,
        "test_over_best": test.loss / best_error,
        "last_value_mse": repeated,
        "mean_mse": float((test_set.target**2).mean()),
        "steps": count,
        "steps_clipped": sum(norm > settings.max_norm for norm in history.gradient_norm),
        "largest_norm": max(history.gradient_norm),
        "largest_over_limit": max(history.gradient_norm) / settings.max_norm,
        "flow_steps": FLOW_STEPS,
        "vanished": untrained["flow_0.5"][0],
        "kept": untrained["flow_1"][0],
        "exploded": untrained["flow_2"][0],
        "trained_kept": trained[0],
        "trained_ten_back": trained[-1 - steps],
        "largest_singular_value": float(singular[0]),
        "smallest_singular_value": float(singular[-1]),
    }
    return Result(
        metrics=metrics,
        curve={
            "epoch": epochs,
            "train_loss": [*history.train_loss],
            "validation_loss": [*history.validation_loss],
            **{f"untrained_{name}": flow for name, flow in untrained.items()},
            "trained_flow": trained,
        },
        seeds=(settings.seed,),
        settings=asdict(settings),
        seconds=time.perf_counter() - start,
        arrays=_shown(seen, target, forecast, best),
    )


def flows(network: Sequential, rng: np.random.Generator) -> dict[str, list[Number]]:
    """Measures how far gradients reach in the first layer, and were its state's weights others.

    Returns:
        Lengths of gradients from the initial state to the last, `flow` for the network as it is,
        `flow_0.5` and so on for orthogonal weights times such a factor.
    """
    waves = noisy_waves(200, rng, steps=FLOW_STEPS)
    x = waves.seen.swapaxes(0, 1)
    params = {name: param.astype(np.float64) for name, param in network.params.items()}
    W_x, W_h, b = (params[f"rnn.{name}_l0"] for name in ("W_x", "W_h", "b"))
    h0 = np.zeros((x.shape[1], len(W_h)))

    def measure(weights: Array) -> list[Number]:
        norms = gradient_flow(rnn_forward, rnn_backward, x, (h0,), (W_x, weights, b), rng)
        return [float(norm) for norm in norms]

    found = {"flow": measure(W_h)}
    for scale in SCALES:
        found[f"flow_{scale:g}"] = measure(orthogonal(W_h.shape, rng, scale))
    return found


def _float32(waves: Waves) -> tuple[Array, Array]:
    return waves.seen.astype(np.float32), waves.target.astype(np.float32)


def _shown(
    seen: Array, target: Array, forecast: Array, best: Array
) -> dict[str, NDArray[np.generic]]:
    arrays = {"seen": seen[:, :, 0], "target": target, "forecast": forecast, "best": best}
    return {name: array[:SHOWN].astype(np.float32) for name, array in arrays.items()}
