"""The exercises that chapters have, as a teacher sees them: each is found, with its time."""

import re
from pathlib import Path

import pytest

from book.known.exercises import exercises, table

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "docs" / "chapters").glob("*.md"))
TEXT = """# Title

## First {#first}

**Exercise 1. By hand** (5 minutes). From \\eqref{eq:a-b}, what?

??? success "Solution"

    By \\eqref{eq:c} and \\eqref{eq:a-b}.

By \\eqref{eq:d} more.

??? question "Exercise 2. Find it (10 minutes)"

    What?

    ??? success "Solution"

        ```pycon
        >>> 1
        1

        ```

## Exercises

```
**Exercise 4. No** (5 minutes).
```

**Exercise 3. Last** (15 minutes). How?
"""


def test_an_exercise_has_its_time_and_what_it_needs() -> None:
    one, two, three = exercises(TEXT)
    assert (one.number, one.name, one.minutes, one.section) == (1, "By hand", 5, "First")
    assert (one.equations, one.python, one.solved) == (("a-b", "c"), False, True)
    assert (two.number, two.name, two.minutes) == (2, "Find it", 10)
    assert (two.equations, two.python, two.solved) == ((), True, True)
    assert (three.number, three.section, three.solved) == (3, "Exercises", False)


def test_the_table_adds_up(tmp_path: Path) -> None:
    (tmp_path / "docs" / "chapters").mkdir(parents=True)
    (tmp_path / "docs" / "chapters" / "one.md").write_text(TEXT)
    (tmp_path / "mkdocs.yml").write_text("nav:\n  - A:\n      - chapters/one.md\n")
    rows = table(tmp_path).splitlines()
    assert "| **1** | **[Title](chapters/one.md)** | **30** | |" in rows
    assert "| 1.1 | By hand, at *First* | 5 | \\eqref{eq:a-b}, \\eqref{eq:c} |" in rows
    assert "| 1.2 | Find it, at *First* | 10 | Python |" in rows
    assert "| 1.3 | Last | 15 | a pencil |" in rows


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_solution_belongs_to_an_exercise_that_says_its_time(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = list(exercises(text))
    assert all(each.solved for each in found)
    assert [each.number for each in found] == list(range(1, len(found) + 1))
    assert len(found) == len(re.findall(r'^ *\?\?\? success "Solution"', text, re.MULTILINE))


def test_the_syllabus_has_every_chapter_once_in_the_order_of_the_book() -> None:
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    teaching = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
    weeks = re.findall(r"^\| (\d+) \|", teaching, re.MULTILINE)
    assert weeks == [str(week) for week in range(1, 15)]
    chapter = re.compile(r"chapters/([\w-]+)\.md")
    assert chapter.findall(teaching) == chapter.findall(nav)
