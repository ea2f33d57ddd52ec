"""Training: mini-batches, history, checkpoints, and a run that goes on exactly where it stopped."""

import math
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from backprop._check import Array, check_count, check_rng
from backprop.fast.parallel import one_thread
from backprop.layers import Layer
from backprop.layers.sequential import assign, state
from backprop.training.checkpoint import History, Run, load_checkpoint, save_checkpoint
from backprop.training.evaluation import (
    CROSS_ENTROPY,
    Loss,
    Measure,
    accuracy,
    check_samples,
    evaluate,
)
from backprop.training.memory import keep_freed_memory
from backprop.training.optimizers import Optimizer

if TYPE_CHECKING:
    from tqdm import tqdm


class TrainingInterrupted(KeyboardInterrupt):
    """Ctrl-C ended a training run between two steps; the message says how to go on."""


def cosine_decay(lr: float, steps: int) -> Callable[[int], float]:
    """A schedule that lowers the learning rate from lr to 0 along half a cosine.

    Args:
        lr: learning rate of the first step.
        steps: number of steps in all.

    Returns:
        the function from a step's number, counted from 0, to its learning rate.

    References:
        Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, 2017, eq. 5.

    Examples:
        >>> schedule = cosine_decay(0.1, 4)
        >>> [round(schedule(step), 4) for step in range(5)]
        [0.1, 0.0854, 0.05, 0.0146, 0.0]
    """
    check_count("cosine_decay", "steps", steps)
    return lambda step: lr * (1 + math.cos(math.pi * min(step / steps, 1.0))) / 2


def train(
    network: Layer,
    optimizer: Optimizer,
    x: Array,
    target: NDArray[Any],
    *,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    loss: Loss = CROSS_ENTROPY,
    measure: Measure | None = accuracy,
    validation: tuple[Array, NDArray[Any]] | None = None,
    schedule: Callable[[int], float] | None = None,
    augment: Callable[[Array], Array] | None = None,
    checkpoint: Path | None = None,
    progress: bool = True,
) -> History:
    """Trains a network on mini-batches, drawn in each epoch without replacement.

    With a checkpoint, the run is saved after each epoch and on Ctrl-C. Call again with the same
    arguments, and it goes on from there: weights and history are, bit for bit, those of a run that
    nothing interrupted.

    Args:
        network: what is trained; its parameters are written into.
        optimizer: takes the steps.
        x: inputs, samples along the first axis.
        target: what the loss wants, samples along the first axis.
        epochs: passes over all samples, counted from the start of the run, not of this call.
        batch_size: samples a step; the last batch of an epoch may be smaller.
        rng: shuffles the samples. A layer that draws at random must draw from the same generator,
            or a continued run will not be exact.
        loss: the loss.
        measure: what else to report of each batch; None for nothing.
        validation: inputs and targets to evaluate after each epoch. At the end, the network gets
            back the parameters and buffers of the epoch that did best on them.
        schedule: from a step's number, counted from 0, to its learning rate; None leaves the
            optimiser's own.
        augment: changes the inputs of each batch before its step, at random, say; then let it draw
            from the same generator too. None leaves them as they are.
        checkpoint: the file to save the run in, and to go on from if it exists.
        progress: whether to show a bar for each epoch.

    Returns:
        the history of the whole run, what came before an interruption included.

    Raises:
        TypeError: x or target is no array, epochs or batch_size no integer, rng no generator.
        ValueError: x and target differ in length or are empty, or the checkpoint is of another run.
        FloatingPointError: the loss became infinite or NaN; the parameters are those that gave it.
        TrainingInterrupted: after Ctrl-C. A second Ctrl-C stops at once, and saves nothing.
    """
    check_count("train", "epochs", epochs)
    check_count("train", "batch_size", batch_size)
    check_rng("train", rng)
    check_samples("train", x=x, target=target)
    if validation is not None:
        check_samples("train", validation_x=validation[0], validation_target=validation[1])

    keep_freed_memory()
    settings = {"batch_size": batch_size, "samples": len(x)}
    run = Run()
    if checkpoint is not None and checkpoint.exists():
        run = load_checkpoint(checkpoint, network, optimizer, rng, settings)
    trainer = _Trainer(
        network, optimizer, x, target, loss, measure, validation, schedule, augment, run
    )

    def save() -> None:
        if checkpoint is not None:
            save_checkpoint(checkpoint, run, network, optimizer, rng, settings)

    # Numbers that overflow need no warning each: the loss tells, and the run stops.
    quiet = np.errstate(over="ignore", invalid="ignore", divide="ignore")
    with quiet, one_thread(), _ctrl_c() as pressed:
        while run.epoch < epochs:
            if run.order.size == 0:  # else the epoch under way has its order already
                run.order = rng.permutation(len(x))
            with _bar(run, batch_size, epochs, show=progress) as bar:
                while run.position < len(x) and not pressed.is_set():
                    trainer.step(batch_size)
                    bar.set_postfix(_numbers(run), refresh=False)
                    bar.update()
                if run.position == len(x):
                    trainer.finish_epoch()
                    bar.set_postfix(_numbers(run))
                    save()
            if pressed.is_set():
                save()
                _stop(run, checkpoint)
    if run.best:
        assign("train", state(network), run.best, "the best epoch")
    return run.history


