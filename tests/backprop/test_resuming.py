"""Checkpoints: a run goes on exactly, and no other file is taken for it."""

import copy
import json
import math
import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

import backprop
from backprop import (
    CROSS_ENTROPY,
    SGD,
    Adam,
    AdamW,
    Dropout,
    Group,
    History,
    Linear,
    Momentum,
    Sequential,
    Tanh,
    TrainingInterrupted,
    accuracy,
    cosine_decay,
    linear_decay,
    load_checkpoint,
    train,
    warmup,
)
from backprop.training import loop as training
from backprop.training.fingerprint import described, digest
from tests.backprop.problem import Noise, Problem, assert_same_run, ctrl_c


# An epoch is 7 passes of training, then one for validation, which is the 8th: in the first epoch,
# in its last step, in the validation, in the first step of the next, later, and in the last of all.
@pytest.mark.parametrize("at", [1, 3, 7, 8, 9, 20, 31, 32])
@pytest.mark.parametrize("optimizer", [SGD, Momentum, Adam])
def test_interrupted_run_goes_on_exactly(tmp_path, optimizer, at):
    whole = Problem(optimizer)
    expected = whole.train()

    checkpoint = tmp_path / "run.npz"
    with pytest.raises(TrainingInterrupted, match="the same call goes on from there"):
        Problem(optimizer).train(checkpoint=checkpoint, hook=ctrl_c(at))
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
            history = problem.train(checkpoint=checkpoint, hook=ctrl_c(2))
        except TrainingInterrupted:
            continue
        break
    assert_same_run(problem, history, whole, expected)


def test_killed_run_goes_on_from_its_last_epoch(tmp_path):
    """A crash saves nothing; the checkpoint of the epoch before is what there is."""
    whole = Problem()
    expected = whole.train()

    def crash(number):
        if number == 20:
            raise MemoryError

    checkpoint = tmp_path / "run.npz"
    with pytest.raises(MemoryError):
        Problem().train(checkpoint=checkpoint, hook=crash)
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


