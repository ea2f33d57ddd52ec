"""Training: what a step does, what an epoch sees, and that an interrupted run goes on exactly."""

import os
import re
import signal
import subprocess
import sys
import threading
from itertools import chain

import numpy as np
import pytest

import backprop
from backprop.layers import Identity, Linear, ReLU, Sequential
from backprop.losses import (
    mean_squared_error_backward,
    mean_squared_error_forward,
    softmax_cross_entropy_backward,
    softmax_cross_entropy_forward,
)
from backprop.training import loop as training
from backprop.training.checkpoint import load_checkpoint
from backprop.training.evaluation import CROSS_ENTROPY, Loss, evaluate
from backprop.training.loop import TrainingInterrupted, cosine_decay, train
from backprop.training.optimizers import SGD, Adam, Momentum

MSE = Loss(mean_squared_error_forward, mean_squared_error_backward)


class Noise(Identity):
    """A layer that draws at random in training, as dropout will: from the generator of the run."""

    def __init__(self, rng):
        super().__init__()
        self.rng = rng

    def forward(self, x, *, training, mask=None):
        noise = 0.1 * self.rng.normal(size=x.shape) if training else 0.0
        return super().forward(x + noise, training=training)


class Problem:
    """A small classification problem: 53 samples, so that batches of 8 leave 5 over."""

    def __init__(self, optimizer=Adam, seed=7):
        draw = np.random.default_rng(99)
        self.x = draw.normal(size=(53, 6))
        self.target = (self.x @ draw.normal(size=(6, 3))).argmax(axis=1)
        validation_x = draw.normal(size=(20, 6))
        self.validation = validation_x, draw.integers(0, 3, 20)
        self.rng = np.random.default_rng(seed)
        self.network = Sequential(
            [
                Linear(6, 9, rng=self.rng),
                ReLU(),
                Noise(self.rng),
                Linear(9, 3, rng=self.rng),
            ]
        )
        self.optimizer = optimizer(0.05)

    def train(self, **options):
        options = {
            "epochs": 4,
            "batch_size": 8,
            "validation": self.validation,
            "schedule": cosine_decay(0.05, 4 * 7),
            "progress": False,
        } | options
        return train(self.network, self.optimizer, self.x, self.target, rng=self.rng, **options)


def assert_same_run(problem, history, other, other_history):
    assert history == other_history  # floats, all of them, to the last bit
    for name, param in problem.network.params.items():
        np.testing.assert_array_equal(param, other.network.params[name], strict=True)
    mine, theirs = problem.optimizer.state(), other.optimizer.state()
    assert mine.keys() == theirs.keys()
    for name, value in mine.items():
        np.testing.assert_array_equal(value, theirs[name], strict=True)
    assert problem.rng.bit_generator.state == other.rng.bit_generator.state


def test_one_step_by_hand():
    network = Sequential([Linear(2, 1, rng=np.random.default_rng(0))])
    network.params["0.W"][...] = [[1.0], [2.0]]
    x, target = np.array([[1.0, 1.0], [2.0, 0.0]]), np.array([[1.0], [0.0]])
    # y = (3, 2), so the loss is (2² + 2²) / 2, dy = (2, 2), dW = (2·1 + 2·2, 2·1), db = 4.
    history = train(
        network,
        SGD(0.1),
        x,
        target,
        epochs=1,
        batch_size=2,
        rng=np.random.default_rng(0),
        loss=MSE,
        measure=None,
        progress=False,
    )
    assert history.step_loss == [4.0]
    assert history.train_loss == [4.0]
    assert history.learning_rate == [0.1]
    assert history.train_accuracy == history.validation_loss == history.validation_accuracy == []
    assert history.best_epoch is None
    np.testing.assert_allclose(network.params["0.W"], [[0.4], [1.8]], rtol=1e-15)
    np.testing.assert_allclose(network.params["0.b"], [-0.4], rtol=1e-15)


