"""A training run as a file, whole enough to go on from it exactly."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop._check import Array
from backprop.files import load_npz, save_npz
from backprop.layers import Layer
from backprop.layers.sequential import assign, state
from backprop.training.optimizers import Optimizer


@dataclass
class History:
    """What a training run measured, in order.

    Attributes:
        step_loss: loss of each mini-batch, before its step.
        learning_rate: learning rate of each step.
        train_loss: mean of an epoch's mini-batch losses, each weighed by its size; so it is
            measured while the weights move.
        train_accuracy: the same of the measure, if there is one.
        validation_loss: loss on the validation set after each epoch, if there is such a set.
        validation_accuracy: the same of the measure.
    """

    step_loss: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    train_loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)

    @property
    def best_epoch(self) -> int | None:
        """The epoch, counted from 1, after which validation was best: the first of equals.

        Best is the highest measure or, without one, the lowest loss.
        """
        if self.validation_accuracy:
            return int(np.argmax(self.validation_accuracy)) + 1
        return int(np.argmin(self.validation_loss)) + 1 if self.validation_loss else None


@dataclass
class Run:
    """Where a training run stands, between two steps.

    Attributes:
        history: what it measured so far.
        order: the samples of the epoch under way, shuffled; empty between epochs.
        position: how many of them have been used.
        loss_sum: sum of their losses.
        measure_sum: sum of their measures.
        best: copies of the network's arrays after the best epoch so far, by name.
    """

    history: History = field(default_factory=History)
    order: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, np.intp))
    position: int = 0
    loss_sum: float = 0.0
    measure_sum: float = 0.0
    best: dict[str, Array] = field(default_factory=dict)

    @property
    def step(self) -> int:
        """Number of steps taken."""
        return len(self.history.step_loss)

    @property
    def epoch(self) -> int:
        """Number of epochs completed."""
        return len(self.history.train_loss)


def save_checkpoint(
    path: Path,
    run: Run,
    network: Layer,
    optimizer: Optimizer,
    rng: np.random.Generator,
    settings: Mapping[str, int],
) -> None:
    """Writes, atomically, all that the next step depends on.

    Args:
        path: the file.
        run: where the run stands.
        network: its parameters and buffers are written.
        optimizer: its state is written.
        rng: its state is written.
        settings: what a continuation must have in common with this run.
    """
    save_npz(
        path,
        {
            **_prefixed("network", state(network)),
            **_prefixed("best", run.best),
            **_prefixed("optimizer", optimizer.state()),
            **_prefixed("history", {k: np.array(v) for k, v in asdict(run.history).items()}),
            "order": run.order,
            "position": np.array(run.position),
            "sums": np.array([run.loss_sum, run.measure_sum]),
            "rng": np.array(json.dumps(rng.bit_generator.state)),
            "settings": np.array(json.dumps(dict(settings))),
        },
    )


def load_checkpoint(
    path: Path,
    network: Layer,
    optimizer: Optimizer,
    rng: np.random.Generator,
    settings: Mapping[str, int],
) -> Run:
    """Puts network, optimiser and generator where the checkpoint has them.

    Returns:
        Where the run stands.

    Raises:
        ValueError: the file is no checkpoint, or one of another network or other settings.
    """
    arrays = load_npz(path)
    if "settings" not in arrays:
        raise ValueError(f"train: {path} is not a checkpoint: choose another file")
    found = json.loads(arrays["settings"].item())
    for name, wanted in settings.items():
        if found[name] != wanted:
            raise ValueError(
                f"train: the run in {path} has {name} {found[name]}, this one {wanted}: "
                "delete the file to start anew"
            )
    assign("train", state(network), _below("network", arrays), path.name)
    optimizer.load_state(_below("optimizer", arrays))
    rng.bit_generator.state = json.loads(arrays["rng"].item())
    history = _below("history", arrays)
    loss_sum, measure_sum = arrays["sums"].tolist()
    return Run(
        history=History(**{part.name: history[part.name].tolist() for part in fields(History)}),
        order=arrays["order"],
        position=int(arrays["position"]),
        loss_sum=loss_sum,
        measure_sum=measure_sum,
        best=_below("best", arrays),
    )


def _prefixed(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {f"{prefix}/{name}": array for name, array in arrays.items()}


def _below(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    start = f"{prefix}/"
    return {name[len(start) :]: array for name, array in arrays.items() if name.startswith(start)}
