"""Places in a source file, and errors that name one."""

from dataclasses import dataclass


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
    # Tabs stay tabs, so that the caret stands where the reader sees the column.
    margin = "".join("\t" if letter == "\t" else " " for letter in line[: error.place.column - 1])
    return f"{error}\n    {line}\n    {margin}^"