SCRIPT = """
import sys, time
from problem import Problem

def slow(number):
    print("step", flush=True)
    time.sleep(float(sys.argv[2]))

problem = Problem()
history = problem.train(checkpoint=sys.argv[1], hook=slow)
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


def everything(problem):
    """Copies all that a resumed run would change."""
    arrays = {**problem.network.params, **problem.network.buffers, **problem.optimizer.state()}
    copies = {name: array.copy() for name, array in arrays.items()}
    return copies, copy.deepcopy(problem.rng.bit_generator.state), problem.optimizer.lr


def assert_refused(path, message, problem=None, **options):
    """Asserts that a run is refused in one sentence, with everything as it was."""
    problem = problem or Problem(seed=3)
    arrays, state, lr = everything(problem)
    with pytest.raises(ValueError, match=message) as caught:
        problem.train(checkpoint=path, **options)
    assert str(caught.value).startswith("train: ")
    found, found_state, found_lr = everything(problem)
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
    assert (found_state, found_lr) == (state, lr)
    return problem


def half_right(scores, target):
    return accuracy(scores, target) / 2


def twice(x):
    return 2 * x


def changed(**attributes):
    problem = Problem(seed=3)
    for name, value in attributes.items():
        setattr(problem, name, value(problem))
    return problem


# For each kind of another run what it is told, the problem, and the options.
OTHERS = {
    "batch size": (
        "has batch_size 8, this one 9: delete the file to start anew",
        {},
        {"batch_size": 9},
    ),
    "micro-batch": ("has micro_batch_size 8, this one 4", {}, {"micro_batch_size": 4}),
    "drop last": ("has drop_last False, this one True", {}, {"drop_last": True}),
    "clipping": ("has max_norm None, this one 1.0", {}, {"max_norm": 1.0}),
    "fewer samples": (
        "has samples 53, this one 50",
        {"x": lambda p: p.x[:50], "target": lambda p: p.target[:50]},
        {},
    ),
    "other data": ("has x [0-9a-f]+, this one", {"x": lambda p: p.x + 1e-9}, {}),
    "data in another order": ("has x [0-9a-f]+, this one", {"x": lambda p: p.x[::-1]}, {}),
    "flipped targets": ("has target [0-9a-f]+, this one", {"target": lambda p: 2 - p.target}, {}),
    "validation": (
        "has validation [0-9a-f]+, this one",
        {"validation": lambda p: (p.validation[0], 2 - p.validation[1])},
        {},
    ),
    "no validation": ("has validation [0-9a-f]+, this one None", {}, {"validation": None}),
    "measure": (
        r"has measure backprop\S+accuracy, this one \S+half_right",
        {},
        {"measure": half_right},
    ),
    "no measure": ("has measure .*, this one None", {}, {"measure": None}),
    "loss": (r"has loss .*, this one .*of_some\(.*, 7\)", {}, {"loss": CROSS_ENTROPY.ignoring(7)}),
    "schedule": (
        r"has schedule cosine_decay\(lr=0.05, steps=28\), this one cosine_decay\(lr=.* steps=29\)",
        {},
        {"schedule": cosine_decay(0.05, 29)},
    ),
    "another schedule": ("has schedule", {}, {"schedule": linear_decay(0.05, 28)}),
    "augmentation": (r"has augment None, this one \S+twice", {}, {"augment": twice}),
    "optimiser": (r"has optimizer Adam\(.*, this one SGD", {"optimizer": lambda p: SGD(0.05)}, {}),
    "hyperparameter": (
        r"has optimizer Adam\(beta1=0.9.*, this one Adam\(beta1=0.8",
        {"optimizer": lambda p: Adam(0.05, beta1=0.8)},
        {},
    ),
    "network": (
        r"train: run\.npz has '3\.W', which the network lacks",
        {"network": lambda p: Sequential([Linear(6, 3, rng=p.rng)])},
        {},
    ),
    "another size": (
        r"train: 0.W in run\.npz has shape \(6, 9\), wanted \(6, 8\)",
        {
            "network": lambda p: Sequential(
                [Linear(6, 8, rng=p.rng), Tanh(), Noise(p.rng), Linear(8, 3, rng=p.rng)]
            )
        },
        {},
    ),
    "another activation": (
        r"has network 1: ReLU\(\), this one 1: Tanh\(\)",
        {
            "network": lambda p: Sequential(
                [Linear(6, 9, rng=p.rng), Tanh(), Noise(p.rng), Linear(9, 3, rng=p.rng)]
            )
        },
        {},
    ),
}


@pytest.mark.parametrize(("message", "attributes", "options"), OTHERS.values(), ids=OTHERS)
def test_another_run_is_refused(tmp_path, message, attributes, options):
    path = tmp_path / "run.npz"
    Problem().train(checkpoint=path)
    assert_refused(path, message, changed(**attributes), **options)


def times(factor):
    def by(x, offset=0.0):
        return factor * x + offset

    return by


def times_from(offset):
    """Makes functions that differ in a default alone."""

    def by(x, offset=offset):
        return x + offset

    return by


class Steady:
    """A schedule of one's own, which does not show itself."""

    def __init__(self, lr):
        self.lr = lr

    def __call__(self, step):
        return self.lr

    def rate(self, step):
        return self.lr


class Slotted:
    __slots__ = ("lr",)

    def __init__(self, lr):
        self.lr = lr

    def __call__(self, step):
        return self.lr


def grouped(axes):
    return AdamW(0.05, groups=[Group(lambda name, param: param.ndim == axes, lr_factor=0.5)])