def test_an_epoch_sees_each_sample_once_in_random_order():
    class Seen(Identity):
        def forward(self, x, *, training, mask=None):
            if training:
                batches.append(x[:, 0].astype(int).tolist())
            return super().forward(x, training=training)

    batches: list[list[int]] = []
    x = np.stack([np.arange(23.0), np.zeros(23)], axis=1)
    train(
        Sequential([Seen(), Linear(2, 2, rng=np.random.default_rng(0))]),
        SGD(0.0),
        x,
        np.arange(23) % 2,
        epochs=2,
        batch_size=5,
        rng=np.random.default_rng(4),
        progress=False,
    )
    assert [len(batch) for batch in batches] == [5, 5, 5, 5, 3] * 2
    first, second = [*chain(*batches[:5])], [*chain(*batches[5:])]
    assert sorted(first) == sorted(second) == list(range(23))
    assert first != second
    assert first != sorted(first)


def test_targets_stay_with_their_samples():
    # Each sample is its own class: a loss that falls to nothing needs the right pairs.
    rng = np.random.default_rng(0)
    network = Sequential([Linear(12, 12, rng=rng)])
    train(
        network,
        SGD(10.0),
        np.eye(12),
        np.arange(12)[::-1].copy(),
        epochs=60,
        batch_size=5,
        rng=rng,
        progress=False,
    )
    assert (network.forward(np.eye(12), training=False).argmax(axis=1) == np.arange(12)[::-1]).all()


def test_history_of_a_frozen_network():
    """With a learning rate of 0 the means over an epoch are those of the whole set."""
    problem = Problem()
    network = Sequential([problem.network.layers["0"], ReLU(), problem.network.layers["3"]])
    score = evaluate(network, problem.x, problem.target)
    history = train(
        network,
        SGD(0.0),
        problem.x,
        problem.target,
        epochs=2,
        batch_size=8,
        rng=problem.rng,
        validation=problem.validation,
        progress=False,
    )
    # 53 is no multiple of 8: the last batch of 5 must weigh as 5.
    assert history.train_loss == pytest.approx([score.loss] * 2, rel=1e-12)
    assert history.train_accuracy == pytest.approx([score.accuracy] * 2, rel=1e-12)
    validation = evaluate(network, *problem.validation)
    assert history.validation_loss == [validation.loss] * 2
    assert history.validation_accuracy == [validation.accuracy] * 2
    assert history.best_epoch == 1  # of equals, the first
    assert len(history.step_loss) == len(history.learning_rate) == 14


def test_it_learns():
    problem = Problem()
    history = problem.train(epochs=40, schedule=None)
    assert history.train_accuracy[-1] > 0.9 > history.train_accuracy[0]
    assert history.train_loss[-1] < 0.3 * history.train_loss[0]


def test_same_seed_same_run():
    one, two, three = Problem(), Problem(), Problem(seed=8)
    history = one.train()
    assert_same_run(one, history, two, two.train())
    assert three.train() != history


def test_schedule_sets_every_step():
    asked = []

    def schedule(step):
        asked.append(step)
        return 0.5 / (step + 1)

    problem = Problem(optimizer=Momentum)
    history = problem.train(epochs=2, schedule=schedule)
    assert asked == list(range(14))
    assert history.learning_rate == [0.5 / (step + 1) for step in range(14)]
    assert problem.optimizer.lr == 0.5 / 14


def test_without_a_schedule_the_rate_is_the_optimisers():
    assert Problem().train(epochs=1, schedule=None).learning_rate == [0.05] * 7


def test_augment_changes_what_goes_forward_in_training():
    class Seen(Identity):
        def forward(self, x, *, training, mask=None):
            seen.append((training, x.tolist()))
            return super().forward(x, training=training)

    seen: list[tuple[bool, list[list[float]]]] = []
    x = np.arange(6.0).reshape(3, 2)
    train(
        Sequential([Seen(), Linear(2, 2, rng=np.random.default_rng(0))]),
        SGD(0.0),
        x,
        np.array([0, 1, 0]),
        epochs=1,
        batch_size=2,
        rng=np.random.default_rng(0),
        validation=(x, np.array([0, 1, 0])),
        augment=lambda batch: 10 * batch,
        progress=False,
    )
    *batches, (training, validated) = seen
    assert all(trained for trained, _ in batches)
    assert [len(batch) for _, batch in batches] == [2, 1]
    assert sorted(row for _, batch in batches for row in batch) == [[0, 10], [20, 30], [40, 50]]
    assert (training, validated) == (False, [[0, 1], [2, 3], [4, 5]])
    assert x.tolist() == validated


