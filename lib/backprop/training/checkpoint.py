"""A training run as a file, whole enough to go on from it exactly."""

import copy
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop.files import load_npz, save_npz
from backprop.layers.arrays import assign, check_fit, state
from backprop.layers.layer import Layer
from backprop.shapes import Array
from backprop.training.fingerprint import digest
from backprop.training.optimizers import Optimizer

# Told apart from files of editions that wrote another form.
FORM = 3
Settings = Mapping[str, str | int]


@dataclass
class History:
    """What a training run measured, in order.

    Attributes:
        step_loss: loss of each mini-batch, before its step.
        learning_rate: learning rate of each step.
        gradient_norm: norm of each step's gradients before they are clipped, if they are.
        train_loss: mean of an epoch's mini-batch losses, weighed by what counts in each; so it is
            measured while the weights move.
        train_accuracy: the same of the measure, if there is one.
        validation_loss: loss on the validation set after each epoch, if there is such a set; NaN
            for epochs from before there was one.
        validation_accuracy: the same of the measure.

    Examples:
        >>> history = History(train_loss=[3.0, 2.0, 1.0], validation_loss=[2.0, 1.5, 1.8])
        >>> history.best_epoch
        2
    """

    step_loss: list[float] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    gradient_norm: list[float] = field(default_factory=list)
    train_loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)

    @property
    def best_epoch(self) -> int | None:
        """The epoch, counted from 1, after which validation was best: the first of equals.

        Best is the highest measure or, without one, the lowest loss. An epoch whose loss or measure
        is NaN is never best.
        """
        loss = np.array(self.validation_loss)
        measure = np.array(self.validation_accuracy) if self.validation_accuracy else -loss
        known = np.flatnonzero(~np.isnan(loss) & ~np.isnan(measure))
        return int(known[np.argmax(measure[known])]) + 1 if known.size else None


@dataclass
class Run:
    """Where a training run stands, between two steps.

    Attributes:
        history: what it measured so far.
        order: the samples of the epoch under way, as they are taken; empty between epochs.
        position: how many of them have been used.
        loss_sum: sum of their losses.
        measure_sum: sum of their measures.
        weight_sum: how many numbers count in these sums.
        best: copies of the network's arrays after the best epoch so far, by name.
    """

    history: History = field(default_factory=History)
    order: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, np.intp))
    position: int = 0
    loss_sum: float = 0.0
    measure_sum: float = 0.0
    weight_sum: float = 0.0
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
    path: Path | str,
    run: Run,
    network: Layer,
    optimizer: Optimizer,
    rng: np.random.Generator,
    settings: Settings,
) -> None:
    """Writes, atomically, all that the next step depends on, and a digest of it.

    Args:
        path: the file.
        run: where the run stands.
        network: its parameters, its buffers and the states that it carries are written.
        optimizer: its state is written.
        rng: its state is written.
        settings: what a continuation must have in common with this run, the number of its `samples`
            among it.
    """
    arrays = {
        **_prefixed("network", _all(network)),
        **_prefixed("best", run.best),
        **_prefixed("optimizer", optimizer.state()),
        **_prefixed("history", {k: np.array(v, float) for k, v in asdict(run.history).items()}),
        "order": run.order,
        "position": np.array(run.position),
        "sums": np.array([run.loss_sum, run.measure_sum, run.weight_sum]),
        "rng": np.array(json.dumps(rng.bit_generator.state)),
        "settings": np.array(json.dumps({"form": FORM, **settings})),
    }
    save_npz(path, {**arrays, "digest": np.array(digest(arrays))})


