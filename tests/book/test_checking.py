"""What the pages say of their equations: taken from the checker, put on the report."""

import json
import logging
from collections.abc import Iterable
from pathlib import Path

import pytest

from book.known import checking
from book.known.checking import Checked, Checking, Found, error_text
from book.known.mutants import digest
from book.made.verification import anchor, report
from book.shared.processes import Process
from book.shared.store import Store
from mathcheck.text.sources import read

PAGE = r"""# Gain

| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $x_n$ | `x` | (N,) | input |
| $y_n$ | `y` | (N,) | output |

$$
y_n \coloneqq 2 x_n = x_n + x_n
\label{eq:y}
$$

$$
\frac{1}{3} \approx 0.333
$$

$$
a \to b
$$
<!-- unchecked: an arrow -->

::: backprop.gain.gain_forward

>>> 1 + 1
2
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "gain.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / "docs" / "plain.md").write_text("# No equations\n", encoding="utf-8")
    return tmp_path


def check(root: Path, pages: Iterable[Path] | None = None) -> list[Checked]:
    pages = sorted((root / "docs").glob("*.md")) if pages is None else pages
    store = Store(root / ".cache" / "store", logging.getLogger("mkdocs"))
    found = Checking(root, pages, store, "an edition").wait()
    assert Checking(root, pages, store, "an edition").wait() == found, "kept, it is another"
    return found


def test_each_equation_gets_what_was_found_for_it(root: Path) -> None:
    (page,) = check(root)
    assert (page.file, page.title) == (Path("docs/gain.md"), "Gain")
    assert [(e.line, e.label, e.claims) for e in page.found] == [
        (8, "eq:y", 1),
        (13, None, 1),
        (17, None, 0),
    ]
    assert (page.claims, page.definitions, page.problems) == (2, 1, [])
    assert [e.unchecked for e in page.unchecked] == ["an arrow"]
    assert page.worst < 1e-15


def test_a_lone_bar_in_a_table_is_a_problem_with_its_line(root: Path) -> None:
    page = PAGE.replace("| output |\n", "| output |\n|\n")
    (root / "docs" / "gain.md").write_text(page, encoding="utf-8")
    (found,) = check(root)
    (told,) = map(str, found.problems)
    assert told.startswith("docs/gain.md:7: ")
    assert "this row of the symbols table has 0 cells" in told


def test_the_summary_says_how_far_it_was_checked() -> None:
    assert Found(1, None, 0, "an arrow").summary == ""
    assert Found(1, None, 1, None).summary == "Read: it defines a symbol"
    assert Found(1, None, 0, None, [], 1).summary == "Checked: 1 claim holds to the digits shown"
    assert (
        Found(1, None, 0, None, [0.0, 3.1e-16], 1).summary
        == "Checked: 3 claims hold, worst relative error 3 × 10⁻¹⁶"
    )
    assert error_text(0.0) == "0"


def test_what_does_not_hold_is_a_problem_with_its_line(root: Path) -> None:
    wrong = PAGE.replace("x_n + x_n", "x_n - x_n").replace(r"a \to b", "a = b")
    (root / "docs" / "gain.md").write_text(
        wrong.replace("<!-- unchecked: an arrow -->", ""), encoding="utf-8"
    )
    (page,) = check(root)
    told = sorted(map(str, page.problems))
    assert len(told) == 2
    assert told[0].startswith("docs/gain.md:18: ")
    assert "a is not in the symbols table" in told[0]
    assert told[1].startswith("docs/gain.md:9: eq:y: not equal: at n = ")


def test_only_pages_that_changed_are_checked_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(root / ".cache" / "store", logging.getLogger("mkdocs"))
    asked: list[str] = []

    class Noted(Process):
        def __init__(self, module: str, arguments: list[str], folder: Path) -> None:
            super().__init__(module, arguments, folder)
            asked.extend(each for each in arguments if each.endswith(".md"))

    monkeypatch.setattr(checking, "Process", Noted)
    gain, other = root / "docs" / "gain.md", root / "docs" / "other.md"
    other.write_text(PAGE.replace("Gain", "Other"), encoding="utf-8")

    def again(edition: str = "an edition") -> list[str]:
        asked.clear()
        Checking(root, [gain, other], store, edition).wait()
        return asked

    assert again() == ["docs/gain.md", "docs/other.md"]
    assert again() == []
    gain.write_text(PAGE.replace("0.333", "0.334"), encoding="utf-8")
    assert again() == ["docs/gain.md"]
    assert again() == ["docs/gain.md"], "what does not hold is told in each build"
    assert again("another edition") == ["docs/gain.md", "docs/other.md"]


def test_without_equations_nothing_is_run(tmp_path: Path) -> None:
    assert check(tmp_path, []) == []


def test_the_report_counts_what_there_is(root: Path) -> None:
    pages = check(root)
    text = report(pages, {"eq:y": 2}, root, "abc123")
    for row in (
        "| displayed equations | 3 |",
        "| definitions | 1 |",
        "| claims | 2 |",
        "| unchecked equations | 1 |",
        "| bound lines of code | 2 |",
        "| doctest lines | 1 |",
        "| Commit | `abc123` |",
    ):
        assert row in text
    page_and_all = text.split("## Page by page")
    for row in ("| claims, all of which hold | 2 |", "| bound lines of code | 2 |"):
        assert row in page_and_all[0]
    assert "### [Gain](gain.md) {#of-gain}" in text
    assert anchor(pages[0].file) == "of-gain"
    assert "- [Gain](gain.md), line 17: an arrow" in text
    assert "mutants killed" not in text
    assert "how-equations-run.md" not in text


@pytest.mark.parametrize(
    ("text", "row"),
    [(PAGE, "| mutants killed | 99 of 100 |"), ("", "| mutants killed, of an earlier text | 99")],
)
def test_the_report_says_which_text_the_mutants_were_of(root: Path, text: str, row: str) -> None:
    (root / "data" / "results").mkdir(parents=True)
    counts = {"total": 100, "killed": 99, "accepted": 3, "digest": digest(read("", text))}
    record = {"name": "mutants", "pages": {"docs/gain.md": counts}}
    (root / "data" / "results" / "mutants.json").write_text(json.dumps(record), encoding="utf-8")
    written = report(check(root), {}, root, "")
    assert row in written
    assert "| mutants of claims, as last recorded | 100 |\n| of these killed | 99 |" in written


def test_a_page_is_known_by_what_the_checker_reads_not_by_its_prose() -> None:
    head = "| Symbol | Code | Shape | Meaning |\n|---|---|---|---|"
    page = f"# A\n\nProse.\n\n{head}\n| $x_n$ | `x` | (N,) | input |\n\n$$\nx_n = x_n\n$$\n"
    state = digest(read("", page))
    for old, new in [("Prose", "Other prose"), ("input", "what comes in")]:
        assert digest(read("", page.replace(old, new))) == state
    for old, new in [
        ("x_n = x_n", "x_n = 2 x_n"),
        ("(N,)", "(M,)"),
        ("# A", "## A"),
        ("$$\n", "$$ \n<!-- unchecked: no -->"),
    ]:
        assert digest(read("", page.replace(old, new))) != state
