"""Reads the Shape cells of a symbols table: sizes, and which values a symbol may have."""

import re
from dataclasses import dataclass, field

from mathcheck.text.document import Cell, Row
from mathcheck.text.errors import MathError, Place, TreeError
from mathcheck.text.parser import parse_expression
from mathcheck.text.tree import Node


@dataclass
class Shape:
    """What a Shape cell says."""

    sizes: list[Node] | None = None
    domain: str = "real"
    details: list[Node] = field(default_factory=list)
    outside: float | None = None
    ranges: dict[str, tuple[Node, Node]] = field(default_factory=dict)
    from_zero: set[str] = field(default_factory=set)
    over: str | None = None
    symmetric: bool = False
    closed: tuple[bool, bool] = (False, False)


_KNOWN = (
    "positive; in (a, b); in a..b; 0 or 1; -1 or 1; one-hot; probabilities; rows sum to 1; "
    "nonzero; 0 outside; random, in a..b"
)


_LETTER = r"(\\?[a-zA-Z]+)"


_CONDITIONS: tuple[tuple[str, str], ...] = (
    (r"(?:strictly )?positive|> ?0", "positive"),
    (r"negative|< ?0", "negative"),
    (r"non-?zero|\\neq? ?0", "nonzero"),
    (r"in [(\[]([^,]+),([^,]+)[)\]]", "interval"),
    (r"(?:integers? |class(?:es)? )?in (.+?) ?(?:\.\.|\.{3}|\\dots|\\ldots) ?(.+)", "integer"),
    (r"0 or 1|0/1|binary|in \\?\{0, ?1\\?\}", "binary"),
    (r"\\pm ?1|±1|[-−]1 or \+?1", "sign"),
    (r"one-hot|one-hot rows", "one-hot"),
    (r"probabilities|(?:rows sum|sums?|adds? up) to 1", "probabilities"),
)


def parse_cell(text: str, cell: Cell) -> Node:
    """Parses a part of a cell.

    Raises:
        MathError: with the place in the table.
    """
    try:
        return parse_expression(text)
    except TreeError as error:
        at = max(cell.text.find(text), 0) + error.offset
        place = Place(cell.place.path, cell.place.line, cell.place.column + at)
        raise MathError(error.message, place) from None


def read_shape(row: Row) -> Shape:
    """Reads `(N, D), positive`, `scalar`, `= 2`, `any scalar function of $y$`."""
    cell = row.shape
    text = cell.text.strip()
    shape = Shape()
    _ranges(row.meaning, shape)
    for clause in row.meaning.text.split(";"):
        # `row $h$ and column $w$ from 0`
        if clause.strip().endswith(" from 0"):
            shape.from_zero.update(re.findall(r"\$" + _LETTER + r"\$", clause))
    if match := re.fullmatch(r"(?:any|a) (?:smooth )?scalar function of (.+)", text):
        shape.domain = "loss"
        shape.details = [parse_cell(m, cell) for m in re.findall(r"\$([^$]+)\$", match[1])]
        if not shape.details:
            raise MathError(
                "a scalar function of what? Write the symbols between dollars", cell.place
            )
        shape.sizes = []
        return shape
    if re.fullmatch(r"(?:any |a )?(?:smooth )?function(?: of (?:one|a) number)?", text):
        shape.domain = "function"
        return shape
    text = text.replace("$", " ")
    # `scalar, for instance 2`: a size that only the checker fixes.
    if match := re.fullmatch(r"\s*(?:=|scalar, for instance )(.+)", text):
        shape.sizes, shape.domain = [], "constant"
        shape.details = [parse_cell(match[1].strip(), cell)]
        return shape
    if match := re.fullmatch(r"random,? (.+)", text):
        shape.sizes = []
        _condition(match[1].strip(), shape, cell)
        if shape.domain == "binary":
            shape.details = [parse_cell("0", cell), parse_cell("1", cell)]
        elif shape.domain != "integer":
            message = "which values does it take? Write 'random, in 1..K', or 'random, 0 or 1'"
            raise MathError(message, cell.place)
        shape.domain = "random"
        return shape
    shape.sizes, rest = _sizes(text, cell)
    for condition in _split(rest.strip().lstrip(",")):
        _condition(condition.strip(), shape, cell)
    return shape


def _sizes(text: str, cell: Cell) -> tuple[list[Node], str]:
    text = text.strip()
    if match := re.match(r"(?:a )?(?:scalar|number|one number)\b", text):
        return [], text[match.end() :]
    if not text.startswith("("):
        raise MathError(
            "a shape is written (N, D), (D,), scalar, or 'any scalar function of $y$'", cell.place
        )
    depth = 0
    end = None
    for at, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            end = at
            break
    if end is None:
        raise MathError("this '(' is never closed", cell.place)
    parts = [part.strip() for part in _split(text[1:end]) if part.strip()]
    return [parse_cell(part.replace("//", "/"), cell) for part in parts], text[end + 1 :]


def _split(text: str) -> list[str]:
    """Splits at the commas that stand in no bracket."""
    parts, depth = [""], 0
    for char in text:
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _condition(text: str, shape: Shape, cell: Cell) -> None:
    if not text:
        return
    if match := re.fullmatch(r"(.+?) outside", text):
        value = match[1].replace(" ", "").replace("−", "-")
        infinite = {"-\\infty": float("-inf"), "\\infty": float("inf"), "-∞": float("-inf")}
        shape.outside = infinite[value] if value in infinite else _number(value, cell)
        return
    if _ranges(Cell(text, cell.place), shape):
        return
    if text == "symmetric":
        if shape.sizes is None or len(shape.sizes) != 2 or shape.sizes[0] != shape.sizes[1]:
            raise MathError("only a square matrix is symmetric", cell.place)
        shape.symmetric = True
        return
    said = text
    if match := re.fullmatch(
        r"(one-hot|probabilities|.* to 1) over (?:index )?(\\?[a-zA-Z]+)", text
    ):
        text, shape.over = match[1], match[2]
    for pattern, domain in _CONDITIONS:
        if match := re.fullmatch(pattern, text):
            if shape.domain != "real":
                message = f"'{said}' beside '{shape.domain}': one of the two is to say it all"
                raise MathError(message, cell.place)
            shape.domain = domain
            shape.closed = (text.startswith("in ["), text.endswith("]"))
            shape.details = [parse_cell(group.strip(), cell) for group in match.groups()]
            return
    raise MathError(f"'{text}' is no condition that I know: {_KNOWN}", cell.place)


def _ranges(cell: Cell, shape: Shape) -> bool:
    r"""Takes in `$\ell$ from 1 to P`, `\ell = 1..P`."""
    text = cell.text.replace("$", "")
    found = re.findall(_LETTER + r",? (?:runs )?from (\S+) to ([^\s,.;]+)", text)
    found += re.findall(
        _LETTER + r" ?(?:=|in|\\in) ?([^\s.]+) ?(?:\.\.|\.{3}|\\dots) ?([^\s,;]+)", text
    )
    for letter, low, high in found:
        shape.ranges[letter] = (parse_cell(low, cell), parse_cell(high, cell))
    return bool(found)


def _number(text: str, cell: Cell) -> float:
    try:
        return float(text)
    except ValueError:
        raise MathError(f"{text} is no number", cell.place) from None