def test_cosine_decay_by_hand():
    schedule = cosine_decay(0.2, 3)
    # cos(0), cos(60°), cos(120°), cos(180°) = 1, 1/2, -1/2, -1
    assert [schedule(step) for step in range(5)] == pytest.approx([0.2, 0.15, 0.05, 0, 0])
    with pytest.raises(ValueError, match="cosine_decay: steps is 0, wanted at least 1"):
        cosine_decay(0.2, 0)


@pytest.mark.parametrize("measured", [True, False])
def test_best_epoch_on_validation_is_kept(measured):
    """The weights that come back are those after the best epoch, not the last ones."""
    problem = Problem()
    snapshots = []

    class Snapshot(Identity):
        """Copies the weights whenever the validation set is about to be evaluated."""

        def forward(self, x, *, training, mask=None):
            if not training:
                snapshots.append({n: p.copy() for n, p in problem.network.params.items()})
            return super().forward(x, training=training)

    problem.network.layers = {"snapshot": Snapshot(), **problem.network.layers}
    options = {} if measured else {"measure": None}
    history = problem.train(epochs=8, schedule=None, **options)
    if measured:
        best = int(np.argmax(history.validation_accuracy))
        assert len(set(history.validation_accuracy)) > 1
    else:
        assert history.validation_accuracy == []
        best = int(np.argmin(history.validation_loss))
    assert history.best_epoch == best + 1
    assert best < 7, "the last epoch is the best: the test would show nothing"
    for name, param in problem.network.params.items():
        np.testing.assert_array_equal(param, snapshots[best][name])
    assert any(
        (param != snapshots[-1][name]).any() for name, param in problem.network.params.items()
    )


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_loss_that_is_no_number_stops(value):
    calls = []

    def forward(logits, target):
        calls.append(1)
        loss, cache = softmax_cross_entropy_forward(logits, target)
        return (np.float64(value) if len(calls) == 10 else loss), cache

    problem = Problem()
    loss = Loss(forward, softmax_cross_entropy_backward)
    message = (
        f"train: the loss is {value} at step 10 (epoch 2) with learning rate 0.02: "
        "try a smaller one"
    )
    with pytest.raises(FloatingPointError, match=f"^{re.escape(message)}$"):
        problem.train(loss=loss, schedule=lambda _: 0.02, validation=None)
    assert len(calls) == 10
    assert problem.optimizer.t == 9  # no step was taken with it


def test_a_rate_that_is_too_large_is_reported_without_warnings():
    problem = Problem(optimizer=SGD)
    with pytest.raises(FloatingPointError, match=r"the loss is (nan|inf) at step \d+ .* rate 1e\+"):
        problem.train(schedule=lambda _: 1e200, loss=CROSS_ENTROPY)


def test_a_loss_of_log_0_is_reported_without_warnings():
    def forward(logits, target):
        _, cache = softmax_cross_entropy_forward(logits, target)
        return -np.log(np.float64(0)), cache

    with pytest.raises(FloatingPointError, match=r"^train: the loss is inf at step 1 \(epoch 1\)"):
        Problem().train(loss=Loss(forward, softmax_cross_entropy_backward))


def refusals():
    x, target = np.zeros((4, 2)), np.zeros(4, int)
    yield {"epochs": 0}, ValueError, "train: epochs is 0, wanted at least 1"
    yield {"batch_size": 0}, ValueError, "train: batch_size is 0, wanted at least 1"
    yield {"batch_size": 2.0}, TypeError, "train: batch_size has type float, wanted an integer"
    yield {"rng": 0}, TypeError, "train: rng has type int"
    yield {"target": target[:3]}, ValueError, "train: target has 3 samples, wanted 4 as in x"
    yield {"x": x[:0], "target": target[:0]}, ValueError, "train: x is empty"
    yield {"x": [[0.0, 0.0]] * 4}, TypeError, "train: x has type list, wanted an array"
    message = "train: validation_target has 4 samples, wanted 2 as in validation_x"
    yield {"validation": (x[:2], target)}, ValueError, message


@pytest.mark.parametrize(("wrong", "error", "message"), list(refusals()))
def test_train_refuses(wrong, error, message):
    right = {
        "x": np.zeros((4, 2)),
        "target": np.zeros(4, int),
        "epochs": 1,
        "batch_size": 2,
        "rng": np.random.default_rng(0),
        "progress": False,
    }
    network = Sequential([Linear(2, 2, rng=np.random.default_rng(0))])
    with pytest.raises(error, match=message):
        train(network, SGD(0.1), **(right | wrong))


