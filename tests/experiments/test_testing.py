"""Reading a test set: counted for good, and refused unless all that decides it is committed."""

import json
import subprocess
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest

from experiments import __main__ as command
from experiments import readings as ledger_module
from experiments import record as record_module
from experiments.readings import Reading, ReadingRefused, committed_code, counts, enter, readings
from experiments.record import Result, digest, record
from experiments.testing import Examined, read_test_set


@dataclass(frozen=True)
class Settings:
    width: tuple[int, ...] = (3,)
    rate: float = 0.1


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository of its own, in which all that is recorded lies."""
    monkeypatch.setattr(record_module, "REPOSITORY", tmp_path)
    monkeypatch.setattr(ledger_module, "REPOSITORY", tmp_path)
    monkeypatch.setattr("experiments.testing.REPOSITORY", tmp_path)

    def git(*arguments):
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        command = ["git", *identity, *arguments]
        done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "code.py").write_text("1\n")
    (tmp_path / ".gitignore").write_text("data/runs/\n")
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "First")
    return SimpleNamespace(
        git=git,
        folder=tmp_path,
        commit=lambda: git("commit", "-qam", "More"),
        ledger=tmp_path / "data" / "test-readings.jsonl",
        data=tmp_path / "data",
        results=tmp_path / "data" / "results",
        runs=tmp_path / "data" / "runs",
    )


@pytest.fixture
def trained(repository):
    """An experiment that was trained from two seeds, recorded and committed; and what tests it."""
    experiment = SimpleNamespace(DATA="toys", SETTINGS=Settings(), seen=[])

    def examine(settings, networks):
        assert settings == experiment.SETTINGS
        experiment.seen.append([float(network["W"][0]) for network in networks])
        return [
            Examined(
                {"test_size": 9, "test_errors": int(network["W"][0])}, {"confusion": np.eye(2)}
            )
            for network in networks
        ]

    def train(**changes):
        result = Result(
            metrics={"validation_accuracy": 0.5},
            curve={},
            seeds=(0, 1),
            settings={"width": (3,), "rate": 0.1},
            seconds=1,
            arrays={"first_layer": np.ones(3)},
            by_seed={"validation_accuracy": [0.4, 0.6]},
            networks=[{"W": np.full(3, seed + 1.0)} for seed in (0, 1)],
        )
        commit = record_module.commit_of_code()
        record("toy", replace(result, **changes), commit, repository.results, runs=repository.runs)
        repository.git("add", ".")
        repository.commit()

    def read():
        places = repository.results, repository.runs, repository.ledger
        return json.loads(read_test_set("toy", experiment, *places).read_text())

    experiment.examine, experiment.train, experiment.read = examine, train, read
    train()
    return experiment


def test_a_committed_result_is_tested_and_the_reading_counted(repository, trained):
    head = repository.git("rev-parse", "HEAD")
    content = trained.read()
    assert trained.seen == [[1, 2]]
    assert content["metrics"] == {
        "validation_accuracy": 0.5,
        "test_size": 9,
        "test_errors": 1.5,
        "test_errors_std": 0.707107,
    }
    assert content["by_seed"] == {"validation_accuracy": [0.4, 0.6], "test_errors": [1, 2]}
    assert content["tested"] == {"commit": head, "readings": {"data": 1, "experiment": 1}}
    with np.load(repository.results / "toy.npz", allow_pickle=False) as arrays:
        assert set(arrays.files) == {"first_layer", "confusion"}
    (reading,) = readings(repository.ledger)
    settings = digest({"width": [3], "rate": 0.1})
    assert reading == Reading(reading.date, "toys", "toy", head, settings)


def test_a_reading_counts_even_if_it_fails(repository, trained):
    """Whoever has seen a number has seen it, whatever became of the program after."""

    def fail(settings, networks):
        raise KeyboardInterrupt

    trained.examine = fail
    with pytest.raises(KeyboardInterrupt):
        trained.read()
    assert len(readings(repository.ledger)) == 1


def edit_code(repository, trained):
    (repository.folder / "lib" / "code.py").write_text("2\n")


def new_code(repository, trained):
    (repository.folder / "lib" / "new.py").write_text("2\n")


def edit_result(repository, trained):
    path = repository.results / "toy.json"
    path.write_text(path.read_text().replace("0.5", "0.6"))


def other_settings(repository, trained):
    trained.SETTINGS = replace(trained.SETTINGS, rate=0.2)


def other_network(repository, trained):
    path = repository.runs / "toy" / "networks" / "seed-1.npz"
    np.savez(path, W=np.zeros(3))


def no_network(repository, trained):
    (repository.runs / "toy" / "networks" / "seed-0.npz").unlink()


def no_result(repository, trained):
    repository.git("rm", "-q", "data/results/toy.json")
    repository.commit()


def trained_uncommitted(repository, trained):
    edit_code(repository, trained)
    trained.train()


def tested(repository, trained):
    trained.read()
    repository.git("add", ".")
    repository.commit()


def reading_taken_away(repository, trained):
    tested(repository, trained)
    trained.train()
    repository.ledger.write_text("")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (edit_code, "the test set is read once the settings are committed: commit lib/"),
        (new_code, "the test set is read once the settings are committed: commit lib/"),
        (edit_result, "the result of toy is not committed: commit it, then test"),
        (other_settings, "the settings of toy are no longer those of its result"),
        (other_network, "the networks of toy are not those of its result: train it anew"),
        (no_network, "the networks of toy are not those of its result: train it anew"),
        (no_result, "toy has no result yet: train it first"),
        (trained_uncommitted, "toy was trained with uncommitted code: train it anew"),
        (tested, "toy has been tested: the same networks have nothing new to say"),
        (reading_taken_away, "test-readings.jsonl lacks readings that are committed"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_what_is_refused_reads_nothing(repository, trained, change, message):
    change(repository, trained)
    seen = len(trained.seen)
    before = repository.ledger.read_text() if repository.ledger.exists() else None
    with pytest.raises(ReadingRefused, match=message):
        trained.read()
    assert len(trained.seen) == seen
    assert (repository.ledger.read_text() if repository.ledger.exists() else None) == before


def test_no_reading_without_a_history(tmp_path, monkeypatch):
    monkeypatch.setattr(record_module, "REPOSITORY", tmp_path)
    with pytest.raises(ReadingRefused, match="the test set is read in a clone"):
        committed_code(tmp_path / "ledger")


def test_counts_are_of_the_data_and_of_the_experiment(tmp_path):
    ledger = tmp_path / "ledger"
    assert counts("mnist", "one", ledger) == {"data": 0, "experiment": 0}
    for data, experiment in [
        ("mnist", "one"),
        ("mnist", "two"),
        ("waves", "one"),
        ("mnist", "one"),
    ]:
        enter(data, experiment, "abc", "def", ledger)
    assert counts("mnist", "one", ledger) == {"data": 3, "experiment": 2}
    assert counts("waves", "two", ledger) == {"data": 1, "experiment": 0}


@pytest.fixture
def commanded(repository, trained, monkeypatch):
    """The command, on the toy that is tested apart and on another whose run tests."""
    monkeypatch.setattr(command, "EXPERIMENTS", {"toy": "toys.apart", "other": "toys.by_run"})
    monkeypatch.setattr(command, "TESTED_APART", ("toy",))
    monkeypatch.setattr(command, "TESTED_BY_RUN", {"other": "toys"})
    ran = []

    def run(checkpoints):
        ran.append("other")
        return Result({"test_errors": 3}, {}, (0,), {"rate": 1}, 1.0)

    modules = {"toys.apart": trained, "toys.by_run": SimpleNamespace(run=run)}
    monkeypatch.setattr(command, "import_module", modules.__getitem__)
    return ran


def test_the_command_tests_once(repository, commanded, capsys):
    assert command.main(["test", "toy"], repository.data) == 0
    assert f"commit it together with {repository.ledger}" in capsys.readouterr().out
    assert command.main(["test", "toy"], repository.data) == 1
    assert "experiments: the result of toy is not committed" in capsys.readouterr().err
    assert command.main(["test", "other"], repository.data) == 2
    error = capsys.readouterr().err
    assert "no experiment 'other' that is tested apart, wanted all or some of: toy" in error


def test_a_run_that_tests_is_a_reading_too(repository, commanded, capsys):
    assert command.main(["other"], repository.data) == 0
    content = json.loads((repository.results / "other.json").read_text())
    assert content["tested"]["readings"] == {"data": 1, "experiment": 1}
    assert readings(repository.ledger)[0].settings == digest({"rate": 1})
    edit_code(repository, None)
    assert command.main(["other"], repository.data) == 1
    assert "once the settings are committed" in capsys.readouterr().err
    assert commanded == ["other"]
    assert len(readings(repository.ledger)) == 1
