"""Places in a source file, and all that can be wrong with a text."""

from dataclasses import dataclass
from typing import Any

from mathcheck.text.tree import Node

_WIDEST = 200  # characters of a source line that are shown


@dataclass(frozen=True, order=True)
class Place:
    """A place in a file. Lines and columns count from 1."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class MathError(Exception):
    """What is wrong with a text, and where.

    Attributes:
        message: one line, without the place.
        place: where it is.
    """

    def __init__(self, message: str, place: Place) -> None:
        super().__init__(f"{place}: {message}")
        self.message = message
        self.place = place


class TreeError(Exception):
    """A text that the grammar takes but that means nothing.

    Attributes:
        message: what is wrong.
        offset: where in the equation.
    """

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class UnknownNameError(TreeError):
    """A name that no symbols table has."""


class SizeError(Exception):
    """A size that has no value."""


class EvalError(Exception):
    """A term without a value.

    Attributes:
        message: what is wrong.
        node: where it was written.
        equation: in which equation, if it is not the one that is being evaluated.
    """

    def __init__(self, message: str, node: Node) -> None:
        super().__init__(message)
        self.message = message
        self.node = node
        self.equation: Any = None


class ShapeError(EvalError):
    """Shapes that do not fit; the braces in the message stand for them."""

    def __init__(self, message: str, node: Node, *shapes: tuple[int, ...]) -> None:
        super().__init__(message, node)
        self.shapes = shapes


class CasesError(EvalError):
    """Cases of which none holds, or two that contradict each other: wrong wherever it happens."""


class UndefinedError(Exception):
    """A function of a number for which it has no value: the logarithm of -1."""


class TooClose(Exception):
    """Random values that lie on a kink: draw again."""


class NotPrecise(Exception):
    """This cannot be computed to eighty digits."""


def render(error: MathError, source: str) -> str:
    r"""Returns the error as a compiler prints it: place and message, the source line, a caret.

    Args:
        error: what went wrong.
        source: the text of the file that the error's place is in.

    Examples:
        >>> error = MathError("no symbol 'z'", Place("a.md", 2, 5))
        >>> print(render(error, "first\nx = z"))
        a.md:2:5: no symbol 'z'
            x = z
                ^
    """
    lines = source.split("\n")
    if not 1 <= error.place.line <= len(lines):
        return str(error)
    line = lines[error.place.line - 1]
    column = error.place.column - 1
    if len(line) > _WIDEST:  # a notebook's cell, or a fault of the file itself
        start = max(0, min(column - _WIDEST // 2, len(line) - _WIDEST))
        line, column = line[start : start + _WIDEST], column - start
    # Tabs stay tabs, so that the caret stands where the reader sees the column.
    margin = "".join("\t" if letter == "\t" else " " for letter in line[:column])
    return f"{error}\n    {line}\n    {margin}^"
