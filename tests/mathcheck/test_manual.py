"""The manual says what the checker does: its examples are run, and print what it says."""

import re
from pathlib import Path

import pytest

from mathcheck.__main__ import main
from mathcheck.claims import draw_plan
from mathcheck.claims.chapter import load
from mathcheck.claims.report import check_chapter
from mathcheck.meaning.shapes import _CONDITIONS, read_shape
from mathcheck.text.document import Cell, Row
from mathcheck.text.errors import Place

PAGE = (Path(__file__).parents[2] / "docs" / "how-equations-run.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """A section of the manual."""
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    assert found, title
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of the first table of a text, without its header."""
    lines = re.search(r"(?:^\|.*\n)+", text, re.M)
    assert lines
    split = [line.strip("|").split("|") for line in lines[0].replace(r"\|", "¦").splitlines()]
    return [[cell.strip().replace("¦", "|") for cell in cells] for cells in split[2:]]


def test_the_first_page_is_checked_as_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = section("A first page of your own")
    (page,) = re.findall(r'^``` \{ \.markdown title="gain\.md" \}\n(.*?)\n```$', text, re.M | re.S)
    runs = re.findall(r"^```console\n\$ mathcheck (.*?)\n(.*?)```$", text, re.M | re.S)
    (right,) = re.findall(r"Write `(.*?)` there", text)
    wrong = page.splitlines()[16]
    monkeypatch.chdir(tmp_path)
    assert [main_told(runs[0], page, capsys)] == [1]
    column = wrong.index("= ") + 3
    assert f"gain.md:17:{column}:" in runs[0][1]
    page = page.replace(wrong, wrong[: column - 1] + right)
    assert [main_told(run, page, capsys) for run in runs[1:]] == [0, 0]


def test_one_layer_is_told_what_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    messages = re.findall(r"^```text\n(chapter\.md:.*)\n```$", PAGE, re.M)
    forgotten = (
        (r" \, x_{nd}" + "\n     && \\text{from", "\n     && \\text{from"),
        (
            r"x^\top \frac{\partial L}{\partial y}, \qquad",
            r"x \frac{\partial L}{\partial y}, \qquad",
        ),
    )
    assert len(messages) == len(forgotten)
    for message, (there, without) in zip(messages, forgotten, strict=True):
        assert PAGE.count(there) == 1
        Path("chapter.md").write_text(PAGE.replace(there, without), encoding="utf-8")
        assert main(["check", "-q", "chapter.md"]) in (1, 2)
        told = capsys.readouterr().out
        pattern = r"[-\d.]+".join(re.escape(part) for part in message.split("…"))
        assert re.search(rf"^{pattern}$", told, re.M), told
    assert main(["explain", "eq:how-dg", "chapter.md"]) == 0


def test_nine_draws_are_the_fewest() -> None:
    claims = load("how-equations-run.md", PAGE).claims
    assert min({draw_plan.least(claim, 3) for claim in claims} - {1}) == 9


def main_told(run: tuple[str, str], page: str, capsys: pytest.CaptureFixture[str]) -> int:
    """Runs a command of the manual; what it prints is what the manual prints."""
    Path("gain.md").write_text(page + "\n", encoding="utf-8")
    code = main(run[0].split())
    told = capsys.readouterr().out
    pattern = "".join(
        r".*?" if part == "…" else re.escape(part) for part in re.split("(…)", run[1])
    )
    assert re.fullmatch(pattern, told), told
    return code


REFUSED = rows(section("What is refused"))
SYMBOLS = r"""
| Symbol | Shape |
|---|---|
| $a$ | scalar |
| $b$ | scalar |
| $x_n$ | (N,) |
| $y_n$ | (N,) |
| $v_d$ | (D,) |
| $f$ | function |

"""


@pytest.mark.parametrize(
    ("written", "told"),
    [(row[0].strip("`"), row[1].replace("`", "")) for row in REFUSED],
    ids=lambda text: text,
)
def test_what_is_refused_is_refused_in_these_words(written: str, told: str) -> None:
    report = check_chapter(load("a.md", f"{SYMBOLS}$$\n{written}\n$$\n"))
    assert report.exit_code in (1, 2)
    found = [error.message for error in report.errors]
    found += [claim.message for claim in report.failed]
    assert told in " | ".join(found)


def test_the_words_for_values_are_known() -> None:
    table = rows(section("Conditions on values"))
    words = [word for row in table for word in re.findall(r"`([^`]*)`", row[0])]
    assert len(words) >= 14
    place = Place("a.md", 1, 1)
    for word in words:
        cells = [Cell(text, place) for text in ("$p_{mk}$", "", f"(K, K), {word}", "")]
        assert read_shape(Row(*cells)) is not None


def test_all_words_for_values_are_in_the_manual() -> None:
    text = section("Conditions on values")
    words = [word for row in rows(text) for word in re.findall(r"`([^`]*)`", row[0])]
    for pattern, domain in _CONDITIONS:
        assert any(re.fullmatch(pattern, word.partition(" over ")[0]) for word in words), domain
    place = Place("a.md", 1, 1)
    random = re.findall(r"`(random, [^`]*)`", text)
    assert len(random) == 2
    for word in random:
        cells = [Cell(each, place) for each in ("$c$", "", word, "")]
        assert read_shape(Row(*cells)).domain == "random"


def test_every_file_that_is_named_is_read() -> None:
    table = " ".join(row[0] for row in rows(section("Where equations are read")))
    assert set(re.findall(r"`(\.\w+)`", table)) == {".ipynb", ".tex", ".py"}
