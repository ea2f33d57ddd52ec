"""The mutants of a statement, and what becomes of them in a chapter."""

from pathlib import Path

import pytest

from mathcheck.claims.mutants import Report, mutate_file
from mathcheck.claims.mutations import mutants
from mathcheck.text.parser import parse
from mathcheck.text.printer import latex

CHAPTER = r"""# A gain

## Symbols

| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $x_{nd}$ | `x` | (N, D) | input |
| $g_d$ | `g` | (D,) | gain |
| $y_{nd}$ | `y` | (N, D) | output |
| $L$ | | any scalar function of $y$ | loss |

## Text

$$
y_{nd} \coloneqq g_d \, x_{nd}
\label{eq:y}
$$

$$
\frac{\partial L}{\partial g_d} = \sum_{n=1}^{N} \frac{\partial L}{\partial y_{nd}} \, x_{nd}
\label{eq:dg}
$$
"""
# An index of it may be taken for another without a change.
EQUIVALENT = r"""
$$
\frac{\partial L}{\partial x_{nd}}
= \sum_{e=1}^{D} \frac{\partial L}{\partial y_{ne}} \, \delta_{ed} \, g_e
\label{eq:dx}
$$
"""
RECORD = r"""
[[equivalent]]
equation = "eq:dx"
reads = '\sum_{e = 1}^{D} \frac{\partial L}{\partial y_{nd}} \, \delta_{ed} \, g_{e}'
why = "the δ is 0 unless e = d"

[[equivalent]]
equation = "eq:dx"
reads = '\sum_{e = 1}^{D} \frac{\partial L}{\partial y_{ne}} \, \delta_{ed} \, g_{d}'
why = "the δ is 0 unless e = d"
"""


def read_as(tex: str, side: int = 1) -> list[str]:
    """What the mutants of one side read as."""
    (statement,) = parse(tex)
    found = [mutant for mutant in mutants(statement) if mutant.side == side]
    return [latex(mutant.statement.sides[side]) for mutant in found]


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        ("a = b + c", ["-{b + c}", "b - c", "b", "c", "-b + c"]),
        ("a = b - c", ["-{b - c}", "b + c", "b", "-c", "-b - c"]),
        ("a = 2 b c", [r"-2 \, b \, c", r"b \, c", r"2 \, c", r"2 \, b", r"3 \, b \, c"]),
        ("a = b^2", ["-b^{2}", "b", "b^{3}"]),
        (r"A = B^\top", [r"-B^{\top}", "B"]),
        (r"a = \frac{1}{n}", [r"-\frac{1}{n}", "1", r"\frac{2}{n}"]),
        (r"a = \frac{b}{c}", [r"-\frac{b}{c}", "b", r"\frac{1}{c}"]),
        (r"a = \sqrt{b}", [r"-\sqrt{b}", "b"]),
        (r"a = \log b", [r"-\log(b)", "b"]),
        (r"a = \max(b, 0)", [r"-\max(b, 0)", "b", "0", r"\min(b, 0)", r"\max(b, 1)"]),
        (r"a = 1 \cdot b", [r"-1 \cdot b", "1", r"2 \cdot b"]),
        (r"a \approx 0.29", ["-0.29", "0.30"]),
        (
            r"a = \mathbb{1}[b > 0]",
            [
                r"-\mathbb{1}[b > 0]",
                "1",
                r"\mathbb{1}[b < 0]",
                r"\mathbb{1}[b \ge 0]",
                r"\mathbb{1}[b > 1]",
            ],
        ),
    ],
)
def test_mutants(tex: str, expected: list[str]) -> None:
    assert read_as(tex) == expected


def test_mutants_of_indices_and_ranges() -> None:
    assert read_as(r"v_i = \sum_{j=1}^{J} x_{ij}") == [
        r"-\sum_{j = 1}^{J} x_{ij}",
        r"x_{ij}",
        r"\sum_{j = 1}^{J - 1} x_{ij}",
        r"\sum_{j = 2}^{J} x_{ij}",
        r"\sum_{j = 1}^{J} x_{jj}",
        r"\sum_{j = 1}^{J} x_{ii}",
    ]


def test_nought_has_no_sign() -> None:
    assert read_as("a = 0") == ["1"]
    assert read_as("a = 0", side=0) == []


def test_the_left_side_of_a_definition_is_left_alone() -> None:
    assert read_as(r"a_i \coloneqq b_i", side=0) == []
    assert read_as(r"a_i \coloneqq b_i", side=1) == ["-b_{i}"]


