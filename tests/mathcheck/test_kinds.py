"""The kinds of falsehood, several of each, and of truths that look like them.

In ``corpus/refused`` each equation with a comment ``<!-- refused: why -->`` is put behind what its
file defines, alone, and must be refused for that reason, at its place. All that stands in
``corpus/accepted`` must hold.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mathcheck.claims.chapter import load
from mathcheck.claims.report import ChapterReport, check_chapter, check_file

CORPUS = Path(__file__).parent / "corpus"
REFUSED = re.compile(r"\n\$\$\n<!-- refused: (.*) -->\n")


def falsehoods(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yields for each what its file defines before, the equation, and why it is refused."""
    *parts, _ = REFUSED.split(path.read_text(encoding="utf-8"))
    before, _, _ = parts[0].rpartition("$$\n")
    for block, why in zip(parts[::2], parts[1::2], strict=True):
        yield before, block.rpartition("$$\n")[2], why


FALSE = [
    pytest.param(path, *case, id=f"{path.stem}: {case[1]}")
    for path in sorted((CORPUS / "refused").glob("*.md"))
    for case in falsehoods(path)
]


def refusals(report: ChapterReport) -> list[tuple[int, str]]:
    """Returns the line and the message of all that is wrong."""
    errors = [(error.place.line, error.message) for error in report.errors]
    return errors + [(claim.line, claim.message) for claim in report.claims if not claim.ok]


@pytest.mark.parametrize(("path", "before", "tex", "why"), FALSE)
def test_refused(path: Path, before: str, tex: str, why: str) -> None:
    report = check_chapter(load(path.name, f"{before}$$\n{tex}\n$$\n"))
    found = refusals(report)
    assert found, "a falsehood passes"
    assert any(message.startswith(why) for _, message in found), found
    first = before.count("\n") + 2
    assert all(line >= first for line, _ in found), "at another place"
    for error in report.errors:
        assert report.rendered(error).split("\n")[2].strip() == "^"


@pytest.mark.parametrize("path", sorted((CORPUS / "accepted").glob("*.md")), ids=lambda p: p.stem)
def test_accepted(path: Path) -> None:
    report = check_file(path)
    assert refusals(report) == []
    assert len(report.claims) > 10