class CtrlC:
    """Presses Ctrl-C from within a loss: a real signal, in the middle of a step."""

    def __init__(self, at):
        self.at, self.calls = at, 0

    def forward(self, logits, target):
        self.calls += 1
        if self.calls == self.at:
            signal.raise_signal(signal.SIGINT)
        return softmax_cross_entropy_forward(logits, target)

    @property
    def loss(self):
        return Loss(self.forward, softmax_cross_entropy_backward)


# An epoch is 7 training losses, then one for validation, which is the 8th: in the first epoch, in
# its last step, in the validation, in the first step of the next, later, and in the last of all.
@pytest.mark.parametrize("at", [1, 3, 7, 8, 9, 20, 31, 32])
@pytest.mark.parametrize("optimizer", [SGD, Momentum, Adam])
def test_interrupted_run_goes_on_exactly(tmp_path, optimizer, at):
    whole = Problem(optimizer)
    expected = whole.train()

    checkpoint = tmp_path / "run.npz"
    with pytest.raises(TrainingInterrupted, match="the same call goes on from there"):
        Problem(optimizer).train(checkpoint=checkpoint, loss=CtrlC(at).loss)
    # All is new, as in a new process, and even seeded otherwise: nothing may survive but the file.
    again = Problem(optimizer, seed=1000 + at)
    history = again.train(checkpoint=checkpoint)
    assert_same_run(again, history, whole, expected)


@pytest.mark.parametrize("epoch", [1, 2, 4])
def test_interrupted_between_shuffling_and_the_first_step(tmp_path, monkeypatch, epoch):
    whole = Problem()
    expected = whole.train()
    bars = []
    real = training._bar

    def bar(*arguments, **options):
        bars.append(1)
        if len(bars) == epoch:
            signal.raise_signal(signal.SIGINT)
        return real(*arguments, **options)

    checkpoint = tmp_path / "run.npz"
    monkeypatch.setattr(training, "_bar", bar)
    with pytest.raises(TrainingInterrupted, match=f"after step {7 * (epoch - 1)}, {epoch - 1} ep"):
        Problem().train(checkpoint=checkpoint)
    again = Problem(seed=5)
    assert_same_run(again, again.train(checkpoint=checkpoint), whole, expected)


def test_interrupted_again_and_again(tmp_path):
    whole = Problem()
    expected = whole.train()
    checkpoint = tmp_path / "run.npz"
    for attempt in range(100):
        problem = Problem(seed=7 + attempt)  # the first decides
        try:
            history = problem.train(checkpoint=checkpoint, loss=CtrlC(2).loss)
        except TrainingInterrupted:
            continue
        break
    assert_same_run(problem, history, whole, expected)


def test_killed_run_goes_on_from_its_last_epoch(tmp_path):
    """A crash saves nothing; the checkpoint of the epoch before is what there is."""
    whole = Problem()
    expected = whole.train()
    calls = []

    def forward(logits, target):
        calls.append(1)
        if len(calls) == 20:
            raise MemoryError
        return softmax_cross_entropy_forward(logits, target)

    checkpoint = tmp_path / "run.npz"
    with pytest.raises(MemoryError):
        Problem().train(checkpoint=checkpoint, loss=Loss(forward, softmax_cross_entropy_backward))
    again = Problem(seed=1)
    settings = {"batch_size": 8, "samples": 53}
    run = load_checkpoint(checkpoint, again.network, again.optimizer, again.rng, settings)
    assert (run.epoch, run.step, run.position) == (2, 14, 0)
    assert_same_run(again, again.train(checkpoint=checkpoint), whole, expected)


def test_finished_run_is_not_run_again(tmp_path):
    checkpoint = tmp_path / "run.npz"
    problem, again = Problem(), Problem(seed=1)
    history = problem.train(checkpoint=checkpoint)
    saved = checkpoint.read_bytes()
    assert_same_run(again, again.train(checkpoint=checkpoint), problem, history)
    assert checkpoint.read_bytes() == saved


def test_finished_run_can_be_prolonged(tmp_path):
    whole = Problem()
    expected = whole.train(epochs=5)
    Problem().train(epochs=3, checkpoint=tmp_path / "run.npz")
    again = Problem(seed=1)
    history = again.train(epochs=5, checkpoint=tmp_path / "run.npz")
    assert_same_run(again, history, whole, expected)


