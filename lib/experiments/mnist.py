"""What the experiments on MNIST share: the split, the network, its training, its marks."""

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backprop import (
    SGD,
    Adam,
    History,
    Layer,
    Linear,
    Momentum,
    Optimizer,
    ReLU,
    Sequential,
    cosine_decay,
    evaluate,
    load_mnist,
    predict,
    to_unit_interval,
    train,
)
from backprop.activations import softmax_forward
from backprop.data.mnist import Digits
from backprop.layers.arrays import state
from backprop.losses import softmax_cross_entropy_forward
from backprop.shapes import Array
from experiments.record import Number, Result
from experiments.testing import Examined, Weights, restored
from experiments.updates import updates_in

CLASSES = 10
MISTAKES = 24
Augment = Callable[[Array], Array]
OPTIMIZERS = {"sgd": SGD, "momentum": Momentum, "adam": Adam}


@dataclass(frozen=True)
class Settings:
    """The hyper-parameters of a fully connected network and of its training."""

    hidden: tuple[int, ...]
    optimizer: Literal["sgd", "momentum", "adam"]
    learning_rate: float
    schedule: Literal["constant", "cosine"]
    epochs: int
    weight_decay: float = 0.0
    batch_size: int = 100
    seed: int = 0

    def checkpoint(self, folder: Path) -> Path:
        """A file for a run with these settings, which a run with others will not take up."""
        return folder / f"{hashlib.sha256(repr(self).encode()).hexdigest()[:12]}.npz"


class Split(NamedTuple):
    """Inputs as rows of floats from 0 to 1, and labels: to train, and to choose by."""

    train_x: NDArray[np.float32]
    train_y: NDArray[np.uint8]
    validation_x: NDArray[np.float32]
    validation_y: NDArray[np.uint8]


def split_digits(digits: Digits) -> Split:
    """Sets one in twelve of the training digits aside for validation: of MNIST's 60,000, 5,000.

    They are drawn with a seed of their own, so that every experiment has the same split, and what
    one has chosen another may use.
    """
    order = np.random.default_rng(5000).permutation(len(digits.train_images))
    validation = len(order) // 12
    chosen, rest = np.sort(order[:validation]), np.sort(order[validation:])
    images = to_unit_interval(digits.train_images).reshape(len(digits.train_images), -1)
    return Split(
        train_x=images[rest],
        train_y=digits.train_labels[rest],
        validation_x=images[chosen],
        validation_y=digits.train_labels[chosen],
    )


def sample_of(split: Split, samples: int, rng: np.random.Generator) -> Split:
    """Leaves only some of the training digits, drawn at random."""
    some = rng.permutation(len(split.train_y))[:samples]
    return split._replace(train_x=split.train_x[some], train_y=split.train_y[some])


def train_unless_infinite(
    network: Sequential,
    optimizer: Optimizer,
    split: Split,
    rng: np.random.Generator,
    *,
    epochs: int,
    batch_size: int,
) -> History | None:
    """Trains a network on a split's digits; None if its loss became infinite."""
    try:
        return train(
            network,
            optimizer,
            split.train_x,
            split.train_y,
            epochs=epochs,
            batch_size=batch_size,
            rng=rng,
            measure=None,
            progress=False,
        )
    except FloatingPointError:
        return None


def build(settings: Settings, features: int, rng: np.random.Generator) -> Sequential:
    """Makes the network: linear layers in float32 with ReLU between them."""
    sizes = [features, *settings.hidden, CLASSES]
    layers: list[Layer] = []
    for inputs, outputs in pairwise(sizes):
        layers += [Linear(inputs, outputs, rng=rng, dtype=np.float32), ReLU()]
    return Sequential(layers[:-1])


def fit(
    settings: Settings,
    split: Split,
    network: Sequential,
    rng: np.random.Generator,
    checkpoints: Path | None = None,
    augment: Augment | None = None,
) -> History:
    """Trains a network, and gives it the weights of the epoch that validated best.

    With a folder for checkpoints, a run that was interrupted goes on.
    """
    optimizer = OPTIMIZERS[settings.optimizer](
        settings.learning_rate, weight_decay=settings.weight_decay
    )
    steps = updates_in(settings.epochs, len(split.train_x), settings.batch_size)
    decay = cosine_decay(settings.learning_rate, steps)
    return train(
        network,
        optimizer,
        split.train_x,
        split.train_y,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        rng=rng,
        validation=(split.validation_x, split.validation_y),
        schedule=decay if settings.schedule == "cosine" else None,
        augment=augment,
        checkpoint=settings.checkpoint(checkpoints) if checkpoints else None,
    )


