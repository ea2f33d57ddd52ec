"""Reads what the experiments wrote to data/results/."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from book.shared.errors import BookError
from book.shared.numbers import number_text

if TYPE_CHECKING:
    import numpy as np

__all__ = ["ROOT", "arrays", "format_metric", "result"]

ROOT = Path(os.environ.get("BOOK_ROOT", Path(__file__).parents[3]))
"""The repository; `BOOK_ROOT` stands for another book's, as in the tests."""


def result(name: str, root: Path = ROOT) -> dict[str, Any]:
    """The result of an experiment as it stands in data/results/NAME.json.

    Args:
        name: the experiment, for instance "mnist-mlp".
        root: the repository.

    Raises:
        BookError: if there is no such file.
    """
    path = root / "data" / "results" / f"{name}.json"
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BookError(f'no result "{name}": {path.relative_to(root)} does not exist') from None
    return found


def arrays(name: str, root: Path = ROOT) -> dict[str, np.ndarray]:
    """The arrays that an experiment's result names, by their names.

    Args:
        name: the experiment.
        root: the repository.

    Raises:
        BookError: if the experiment, or the file of arrays that it names, does not exist.
    """
    import numpy as np  # here, since most builds read no array

    file = result(name, root).get("arrays")
    if file is None:
        raise BookError(f'result "{name}" has no arrays')
    path = root / "data" / "results" / file
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {key: archive[key] for key in archive.files}
    except FileNotFoundError:
        raise BookError(f"{path.relative_to(root)}, named by {name}.json, is missing") from None


def format_metric(name: str, key: str, spec: str = "", root: Path = ROOT) -> str:
    """One number of a result, formatted as Python's `format` does and printed as text is.

    Args:
        name: the experiment.
        key: a metric, or a dotted path from the top of the file, as "versions.numpy" or, into a
            list, "settings.hidden.0".
        spec: the format, for instance ".2%".
        root: the repository.

    Raises:
        BookError: if there is no such number, or the format does not suit it.
    """
    whole = result(name, root)
    value: Any = whole.get("metrics", {}).get(key)
    if value is None:
        value = whole
        for part in key.split("."):
            value = _part(value, part)
    if value is None:
        known = ", ".join(sorted(whole.get("metrics", {})))
        raise BookError(f'result "{name}" has no "{key}"; its metrics are {known}')
    try:
        text = format(value, spec)
    except (ValueError, TypeError) as error:
        raise BookError(f'result "{name}", "{key}": {error}') from None
    return number_text(text) if isinstance(value, int | float) else text


def _part(value: Any, key: str) -> Any:
    """What stands in a mapping or a list under a key, None if nothing does."""
    if isinstance(value, list):
        return value[int(key)] if key.isdecimal() and int(key) < len(value) else None
    return value.get(key) if isinstance(value, dict) else None