NUMBERS = ["| $a$ | | scalar | |", "| $v$ | | scalar | |", "| $g$ | | scalar | |"]
# What the table says, what is claimed, and what is to be told.
TABLES = {
    "two kinds of values": (
        ["| $a$ | | scalar, positive, negative | |"],
        "a = a + 0",
        "'negative' beside 'positive'",
    ),
    "symmetric, not square": (
        ["| $Q_{ij}$ | | (N, D), symmetric | |"],
        "Q_{ij} = Q_{ji}",
        "only a square matrix is symmetric",
    ),
    "probabilities over the other index": (
        ["| $t_{nk}$ | | (N, K), probabilities over n | |"],
        r"\sum_k t_{nk} = 1",
        "not equal",
    ),
    "one-hot over the other index": (
        ["| $t_{nk}$ | | (N, K), one-hot over n | |"],
        r"\sum_k t_{nk} = 1",
        "not equal",
    ),
    "over no index": (
        ["| $t_{nk}$ | | (N, K), one-hot over m | |"],
        r"\sum_k t_{nk} = 1",
        "over m: the symbol has no such index",
    ),
    "symmetric alone": (["| $Q_{ij}$ | | (J, J), symmetric | |"], "Q_{ij} > 0", "not >"),
    "a size called I": (
        ["| $Q_{ij}$ | | (I, I) | |"],
        r"(Q + I)_{ij} = Q_{ij} + I",
        "is I the size or the identity?",
    ),
    "a size called I for a matrix": (
        ["| $Q_{ij}$ | | (I, I) | |"],
        r"Q Q^{-1} = I",
        "is I the size or the identity?",
    ),
    "a size called I beside a vector": (
        ["| $v_i$ | | (I,) | |", "| $Q_{ij}$ | | (I, I) | |"],
        "Q v + I v = Q v + v",
        "is I the size or the identity?",
    ),
    "a size called T, of a number": (
        ["| $h_{tj}$ | | (T, J) | |", "| $W_{ij}$ | | (J, J) | |"],
        r"(W^T)_{ij} = (W_{ij})^T",
        "not equal",
    ),
    "a number called T": (
        ["| $T$ | | scalar | |", "| $W_{ij}$ | | (J, J) | |"],
        r"W^T = W^\top",
        "is this a transpose or the power T?",
    ),
    "a cost": (
        [
            "| $a$ | | scalar | |",
            "| $v$ | | scalar | |",
            "| $g$ | | scalar | |",
            "| $E$ | | scalar | energy |",
        ],
        r"g \coloneqq a v, \quad E \coloneqq \frac12 g^2 + 3 v \\ "
        r"\frac{\partial E}{\partial v} = 3",
        "this ∂ of E is along one way only",
    ),
    "a cost that is said to be one": (
        [
            "| $a$ | | scalar | |",
            "| $v$ | | scalar | |",
            "| $g$ | | scalar | |",
            "| $E$ | | scalar | the cost |",
        ],
        r"g \coloneqq a v, \quad E \coloneqq \frac12 g^2 + 3 v \\ "
        r"\frac{\partial E}{\partial v} = 3",
        "not equal",
    ),
    "a range that ends early": (
        ["| $r$ | | scalar, in (0, 100) | |"],
        "r < 99.9",
        "not <",
    ),
    "classes up to the last": (
        ["| $k_n$ | | (N,), in 1..9 | |"],
        r"k_n \le 8",
        "not \\le",
    ),
}


@pytest.mark.parametrize(("rows", "tex", "why"), TABLES.values(), ids=TABLES)
def test_refused_by_the_table(rows: list[str], tex: str, why: str) -> None:
    head = ["| Symbol | Code | Shape | Meaning |", "|---|---|---|---|"]
    text = "\n".join([*head, *rows, "", "$$", tex, "$$", ""])
    found = refusals(check_chapter(load("table.md", text)))
    assert any(message.startswith(why) for _, message in found), found


TRUE_BY_THE_TABLE = {
    "symmetric and positive": (
        ["| $Q_{ij}$ | | (J, J), symmetric, positive | |"],
        "Q_{ij} = Q_{ji}",
    ),
    "its values": (["| $Q_{ij}$ | | (J, J), symmetric, positive | |"], "Q_{ij} > 0"),
    "over n": (["| $t_{nk}$ | | (N, K), probabilities over n | |"], r"\sum_n t_{nk} = 1"),
    "one-hot over n": (["| $t_{nk}$ | | (N, K), one-hot over n | |"], r"\sum_n t_{nk} = 1"),
    "T turns": (
        ["| $h_{tj}$ | | (T, J) | |", "| $W_{ij}$ | | (J, J) | |"],
        r"(W^T h_1)_j = \sum_i W_{ij} h_{1i}",
    ),
    "all ways of a cost": (
        [
            "| $a$ | | scalar | |",
            "| $v$ | | scalar | |",
            "| $g$ | | scalar | |",
            "| $E$ | | scalar | the cost |",
        ],
        r"g \coloneqq a v, \quad E \coloneqq \frac12 g^2 + 3 v \\ "
        r"\frac{\partial E}{\partial v} = a g + 3",
    ),
}


@pytest.mark.parametrize(("rows", "tex"), TRUE_BY_THE_TABLE.values(), ids=TRUE_BY_THE_TABLE)
def test_accepted_by_the_table(rows: list[str], tex: str) -> None:
    head = ["| Symbol | Code | Shape | Meaning |", "|---|---|---|---|"]
    text = "\n".join([*head, *rows, "", "$$", tex, "$$", ""])
    assert refusals(check_chapter(load("table.md", text))) == []