def load_checkpoint(
    path: Path | str,
    network: Layer,
    optimizer: Optimizer,
    rng: np.random.Generator,
    settings: Settings,
) -> Run:
    """Puts network, optimiser and generator where the checkpoint has them: all three, or none.

    If the network carries states, `network.reset_states(batch_size)` comes first.

    Returns:
        Where the run stands.

    Raises:
        ValueError: the file is no checkpoint, is not as it was written, or is one of another
            network or other settings.
    """
    path = Path(path)
    arrays = load_npz(path)
    found = _settings(path, arrays)
    written = arrays.pop("digest", np.array(""))
    if written.shape != () or written.item() != digest(arrays):
        raise ValueError(
            f"{path} is not as it was written, an array was changed or lost: delete it to start "
            "anew, or put back a copy"
        )
    values = _below("network", arrays)
    check_fit(_all(network), values, path.name)
    _check_settings(path, found, settings)
    best = _below("best", arrays)
    if best:
        check_fit(state(network), best, f"the best epoch in {path.name}")
    generator = copy.deepcopy(rng)
    steps = copy.copy(optimizer)
    try:
        generator.bit_generator.state = json.loads(arrays["rng"].item())
        steps.load_state(_below("optimizer", arrays), network.params)
        history = _below("history", arrays)
        loss_sum, measure_sum, weight_sum = arrays["sums"].tolist()
        run = Run(
            history=History(**{part.name: history[part.name].tolist() for part in fields(History)}),
            order=arrays["order"],
            position=arrays["position"].item(),
            loss_sum=loss_sum,
            measure_sum=measure_sum,
            weight_sum=weight_sum,
            best=best,
        )
        _check_sound(run, found["samples"])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} does not hold a run that can go on: {error}") from error
    assign(_all(network), values, path.name)
    optimizer.load_state(steps.state())
    rng.bit_generator.state = generator.bit_generator.state
    return run


def _all(network: Layer) -> dict[str, Array]:
    """Returns all arrays of a network that its next pass of training depends on."""
    return {**state(network), **network.carried}


def _settings(path: Path, arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """Returns what the run in a file was made with."""
    try:
        found = json.loads(arrays["settings"].item())
        if found["form"] == FORM:
            return dict(found)
    except (KeyError, TypeError, ValueError):
        pass
    raise ValueError(f"{path} is not a checkpoint of this edition: choose another file")


def _check_settings(path: Path, found: Mapping[str, Any], wanted: Settings) -> None:
    for name, value in wanted.items():
        before = found.get(name)
        later = name == "validation" and before == "None"  # may be added to a run that had none
        if before != value and not later:
            one, other = _difference(str(before), str(value))
            raise ValueError(
                f"the run in {path} has {name} {one}, this one {other}: "
                "delete the file to start anew"
            )


def _check_sound(run: Run, samples: int) -> None:
    """Refuses where no run can stand, which only a file made by hand says."""
    order, history = run.order, run.history
    if order.dtype != np.intp or order.ndim != 1 or np.unique(order).size != order.size:
        raise ValueError(f"order is {order.dtype} of shape {order.shape}, wanted each sample once")
    if order.size and not 0 <= order.min() <= order.max() < samples:
        raise ValueError(f"order runs from {order.min()} to {order.max()}, of {samples} samples")
    if type(run.position) is not int or not 0 <= run.position <= order.size:
        raise ValueError(f"position is {run.position}, wanted 0 to {order.size}")
    for name, values in vars(history).items():
        if not all(type(value) is float for value in values):
            raise ValueError(f"history's {name} holds no numbers")
        if name.startswith(("train", "validation")) and len(values) > run.epoch:
            raise ValueError(f"history's {name} has {len(values)} epochs of {run.epoch}")
    if len(history.gradient_norm) not in (0, run.step):
        raise ValueError(f"history has {run.step} steps and {len(history.gradient_norm)} norms")
    if len(history.learning_rate) != run.step or run.step < run.epoch:
        raise ValueError(f"history has {run.step} steps and {len(history.learning_rate)} rates")
    if not all(type(total) is float for total in (run.loss_sum, run.measure_sum, run.weight_sum)):
        raise ValueError("sums holds no numbers")
    if bool(run.position) != bool(run.weight_sum > 0):
        raise ValueError(
            f"position is {run.position}, and the weight of what came {run.weight_sum}"
        )


def _difference(one: str, other: str) -> tuple[str, str]:
    """Returns of two texts the first lines that differ."""
    lines = one.splitlines(), other.splitlines()
    for pair in zip(*lines, strict=False):
        if pair[0] != pair[1]:
            return pair[0].strip(), pair[1].strip()
    return one, other


def _prefixed(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {f"{prefix}/{name}": array for name, array in arrays.items()}


def _below(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    start = f"{prefix}/"
    return {name[len(start) :]: array for name, array in arrays.items() if name.startswith(start)}
