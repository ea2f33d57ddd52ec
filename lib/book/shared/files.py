"""What stands in files, by digests: what a result was made of, and whether it is still so."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

__all__ = ["digest_of", "digest_of_all"]


def digest_of(path: Path) -> str:
    """A digest of a file, or of the names in a folder; empty if there is neither."""
    try:
        if path.is_dir():
            content = "\n".join(sorted(each.name for each in path.iterdir() if _counts(each)))
            return hashlib.sha256(content.encode()).hexdigest()
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def digest_of_all(paths: Iterable[Path], base: Path) -> str:
    """A digest of files, and of all files in folders: their places below `base`, and contents."""
    found = hashlib.sha256()
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if _counts(file) and not file.is_dir():
                place = file.relative_to(base) if file.is_relative_to(base) else file
                found.update(f"{place}\n{digest_of(file)}\n".encode())
    return found.hexdigest()


def _counts(path: Path) -> bool:
    """Python writes its bytecode beside the sources: nothing of ours."""
    return "__pycache__" not in path.parts
