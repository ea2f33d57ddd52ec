"""Tells how far in Markdown a fence, a section, a paragraph or an indented block goes.

A line of code that begins with `#` is no heading, and a fence within a fence closes nothing.
"""

import re
from collections.abc import Iterator, Sequence

FENCE = re.compile(
    r"(?P<margin>[ \t>]*)(?P<mark>`{3,}(?!.*`)|~{3,}|:{3,})[ \t]*(?P<info>.*?)[ \t]*$"
)
# Directives that hold code; all others hold text, which may hold equations.
CODE = re.compile(
    r"\{\s*\.|\{(?:code|code-block|code-cell|sourcecode|literalinclude|parsed-literal|mermaid|dot"
    r"|graphviz|python|r|julia|ojs|bash|sh|sql|js|rust|cpp|c|include|embed|bibliography|toctree"
    r"|image|autodoc2-object|autoclass|autofunction|automodule)\b",
    re.IGNORECASE,
)


def closes(mark: str, opened: str) -> bool:
    """Tells whether a mark closes what another has opened."""
    return mark[0] == opened[0] and len(mark) >= len(opened)


def paragraph(lines: Sequence[str], at: int) -> str:
    """Returns the lines round one, up to the empty ones that are in no code."""
    code = [is_code for is_code, _ in _read(lines, [])]
    first, last = at, at
    while first and (lines[first - 1].strip() or code[first - 1]):
        first -= 1
    while last + 1 < len(lines) and (lines[last + 1].strip() or code[last + 1]):
        last += 1
    return "\n".join(lines[first : last + 1])


def section(lines: Sequence[str], at: int) -> str:
    """Returns what stands under a heading, which may be indented or quoted."""
    bare = lines[at].lstrip(" \t>")
    level = len(bare) - len(bare.lstrip("#"))
    ends = re.compile(rf"[ \t>]*#{{1,{level}}}\s")
    below = lines[at + 1 :]
    for last, (is_code, _) in enumerate(_read(below, [])):
        if not is_code and ends.match(below[last]):
            return "\n".join(below[:last])
    return "\n".join(below)


def indented(lines: Sequence[str], at: int) -> str:
    """Returns what stands indented below a line."""
    margin = _margin(lines[at])
    last = at + 1
    while last < len(lines) and (not lines[last].strip() or _margin(lines[last]) > margin):
        last += 1
    return "\n".join(lines[at + 1 : last])


def fenced(lines: Sequence[str], at: int) -> str:
    """Returns what stands between a line and the fence that closes what it opens, or is in."""
    above = (found for line in lines[at::-1] if (found := FENCE.match(line)))
    opening = next(above, None)
    below = lines[at + 1 :]
    for last, (_, depth) in enumerate(_read(below, [opening["mark"] if opening else ":::"])):
        if not depth:
            return "\n".join(below[:last])
    return "\n".join(below)


def _read(lines: Sequence[str], holders: list[str]) -> Iterator[tuple[bool, int]]:
    """Yields for each line whether it is code or a comment, and in how many fences that hold text.

    Args:
        lines: of the text.
        holders: the marks of the fences that are open before it.
    """
    at = 0
    while at < len(lines):
        end = None
        if found := FENCE.match(lines[at]):
            mark, info = found["mark"], found["info"]
            if not info and holders and closes(mark, holders[-1]):
                holders.pop()
            elif mark[0] == ":" or (info.startswith("{") and not CODE.match(info)):
                if info:
                    holders.append(mark)
            else:
                end = _end_of_code(lines, at, mark)
        elif lines[at].lstrip(" \t>").startswith("<!--"):
            end = next((n for n in range(at, len(lines)) if "-->" in lines[n]), None)
        for _ in range(at, at + 1 if end is None else end + 1):
            yield end is not None, len(holders)
        at = at + 1 if end is None else end + 1


def _end_of_code(lines: Sequence[str], at: int, mark: str) -> int:
    """Returns the last line of a fence of code; one that nothing closes goes on to the end."""
    for end in range(at + 1, len(lines)):
        found = FENCE.match(lines[end])
        if found and not found["info"] and closes(found["mark"], mark):
            return end
    return len(lines) - 1


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
