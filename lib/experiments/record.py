"""Writes what an experiment measured, with all that it takes to measure it again."""

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop.data.sources import sha256_of
from backprop.files import atomic_write, save_npz

REPOSITORY = Path(__file__).resolve().parents[2]
RESULTS = REPOSITORY / "data" / "results"
RUNS = REPOSITORY / "data" / "runs"

Number = int | float


@dataclass(frozen=True)
class Result:
    """What an experiment found.

    Attributes:
        metrics: single numbers by name, which the chapters quote.
        curve: series of numbers by name, which the figures draw.
        seeds: the seeds of everything random in it, one for each time that it was repeated.
        settings: the hyper-parameters.
        seconds: how long it took, all seeds together.
        arrays: small arrays by name, for figures.
        tried: what else was tried and how it did on validation.
        table: rows of a table.
        by_seed: those metrics that differ, a number for each seed.
        networks: the weights of the network of each seed, which the test set is read with.
    """

    metrics: dict[str, Number]
    curve: dict[str, list[Number]]
    seeds: Sequence[int]
    settings: dict[str, Any]
    seconds: float
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    tried: list[dict[str, Any]] = field(default_factory=list)
    table: list[dict[str, Any]] = field(default_factory=list)
    by_seed: dict[str, list[Number]] = field(default_factory=dict)
    networks: list[Mapping[str, NDArray[Any]]] = field(default_factory=list)


def record(
    name: str,
    result: Result,
    commit: str,
    folder: Path = RESULTS,
    runs: Path = RUNS,
    tested: dict[str, Any] | None = None,
) -> Path:
    """Writes a result as `NAME.json`, and its arrays, if any, as `NAME.npz` beside it.

    Args:
        name: the experiment's name.
        result: what it found.
        commit: the code it ran, from `commit_of_code` at its start.
        folder: where to write.
        runs: where to keep the networks, which the JSON file names by their hashes.
        tested: if a test set was read, the commit that read it and how often it has been read.

    Returns:
        the path of the JSON file.
    """
    content: dict[str, Any] = {
        "name": name,
        "metrics": rounded(result.metrics),
        "curve": rounded_series(result.curve),
        "seeds": list(result.seeds),
        "settings": result.settings,
        "versions": versions(),
        "cores": os.cpu_count(),
        "threads": int(os.environ.get("OPENBLAS_NUM_THREADS", os.cpu_count() or 1)),
        "seconds": round(result.seconds, 1),
        "commit": commit,
    }
    if result.by_seed:
        content["by_seed"] = rounded_series(result.by_seed)
    if result.tried:
        content["tried"] = result.tried
    if result.table:
        content["table"] = result.table
    if result.networks:
        paths = network_paths(name, result.seeds, runs)
        for path, weights in zip(paths, result.networks, strict=True):
            save_npz(path, weights)
        content["networks"] = [sha256_of(path) for path in paths]
    if tested is not None:
        content["tested"] = tested
    return write(name, content, result.arrays, folder)


def network_paths(name: str, seeds: Sequence[int], runs: Path = RUNS) -> list[Path]:
    """Where the networks of an experiment are kept; they are too large for the repository."""
    return [runs / name / "networks" / f"seed-{seed}.npz" for seed in seeds]


def write(
    name: str, content: dict[str, Any], arrays: Mapping[str, NDArray[Any]], folder: Path = RESULTS
) -> Path:
    """Writes the files of a result; returns the path of the JSON file."""
    folder.mkdir(parents=True, exist_ok=True)
    if arrays:
        content["arrays"] = f"{name}.npz"
        np.savez_compressed(folder / content["arrays"], **arrays)  # type: ignore[arg-type]
    path = folder / f"{name}.json"
    # One key a line, one series a line: a new run makes a diff that can be read.
    lines = [f"  {json.dumps(key)}: {_block(value)}" for key, value in content.items()]
    with atomic_write(path) as file:
        file.write(("{\n" + ",\n".join(lines) + "\n}\n").encode())
    return path


def digest(settings: Mapping[str, Any]) -> str:
    """A name for settings, which no others have."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:12]


def versions() -> dict[str, str]:
    """The versions of what the numbers may depend on."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas": f"{blas['name']} {blas['version']}",
    }


def git(*arguments: str) -> str:
    """Returns what git says of the repository.

    Raises:
        OSError: there is no git.
        subprocess.CalledProcessError: it fails.
    """
    command = ["git", "-C", str(REPOSITORY), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def commit_of_code() -> str:
    """The commit checked out, followed by `+changes` if the code differs from it.

    Results and data do not count as changes: an experiment writes them.
    """
    try:
        changes = git("status", "--porcelain", "--", "lib")
        return git("rev-parse", "HEAD") + ("+changes" if changes else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _block(value: Any) -> str:
    if isinstance(value, dict) and value:
        rows = [f"    {json.dumps(key)}: {json.dumps(inner)}" for key, inner in value.items()]
        return "{\n" + ",\n".join(rows) + "\n  }"
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"    {json.dumps(inner)}" for inner in value) + "\n  ]"
    return json.dumps(value)


def rounded(metrics: Mapping[str, Number]) -> dict[str, Number]:
    """Metrics as they are recorded."""
    return {name: _rounded(value) for name, value in metrics.items()}


def rounded_series(series: Mapping[str, Sequence[Number]]) -> dict[str, list[Number]]:
    """Series of numbers as they are recorded."""
    return {name: [_rounded(value) for value in values] for name, values in series.items()}


def _rounded(value: Number) -> Number:
    """Six significant digits: more than a chapter quotes, and a file of readable size."""
    return value if isinstance(value, int) else float(f"{value:.6g}")
