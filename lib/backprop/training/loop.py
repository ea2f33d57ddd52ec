"""Training: mini-batches, history, checkpoints, and a run that goes on exactly where it stopped."""

import copy
import math
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from backprop import scalars
from backprop.clipping import clip_by_global_norm
from backprop.fast.parallel import one_thread
from backprop.layers.arrays import assign, state
from backprop.layers.layer import Layer
from backprop.masking import Mask
from backprop.schedules import Schedule
from backprop.shapes import Array, shapes
from backprop.training.checkpoint import History, Run, load_checkpoint, save_checkpoint
from backprop.training.evaluation import Measure, accuracy, mean_score
from backprop.training.fingerprint import described, digest
from backprop.training.loss import CROSS_ENTROPY, Loss
from backprop.training.optimizers import Optimizer
from backprop.training.samples import SampleAxis, Samples, samples

if TYPE_CHECKING:
    from tqdm import tqdm


class TrainingInterrupted(KeyboardInterrupt):
    """Ctrl-C ended a training run between two steps; the message says how to go on."""


@shapes(
    epochs="count",
    batch_size="count",
    micro_batch_size="count",
    max_norm="(0, inf]",
    rng="rng",
)
def train(
    network: Layer,
    optimizer: Optimizer,
    x: NDArray[Any],
    target: NDArray[Any],
    *,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    loss: Loss = CROSS_ENTROPY,
    measure: Measure | None = accuracy,
    validation: tuple[NDArray[Any], ...] | None = None,
    schedule: Schedule | None = None,
    augment: Callable[[Array], Array] | None = None,
    mask: Mask | None = None,
    sample_axis: SampleAxis = 0,
    shuffle: bool = True,
    drop_last: bool = False,
    micro_batch_size: int | None = None,
    max_norm: float | None = None,
    checkpoint: Path | str | None = None,
    progress: bool = True,
) -> History:
    """Trains a network on mini-batches, drawn in each epoch without replacement, or in order.

    With a checkpoint, the run is saved after each epoch and on Ctrl-C. Call again with the same
    arguments, and it goes on from there: weights and history are, bit for bit, those of a run that
    nothing interrupted. (That holds on the same machine with the same versions.) A file of another
    run, with other data, another network or other settings, is refused and nothing is changed; only
    `epochs` may be raised, and a validation set added. Functions of your own are known by their
    code, their defaults and the variables around them, objects by what they show or hold; what is
    global is not looked at, nor the code of layers.

    Args:
        network: what is trained; its parameters are written into.
        optimizer: takes the steps.
        x: inputs, samples along `sample_axis`.
        target: what the loss wants, samples along `sample_axis`.
        epochs: passes over all samples, counted from the start of the run, not of this call.
        batch_size: samples a step; the last batch of an epoch may be smaller.
        rng: shuffles the samples. A layer that draws at random must draw from the same generator,
            or a continued run will not be exact.
        loss: the loss.
        measure: what else to report of each batch; None for nothing.
        validation: inputs and targets to evaluate after each epoch, and a mask if there is one. At
            the end, the network gets back the parameters and buffers of the epoch that did best on
            them.
        schedule: from a step's number, counted from 0, to its learning rate; None leaves the
            optimiser's own.
        augment: changes the inputs of each batch before its step, at random, say; then let it draw
            from the same generator too. None leaves them as they are.
        mask: true where a step of a sequence is real, (T, N); None if all are.
        sample_axis: the axis along which samples lie, in x and in target: 0, or 1 for sequences,
            time first. (1, 0) is for sequences each of which has one target.
        shuffle: whether each epoch draws its batches anew. If not, they come in order, as a network
            needs them that carries states from batch to batch; it begins each epoch with zeros.
        drop_last: whether an epoch leaves out what does not fill a batch, of shuffled samples
            others each time.
        micro_batch_size: samples that go through the network at a time; their gradients are added
            up until a batch is complete. That takes less memory and gives the same steps, but for
            rounding, unless a layer looks at the whole batch, as batch norm does. None for all.
        max_norm: the largest norm, of all gradients together, that a step is taken with; larger
            ones are scaled, as by `clip_by_global_norm`. None leaves them as they are.
        checkpoint: the file to save the run in, and to go on from if it exists.
        progress: whether to show a bar for each epoch, if tqdm is installed, which draws it.

    Returns:
        the history of the whole run, what came before an interruption included.

    Raises:
        TypeError: network is no layer, optimizer no optimiser, loss no Loss; x or target is no
            array, epochs or batch_size no integer, rng no generator.
        ValueError: x and target differ in length or are empty; a batch would have one sample,
            which batch norm cannot normalise; the network carries states, and the batches are
            shuffled, in parts, or not all of one size; the checkpoint is of another run; gradients
            that are to be clipped became infinite or NaN.
        FloatingPointError: the loss became infinite or NaN; the parameters are those that gave it.
        TrainingInterrupted: after Ctrl-C. A second Ctrl-C stops at once, and saves nothing.

    Examples:
        >>> from backprop import Adam, Linear, ReLU, Sequential
        >>> rng = np.random.default_rng(0)
        >>> x = rng.normal(size=(200, 2))
        >>> inside = (np.hypot(*x.T) < 1).astype(int)  # is a point in the circle?
        >>> network = Sequential([Linear(2, 16, rng=rng), ReLU(), Linear(16, 2, rng=rng)])
        >>> history = train(
        ...     network, Adam(0.01), x, inside, epochs=50, batch_size=20, rng=rng, progress=False
        ... )
        >>> history.train_accuracy[0] < 0.7, history.train_accuracy[-1] > 0.95
        (True, True)
    """
    scalars.instance("network", network, Layer, "a layer")
    scalars.instance("optimizer", optimizer, Optimizer, "an optimiser")
    scalars.instance("loss", loss, Loss, "a Loss")
    given = samples(x, target, mask, sample_axis)
    validated = None
    if validation is not None:
        x_of_validation, target_of_validation, *masks = validation
        validated = samples(
            x_of_validation,
            target_of_validation,
            masks[0] if masks else None,
            sample_axis,
            "validation_",
        )
    if not loss.weight(target):
        raise ValueError(f"target holds only {loss.ignore_index}, which the loss ignores")
    if drop_last and len(given) < batch_size:
        raise ValueError(f"drop_last leaves nothing of {len(given)} samples, fewer than batch_size")
    network.reset_states(batch_size)
    if network.carried:
        _check_batches_go_on(given, batch_size, micro_batch_size or batch_size, drop_last, shuffle)
    _check_smallest_batch(network, given, batch_size, micro_batch_size or batch_size, drop_last)

    run = Run()
    settings: dict[str, str | int] = {}
    path = None if checkpoint is None else Path(checkpoint)
    if path is not None:
        settings = {
            "samples": len(given),
            "sample_axis": str(given.axes),
            "batch_size": batch_size,
            "micro_batch_size": micro_batch_size or batch_size,
            "shuffle": shuffle,
            "drop_last": drop_last,
            "max_norm": str(max_norm),
            "network": repr(network),
            "optimizer": optimizer.described(without_lr=schedule is not None),
            **{
                name: described(value)
                for name, value in {
                    "groups": [group.where for group in optimizer.groups],
                    "loss": loss,
                    "measure": measure,
                    "schedule": schedule,
                    "augment": augment,
                }.items()
            },
            "x": digest({"x": x}),
            "target": digest({"target": target}),
            "mask": "None" if mask is None else digest({"mask": mask}),
            "validation": "None" if validated is None else digest(_named(validated)),
        }
        if path.exists():
            run = load_checkpoint(path, network, optimizer, rng, settings)
    trainer = _Trainer(
        network,
        optimizer,
        given,
        loss,
        measure,
        validated,
        schedule,
        augment,
        micro_batch_size or batch_size,
        max_norm,
        run,
    )

    def save() -> None:
        if path is not None:
            save_checkpoint(path, run, network, optimizer, rng, settings)

    # Numbers that overflow need no warning each: the loss tells, and the run stops.
    quiet = np.errstate(over="ignore", invalid="ignore", divide="ignore")
    with quiet, one_thread(), _ctrl_c() as pressed:
        while run.epoch < epochs:
            if run.order.size == 0:  # else the epoch under way has its order already
                network.reset_states(batch_size)
                order = rng.permutation(len(given)) if shuffle else np.arange(len(given))
                run.order = order[: len(order) // batch_size * batch_size] if drop_last else order
            with _bar(run, batch_size, epochs, show=progress) as bar:
                while run.position < len(run.order) and not pressed.is_set():
                    trainer.step(batch_size)
                    bar.set_postfix(_numbers(run), refresh=False)
                    bar.update()
                if run.position == len(run.order):
                    trainer.finish_epoch()
                    bar.set_postfix(_numbers(run))
                    save()
            if pressed.is_set():
                save()
                _stop(run, path)
    if run.best:
        assign(state(network), run.best, "the best epoch")
    return run.history


def _check_batches_go_on(
    given: Samples, batch_size: int, micro_batch_size: int, drop_last: bool, shuffle: bool
) -> None:
    """Refuses batches whose samples cannot go on where those of the batch before ended."""
    carries = "the network carries states from batch to batch"
    if shuffle:
        raise ValueError(f"shuffle is True, wanted False: {carries}")
    if micro_batch_size < batch_size:
        raise ValueError(f"micro_batch_size is {micro_batch_size}, wanted None: {carries}")
    if len(given) % batch_size and not drop_last:
        raise ValueError(
            f"{len(given)} samples in batches of {batch_size} leave a smaller one, and {carries}: "
            "choose another batch_size, or drop_last"
        )


def _check_smallest_batch(
    network: Layer, given: Samples, batch_size: int, micro_batch_size: int, drop_last: bool
) -> None:
    """Sends a batch of one through a copy of the network, if there will be one.

    A layer that normalises by the batch refuses it; that is better said now than at an epoch's end.
    """
    rest = len(given) % batch_size
    sizes = {batch_size, rest} if rest and not drop_last else {batch_size}
    if 1 not in {size % micro_batch_size or micro_batch_size for size in sizes}:
        return
    if not network.buffers:  # nothing in it follows statistics of batches
        return
    one = given.take(slice(0, 1))
    try:
        copy.deepcopy(network).forward(one.x, training=True, mask=one.mask)
    except ValueError as error:
        raise ValueError(
            f"{len(given)} samples in batches of {batch_size} leave one that goes through the "
            f"network alone, which it refuses ({error}): choose another batch_size, or drop_last"
        ) from error


def _named(given: Samples) -> dict[str, NDArray[Any]]:
    arrays = {"x": given.x, "target": given.target}
    return arrays if given.mask is None else arrays | {"mask": given.mask}


@dataclass(frozen=True)
class _Trainer:
    """What a step and the end of an epoch need; where the run stands is in `run` alone."""

    network: Layer
    optimizer: Optimizer
    given: Samples
    loss: Loss
    measure: Measure | None
    validated: Samples | None
    schedule: Schedule | None
    augment: Callable[[Array], Array] | None
    micro_batch_size: int
    max_norm: float | None
    run: Run

    def step(self, batch_size: int) -> None:
        """Takes one step on the next samples of the epoch."""
        run, optimizer = self.run, self.optimizer
        if self.schedule is not None:
            optimizer.lr = self.schedule(run.step)
        batch = run.order[run.position : run.position + batch_size]
        starts = range(0, len(batch), self.micro_batch_size)
        parts = [self.given.take(batch[start : start + self.micro_batch_size]) for start in starts]
        weights = [self.loss.weight(part.target) for part in parts]
        weight = sum(weights)
        grads: dict[str, Array] = {}
        loss = 0.0
        for part, own in zip(parts, weights, strict=True):
            share = own / weight if weight else 0.0
            loss += share * self._send_through(part, own, share)
            found = self.network.grads
            grads = {name: grads[name] + grad for name, grad in found.items()} if grads else found
        if self.max_norm is not None:
            grads, norm = clip_by_global_norm(grads, self.max_norm)
            run.history.gradient_norm.append(norm)
        optimizer.step(self.network.params, grads)
        run.history.step_loss.append(loss)
        run.history.learning_rate.append(optimizer.lr)
        run.loss_sum += loss * weight
        run.weight_sum += weight
        run.position += len(batch)

    def _send_through(self, part: Samples, weight: int, share: float) -> float:
        """Sends samples forward and back, notes how they did, and returns their loss.

        Args:
            part: the samples, all of a batch or some.
            weight: how many numbers count in their loss.
            share: the part of the batch's loss that theirs is.
        """
        run = self.run
        x = part.x if self.augment is None else self.augment(part.x)
        y = self.network.forward(x, training=True, mask=part.mask)
        loss, cache = self.loss.forward(y, part.target)
        if not math.isfinite(loss):
            raise FloatingPointError(
                f"train: the loss is {loss} at step {run.step + 1} (epoch {run.epoch + 1}) with "
                f"learning rate {self.optimizer.lr:g}: try a smaller one"
            )
        self.network.backward(self.loss.backward(share, cache))
        if self.measure is not None and weight:
            run.measure_sum += weight * self.measure(*self.loss.counted(y, part.target))
        return float(loss)

    def finish_epoch(self) -> None:
        """Closes the epoch's account, and validates."""
        run, history = self.run, self.run.history
        history.train_loss.append(run.loss_sum / run.weight_sum)
        if self.measure is not None:
            history.train_accuracy.append(run.measure_sum / run.weight_sum)
        if self.validated is not None:
            score = mean_score(self.network, self.validated, self.loss, self.measure)
            _append(history.validation_loss, run.epoch, score.loss)
            if score.accuracy is not None:
                _append(history.validation_accuracy, run.epoch, score.accuracy)
            if history.best_epoch == run.epoch:
                run.best = {name: array.copy() for name, array in state(self.network).items()}
        run.order, run.position = run.order[:0], 0
        run.loss_sum = run.measure_sum = run.weight_sum = 0.0


def _append(values: list[float], epoch: int, value: float) -> None:
    """Notes what an epoch gave; NaN stands for epochs that were not validated."""
    values += [math.nan] * (epoch - 1 - len(values))
    values.append(value)


class _NoBar:
    """Stands where a bar would, if none is to be shown."""

    def __enter__(self) -> "_NoBar":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def set_postfix(self, numbers: dict[str, float], refresh: bool = True) -> None:
        pass

    def update(self) -> None:
        pass


def _bar(run: Run, batch_size: int, epochs: int, *, show: bool) -> "tqdm[NoReturn] | _NoBar":
    if not show or find_spec("tqdm") is None:
        return _NoBar()
    from tqdm import tqdm

    return tqdm(
        total=math.ceil(len(run.order) / batch_size),
        initial=run.position // batch_size,
        desc=f"epoch {run.epoch + 1}/{epochs}",
        unit="step",
    )


def _numbers(run: Run) -> dict[str, float]:
    """What the bar shows: the means so far within an epoch, then the epoch's results."""
    if run.weight_sum:
        shown = {"loss": run.loss_sum, "accuracy": run.measure_sum}
        return {name: total / run.weight_sum for name, total in shown.items() if total}
    history = run.history
    series = {
        "loss": history.train_loss,
        "accuracy": history.train_accuracy,
        "validation": history.validation_accuracy or history.validation_loss,
    }
    return {name: values[-1] for name, values in series.items() if values}


@contextmanager
def _ctrl_c() -> Iterator[threading.Event]:
    """Turns the first Ctrl-C into an event, so that no step is broken off halfway."""
    pressed = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield pressed  # signals reach the main thread alone
        return

    def remember(_signal: int, _frame: object) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()

    before = signal.signal(signal.SIGINT, remember)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)


def _stop(run: Run, checkpoint: Path | None) -> NoReturn:
    where = f"train: stopped by Ctrl-C after step {run.step}, {run.epoch} epochs complete"
    if checkpoint is None:
        raise TrainingInterrupted(f"{where}; nothing is saved, since there is no checkpoint")
    raise TrainingInterrupted(
        f"{where}; it is saved in {checkpoint}: the same call goes on from there"
    )
