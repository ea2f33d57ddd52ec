"""The results files: that they hold what a reader needs to measure again, and read well."""

import json
import re
import subprocess

import numpy as np

from backprop.data.sources import sha256_of
from backprop.files import load_npz
from experiments import record as module
from experiments.record import (
    Result,
    commit_of_code,
    digest,
    network_paths,
    record,
    versions,
)


def result(**changes):
    values = {
        "metrics": {"accuracy": 0.123456789, "count": 12, "tiny": 1.23456789e-8},
        "curve": {"step": [1, 2, 3], "loss": [2.302585093, 1.5, 0.25]},
        "seeds": (7, 8),
        "settings": {"hidden": (5, 4), "learning_rate": 0.1},
        "seconds": 12.345,
    }
    return Result(**(values | changes))


def test_record_writes_all_that_was_found(tmp_path):
    path = record("some-thing", result(), "abc", tmp_path / "new")
    assert path == tmp_path / "new" / "some-thing.json"
    content = json.loads(path.read_text())
    assert content["name"] == "some-thing"
    assert content["metrics"] == {"accuracy": 0.123457, "count": 12, "tiny": 1.23457e-8}
    assert content["curve"] == {"step": [1, 2, 3], "loss": [2.30259, 1.5, 0.25]}
    assert content["seeds"] == [7, 8]
    assert content["settings"] == {"hidden": [5, 4], "learning_rate": 0.1}
    assert content["seconds"] == 12.3
    assert content["commit"] == "abc"
    assert content["cores"] >= 1
    assert content["threads"] >= 1
    assert content["versions"] == versions()
    assert "arrays" not in content
    assert {"tried", "networks", "by_seed", "tested"}.isdisjoint(content)
    assert not list(path.parent.glob("*.npz"))


def test_record_writes_one_series_a_line(tmp_path):
    text = record("x", result(tried=[{"a": 1}, {"a": 2}]), "abc", tmp_path).read_text()
    assert '\n    "loss": [2.30259, 1.5, 0.25]\n' in text
    assert '\n    {"a": 1},\n    {"a": 2}\n' in text
    assert text.endswith("}\n")


def test_record_writes_arrays_beside(tmp_path):
    arrays = {"confusion": np.arange(4).reshape(2, 2), "images": np.zeros((1, 2, 2), np.uint8)}
    content = json.loads(record("x", result(arrays=arrays), "abc", tmp_path).read_text())
    assert content["arrays"] == "x.npz"
    first = (tmp_path / "x.npz").read_bytes()
    with np.load(tmp_path / "x.npz", allow_pickle=False) as read:
        assert set(read.files) == set(arrays)
        for name, array in arrays.items():
            np.testing.assert_array_equal(read[name], array, strict=True)
    record("x", result(arrays=arrays), "abc", tmp_path)
    assert (tmp_path / "x.npz").read_bytes() == first  # no time, no chance in it


def test_networks_are_kept_apart_and_named_by_their_hashes(tmp_path):
    networks = [{"W": np.full((2, 3), seed, np.float32)} for seed in (7, 8)]
    found = result(networks=networks, by_seed={"accuracy": [0.123456789, 0.5]})
    tested = {"commit": "abc", "readings": {"data": 3, "experiment": 1}}
    path = record("x", found, "abc", tmp_path, tmp_path / "runs", tested)
    content = json.loads(path.read_text())
    assert content["by_seed"] == {"accuracy": [0.123457, 0.5]}
    assert content["tested"] == tested
    paths = network_paths("x", (7, 8), tmp_path / "runs")
    assert content["networks"] == [sha256_of(path) for path in paths]
    for path, network in zip(paths, networks, strict=True):
        np.testing.assert_array_equal(load_npz(path)["W"], network["W"], strict=True)
    assert {path.name for path in tmp_path.iterdir()} == {"x.json", "runs"}


def test_whoever_may_read_other_files_may_read_results(tmp_path):
    path = record("x", result(networks=[{}, {}]), "abc", tmp_path, tmp_path / "runs")
    (tmp_path / "other").touch()
    wanted = (tmp_path / "other").stat().st_mode
    for written in (path, *network_paths("x", (7, 8), tmp_path / "runs")):
        assert written.stat().st_mode == wanted


def test_digest_tells_settings_apart():
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})


def test_threads_are_what_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    assert json.loads(record("x", result(), "abc", tmp_path).read_text())["threads"] == 3


def test_versions():
    assert versions()["numpy"] == np.__version__
    assert re.fullmatch(r"3\.\d+\.\d+", versions()["python"])
    assert re.fullmatch(r"\S+ \S+", versions()["blas"])


def test_commit_of_code(tmp_path, monkeypatch):
    def git(*arguments):
        subprocess.run(
            ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments],
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )

    monkeypatch.setattr(module, "REPOSITORY", tmp_path)
    assert commit_of_code() == "unknown"  # an unpacked archive has no history
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "code.py").write_text("1\n")
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "First")
    commit = commit_of_code()
    assert re.fullmatch("[0-9a-f]{40}", commit)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "result.json").write_text("{}")
    assert commit_of_code() == commit  # an experiment writes data
    (tmp_path / "lib" / "code.py").write_text("2\n")
    assert commit_of_code() == f"{commit}+changes"