def test_message_of_ctrl_c(tmp_path):
    message = "train: stopped by Ctrl-C after step 9, 1 epochs complete; "
    with pytest.raises(TrainingInterrupted) as caught:
        Problem().train(loss=CtrlC(10).loss)  # the ninth step: the eighth loss is validation's
    assert str(caught.value) == message + "nothing is saved, since there is no checkpoint"
    path = tmp_path / "run.npz"
    with pytest.raises(TrainingInterrupted) as caught:
        Problem().train(loss=CtrlC(10).loss, checkpoint=path)
    assert str(caught.value) == message + f"it is saved in {path}: the same call goes on from there"


def test_second_ctrl_c_stops_at_once(tmp_path):
    def forward(logits, target):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        pytest.fail("went on after a second Ctrl-C")

    with pytest.raises(KeyboardInterrupt) as caught:
        Problem().train(
            loss=Loss(forward, softmax_cross_entropy_backward), checkpoint=tmp_path / "run.npz"
        )
    assert not isinstance(caught.value, TrainingInterrupted)
    assert not list(tmp_path.iterdir())


def test_ctrl_c_works_as_before_afterwards():
    before = signal.getsignal(signal.SIGINT)
    Problem().train(epochs=1)
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(TrainingInterrupted):
        Problem().train(loss=CtrlC(1).loss)
    assert signal.getsignal(signal.SIGINT) is before


def test_training_in_another_thread():
    """Where signals cannot be caught, training works all the same."""
    expected = Problem().train()
    histories = []
    thread = threading.Thread(target=lambda: histories.append(Problem().train()))
    thread.start()
    thread.join()
    assert histories == [expected]


def test_checkpoint_of_another_run_is_refused(tmp_path):
    path = tmp_path / "run.npz"
    Problem().train(checkpoint=path)

    def refused(message, problem=None, **options):
        problem = problem or Problem()
        before = {name: param.copy() for name, param in problem.network.params.items()}
        with pytest.raises(ValueError, match=message):
            problem.train(checkpoint=path, **options)
        for name, param in problem.network.params.items():
            np.testing.assert_array_equal(param, before[name])

    refused(
        f"train: the run in {re.escape(str(path))} has batch_size 8, this one 9: delete the file",
        batch_size=9,
    )
    fewer = Problem()
    fewer.x, fewer.target = fewer.x[:50], fewer.target[:50]
    refused("has samples 53, this one 50", fewer)
    other = Problem()
    other.network = Sequential([Linear(6, 3, rng=other.rng)])
    refused(r"train: run\.npz has '3\.W', which the network lacks", other)
    np.savez(path, weights=np.zeros(3))
    refused("is not a checkpoint: choose another file")
    path.write_bytes(b"PK not really")
    refused("is not a readable .npz")


def test_checkpoint_whose_best_epoch_is_incomplete_is_refused(tmp_path, refused):
    path = tmp_path / "run.npz"
    Problem().train(checkpoint=path)
    with np.load(path) as arrays:
        np.savez(path, **{name: arrays[name] for name in arrays if name != "best/0.W"})
    message = "train: the best epoch lacks '0.W', which the network has"
    refused(ValueError, message, Problem().train, checkpoint=path)


def test_checkpoint_is_whole_at_every_moment(tmp_path, monkeypatch):
    """A disk that fills up while the checkpoint is written leaves the one before."""
    path = tmp_path / "run.npz"
    saved = []
    real = np.savez

    def fills_up(file, **arrays):
        saved.append(path.read_bytes() if path.exists() else None)
        if len(saved) == 3:
            file.write(b"PK\x03\x04 a part")
            raise OSError("no space left")
        real(file, **arrays)

    monkeypatch.setattr(np, "savez", fills_up)
    with pytest.raises(OSError, match="no space left"):
        Problem().train(checkpoint=path)
    assert path.read_bytes() == saved[2]
    assert [file.name for file in tmp_path.iterdir()] == ["run.npz"]
    monkeypatch.undo()
    whole, again = Problem(), Problem(seed=2)
    expected = whole.train()
    assert_same_run(again, again.train(checkpoint=path), whole, expected)