def measure(
    settings: Settings, split: Split, checkpoints: Path | None = None
) -> tuple[Result, Sequential, History]:
    """Trains a fully connected network; returns also what `train_network` does."""
    rng = np.random.default_rng(settings.seed)
    network = build(settings, split.train_x.shape[1], rng)
    result, history = train_network(settings, split, network, rng, checkpoints)
    return result, network, history


def train_network(
    settings: Settings,
    split: Split,
    network: Sequential,
    rng: np.random.Generator,
    checkpoints: Path | None = None,
    augment: Augment | None = None,
) -> tuple[Result, History]:
    """Trains a network, and measures it on what it was trained on and chosen by."""
    start, worked = time.perf_counter(), time.process_time()
    history = fit(settings, split, network, rng, checkpoints, augment)
    seconds, worked = time.perf_counter() - start, time.process_time() - worked
    training = evaluate(network, split.train_x, split.train_y)
    best = history.best_epoch or settings.epochs
    metrics: dict[str, Number] = {
        "train_size": len(split.train_y),
        "validation_size": len(split.validation_y),
        "parameters": sum(param.size for param in network.params.values()),
        "epochs": settings.epochs,
        "best_epoch": best,
        "initial_loss": history.step_loss[0],
        "train_loss": training.loss,
        "train_accuracy": float(training.accuracy or 0.0),
        "validation_loss": history.validation_loss[best - 1],
        "validation_accuracy": history.validation_accuracy[best - 1],
        "seconds_per_epoch": seconds / settings.epochs,
        "seconds_of_processor": worked,  # those that the machine's other work does not lengthen
    }
    result = Result(
        metrics=metrics,
        curve=curves(history),
        seeds=(settings.seed,),
        settings=asdict(settings),
        seconds=seconds,
        networks=[state(network)],
    )
    return result, history


def examine_network(
    network: Sequential, digits: Digits, shape: tuple[int, ...] = (-1,)
) -> Examined:
    """Tests a network on the digits that nothing was trained on or chosen by.

    Args:
        network: it is given images as floats from 0 to 1.
        digits: all digits, of which the test digits are read.
        shape: of one image as the network takes it.
    """
    x = to_unit_interval(digits.test_images).reshape(len(digits.test_images), *shape)
    logits, target = predict(network, x), digits.test_labels
    wrong = logits.argmax(axis=1) != target
    return Examined(
        metrics={
            "test_size": len(target),
            "test_loss": float(softmax_cross_entropy_forward(logits, target)[0]),
            "test_accuracy": 1 - wrong.sum().item() / len(wrong),
            "test_errors": wrong.sum().item(),
        },
        arrays={"confusion": confusion(logits, target), **mistakes(logits, digits)},
    )


def examine_networks(
    settings: Settings, networks: Sequence[Weights], digits: Digits | None = None
) -> list[Examined]:
    """Tests fully connected networks that were trained with these settings."""
    digits = digits or load_mnist()
    features = digits.test_images[0].size
    return [
        examine_network(
            restored(build(settings, features, np.random.default_rng(0)), weights), digits
        )
        for weights in networks
    ]


def curves(history: History) -> dict[str, list[Number]]:
    """The history for figures, one point an epoch."""
    epochs = len(history.train_loss)
    return {
        "epoch": list(range(1, epochs + 1)),
        "train_loss": list(history.train_loss),
        "train_accuracy": list(history.train_accuracy),
        "validation_loss": list(history.validation_loss),
        "validation_accuracy": list(history.validation_accuracy),
        "learning_rate": list(history.learning_rate[:: len(history.step_loss) // epochs]),
    }


def step_curve(history: History) -> dict[str, list[Number]]:
    """The loss of every mini-batch."""
    return {"step": list(range(1, len(history.step_loss) + 1)), "step_loss": [*history.step_loss]}


def confusion(logits: NDArray[np.floating], target: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Counts the digits of each class (row) that were read as each class (column)."""
    counts = np.zeros((CLASSES, CLASSES), np.int64)
    np.add.at(counts, (target, logits.argmax(axis=1)), 1)
    return counts


def mistakes(logits: NDArray[np.floating], digits: Digits) -> dict[str, NDArray[np.generic]]:
    """The test digits that were read wrongly with the highest probability, the surest first."""
    probabilities, _ = softmax_forward(logits)
    predictions = logits.argmax(axis=1).astype(np.uint8)
    labels = digits.test_labels
    wrong = np.flatnonzero(predictions != labels)
    sure = probabilities[wrong, predictions[wrong]]
    worst = wrong[np.argsort(-sure, kind="stable")[:MISTAKES]]
    return {
        "mistakes_indices": worst,
        "mistakes_images": digits.test_images[worst],
        "mistakes_labels": labels[worst],
        "mistakes_predictions": predictions[worst],
        "mistakes_probabilities": probabilities[worst, predictions[worst]],
        "mistakes_label_probabilities": probabilities[worst, labels[worst]],
    }
