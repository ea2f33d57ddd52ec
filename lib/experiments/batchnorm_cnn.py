"""`batchnorm-cnn`: the network of `mnist-cnn`, with batch norm and without, at rising rates."""

import time
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from backprop import load_mnist
from backprop.data.mnist import Digits
from experiments import mnist_cnn
from experiments.mnist import fit
from experiments.mnist_convolution import ConvSettings, build_for_images, split_images
from experiments.record import Number, Result

SETTINGS = replace(mnist_cnn.SETTINGS, optimizer="sgd", schedule="constant", epochs=3)
RATES = (0.01, 0.1, 1.0)


def run(
    checkpoints: Path,
    digits: Digits | None = None,
    settings: ConvSettings = SETTINGS,
    rates: tuple[float, ...] = RATES,
) -> Result:
    """Trains with and without at every rate; a run that overflows stays at guessing."""
    start = time.perf_counter()
    digits = digits or load_mnist()
    split = split_images(digits)
    curve: dict[str, list[Number]] = {"rate": list(rates)}
    metrics: dict[str, Number] = {}
    for kind in ("plain", "batch_norm"):
        for number, rate in enumerate(rates):
            chosen = replace(settings, batch_norm=kind != "plain", learning_rate=rate)
            rng = np.random.default_rng(chosen.seed)
            network = build_for_images(chosen, digits.train_images.shape[1], rng)
            try:
                history = fit(chosen, split, network, rng, checkpoints)
                reached: list[Number] = [*history.validation_accuracy]
            except FloatingPointError:
                reached = [0.1] * chosen.epochs
            curve[f"{kind}_{number}"] = reached
            metrics[f"{kind}_{number}"] = reached[-1]
        metrics[f"{kind}_best"] = max(metrics[f"{kind}_{number}"] for number in range(len(rates)))
    varied = {"learning_rate", "batch_norm"}
    common = {name: value for name, value in asdict(settings).items() if name not in varied}
    return Result(
        metrics=metrics,
        curve=curve,
        seeds=(settings.seed,),
        settings={**common, "rates": list(rates)},
        seconds=time.perf_counter() - start,
    )
