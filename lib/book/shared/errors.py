"""What goes wrong while the book is made: always with the file and line to mend."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["BookError", "Problem"]


class BookError(Exception):
    """Something that the book names does not exist or cannot be read."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that does not resolve, where it stands and what it is.

    Attributes:
        file: the source file to mend, relative to the repository.
        line: its line, counted from 1; 0 where no line can be told.
        message: one sentence.
    """

    file: Path
    line: int
    message: str

    def __str__(self) -> str:
        """`file:line: message`, as compilers and editors write it."""
        place = f"{self.file.as_posix()}:{self.line}" if self.line else self.file.as_posix()
        return f"{place}: {self.message}"
