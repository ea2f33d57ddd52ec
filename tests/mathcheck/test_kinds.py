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
    "one of them nearly certain": (
        ["| $t_{nk}$ | | (N, K), probabilities over k | |"],
        "t_{n2} < t_{n1} + 0.9",
        "not <",
    ),
    "hardly any": (
        ["| $t_k$ | | (K,), probabilities over k | |"],
        "t_k > 10^{-8}",
        "not >",
    ),
    "two things that are nearly certain": (
        ["| $U$ | | random, in 1..3 | |", "| $V$ | | random, 0 or 1 | |"],
        "P(U = 2, V = 1) < 0.9",
        "not <",
    ),
    "an average of averages": (
        ["| $U$ | | random, in 1..3 | |", "| $V$ | | random, 0 or 1 | |"],
        r"\mathbb E[V \, \mathbb E[U \mid V]] = \mathbb E[U] \, \mathbb E[V]",
        "not equal",
    ),
    "an average of averages is one of the first": (
        ["| $U$ | | random, in 1..3 | |", "| $V$ | | random, 0 or 1 | |"],
        r"\mathrm{Var}(\mathbb E[U \mid V]) = \mathrm{Var}(U)",
        "not equal",
    ),
    "all of more than the table says": (
        ["| $\\beta$ | | scalar, in (0, 1) | |"],
        r"\forall \beta \in (0, 2): \beta < 1.5",
        r"the table says already what \beta may be",
    ),
    "all of more than the table says, said behind": (
        ["| $\\beta$ | | scalar, in (0, 1) | |"],
        r"\beta < 1.5 \quad \text{for all } \beta < 2",
        r"the table says already what \beta may be",
    ),
    "a number called as a function is": (
        ["| $\\sigma$ | | scalar, positive | |", "| $a$ | | scalar | |"],
        r"\sigma(2 a) = 2 \sigma(a)",
        r"is this the \sigma of the table times a bracket, or the function \sigma?",
    ),
    "a range with nothing in it": (
        ["| $r$ | | scalar, in (3, 3) | |"],
        "r = 3",
        "r has no values: from 3 to 3 is an empty range",
    ),
    "two letters for one symbol": (
        ["| $\\Delta a$ | | scalar | |", "| $a$ | | scalar | |"],
        r"\frac{\Delta a}{a} = \Delta",
        r"\Delta is not in the symbols table",
    ),
    "two other letters for one symbol": (
        ["| $a b$ | | scalar | |", "| $a$ | | scalar | |"],
        "a b = a",
        "a b is more than one symbol",
    ),
    "a change is no product": (
        ["| $\\Delta\\theta_n$ | | (N,) | |", "| $\\theta_n$ | | (N,) | |"],
        r"\Delta\theta_n^2 = \theta_n \Delta\theta_n",
        "not equal",
    ),
    "a product is no change": (
        ["| $\\Delta$ | | scalar | |", "| $\\theta_n$ | | (N,) | |"],
        r"\Delta\theta_n = \theta_n",
        "not equal",
    ),
    "shares that are told apart by many digits": (
        ["| $r_k$ | | (K,), probabilities | |"],
        r"\sum_k r_k = \tanh 30",
        "not equal",
    ),
    "shares over the first index, to many digits": (
        ["| $t_{nk}$ | | (N, K), probabilities over n | |", "| $a$ | | scalar | |"],
        r"a \sum_n t_{nk} = a (1 + 10^{-20})",
        "not equal",
    ),
    "averages that are told apart by many digits": (
        ["| $U$ | | random, in 1..3 | |", "| $V$ | | random, 0 or 1 | |"],
        r"\mathbb E[U] \tanh 30 = \mathbb E[U]",
        "not equal",
    ),
    "ties within a range": (
        ["| $z_n$ | | (N,), in (-0.1, 0.1) | |", "| $r$ | | scalar, in (0.0003, 0.0005) | |"],
        r"r \log \sum_n e^{z_n / r} = \max_n z_n",
        "not equal",
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


def two_tables(first: str, second: str, between: str = "") -> str:
    """A text with two tables, each of one row, and a claim that only the second row makes true."""
    head = "| Symbol | Shape |\n|---|---|\n"
    return f"{head}| $a$ | {first} |\n\n{between}{head}| $a$ | {second} |\n\n$$\n|a| = a\n$$\n"


def test_two_tables_of_one_section_may_not_say_different_things() -> None:
    report = check_chapter(load("a.md", two_tables("scalar", "scalar, positive")))
    (line, message), *_ = refusals(report)
    assert line == 7
    assert message.startswith("a stands in two tables of this section, first in line 3")


@pytest.mark.parametrize(
    ("first", "second", "between"),
    [("scalar, positive", "scalar, positive", ""), ("scalar", "scalar, positive", "## Inside\n\n")],
)
def test_two_tables_may_say_the_same_or_stand_in_two_sections(
    first: str, second: str, between: str
) -> None:
    assert refusals(check_chapter(load("a.md", two_tables(first, second, between)))) == []


TRUE_BY_THE_TABLE = {
    "a range of one number": (["| $r$ | | scalar, in [3, 3] | |"], "r = 3"),
    "a function with what it is of": (
        ["| $f(x)$ | | function | |", "| $a$ | | scalar | |"],
        r"\frac{d}{da} f(a^2) = 2 a f'(a^2)",
    ),
    "symmetric and positive": (
        ["| $Q_{ij}$ | | (J, J), symmetric, positive | |"],
        "Q_{ij} = Q_{ji}",
    ),
    "a change with its index": (
        ["| $\\Delta\\theta_n$ | | (N,) | |", "| $\\theta_n$ | | (N,) | |"],
        r"\|\Delta\theta\|^2 + 2 \theta_1 - \theta_1 = \theta_1 + \sum_n \Delta\theta_n^2",
    ),
    "a change that the text defines": (
        ["| $a$ | | scalar | |", "| $b$ | | scalar | |"],
        r"\Delta a \coloneqq b - a, \quad 2 \Delta a = 2 b - 2 a",
    ),
    "a product with Δ": (
        ["| $\\Delta$ | | scalar | |", "| $x_n$ | | (N,) | |"],
        r"2 \Delta x_n^2 - \Delta x_n^2 = \Delta \cdot x_n x_n",
    ),
    "its values": (["| $Q_{ij}$ | | (J, J), symmetric, positive | |"], "Q_{ij} > 0"),
    "over n": (["| $t_{nk}$ | | (N, K), probabilities over n | |"], r"\sum_n t_{nk} = 1"),
    "one-hot over n": (["| $t_{nk}$ | | (N, K), one-hot over n | |"], r"\sum_n t_{nk} = 1"),
    "T turns": (
        ["| $h_{tj}$ | | (T, J) | |", "| $W_{ij}$ | | (J, J) | |"],
        r"(W^T h_1)_j = \sum_i W_{ij} h_{1i}",
    ),
    "an average of averages": (
        ["| $U$ | | random, in 1..3 | |", "| $V$ | | random, 0 or 1 | |"],
        r"\mathbb E[\mathbb E[U \mid V]] = \mathbb E[U]",
    ),
    "in three steps": (
        [
            "| $U$ | | random, in 1..2 | |",
            "| $V$ | | random, 0 or 1 | |",
            "| $W$ | | random, 0 or 1 | |",
        ],
        r"\mathbb E[\mathbb E[\mathbb E[U \mid V, W] \mid V]] = \mathbb E[U]",
    ),
    "a variance in two parts": (
        ["| $U$ | | random, in 1..3 | |", "| $V$ | | random, 0 or 1 | |"],
        r"\mathrm{Var}(U) = \mathbb E[\mathrm{Var}(U \mid V)] + \mathrm{Var}(\mathbb E[U \mid V])",
    ),
    "an average of a logarithm": (
        ["| $V$ | | random, 0 or 1 | |"],
        r"\mathbb E[\log P(V)] = P(V = 0) \log P(V = 0) + P(V = 1) \log P(V = 1)",
    ),
    "shares add up to 1, to many digits": (
        ["| $t_{nk}$ | | (N, K), probabilities over n | |", "| $a$ | | scalar | |"],
        r"a \sum_n t_{nk} + 10^{-9} = a + 10^{-9}",
    ),
    "some of what the table says": (
        ["| $\\beta$ | | scalar, in (0, 1) | |"],
        r"\beta < 1.5 \quad \text{for } \beta < 2",
    ),
    "a number called as a function is": (
        ["| $\\sigma$ | | scalar, positive | |", "| $a$ | | scalar | |"],
        r"\sigma \cdot (2 a + 1) = 2 a \sigma + \sigma",
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