# For each kind of run that differs little from another what it is told, how it is made from a
# value, what the run in the file has, and what it has itself.
ALIKE = {
    "a variable around a function": (
        r"has augment \S+by\(offset=0.0, factor=2\):\w+, this one \S+by\(offset=0.0, factor=3\)",
        lambda factor: {"augment": times(factor)},
        2,
        3,
    ),
    "numbers around a function": (
        r"has augment .*factor=array\(6,\):\w+\):\w+, this one .*factor=array\(6,\)",
        lambda factor: {"augment": times(np.full(6, factor))},
        0.5,
        0.25,
    ),
    "a default": (
        r"has augment \S+offset=1.*, this one \S+offset=2",
        lambda offset: {"augment": times_from(offset)},
        1,
        2,
    ),
    "code": (
        r"has measure \S+<lambda>:\w+, this one \S+<lambda>:\w+",
        lambda part: {
            "measure": (lambda y, target: 0.5) if part == 2 else (lambda y, target: 0.25)
        },
        2,
        4,
    ),
    "an attribute": (
        r"has schedule Steady\(lr=0.05\).*, this one Steady\(lr=0.04\)",
        lambda lr: {"schedule": Steady(lr)},
        0.05,
        0.04,
    ),
    "a slot": (
        r"has schedule Slotted\(lr=0.05\).*, this one Slotted\(lr=0.04\)",
        lambda lr: {"schedule": Slotted(lr)},
        0.05,
        0.04,
    ),
    "the object of a method": (
        r"has schedule Steady\(lr=0.05\)\S*\.rate.*, this one Steady\(lr=0.04\)",
        lambda lr: {"schedule": Steady(lr).rate},
        0.05,
        0.04,
    ),
    "a list's item": (
        r"has schedule list\(0.05, .*\).__getitem__, this one list\(0.04",
        lambda lr: {"schedule": [lr, *[0.01] * 40].__getitem__},
        0.05,
        0.04,
    ),
    "the schedule after a warm-up": (
        r"has schedule warmup\(steps=3, then=Steady\(lr=0.05\)",
        lambda lr: {"schedule": warmup(3, Steady(lr))},
        0.05,
        0.04,
    ),
    "a group": (
        r"has groups list\(\S+<lambda>\(axes=1\)",
        lambda axes: {"optimizer": grouped(axes)},
        1,
        2,
    ),
    "a loss's way back": (
        r"has loss Loss\(.*backward=\S+of_it:\w+\(.*, 1\).*, this one",
        lambda factor: {
            "loss": replace(CROSS_ENTROPY, backward=partial(part_of_it, CROSS_ENTROPY, factor))
        },
        1,
        0.5,
    ),
}


def part_of_it(loss, factor, dloss, cache):
    return loss.backward(factor * dloss, cache)


def with_options(seed=7, **options):
    """Makes a problem, and returns it with those options that are its training's."""
    problem = Problem(seed=seed)
    problem.optimizer = options.pop("optimizer", problem.optimizer)
    return problem, options


@pytest.mark.parametrize(("message", "made", "one", "other"), ALIKE.values(), ids=ALIKE)
def test_a_run_that_differs_little_is_refused(tmp_path, message, made, one, other):
    path = tmp_path / "run.npz"
    problem, options = with_options(**made(one))
    history = problem.train(checkpoint=path, **options)
    problem, options = with_options(**made(other))
    assert_refused(path, message, problem, **options)
    problem, options = with_options(**made(one))  # other objects, equal to the first ones
    assert problem.train(checkpoint=path, **options) == history


def test_another_sample_axis_is_refused(tmp_path):
    """With as many steps as sequences, nothing else tells."""
    rng = np.random.default_rng(5)
    x, target = rng.normal(size=(6, 6, 2)), rng.integers(0, 3, (6, 6))

    def run(sample_axis):
        network, path = Linear(2, 3, rng=np.random.default_rng(0)), tmp_path / "run.npz"
        options = {"epochs": 1, "batch_size": 4, "rng": np.random.default_rng(0)}
        return train(
            network,
            SGD(0.1),
            x,
            target,
            **options,
            sample_axis=sample_axis,
            checkpoint=path,
            progress=False,
        )

    history = run(0)
    with pytest.raises(ValueError, match=r"has sample_axis \(0, 0\), this one \(1, 1\)"):
        run(1)
    assert run((0, 0)) == history


def test_without_a_schedule_the_rate_is_compared(tmp_path):
    path = tmp_path / "run.npz"
    Problem().train(checkpoint=path, schedule=None)
    problem = Problem()
    problem.optimizer.lr = 0.04
    message = r"has optimizer Adam\(lr=0.05, .*\), this one Adam\(lr=0.04"
    assert_refused(path, message, problem, schedule=None)


def test_with_a_schedule_the_rate_may_be_where_the_last_step_left_it(tmp_path):
    whole = Problem()
    expected = whole.train()
    path = tmp_path / "run.npz"
    problem = Problem()
    with pytest.raises(TrainingInterrupted):
        problem.train(checkpoint=path, hook=ctrl_c(9))
    history = problem.train(checkpoint=path)  # the same objects
    assert_same_run(problem, history, whole, expected)


def test_a_path_may_be_a_string(tmp_path):
    whole = Problem()
    expected = whole.train()
    path = str(tmp_path / "run.npz")
    Problem().train(epochs=2, checkpoint=path)
    again = Problem(seed=4)
    assert_same_run(again, again.train(checkpoint=path), whole, expected)


