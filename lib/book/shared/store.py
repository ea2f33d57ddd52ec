"""What is kept from one build to the next: in memory while serving, and in a folder.

What is kept is data with a digest over all of it: its name, the key of what it was made of, and its
content. A file that does not fit its digest, half written, damaged or changed by hand, is made
anew. No file is ever executed: there is nothing in it but text, numbers and bytes.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["Store", "digest"]

_T = TypeVar("_T")


def digest(given: object) -> str:
    """A digest of what something is made of, by its `repr`."""
    return hashlib.sha256(repr(given).encode()).hexdigest()


@dataclass(frozen=True)
class _Entry:
    key: str
    content: bytes  # as it stands in the file; each reader gets a copy of his own
    fresh: bool = False  # made in this build


class _Warnings(logging.Handler):
    """Counts what is complained about."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += 1


class Store:
    """What was made, by name, each under a key of all that it was made of.

    Args:
        folder: where it is kept, a file for each name.
        complaints: the logger of those who make things: what was made under a warning is not kept,
            so that the next build warns again.
    """

    def __init__(self, folder: Path, complaints: logging.Logger) -> None:
        self._folder = folder
        self._complaints = complaints
        self._memory: dict[str, _Entry] = {}
        self._used: set[str] = set()

    def get(
        self,
        name: str,
        given: object,
        make: Callable[[], _T],
        holds: Callable[[_T], bool] = lambda _: True,
    ) -> _T:
        """What was made under this name of the same; if there is none, it is made.

        Args:
            name: of one thing; what was made of something else under it is forgotten.
            given: all that decides the result, told by its `repr`.
            make: makes it: bytes, or data as JSON has them.
            holds: whether what was kept still counts, where `given` cannot tell.
        """
        key = digest(given)
        found = self._find(name, key)
        if found is not None:
            value: _T = _read(found.content)
            if holds(value):
                return value
        warnings = _Warnings()
        self._complaints.addHandler(warnings)
        try:
            made = make()
        finally:
            self._complaints.removeHandler(warnings)
        if warnings.count == 0:
            return self._keep(name, key, made)
        self._memory.pop(name, None)
        self._file(name).unlink(missing_ok=True)
        return made

    def put(self, name: str, given: object, made: object) -> None:
        """Keeps what was made of something, for `get`."""
        self._used.add(name)
        self._keep(name, digest(given), made)

    def has(self, name: str, given: object, holds: Callable[[_T], bool] = lambda _: True) -> bool:
        """Whether `get` would have nothing to make."""
        found = self._find(name, digest(given))
        return found is not None and holds(_read(found.content))

    def retain(self, name: str) -> None:
        """Keeps what has this name, although this build has not looked at it."""
        self._used.add(name)

    def begin(self) -> None:
        """Begins a build: nothing is in use yet."""
        self._used.clear()
        self._memory = {name: _Entry(e.key, e.content) for name, e in self._memory.items()}

    def end(self, sound: bool = True) -> None:
        """Ends a build: drops what it did not use.

        Args:
            sound: False if what was read changed while it was read: what was made then is dropped.
        """
        for name, entry in list(self._memory.items()):
            if name not in self._used or (entry.fresh and not sound):
                del self._memory[name]
                self._file(name).unlink(missing_ok=True)
        wanted = {self._file(name).name for name in self._used}
        for file in self._folder.glob("*"):
            if file.name not in wanted:
                with suppress(OSError):
                    file.unlink()

    def _file(self, name: str) -> Path:
        return self._folder / hashlib.sha256(name.encode()).hexdigest()[:32]

    def _find(self, name: str, key: str) -> _Entry | None:
        self._used.add(name)
        if name not in self._memory:
            with suppress(OSError):
                self._take(name, self._file(name).read_bytes())
        found = self._memory.get(name)
        return found if found is not None and found.key == key else None

    def _take(self, name: str, file: bytes) -> None:
        """Takes a file in, if it is as it was written."""
        seal, _, rest = file.partition(b"\n")
        key, _, content = rest.partition(b"\n")
        if seal == _seal(name, rest):
            self._memory[name] = _Entry(key.decode(), content)

    def _keep(self, name: str, key: str, made: _T) -> _T:
        content = _written(made)
        self._memory[name] = _Entry(key, content, fresh=True)
        rest = key.encode() + b"\n" + content
        with suppress(OSError):  # a disk that is full, say: the next build makes it again
            write(self._file(name), _seal(name, rest) + b"\n" + rest)
        value: _T = _read(content)
        return value


def write(file: Path, content: bytes) -> None:
    """Writes a file beside its place and renames it: nobody ever finds half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".", dir=file.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        os.replace(name, file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _seal(name: str, rest: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + rest).hexdigest().encode()


def _written(made: object) -> bytes:
    if isinstance(made, bytes):
        return b"bytes\n" + made
    return b"json\n" + json.dumps(made, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _read(content: bytes) -> Any:
    kind, _, body = content.partition(b"\n")
    return body if kind == b"bytes" else json.loads(body.decode("utf-8", "surrogatepass"))
