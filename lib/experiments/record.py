"""Writes what an experiment measured, with all that it takes to measure it again."""

import json
import os
import platform
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
        seed: the seed of everything random in it.
        settings: the hyper-parameters.
        seconds: how long it took.
        arrays: small arrays by name, for figures.
        tried: what else was tried and how it did on validation.
        table: rows of a table.
    """

    metrics: dict[str, Number]
    curve: dict[str, list[Number]]
    seed: int
    settings: dict[str, Any]
    seconds: float
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    tried: list[dict[str, Any]] = field(default_factory=list)
    table: list[dict[str, Any]] = field(default_factory=list)


def record(name: str, result: Result, commit: str, folder: Path = RESULTS) -> Path:
    """Writes a result as `NAME.json`, and its arrays, if any, as `NAME.npz` beside it.

    Args:
        name: the experiment's name.
        result: what it found.
        commit: the code it ran, from `commit_of_code` at its start.
        folder: where to write.

    Returns:
        the path of the JSON file.
    """
    content: dict[str, Any] = {
        "name": name,
        "metrics": {key: _rounded(value) for key, value in result.metrics.items()},
        "curve": {key: [_rounded(v) for v in values] for key, values in result.curve.items()},
        "seed": result.seed,
        "settings": result.settings,
        "versions": versions(),
        "cores": os.cpu_count(),
        "threads": int(os.environ.get("OPENBLAS_NUM_THREADS", os.cpu_count() or 1)),
        "seconds": round(result.seconds, 1),
        "commit": commit,
    }
    if result.tried:
        content["tried"] = result.tried
    if result.table:
        content["table"] = result.table
    folder.mkdir(parents=True, exist_ok=True)
    if result.arrays:
        content["arrays"] = f"{name}.npz"
        np.savez_compressed(folder / content["arrays"], **result.arrays)  # type: ignore[arg-type]
    path = folder / f"{name}.json"
    # One key a line, one series a line: a new run makes a diff that can be read.
    lines = [f"  {json.dumps(key)}: {_block(value)}" for key, value in content.items()]
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return path


def versions() -> dict[str, str]:
    """The versions of what the numbers may depend on."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas": f"{blas['name']} {blas['version']}",
    }


def commit_of_code() -> str:
    """The commit checked out, followed by `+changes` if the code differs from it.

    Results and data do not count as changes: an experiment writes them.
    """

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(REPOSITORY), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

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


def _rounded(value: Number) -> Number:
    """Six significant digits: more than a chapter quotes, and a file of readable size."""
    return value if isinstance(value, int) else float(f"{value:.6g}")