def test_a_validation_set_may_be_added(tmp_path):
    """Epochs count from the start of the run, also for those before there was validation."""
    path = tmp_path / "run.npz"
    Problem().train(epochs=3, checkpoint=path, validation=None)
    problem = Problem()
    history = problem.train(epochs=6, checkpoint=path)
    whole = Problem().train(epochs=6)
    assert history.validation_loss[3:] == whole.validation_loss[3:]
    assert history.validation_accuracy[3:] == whole.validation_accuracy[3:]
    assert all(map(math.isnan, history.validation_loss[:3] + history.validation_accuracy[:3]))
    assert history.best_epoch == 4 + int(np.argmax(whole.validation_accuracy[3:]))
    best = Problem()
    best.train(epochs=history.best_epoch, validation=None)
    for name, param in best.network.params.items():
        np.testing.assert_array_equal(problem.network.params[name], param)
    # And from then on it stays.
    again = Problem().train(epochs=6, checkpoint=path)
    np.testing.assert_equal(again.validation_loss, history.validation_loss)


NAN = math.nan


@pytest.mark.parametrize(
    ("losses", "measures", "best"),
    [
        ([], [], None),
        ([3, 1, 2], [], 2),
        ([NAN, 2, 1], [], 3),
        ([2, NAN, 3], [], 1),
        ([NAN, NAN], [], None),
        ([3, 1, 1], [], 2),  # of equals, the first
        ([math.inf, 5], [], 2),
        ([1, 2, 3], [0.1, 0.9, 0.9], 2),
        ([1, NAN, 3], [0.1, 0.9, 0.8], 3),
        ([1, 2, 3], [0.1, NAN, 0.05], 1),
        ([NAN, NAN], [NAN, 0.5], None),
    ],
)
def test_the_best_epoch(losses, measures, best):
    history = History(validation_loss=losses, validation_accuracy=measures)
    assert history.best_epoch == best


def test_a_network_that_never_validated_keeps_its_last_weights():
    problem = Problem()
    x, target = problem.validation
    problem.validation = np.full_like(x, np.nan), target
    history = problem.train(measure=None)
    assert history.best_epoch is None
    last = Problem()
    last.train(validation=None)
    for name, param in last.network.params.items():
        np.testing.assert_array_equal(problem.network.params[name], param)


def read(path):
    with np.load(path) as archive:
        return {name: archive[name] for name in archive.files}


def damaged(arrays, rng):
    """Removes, adds or changes one array or several, at random."""
    arrays = dict(arrays)
    for _ in range(rng.integers(1, 4)):
        name = str(rng.choice([*arrays]))
        array = arrays[name]
        match rng.integers(8):
            case 0:
                del arrays[name]
            case 1:
                arrays[f"{name}x"] = arrays.pop(name)
            case 2:
                arrays[f"network/{rng.integers(9)}.X"] = rng.normal(size=3)
            case 3:
                arrays[name] = np.zeros(rng.integers(0, 4, rng.integers(0, 3)))
            case 4:
                arrays[name] = array[..., np.newaxis]
            case 5:
                arrays[name] = np.array("not a number")
            case 6 if array.dtype.kind == "f" and array.size:
                arrays[name] = np.where(np.arange(array.size) == 0, 7e7, array.ravel())
                arrays[name] = arrays[name].reshape(array.shape)
            case _ if array.dtype.kind in "iuf":
                arrays[name] = array.astype(rng.choice(["f4", "i4", "u1", "c16"])) + 1
            case _:
                arrays[name] = np.array(str(array)[: rng.integers(0, 20)])
        if not arrays:
            break
    return arrays


def outcome(problem, path):
    """Goes on with a run, and returns in what sentence that ended."""
    try:
        problem.train(checkpoint=path, epochs=3)
    except ValueError as error:
        return str(error)
    except FloatingPointError:
        return "a weight was far too large"
    return "went on"


