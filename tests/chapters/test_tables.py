"""What stands in tables: what is bold is the best of its results; an example is called one."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from book.known.macros import expand

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").glob("**/*.md"))
BOLD = re.compile(r"\*\*(.+)\*\*")
NUMBER = re.compile(r"[+−-]?\d[\d,]*(?:\.\d+)?")
ORIGINS = '\n\n<div class="origins" data-results="run"></div>\n'
SMALL_IS_GOOD = re.compile(r"\b(errors?|loss|bits|perplexity|seconds|ms|wrong|misread)\b", re.I)


def tables(markdown: str) -> Iterator[list[list[str]]]:
    """The cells of each table of results, its head first, without the line below it."""
    rows: list[list[str]] = []
    for line in map(str.strip, markdown.splitlines()):
        if line.startswith("|"):
            cells = line.removeprefix("|").removesuffix("|").split("|")
            rows.append([cell.strip() for cell in cells])
        elif line:
            if 'class="origins"' in line and rows:
                yield [row for row in rows if not re.fullmatch("[-: ]+", "".join(row))]
            rows = []


def number(cell: str) -> float | None:
    """What a cell says, if it begins with a number."""
    found = NUMBER.match(cell.strip("*"))
    return float(found[0].replace(",", "").replace("−", "-")) if found else None


def form(cell: str) -> str:
    """How its number is written: what is written otherwise is of another kind."""
    found = NUMBER.match(cell.strip("*"))
    return re.sub(r"\d+", "0", cell.strip("*")[: found.end() + 1].strip()) if found else ""


def not_best(rows: list[list[str]]) -> Iterator[str]:
    """The bold cells that nothing makes the best: of their row, or of their column."""
    body = rows[1:]
    for row in body:
        bold = [column for column, cell in enumerate(row) if BOLD.fullmatch(cell)]
        if bold == [0] and any(number(cell) is not None for cell in row[1:]):
            yield row[0]  # a row is no better than the numbers in it
        for column in bold:
            own = number(row[column])
            if column == 0 or own is None:
                continue
            best = min if SMALL_IS_GOOD.search(f"{rows[0][0]} {rows[0][column]} {row[0]}") else max
            among = [[each[column] for each in body if len(each) > column], row[1:]]
            lines = [
                [number(cell) for cell in line if form(cell) == form(row[column])] for line in among
            ]
            if not any(len(line) > 1 and own == best(line) for line in lines):
                yield row[column]


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_what_is_bold_is_best(page: Path) -> None:
    markdown, _ = expand(page.read_text(), page.relative_to(ROOT), ROOT)
    assert [cell for rows in tables(markdown) for cell in not_best(rows)] == []


@pytest.mark.parametrize(
    ("table", "found"),
    [
        ("|forecast|error|\n|-|-|\n|mean|0.39|\n|**LSTM**|**0.40 ± 0.01**|", ["**0.40 ± 0.01**"]),
        ("|forecast|error|\n|-|-|\n|mean|0.39|\n|**LSTM**|**0.38 ± 0.01**|", []),
        ("|way|T = 20|\n|-|-|\n|plain|100%|\n|**LSTM**|100%|", ["**LSTM**"]),
        ("||one|two|\n|-|-|-|\n|epochs|1|3|\n|digits read|**98.9%**|**99.2%**|", ["**98.9%**"]),
        ("|Setting|Value|\n|-|-|\n|**I.**|about|", []),
    ],
)
def test_what_is_bold_and_not_best_is_found(table: str, found: list[str]) -> None:
    assert [cell for rows in tables(table + ORIGINS) for cell in not_best(rows)] == found


EXAMPLE = 'A number behind "for instance" is an example; any other would do.'


def unexplained(markdown: str) -> list[str]:
    """The rows of symbols that give a number "for instance" where nothing says that it is one.

    What says so stands between the table and the heading, or the fold's title, above it.
    """
    found, told = [], False
    for line in map(str.strip, markdown.splitlines()):
        if line.startswith(("#", "???")):
            told = False
        told = told or line == EXAMPLE
        if line.startswith("|") and re.search(r"for instance \d", line) and not told:
            found.append(line)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_number_that_is_an_example_is_called_one(page):
    assert not unexplained(page.read_text(encoding="utf-8"))


def test_a_bare_example_is_found():
    row = "| $S$ | `stride` | scalar, for instance 3 | step |"
    assert unexplained(f"??? note\n\n{EXAMPLE}\n\n{row}") == []
    assert unexplained(f"{EXAMPLE}\n\n## Later\n\n{row}") == [row]
