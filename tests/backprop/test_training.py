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
from backprop import CROSS_ENTROPY, Loss, TrainingInterrupted, evaluate, train
from backprop.layers import Identity, Linear, ReLU, Sequential
from backprop.losses import (
    mean_squared_error_backward,
    mean_squared_error_forward,
    softmax_cross_entropy_backward,
    softmax_cross_entropy_forward,
)
from backprop.training.checkpoint import load_checkpoint
from backprop.training.optimizers import SGD, Momentum
from tests.backprop.problem import Problem, assert_same_run, ctrl_c

MSE = Loss(mean_squared_error_forward, mean_squared_error_backward)


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
    end = r", with what it takes between the brackets$"
    message = r"^train: network is the class \w+, wanted a layer: write {}\(\)" + end
    yield {"network": ReLU}, TypeError, message.format("ReLU")
    yield {"network": Sequential}, TypeError, message.format("Sequential")
    yield {"network": [ReLU()]}, TypeError, "^train: network has type list, wanted a layer$"
    message = r"^train: optimizer is the class SGD, wanted an optimiser: write SGD\(\)" + end
    yield {"optimizer": SGD}, TypeError, message
    yield {"optimizer": "sgd"}, TypeError, "^train: optimizer has type str, wanted an optimiser$"
    message = "^train: loss has type function, wanted a Loss$"
    yield {"loss": softmax_cross_entropy_forward}, TypeError, message


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
    right["network"] = Sequential([Linear(2, 2, rng=np.random.default_rng(0))])
    right["optimizer"] = SGD(0.1)
    with pytest.raises(error, match=message):
        train(**(right | wrong))


def test_message_of_ctrl_c(tmp_path):
    message = "train: stopped by Ctrl-C after step 9, 1 epochs complete; "
    with pytest.raises(TrainingInterrupted) as caught:
        Problem().train(hook=ctrl_c(10))  # the ninth step: the eighth pass is validation's
    assert str(caught.value) == message + "nothing is saved, since there is no checkpoint"
    path = tmp_path / "run.npz"
    with pytest.raises(TrainingInterrupted) as caught:
        Problem().train(hook=ctrl_c(10), checkpoint=path)
    assert str(caught.value) == message + f"it is saved in {path}: the same call goes on from there"


def test_second_ctrl_c_stops_at_once(tmp_path):
    def press_twice(number):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        pytest.fail("went on after a second Ctrl-C")

    with pytest.raises(KeyboardInterrupt) as caught:
        Problem().train(hook=press_twice, checkpoint=tmp_path / "run.npz")
    assert not isinstance(caught.value, TrainingInterrupted)
    assert not list(tmp_path.iterdir())


def test_ctrl_c_works_as_before_afterwards():
    before = signal.getsignal(signal.SIGINT)
    Problem().train(epochs=1)
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(TrainingInterrupted):
        Problem().train(hook=ctrl_c(1))
    assert signal.getsignal(signal.SIGINT) is before


def test_training_in_another_thread():
    """Where signals cannot be caught, training works all the same."""
    expected = Problem().train()
    histories = []
    thread = threading.Thread(target=lambda: histories.append(Problem().train()))
    thread.start()
    thread.join()
    assert histories == [expected]


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
        Problem().train(checkpoint=tmp_path / "run.npz", hook=ctrl_c(3))
    Problem().train(checkpoint=tmp_path / "run.npz", progress=True, epochs=1)
    assert "epoch 1/1:  43%" in capsys.readouterr().err  # three of seven steps


def test_progress_within_an_epoch_shows_the_means_so_far(tmp_path, capsys):
    problem, checkpoint = Problem(), tmp_path / "run.npz"
    with pytest.raises(TrainingInterrupted):
        problem.train(checkpoint=checkpoint, hook=ctrl_c(3), progress=True)
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


def test_without_tqdm_there_is_no_bar(monkeypatch, capsys):
    """It is an extra that training does without."""
    expected = Problem().train()
    monkeypatch.setattr("backprop.training.loop.find_spec", lambda name: None)
    monkeypatch.setitem(sys.modules, "tqdm", None)  # an import would fail
    assert Problem().train(progress=True) == expected
    assert capsys.readouterr().err == ""


def test_tqdm_is_imported_only_when_training():
    """The library's import is NumPy alone; what shows progress comes when there is progress."""
    code = "import sys, backprop.training.loop; sys.exit('tqdm' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": os.path.dirname(os.path.dirname(backprop.__file__))}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
