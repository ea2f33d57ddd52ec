"""The command `python -m experiments`: names, failures, Ctrl-C and going on."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import experiments
from backprop.data.sources import DataError
from experiments import __main__ as command
from experiments import record as record_module
from experiments.record import Result


@pytest.fixture
def toys(monkeypatch, tmp_path):
    """Two experiments that note that they ran; results go to a temporary folder."""
    ran = []

    def make(name):
        def run(checkpoints):
            ran.append(name)
            checkpoints.mkdir(parents=True)
            (checkpoints / "run.npz").touch()
            return Result(metrics={"value": 1.5}, curve={}, seeds=(0,), settings={}, seconds=0)

        return SimpleNamespace(run=run)

    modules = {"toys.one": make("one"), "toys.two": make("two")}
    monkeypatch.setattr(command, "EXPERIMENTS", {"one": "toys.one", "two": "toys.two"})
    monkeypatch.setattr(command, "import_module", modules.__getitem__)
    return SimpleNamespace(ran=ran, modules=modules, folder=tmp_path)


@pytest.mark.parametrize("arguments", [[], ["three"], ["one", "three"], ["all", "one"]])
def test_wrong_names_list_the_right_ones(toys, arguments, capsys):
    assert command.main(arguments) == 2
    error = capsys.readouterr().err
    assert "wanted all or some of: one two" in error
    if "three" in arguments:
        assert "there is no experiment 'three'" in error
    assert toys.ran == []


@pytest.mark.parametrize(("arguments", "expected"), [(["two"], ["two"]), (["all"], ["one", "two"])])
def test_runs_and_records(toys, arguments, expected, capsys):
    assert command.main(arguments, toys.folder) == 0
    assert toys.ran == expected
    assert sorted(path.stem for path in (toys.folder / "results").iterdir()) == expected
    content = json.loads((toys.folder / "results" / "two.json").read_text())
    assert content["commit"] == record_module.commit_of_code()
    assert not list((toys.folder / "runs").rglob("*.npz"))  # a new run starts anew
    assert "value 1.5" in capsys.readouterr().out


@pytest.mark.parametrize("error", [DataError("MNIST is not here"), FloatingPointError("is nan")])
def test_failure_is_one_sentence(toys, error, capsys):
    def run(_):
        raise error

    toys.modules["toys.one"].run = run
    assert command.main(["one"], toys.folder) == 1
    assert capsys.readouterr().err == f"experiments: {error}\n"
    assert not (toys.folder / "results").exists()


def test_every_experiment_can_be_run():
    for module in command.EXPERIMENTS.values():
        assert callable(command.import_module(module).run)


SCRIPT = """
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from backprop.data.mnist import load_mnist_sample
from experiments import __main__ as command, mnist_sgd

settings = replace(mnist_sgd.SETTINGS, epochs=5)
mnist_sgd.run = partial(
    mnist_sgd.run, digits=load_mnist_sample(), settings=settings, seeds=(0, 1)
)
sys.exit(command.main(["mnist-sgd"], Path(sys.argv[1])))
"""


def test_ctrl_c_and_the_same_command_again(tmp_path):
    environment = os.environ | {
        "PYTHONPATH": str(Path(experiments.__file__).parents[1]),
        "OPENBLAS_NUM_THREADS": "1",
    }

    def start(name):
        return subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(tmp_path / name)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    process = start("stopped")
    shown = ""
    while "epoch 2/5" not in shown:
        shown += process.stderr.read(1)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "experiments: train: stopped by Ctrl-C after step" in error
    assert "`python -m experiments mnist-sgd` makes it\n" in error
    assert "Traceback" not in error
    assert not (tmp_path / "stopped" / "results").exists()

    found = {}
    for name in ("stopped", "whole"):
        process = start(name)
        _, error = process.communicate(timeout=60)
        assert process.returncode == 0, error
        assert error.partition("epoch ")[2].startswith("1/5") == (name == "whole")
        path = tmp_path / name / "results" / "mnist-sgd"
        content = json.loads(path.with_suffix(".json").read_text())
        for part in (content, content["by_seed"], content["metrics"]):
            times = [key for key in part if key.startswith("seconds")]
            assert times
            for key in times:
                del part[key]
        found[name] = content, path.with_suffix(".npz").read_bytes()
    assert found["stopped"] == found["whole"]
