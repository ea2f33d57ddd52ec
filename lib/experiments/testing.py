"""Reads a test set: `python -m experiments test NAME`, the one command that does.

Training writes a result without a word of the test set, and keeps the networks. When that result is
committed, with the settings it came from, they may be tested, once.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from backprop import Sequential
from backprop.data.sources import sha256_of
from backprop.files import load_npz
from backprop.layers.arrays import assign, state
from experiments.readings import LEDGER, ReadingRefused, committed_code, counts, enter
from experiments.record import (
    REPOSITORY,
    RESULTS,
    RUNS,
    Number,
    digest,
    git,
    network_paths,
    rounded,
    rounded_series,
    write,
)
from experiments.repeats import summary

Weights = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Examined:
    """What a test set says of one network.

    Attributes:
        metrics: single numbers by name.
        arrays: small arrays by name, for figures.
    """

    metrics: dict[str, Number]
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)


def restored(network: Sequential, weights: Weights) -> Sequential:
    """Gives a network, as it is built, the weights that were kept, and returns it.

    Raises:
        ValueError: they are not those of such a network.
    """
    assign(state(network), weights, "the weights that were kept")
    return network


class Experiment(Protocol):
    """A module of an experiment with a test of its own."""

    DATA: str
    SETTINGS: Any

    @property
    def examine(self) -> Callable[[Any, Sequence[Weights]], list[Examined]]:
        """What reads the test set, with each network, given the settings and their weights."""


def read_test_set(
    name: str,
    experiment: Experiment,
    results: Path = RESULTS,
    runs: Path = RUNS,
    ledger: Path = LEDGER,
) -> Path:
    """Tests the networks of an experiment, and adds what is found to its result.

    Args:
        name: the experiment's name.
        experiment: its module.
        results: where its result lies.
        runs: where its networks are kept.
        ledger: where readings are counted.

    Returns:
        the path of the result.

    Raises:
        ReadingRefused: the result or the settings are not committed, the networks are not those of
            the result, or they have been tested.
    """
    commit = committed_code(ledger)
    path = results / f"{name}.json"
    if not path.exists():
        raise ReadingRefused(f"{name} has no result yet: train it first")
    if git("status", "--porcelain", "--", path.relative_to(REPOSITORY).as_posix()):
        raise ReadingRefused(f"the result of {name} is not committed: commit it, then test")
    content = json.loads(path.read_text(encoding="utf-8"))
    if content["commit"].endswith("+changes"):
        raise ReadingRefused(f"{name} was trained with uncommitted code: train it anew")
    if content["settings"] != json.loads(json.dumps(asdict(experiment.SETTINGS))):
        raise ReadingRefused(f"the settings of {name} are no longer those of its result")
    if "tested" in content:
        raise ReadingRefused(f"{name} has been tested: the same networks have nothing new to say")
    paths = network_paths(name, content["seeds"], runs)
    if [sha256_of(path) if path.exists() else "" for path in paths] != content.get("networks"):
        raise ReadingRefused(f"the networks of {name} are not those of its result: train it anew")

    enter(experiment.DATA, name, commit, digest(content["settings"]), ledger)
    found = experiment.examine(experiment.SETTINGS, [load_npz(path) for path in paths])
    metrics, by_seed = summary([tested.metrics for tested in found])
    content["metrics"] |= rounded(metrics)
    content["by_seed"] = content.get("by_seed", {}) | rounded_series(by_seed)
    content["tested"] = {"commit": commit, "readings": counts(experiment.DATA, name, ledger)}
    arrays: dict[str, NDArray[Any]] = {}
    if "arrays" in content:
        with np.load(results / content["arrays"], allow_pickle=False) as file:
            arrays = dict(file)
    return write(name, content, arrays | found[0].arrays, results)