def mutate(folder: Path, text: str, record: str = "") -> Report:
    (folder / "gain.md").write_text(text, encoding="utf-8")
    if record:
        (folder / "gain.mutants.toml").write_text(record, encoding="utf-8")
    return mutate_file(folder / "gain.md", processes=1)


def test_every_mutant_of_a_claim_dies(tmp_path: Path) -> None:
    report = mutate(tmp_path, CHAPTER)
    assert report.ok
    assert report.killed == report.total > 5
    assert report.stillborn > 5


def test_a_definition_that_no_claim_holds(tmp_path: Path) -> None:
    report = mutate(tmp_path, CHAPTER)
    assert [outcome.reads for outcome in report.definitions_survivors] == []
    report = mutate(tmp_path, CHAPTER[: CHAPTER.rindex("$$\n\\frac")])
    reads = {outcome.reads for outcome in report.definitions_survivors}
    assert {r"-g_{d} \, x_{nd}", "x_{nd}", "g_{d}"} <= reads
    assert report.ok
    told = f"gain.md:15: eq:y: no claim kills {len(reads)} mutants of this definition"
    assert told in str(report)


def test_an_edge_is_held_by_a_value_and_not_by_a_derivative(tmp_path: Path) -> None:
    table = "| Symbol | Code | Shape | Meaning |\n|---|---|---|---|\n"
    table += "| $a$ | | scalar | |\n| $y$ | | scalar | |\n\n"
    define = "$$\ny \\coloneqq \\max(0, a)\n$$\n\n"
    step = r"\mathbb{1}[a > 0]"
    slope = rf"\frac{{\mathrm{{d}} y}}{{\mathrm{{d}} a}} = {step}"
    report = mutate(tmp_path, f"{table}{define}$$\n{slope}\n$$\n")
    assert report.ok
    assert [outcome.reads for outcome in report.edges_survivors] == [r"\mathbb{1}[a \ge 0]"]
    assert ">, at the edge" not in str(report)
    assert "a test of the code must tell" in str(report)
    report = mutate(tmp_path, f"{table}$$\n{step} = 1 - \\mathbb{{1}}[a \\le 0]\n$$\n")
    assert report.ok
    assert report.edges_survivors == []


def test_what_numbers_decide_is_true_and_no_hole(tmp_path: Path) -> None:
    report = mutate(tmp_path, "$$\n(5 - 0)^2 + 3 \\cdot 0 = 25\n$$\n")
    assert report.ok
    assert report.survivors == []
    assert report.true > 2
    assert f"{report.true} true" in str(report)
    report = mutate(
        tmp_path, "| Symbol | Shape |\n|---|---|\n| $a$ | scalar |\n\n$$\na - 0 = a\n$$\n"
    )
    assert report.true == 0
    assert "- changed to +" in {outcome.what for outcome in report.survivors}


def test_survivors_are_listed_with_their_place(tmp_path: Path) -> None:
    report = mutate(tmp_path, CHAPTER + EQUIVALENT)
    assert [str(outcome.place).partition("gain.md")[2] for outcome in report.survivors] == [
        ":26:49",
        ":26:73",
    ]
    assert not report.ok
    lines = str(report).splitlines()
    assert lines[0].endswith("gain.md:26:49: eq:dx: index e taken for d")
    assert lines[1] == (
        r"    reads = '\sum_{e = 1}^{D} \frac{\partial L}{\partial y_{nd}} \, \delta_{ed} \, g_{e}'"
    )
    assert report.as_dict()["survivors"][0]["equation"] == "eq:dx"


def test_the_record_accepts_equivalents(tmp_path: Path) -> None:
    report = mutate(tmp_path, CHAPTER + EQUIVALENT, RECORD)
    assert report.ok
    assert len(report.accepted) == 2
    assert not report.survivors


def test_an_entry_that_nothing_needs_is_an_error(tmp_path: Path) -> None:
    report = mutate(tmp_path, CHAPTER, RECORD)
    assert not report.ok
    assert len(report.stale) == 2
    assert "eq:dx: no survivor needs this entry any more: \\sum" in report.stale[0]


def test_an_entry_gives_its_reason(tmp_path: Path) -> None:
    record = RECORD.replace('"the δ is 0 unless e = d"', '""')
    report = mutate(tmp_path, CHAPTER + EQUIVALENT, record)
    assert not report.ok
    assert report.stale[0].endswith("gain.mutants.toml: eq:dx: an entry without its why")


def test_a_chapter_with_errors_has_no_mutants(tmp_path: Path) -> None:
    report = mutate(tmp_path, CHAPTER.replace("x_{nd}\n", "z_{nd}\n"))
    assert not report.ok
    assert report.total == 0
    assert report.errors
