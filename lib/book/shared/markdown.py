"""Where code stands in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["code_lines"]

_FENCE = re.compile(r"^([ \t]*)(`{3,}|~{3,})")


def code_lines(markdown: str) -> set[int]:
    r"""The lines, counted from 1, that stand in fenced code.

    >>> sorted(code_lines("a\n```\nb\n```\nc"))
    [2, 3, 4]
    """
    return set(_code_lines(markdown))


def _code_lines(markdown: str) -> Iterator[int]:
    fence = ""
    for number, line in enumerate(markdown.split("\n"), 1):
        found = _FENCE.match(line)
        if fence:
            yield number
            if found and found[2].startswith(fence) and not line.strip(" \t`~"):
                fence = ""
        elif found:
            fence = found[2]
            yield number