def test_progress_shows_loss_accuracy_and_validation(capsys):
    history = Problem().train(epochs=2, progress=True)
    shown = capsys.readouterr().err
    assert "epoch 1/2: 100%" in shown
    assert "epoch 2/2: 100%" in shown
    assert "7/7" in shown
    assert "?step/s" in shown  # at first the rate is not known
    last = shown.replace("\r", "\n").strip().splitlines()[-1]
    assert f"loss={history.train_loss[-1]:.3g}" in last
    assert f"accuracy={history.train_accuracy[-1]:.3g}" in last
    assert f"validation={history.validation_accuracy[-1]:.3g}" in last


def test_progress_goes_on_in_the_middle_of_an_epoch(tmp_path, capsys):
    with pytest.raises(TrainingInterrupted):
        Problem().train(checkpoint=tmp_path / "run.npz", loss=CtrlC(3).loss)
    Problem().train(checkpoint=tmp_path / "run.npz", progress=True, epochs=1)
    assert "epoch 1/1:  43%" in capsys.readouterr().err  # three of seven steps


def test_progress_within_an_epoch_shows_the_means_so_far(tmp_path, capsys):
    problem, checkpoint = Problem(), tmp_path / "run.npz"
    with pytest.raises(TrainingInterrupted):
        problem.train(checkpoint=checkpoint, loss=CtrlC(3).loss, progress=True)
    settings = {"batch_size": 8, "samples": 53}
    run = load_checkpoint(checkpoint, problem.network, problem.optimizer, problem.rng, settings)
    shown = capsys.readouterr().err.replace("\r", "\n").strip().splitlines()[-1]
    assert "3/7" in shown
    assert f"loss={np.mean(run.history.step_loss):.3g}" in shown
    assert f"accuracy={run.measure_sum / 24:.3g}" in shown
    assert 0 < run.measure_sum < 24


def test_progress_is_drawn_when_its_time_has_come(monkeypatch, capsys):
    """Where no time goes by, a step is not reason enough to draw the bar anew."""
    monkeypatch.setattr("tqdm.std.time", lambda: 0.0)
    Problem().train(epochs=1, progress=True)
    shown = capsys.readouterr().err
    assert "0/7" in shown
    assert "7/7" in shown
    assert not any(f"{step}/7" in shown for step in range(1, 7))


def test_progress_is_shown_unless_told_otherwise(capsys):
    problem = Problem()
    train(
        problem.network,
        problem.optimizer,
        problem.x,
        problem.target,
        epochs=1,
        batch_size=8,
        rng=problem.rng,
    )
    assert "epoch 1/1: 100%" in capsys.readouterr().err


def test_no_progress_shows_nothing(capsys):
    Problem().train(epochs=1)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


SCRIPT = """
import sys, time
from pathlib import Path
import numpy as np
from test_training import Problem
from backprop.training.evaluation import Loss
from backprop.losses import softmax_cross_entropy_backward, softmax_cross_entropy_forward

def slow(logits, target):
    print("step", flush=True)
    time.sleep(float(sys.argv[2]))
    return softmax_cross_entropy_forward(logits, target)

problem = Problem()
history = problem.train(
    checkpoint=Path(sys.argv[1]), loss=Loss(slow, softmax_cross_entropy_backward)
)
print([param.tobytes().hex() for param in problem.network.params.values()], history)
"""


def test_ctrl_c_to_a_process_of_its_own(tmp_path):
    here = os.path.dirname(__file__)
    path = os.pathsep.join([here, os.path.dirname(os.path.dirname(backprop.__file__))])

    def start(pause):
        return subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(tmp_path / "run.npz"), str(pause)],
            env=os.environ | {"PYTHONPATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    process = start(pause=0.05)
    for _ in range(11):
        assert process.stdout.readline() == "step\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "TrainingInterrupted: train: stopped by Ctrl-C after step" in err
    assert f"it is saved in {tmp_path / 'run.npz'}: the same call goes on from there" in err

    out, err = start(pause=0).communicate(timeout=30)
    whole = Problem()
    history = whole.train()
    weights = [param.tobytes().hex() for param in whole.network.params.values()]
    assert out.splitlines()[-1] == f"{weights} {history}"


def test_tqdm_is_imported_only_when_training():
    """The library's import is NumPy alone; what shows progress comes when there is progress."""
    code = "import sys, backprop.training.loop; sys.exit('tqdm' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": os.path.dirname(os.path.dirname(backprop.__file__))}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