@pytest.mark.filterwarnings("ignore:.*invalid value.*|.*overflow.*|.*Casting complex.*")
@pytest.mark.parametrize("resealed", [False, True])
def test_a_checkpoint_whose_arrays_were_changed_is_refused(tmp_path, resealed):
    """In one sentence, with network, optimiser and generator as they were, however it was changed.

    With a digest that fits, as somebody could make who knows how: then a change may be one that
    says nothing wrong, another weight, say, and the run goes on.
    """
    path = tmp_path / "run.npz"
    with pytest.raises(TrainingInterrupted):  # in the middle of an epoch
        Problem().train(checkpoint=path, hook=ctrl_c(20))
    whole, rng = read(path), np.random.default_rng(11)
    refused = 0
    for _ in range(200):
        arrays = damaged(whole, rng)
        if resealed:
            arrays.pop("digest", None)
            arrays["digest"] = np.array(digest(arrays))
        np.savez(path, **arrays)
        problem = Problem(seed=3)
        before = everything(problem)
        message = outcome(problem, path)
        if message.startswith("train: "):
            refused += 1
            np.testing.assert_equal(everything(problem), before)
        else:
            assert resealed or digest(arrays) == digest(whole), message
    assert refused > (100 if resealed else 190)


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "run.npz"
    np.savez(path, weights=np.zeros(3))
    assert_refused(path, "is not a checkpoint of this edition: choose another file")
    np.savez(path, settings=np.array(json.dumps({"batch_size": 8})))
    assert_refused(path, "is not a checkpoint of this edition: choose another file")
    path.write_text("epoch 1 went well\n" * 50)
    with pytest.raises(ValueError) as caught:
        Problem().train(checkpoint=path)
    assert str(caught.value) == (
        f"load_npz: {path} is not a readable .npz: it is no archive, or not a whole one"
    )


def test_what_functions_are_described_as():
    assert described(None) == "None"
    assert described(accuracy) == "backprop.training.evaluation.accuracy"
    [half] = re.findall(r"half_right(:[0-9a-f]{12})$", described(half_right))
    assert described(half_right) == f"{__name__}.half_right{half}"
    assert described(partial(half_right, 3, b=linear_decay(0.1, 2))) == (
        f"{__name__}.half_right{half}(3, b=linear_decay(lr=0.1, steps=2))"
    )
    draws = np.random.default_rng(0)  # shows its address
    assert described(partial(accuracy, rng=draws)) == f"{described(accuracy)}(rng=Generator)"
    assert described(object()) == "object"
    assert described(threading.Lock()) == "<unlocked _thread.lock object>"
    assert described({"a": (1, {2})}) == "dict(tuple('a', tuple(1, set(2))))"
    assert described(math.sin) == "math.sin"
    assert re.fullmatch(
        r"tests\.backprop\.problem\.Problem\.train\(hook=None\):\w{12}", described(Problem.train)
    )


def test_what_refers_to_itself_is_described():
    def count(n):
        return count(n - 1) if n else 0

    schedule = Steady(0.1)
    schedule.own = schedule
    assert re.search(r"count\(count=count\):\w{12}$", described(count))
    assert re.match(r"Steady\(lr=0.1, own=Steady\):", described(schedule))


def test_a_variable_that_has_no_value_yet_is_left_out():
    def early():
        return late

    assert "(" not in described(early).rpartition("early")[2]
    late = 3
    assert re.search(r"early\(late=3\):", described(early))


CODE = """
from backprop.training.fingerprint import described

def function(x, among={"a", "b", "c", "d"}):
    return x in {"e", "f", "g", "h"} or (lambda: x in {"i", "j", "k"})()

print(described(function))
"""


def test_what_is_described_is_the_same_in_every_process():
    """Sets of words have another order in each, and the code another place in the file."""

    def told(code, seed):
        path = os.path.dirname(os.path.dirname(backprop.__file__))
        environment = os.environ | {"PYTHONPATH": path, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", code]
        return subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True
        ).stdout

    assert told(CODE, "1") == told(f"\n# further down\n{CODE}", "2") != ""


def test_a_digest_tells_names_dtypes_shapes_and_bytes_apart():
    arrays = [
        {"a": np.zeros(4)},
        {"b": np.zeros(4)},
        {"a": np.zeros(4, np.int64)},
        {"a": np.zeros((2, 2))},
        {"a": np.array([0, 0, 0, 1e-300])},
        {"a": np.zeros(0)},
        {"a": np.array("0")},
        {},
    ]
    digests = [digest(given) for given in arrays]
    assert len({*digests}) == len(arrays)
    assert digest({"a": np.zeros((4, 3)).T}) == digest({"a": np.zeros((3, 4))})
    two = {"a": np.ones(1), "b": np.zeros(1)}
    assert digest(two) == digest(dict(reversed(two.items())))


