"""The exercises of the chapters: which there are, how long each takes, and what it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from book.known.navigation import pages
from book.shared.markdown import code_lines

__all__ = ["Exercise", "exercises", "table"]

_EXERCISE = re.compile(
    r"^(?:\*\*Exercise (\d+)\. (.+?)\*\* \((\d+) minutes\)"
    r'|\?\?\? question "Exercise (\d+)\. (.+?) \((\d+) minutes\)")'
)
_HEADING = re.compile(r"^##+ (.+?)(?: *\{#([\w-]+)\})?$")
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_EQUATION = re.compile(r"\\eqref\{eq:([\w-]+)\}")


@dataclass(frozen=True)
class Exercise:
    """An exercise of a chapter.

    Attributes:
        number: in its chapter.
        name: of it.
        minutes: how long it takes.
        section: the title of the section in which it stands, which it practises.
        equations: the names of those that it or its solution refers to.
        python: whether its solution, or what it shows, has code to run.
        solved: whether it has a solution.
    """

    number: int
    name: str
    minutes: int
    section: str
    equations: tuple[str, ...]
    python: bool
    solved: bool


def exercises(text: str) -> Iterator[Exercise]:
    """The exercises of a chapter, in order.

    One reaches from where it begins to the end of its solution, or to the next heading.

    Args:
        text: the chapter's Markdown.
    """
    lines, fenced = text.split("\n"), code_lines(text)
    section = ""
    for count, line in enumerate(lines):
        if count + 1 in fenced:
            continue
        if heading := _HEADING.match(line):
            section = heading[1]
        if found := _EXERCISE.match(line):
            number, name, minutes = (each for each in found.groups() if each is not None)
            inside = "\n".join(_extent(lines, count))
            equations = dict.fromkeys(_EQUATION.findall(inside))
            python = "```pycon" in inside
            solved = '??? success "' in inside
            names = tuple(equations)
            yield Exercise(int(number), name, int(minutes), section, names, python, solved)


def _extent(lines: list[str], start: int) -> Iterator[str]:
    """The lines of an exercise and its solution."""
    solution = lines[start].startswith("???")
    yield lines[start]
    for line in lines[start + 1 :]:
        if line.startswith('??? success "'):
            solution = True
        elif (
            (solution and line.strip() and not line.startswith(" "))
            or line.startswith("#")
            or _EXERCISE.match(line)
        ):
            return
        yield line


def table(root: Path) -> str:
    """All exercises as a table, chapter by chapter in the order of the book.

    Args:
        root: the repository.
    """
    rows = []
    chapters = [page for page in pages(root) if page.startswith("chapters/")]
    for count, page in enumerate(chapters, 1):
        text = (root / "docs" / page).read_text(encoding="utf-8")
        title = _TITLE.search(text)
        found = list(exercises(text))
        if not found:
            continue
        total = sum(each.minutes for each in found)
        heading = f"[{title[1] if title else page}]({page})"
        rows.append(f"| **{count}** | **{heading}** | **{total}** | |")
        for each in found:
            needs = [f"\\eqref{{eq:{equation}}}" for equation in each.equations]
            needs += ["Python"] if each.python else []
            place = each.name
            place += f", at *{each.section}*" if each.section != "Exercises" else ""
            row = f"| {count}.{each.number} | {place} | {each.minutes} |"
            rows.append(f"{row} {', '.join(needs) or 'a pencil'} |")
    head = ["| | Exercise, and where it stands | Minutes | Needs |", "|---|---|---|---|"]
    return "\n".join(["", *head, *rows, ""])