@dataclass(frozen=True)
class _Trainer:
    """What a step and the end of an epoch need; where the run stands is in `run` alone."""

    network: Layer
    optimizer: Optimizer
    x: Array
    target: NDArray[Any]
    loss: Loss
    measure: Measure | None
    validation: tuple[Array, NDArray[Any]] | None
    schedule: Callable[[int], float] | None
    augment: Callable[[Array], Array] | None
    run: Run

    def step(self, batch_size: int) -> None:
        """Takes one step on the next samples of the epoch."""
        run, optimizer = self.run, self.optimizer
        if self.schedule is not None:
            optimizer.lr = self.schedule(run.step)
        batch = run.order[run.position : run.position + batch_size]
        target = self.target[batch]
        x = self.x[batch] if self.augment is None else self.augment(self.x[batch])
        y = self.network.forward(x, training=True)
        loss, cache = self.loss.forward(y, target)
        if not math.isfinite(loss):
            raise FloatingPointError(
                f"train: the loss is {loss} at step {run.step + 1} (epoch {run.epoch + 1}) with "
                f"learning rate {optimizer.lr:g}: try a smaller one"
            )
        self.network.backward(self.loss.backward(1.0, cache))
        optimizer.step(self.network.params, self.network.grads)
        run.history.step_loss.append(float(loss))
        run.history.learning_rate.append(optimizer.lr)
        run.loss_sum += float(loss) * len(batch)
        if self.measure is not None:
            run.measure_sum += self.measure(y, target) * len(batch)
        run.position += len(batch)

    def finish_epoch(self) -> None:
        """Closes the epoch's account, and validates."""
        run, history = self.run, self.run.history
        history.train_loss.append(run.loss_sum / run.position)
        if self.measure is not None:
            history.train_accuracy.append(run.measure_sum / run.position)
        if self.validation is not None:
            score = evaluate(self.network, *self.validation, loss=self.loss, measure=self.measure)
            history.validation_loss.append(score.loss)
            if score.accuracy is not None:
                history.validation_accuracy.append(score.accuracy)
            if history.best_epoch == run.epoch:
                run.best = {name: array.copy() for name, array in state(self.network).items()}
        run.order, run.position, run.loss_sum, run.measure_sum = run.order[:0], 0, 0.0, 0.0


def _bar(run: Run, batch_size: int, epochs: int, *, show: bool) -> "tqdm[NoReturn]":
    from tqdm import tqdm

    return tqdm(
        total=math.ceil(len(run.order) / batch_size),
        initial=run.position // batch_size,
        desc=f"epoch {run.epoch + 1}/{epochs}",
        unit="step",
        disable=not show,
    )


def _numbers(run: Run) -> dict[str, float]:
    """What the bar shows: the means so far within an epoch, then the epoch's results."""
    if run.position:
        shown = {"loss": run.loss_sum, "accuracy": run.measure_sum}
        return {name: total / run.position for name, total in shown.items() if total}
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