def test_dropout_is_part_of_the_network(tmp_path):
    def problem(p):
        made = Problem()
        made.network = Sequential([Linear(6, 3, rng=made.rng), Dropout(p, rng=made.rng)])
        return made

    path = tmp_path / "run.npz"
    problem(0.5).train(checkpoint=path)
    message = r"has network 1: Dropout\(0.5\), this one 1: Dropout\(0.4\)"
    assert_refused(path, message, problem(0.4))


def with_first(array, value):
    changed = array.copy()
    changed.flat[0] = value
    return changed


# What somebody could write into a file by hand, digest and all: the array, its new value, words.
IMPOSSIBLE = {
    "order of floats": ("order", lambda a: a.astype(float), "order is float64"),
    "order with axes": ("order", lambda a: a[np.newaxis], r"order is int64 of shape \(1, 53\)"),
    "a sample twice": ("order", lambda a: with_first(a, a[1]), "wanted each sample once"),
    "a sample that is not": (
        "order",
        lambda a: with_first(a, 53),
        "order runs from 0 to 53",
    ),
    "a negative sample": ("order", lambda a: with_first(a, -1), "order runs from -1 to 52"),
    "before the start": ("position", lambda a: a - 60, "position is -36, wanted 0 to 53"),
    "after the end": ("position", lambda a: a + 60, "position is 84, wanted 0 to 53"),
    "half a sample": ("position", lambda a: a + 0.5, "position is 24.5, wanted 0 to 53"),
    "nothing weighed": (
        "sums",
        lambda a: np.array([1.0, 1.0, 0.0]),
        "is 24, and the weight",
    ),
    "no sums": ("sums", lambda a: np.array(["a", "b", "c"]), "sums holds no numbers"),
    "two sums": ("sums", lambda a: a[:2], "not enough values to unpack"),
    "words": ("history/step_loss", lambda a: a.astype(str), "history's step_loss holds no numbers"),
    "more epochs": (
        "history/train_accuracy",
        lambda a: np.append(a, 0.5),
        "history's train_accuracy has 3 epochs of 2",
    ),
    "more validation": (
        "history/validation_loss",
        lambda a: np.append(a, 0.5),
        "history's validation_loss has 3 epochs of 2",
    ),
    "fewer rates": ("history/learning_rate", lambda a: a[1:], "history has 17 steps and 16 rates"),
    "some norms": (
        "history/gradient_norm",
        lambda a: np.ones(3),
        "history has 17 steps and 3 norms",
    ),
    "fewer steps than epochs": (
        "history/train_loss",
        lambda a: np.ones(18),
        "history has 17 steps",
    ),
    "steps before 0": ("optimizer/t", lambda a: -a, "t is -17, wanted the number of steps"),
    "complex averages": ("optimizer/m/0.W", lambda a: a + 0j, "m/0.W is complex128"),
    "another shape": ("optimizer/v/0.W", lambda a: a.T, r"v/0.W has shape \(9, 6\)"),
    "another precision": ("optimizer/m/0.b", lambda a: a.astype("f4"), "m/0.b is float32"),
    "no generator": ("rng", lambda a: np.array("{}"), "does not hold a run that can go on"),
    "another generator": (
        "rng",
        lambda a: np.array(str(a).replace("PCG64", "MT19937")),
        "does not hold a run that can go on",
    ),
    "best of another shape": (
        "best/0.W",
        lambda a: a.T,
        "the best epoch in run.npz has shape",
    ),
    "weights of another precision": ("network/0.W", lambda a: a.astype("f4"), "0.W in run.npz is"),
    "no settings": ("settings", lambda a: np.array("[]"), "is not a checkpoint of this edition"),
    "no json": ("settings", lambda a: np.array("{"), "is not a checkpoint of this edition"),
}


@pytest.mark.parametrize(("name", "change", "message"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_where_no_run_can_stand_is_refused(tmp_path, name, change, message):
    path = tmp_path / "run.npz"
    with pytest.raises(TrainingInterrupted):  # after three steps of the third epoch
        Problem().train(checkpoint=path, hook=ctrl_c(19))
    arrays = read(path)
    arrays[name] = change(arrays[name])
    del arrays["digest"]
    arrays["digest"] = np.array(digest(arrays))
    np.savez(path, **arrays)
    assert_refused(path, message)
