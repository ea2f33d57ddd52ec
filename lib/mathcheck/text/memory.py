"""Remembers what has been parsed, by its text: in this run, and in a directory for the next."""

import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

import numpy as np

_Parsed = TypeVar("_Parsed")
_trees: dict[tuple[str, str], object] = {}
_MOST = 4096
_directory: Path | None = None


@cache
def source_digest() -> str:
    """Returns a digest of the checker's source and of NumPy's version."""
    digest = sha256(np.__version__.encode())
    for name, content in _sources(files("mathcheck"), ""):
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _sources(folder: Traversable, at: str) -> Iterator[tuple[str, bytes]]:
    """Yields each file of the source below a folder, with its path."""
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.is_dir():
            yield from _sources(file, f"{at}{file.name}/")
        elif file.name.endswith((".py", ".lark")):
            yield at + file.name, file.read_bytes()


def remembered(kind: str, text: str, parse: Callable[[str], _Parsed]) -> _Parsed:
    """Returns what a text was parsed to, as what it is read; parses it if that is not known."""
    known = _trees.get((kind, text))
    if known is None:
        if len(_trees) >= _MOST:
            _trees.clear()
        known = _trees[kind, text] = parse(text)
    return known  # type: ignore[return-value]


def grammar_file() -> str | None:
    """Returns where the tables of the grammar may be kept."""
    return None if _directory is None else str(_directory / "grammar")


@contextmanager
def kept_in(directory: Path) -> Iterator[None]:
    """Keeps in a directory what is parsed, for the next run."""
    global _directory
    directory.mkdir(parents=True, exist_ok=True)
    _directory, file = directory, directory / "trees"
    try:
        digest, trees = pickle.loads(file.read_bytes())
        if digest == source_digest():
            _trees.update(trees)
    except (OSError, ValueError, EOFError, LookupError, AttributeError, pickle.UnpicklingError):
        pass  # It is only a cache.
    before = set(_trees)
    yield
    if set(_trees) != before:
        written = directory / f"trees.{os.getpid()}"  # another run may read meanwhile
        written.write_bytes(pickle.dumps((source_digest(), _trees)))
        written.replace(file)
    _directory = None
