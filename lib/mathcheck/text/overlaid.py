r"""Finds what sets one thing over another in a LaTeX file: spaces that go back, boxes of no size.

What stands in an equation itself is looked at where that is read.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from mathcheck.text.lengths import LENGTH, inches

_LINE = 0.17  # inches from one line to the next
_MOST = 1.7 * _LINE  # how far back a text may go in a few lines; a display is further away
_FEW = 3
_NEAR = 3  # lines of a file that may be no more than a few of what is printed
# Lengths of LaTeX, in lines; others may be of any size.
_KNOWN = {
    **{"baselineskip": 1.0, "parskip": 0.5, "topsep": 0.7, "itemsep": 0.4, "parindent": 1.5},
    **{"bigskipamount": 1.0, "medskipamount": 0.5, "smallskipamount": 0.25, "parsep": 0.4},
    **{"abovedisplayskip": 0.9, "belowdisplayskip": 0.9, "lineskip": 0.1, "jot": 0.25},
    **{"intextsep": 1.0, "textfloatsep": 1.6, "leftmargin": 2.0, "columnsep": 1.0},
}
_SKIPS = r"(?:above|below)display(?:short)?skip|jot|baselineskip|parskip|lineskip"
_NAMED = r"[a-zA-Z]*(?:skip|size|width|height|depth|sep|amount|length|margin|jot|indent)\w*|dimexpr"
# A length behind a command, or alone in its argument.
_BACK = re.compile(
    rf"(?:(?<=[{{\[])|\\(?:[vh]skip|{_SKIPS}|(?!{_NAMED})[a-zA-Z]+)\*?|(?P<set>\\[a-zA-Z]+)\s*=)"
    rf"\s*(?P<length>-\s*(?:{LENGTH}|[\d.]*\s*\\(?:{_NAMED})(?![a-zA-Z])))"
)
_SPACE = re.compile(
    r"\\(?:(?:add)?[vh]space\*?\s*\{|[vh]skip|kern)\s*(?P<back>-?)[\s\d.]*\\(?P<name>[a-zA-Z]+)"
)
_MADE = re.compile(
    r"\\(?:(?:re|provide)?newcommand|def|setlength|addtolength)\*?\s*\{?\s*\\(?P<name>[a-zA-Z]+)\s*\}?"
    rf"\s*\{{\s*(?P<length>-\s*{LENGTH})"
)
_RAISED = re.compile(
    rf"\\(?:raise|lower|raisebox\s*\{{|rule\s*\[|moveleft|moveright)\s*(?P<length>{LENGTH})"
)
# Lengths that hold for all equations that follow.
_OF_DISPLAYS = re.compile(rf"\\(?:{_SKIPS})")
_SHARE = re.compile(r"(\d*(?:\.\d*)?)\s*\\(?:text|line|column|h|display)(?:width|size)")
# A column of a table that is of no width.
_NARROW = re.compile(r"(?<=[{|\s])[pmb]\{\s*0*\.?0*(?:pt|mm|cm|em|ex|in|sp)\s*\}")
_OVER = re.compile(
    r"\\(?:vss|offinterlineskip|ooalign|AddToShipout\w*|textblock|stackinset|smash\s*\{[^{}]*\\(?:begin|rule|vbox|parbox))"
    r"(?![a-zA-Z])|\\v(?:box|top|center)\s*to\s*-?0|\\begin\s*\{(?:textblock|overpic|picture\}\s*\(\s*0)"
    r"|\[[^\[\]]*\boverlay\b[^\[\]]*\]|\\baselineskip\s*=?\s*0|\\linespread\s*\{\s*0*(?:\.[0-5]\d*)?\s*\}"
    r"|\\baselinestretch\}?\s*\{\s*0*(?:\.[0-5]\d*)?\s*\}|\\dimexpr|\\put\s*\([^()]*-"
    r"|\\AddToHook\s*\{shipout"
    r"|\\begin\s*\{spacing\}\s*\{\s*0*(?:\.[0-5]\d*)?\s*\}|\\pagecolor\s*\{(?!white)"
    r"|\\setbeamercolor\*?\s*\{[^{}]*(?:math|normal) text"
    r"|\\mode\s*<(?!all|presentation|beamer|\*)[^<>]*>(?!\s*\{)"
    r"|\\AtBegin\w+\s*\{.*\\color(?![a-zA-Z])"
)


def overlaid(
    lines: Sequence[str], begins: int, displays: Collection[int]
) -> Iterator[tuple[int, int, str]]:
    """Yields line and column of what may set one thing over another, and how it is written.

    Args:
        lines: of the file, without comments.
        begins: the line in which the document begins, -1 if it has no head.
        displays: the lines in which there are equations; what is far from them does nothing.
    """
    made = {
        found["name"]: _size(found["length"]) for line in lines for found in _MADE.finditer(line)
    }
    back: list[tuple[int, float]] = []
    for at, line in enumerate(lines):
        for found in _OVER.finditer(line):
            yield at, found.start(), found[0]
        for found, size in [
            *((each, _size(each["length"])) for each in _BACK.finditer(_used(line))),
            *((each, _named(each, made)) for each in _SPACE.finditer(line)),
        ]:
            everywhere = _OF_DISPLAYS.search(line[: found.end()]) is not None
            back = [(place, before) for place, before in back if at - place < _FEW] + [(at, size)]
            size = sum(each for _, each in back)
            near = everywhere or (at >= begins and _reaches(at, size, displays))
            if size >= _MOST and near:
                yield at, found.start(), found[0]
                back = []
        narrow = _NARROW.search(line)
        if narrow and at >= begins and _reaches(at, 0, displays):
            yield at, narrow.start(), narrow[0]
        for found in _RAISED.finditer(line):
            size = abs(inches(found["length"]) or 0.0)
            if size >= _MOST and at >= begins and _reaches(at, size, displays):
                yield at, found.start(), found[0]


def _named(space: re.Match[str], made: Mapping[str, float]) -> float:
    """Returns how far a space goes back whose length has a name that the text has given it."""
    name = space["name"]
    if space["back"]:
        return 0.0 if re.fullmatch(_NAMED, name) else 99.0
    return made.get(name, 0.0)


def _used(line: str) -> str:
    """Returns a line without the commands that it makes, whose lengths count where they stand."""
    return _MADE.sub(lambda made: made[0] if "set" in made[0] else " " * len(made[0]), line)


def _reaches(at: int, size: float, displays: Collection[int]) -> bool:
    """Tells whether an equation is so near to a line that a space of a size may reach it."""
    far = _NEAR + 2 * size / _LINE
    return any(abs(at - display) <= far for display in displays)


def is_wide(size: str) -> bool:
    r"""Tells whether a box of a width is wide enough for what it holds, `0.5\textwidth`."""
    if found := _SHARE.fullmatch(size.strip()):
        return not found[1] or float(found[1]) >= 0.15
    length = inches(size)
    return length is not None and length >= 0.7


def _size(length: str) -> float:
    """Returns how far back a length goes, in inches."""
    if found := re.fullmatch(r"-\s*([\d.]*)\s*\\([a-zA-Z]+)", length):
        factor = float(found[1]) if re.fullmatch(r"\d+\.?\d*|\.\d+", found[1]) else 1.0
        return factor * _KNOWN.get(found[2], 99.0) * _LINE
    return max(-(inches(length) or 0.0), 0.0)
