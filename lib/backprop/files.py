"""Files that are either whole or not there: atomic writes, and `.npz` without pickles."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np


@contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """Opens a temporary file that takes the place of `path` once the block ends well.

    Whoever reads `path`, at whatever moment the writer is killed, finds the old file or the new
    one, never a part.

    Args:
        path: the file to write; its folder is made if need be.

    Yields:
        the temporary file, open for binary writing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # a rename that outlives a power cut must not precede the data
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def save_npz(path: Path, arrays: Mapping[str, np.ndarray[Any, Any]]) -> None:
    """Writes named arrays to exactly `path` (NumPy itself would append `.npz`), atomically."""
    for name, array in arrays.items():
        if array.dtype.hasobject:
            raise TypeError(f"save_npz: {name} holds Python objects, which need pickle")
    with atomic_write(path) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def load_npz(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    """Reads every array of an `.npz`; what would need pickle is refused.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file is not an `.npz`, is damaged, or holds pickled objects.
    """
    with path.open("rb") as stream:
        try:
            loaded = np.load(stream, allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                raise ValueError("it holds one array without a name")
            return {name: loaded[name] for name in loaded.files}
        except Exception as error:  # a damaged archive fails in a dozen ways, all of them this
            raise ValueError(f"load_npz: {path} is not a readable .npz: {error}") from error
