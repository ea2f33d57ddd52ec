"""Files that are either whole or not there: atomic writes, and `.npz` without pickles."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import is_zipfile

import numpy as np
from numpy.typing import NDArray

from backprop.shapes import shapes


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
    # Not by tempfile, whose files none but their owner may read.
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # a rename that outlives a power cut must not precede the data
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@shapes()
def save_npz(path: Path | str, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Writes named arrays to exactly `path` (NumPy itself would append `.npz`), atomically.

    Raises:
        TypeError: an array holds Python objects.
    """
    for name, array in arrays.items():
        if array.dtype.hasobject:
            raise TypeError(f"{name} holds Python objects, which need pickle")
    with atomic_write(Path(path)) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


@shapes()
def load_npz(path: Path | str) -> dict[str, NDArray[Any]]:
    """Reads every array of an `.npz`; what would need pickle is refused.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if the file is not an `.npz`, is damaged, or holds pickled objects.
    """
    with Path(path).open("rb") as stream:
        try:
            return _arrays(stream)
        except Exception as error:  # a damaged archive fails in a dozen ways, all of them this
            # NumPy would have it loaded with pickle, which runs whatever the file's author wants.
            reason = "it holds Python objects, not numbers" if "pickle" in str(error) else error
            raise ValueError(f"{path} is not a readable .npz: {reason}") from error


def _arrays(stream: BinaryIO) -> dict[str, NDArray[Any]]:
    if stream.read(6) == b"\x93NUMPY":
        raise ValueError("it holds one array without a name")
    if not is_zipfile(stream):
        raise ValueError("it is no archive, or not a whole one")
    stream.seek(0)
    with np.load(stream, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):
            raise ValueError(f"{name} is no array")
    return arrays
