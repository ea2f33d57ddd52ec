"""Whatever a file holds, a check of it ends with sentences: no traceback, no hang."""

import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import mathcheck
from mathcheck.claims.chapter import load
from mathcheck.claims.chapter_values import Values
from mathcheck.claims.explain import explain
from mathcheck.claims.report import ChapterReport, check_chapter
from mathcheck.text.errors import MathError
from mathcheck.values import budget

CORPUS = Path(__file__).parent / "corpus"
TABLE = "| Symbol | Shape |\n|---|---|\n| $a$ | scalar |\n| $x_n$ | (N,) |\n\n"


# Seconds of one processor that an answer may take, and megabytes.
LONGEST, MOST_MEMORY = 60.0, 450
# What the child itself held at most: the system's count of resources begins with its parent's.
CHILD = """
import json, pathlib, re, sys
from mathcheck.claims.chapter import load
from mathcheck.claims.report import check_chapter
for text in json.load(sys.stdin):
    check_chapter(load("a.md", text))
status = pathlib.Path("/proc/self/status").read_text()
print(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1])
"""


@pytest.fixture(autouse=True)
def _soon(request: pytest.FixtureRequest) -> Iterator[None]:
    start = time.process_time()
    yield
    assert time.process_time() - start < LONGEST, f"{request.node.name} takes too long"


def check(text: str, path: str = "a.md") -> ChapterReport:
    report = check_chapter(load(path, text))
    for error in report.errors:
        assert error.message
        assert "\n" not in error.message
        assert "Error" not in error.message, "the name of an exception is no sentence"
        assert all(len(line) < 500 for line in report.rendered(error).split("\n"))
    return report


def table(symbol: str, shape: str) -> str:
    return f"| Symbol | Shape |\n|---|---|\n| ${symbol}$ | {shape} |\n\n"


TOO_MUCH = [
    (TABLE + "$$\na = " + "7" * 5000 + "\n$$\n", "a number of 5,000 digits"),
    (TABLE + "$$\na = 0." + "7" * 5000 + "\n$$\n", "a number of 5,002 digits"),
    (table("x_n", f"({'7' * 5000},)"), "a number of 5,000 digits"),
    ("<!-- " * 100_000 + "\n$$ 1 = 2 $$\n", "this <!-- is never closed"),
    ("$$\n\\sum_{n=1}^{10^9} 1 = 10^9\n$$\n", "more than 1,500,000 steps"),
    ("$$\n\\prod_{n=1}^{10^9} 1 = 1\n$$\n", "more than 1,500,000 steps"),
    ("$$\n\\prod_{n=1}^{10^6} n = 1\n$$\n", "too large for a number"),
    ("$$\n\\sum_{n=1}^{10^4} \\sum_{m=1}^{10^4} 1 = 10^8\n$$\n", "more than 1,500,000 steps"),
    (table("W_{ij}", "(10^5, 10^5)") + "$$ W_{ij} = 1 $$", "more than"),
    (table("W_{ij}", "(10^5, 10^5)") + "$$ W_{11} = 1 $$", "W has 10,000,000,000 elements"),
    (
        table("W_{ij}", "(300, 300) |\n| $L$ | any scalar function of $W$")
        + "$$ \\frac{\\partial L}{\\partial W} = 1 $$",
        "the derivative of L by W has 1 times 90,000 elements",
    ),
    (table("x_n", "(9^{9^{9}},)") + "$$ x_n = 1 $$", "a power that is no size"),
    (
        "| Symbol | Shape |\n|---|---|\n"
        + "".join(f"| $\\mathrm{{v{i}}}_n$ | (N,) |\n" for i in range(3000)),
        "this symbols table has 3,000 rows",
    ),
    (
        "| Symbol | Shape |\n|---|---|\n"
        + "".join(f"| $\\mathrm{{v{i}}}_n$ | (\\mathrm{{N{i}}},) |\n" for i in range(200))
        + "\n$$ \\mathrm{v1}_n = 1 $$",
        "200 different letters for sizes",
    ),
    (TABLE.strip() + "\n|\n\n$$ a = a + 1 $$\n", "this row of the symbols table has 0 cells"),
    ("$$ \\begin" + " " * 50_000 + "x = 1 $$\n", "unknown environment \\begin"),
    ("$$ " * 3001, "this equation is empty"),
    ("\\[ x = 1 " * 30_000, "this \\[ is never closed"),
    ("```{note}\n" * 3000, "this ``` is never closed"),
    (TABLE + "$$ a = " + "a + " * 5000 + "a $$", "this is too long for one equation"),
    (
        table("x_t", "(5000,)")
        + "$$ x_0 \\coloneqq 0, \\quad x_t \\coloneqq x_{t-1} + 1 $$\n\n$$ x_t = t $$",
        "nested too deep",
    ),
    (
        table("f", "function") + "$$ f(s) \\coloneqq f(s - 1) $$\n\n$$ f(1) = 1 $$",
        "nested too deep",
    ),
    ("$$ 10^{10^{10}} = 1 $$", "too large for a number"),
    ("$$ 9^{9^{9^9}} = 1 $$", "too large for a number"),
    (table("x_n", "(N,), in (3, 1)") + "$$ x_n = 1 $$", "empty"),
    (table("x_n", "(N,), in 5..1") + "$$ x_n = 1 $$", "empty"),
    (table("W_{ij}", "(10^5, 10^5)") + "$$ W_{ij} = W_{ij} + 1 $$", "more than 1,500,000 steps"),
    (table("W_{ij}", "(900, 900)") + "$$ W^{-1} W = I $$", "more than 1,500,000 steps"),
    (
        "$$\n\\sum_{i=1}^\\infty \\sum_{j=1}^\\infty \\frac{1}{i^2 j^2} = 3\n$$\n",
        "more than 1,500,000 steps",
    ),
    ("<div hidden>\n" * 20_000 + "\n$$ 1 = 2 $$\n", "no reader sees"),
    ("<div hidden>" * 5_000 + "\n$$ 1 = 2 $$\n", "no reader sees"),
    ("<div hidden>\n<span hidden>\n" * 5_000 + "\n$$ 1 = 2 $$\n", "no reader sees"),
]


@pytest.mark.parametrize(("text", "sentence"), TOO_MUCH)
def test_what_is_too_much_is_told(text: str, sentence: str) -> None:
    report = check(text)
    assert report.exit_code == 2
    assert sentence in " | ".join(error.message for error in report.errors)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells it there")
def test_what_is_too_much_takes_no_memory() -> None:
    texts = json.dumps([text for text, _ in TOO_MUCH])
    environment = {**os.environ, "PYTHONPATH": str(Path(mathcheck.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=texts,
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert int(done.stdout) < MOST_MEMORY * 1024


def test_many_definitions_are_read_in_time() -> None:
    names = [f"\\mathrm{{v{number}}}" for number in range(800)]
    shown = "".join(f"$$\n{name} \\coloneqq a + {at}\n$$\n\n" for at, name in enumerate(names))
    start = time.process_time()
    assert check(TABLE + shown + "$$\n\\mathrm{v1} = a + 1\n$$\n").exit_code == 0
    assert time.process_time() - start < 12


@pytest.mark.parametrize(
    "text",
    [
        "$$ \\sum_{n=1}^{\\infty} a = \\infty $$\n",
        "$$ a = \\infty $$\n",
        "$$ \\mathrm{\\" + "a" * 60 + "! = 1 $$\n",
        "$$ \\text{" + "{a" * 60 + " = 1 $$\n",
        "# " + " " * 100_000 + "x\n" + ">" * 50_000 + "\n" + "|" * 50_000 + "\n$$ 1 = 2 $$",
        " " * 100_000 + "x\n" + "\t > " * 20_000 + "\n$$ 1 = 2 $$",
        "`" * 50_000 + "\n" + "` " * 50_000 + "\n$$ 1=2 $$",
        "".join(f"{'#' * (1 + i % 6)} h{i}\n" for i in range(2000)) + "$$ 1 = 2 $$",
        "$$ a = a + 1 $$\n\n" * 300,
        "$$ " + "a = " * 1000 + "a $$",
        "\0$$ 1 = 2 $$\0",
        "$$ \\frac{1}{0} = 1 $$\n\n$$ 0^{-1} = 1 $$\n\n$$ \\log 0 = 1 $$\n\n$$ \\sqrt{-1} = 1 $$",
        "$$ 10000000! = 1 $$\n\n$$ \\binom{1000000}{500000} = 1 $$\n\n$$ 7 \\bmod 0 = 1 $$",
        "$$ x_{" * 30 + " = 1 $$",
        "$$ \\mathbf{I} (\\mathbf{I} + 0) = 1 $$",
    ],
)
def test_what_is_odd_does_not_pass(text: str) -> None:
    assert check(TABLE + text).exit_code in (1, 2)


def test_a_budget_is_spent_on_one_claim_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MOST_STEPS", 40)
    report = check("$$ \\sum_{n=1}^{30} n = 465 $$\n\n" * 5)
    assert [claim.ok for claim in report.claims] == [True] * 5
    report = check("$$ \\sum_{n=1}^{50} n = 1275 $$\n\n")
    assert "more than 40 steps" in report.errors[0].message


TOKEN = re.compile(r"\\[a-zA-Z]+|\S|\s")
PIECES = [
    *("$$", "|", "\\", "{", "}", "^", "_", "&", "\\\\", "```", "<!--", "-->", "\n", "\n\n", "\t"),
    *("\\infty", "\\frac", "0", "10^9", "-", "(", ")", "9" * 400, "\0", "é", "∂", "#", "\\["),
    *("| $N$ | | scalar | x |\n", "\\begin{cases}", "\\end{cases}", "\\begin{align}", "1/0"),
    *("\\sum_{n=1}^{10^9}", "\\label{eq:x}", "in 1..K", "positive", "(0,)", "(N,)", "\\top", "!"),
    *("^{-1}", "^{10^{10}}", "\\max", "|x|", "\\|", "\\det", "\\mathbf{1}", "\\text{for }", "T"),
]


def sections() -> list[str]:
    """The sections of the corpus that have their own symbols table."""
    found = []
    for path in sorted(CORPUS.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        parts = re.split(r"^(?=## )", text, flags=re.M)
        found += [part for part in parts if "| Symbol" in part and "$$" in part]
    return found


def mutated(rng: random.Random, texts: list[str]) -> str:
    """Makes a few slips, or damages a text."""
    tokens = TOKEN.findall(rng.choice(texts))
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(tokens) + 1)
        match rng.randrange(5):
            case 0:
                del tokens[at : at + rng.randint(1, 4)]
            case 1:
                tokens.insert(at, rng.choice(PIECES))
            case 2 if tokens:
                tokens[at : at + 1] = [rng.choice(tokens)]
            case 3:
                tokens[at:at] = tokens[at : at + rng.randint(1, 30)]
            case _:
                other = TOKEN.findall(rng.choice(texts))
                start = rng.randrange(len(other))
                tokens[at : at + rng.randint(0, 20)] = other[start : start + rng.randint(1, 40)]
    return "".join(tokens)


@pytest.mark.parametrize("part", range(6))
def test_damaged_files(part: int) -> None:
    texts = sections()
    rng = random.Random(part)
    for _ in range(10):
        check(mutated(rng, texts))


@pytest.mark.parametrize("suffix", [".md", ".tex", ".py", ".ipynb"])
def test_any_text_in_a_file_of_any_kind(suffix: str) -> None:
    rng = random.Random(suffix)
    known = [
        *PIECES,
        '"',
        "'''",
        '"""',
        "{}",
        "[]",
        ":",
        ",",
        "def f():\n    ",
        "%",
        "\\end{align}",
    ]
    for _ in range(300):
        check("".join(rng.choices(known, k=rng.randint(0, 12))), f"a{suffix}")


def test_what_has_no_value_is_told_wherever_it_is_asked_for() -> None:
    text = TABLE + "$$ c \\coloneqq \\log(-1 - a^2) $$\n\n$$ c = c + a - a \\label{eq:c} $$\n"
    chapter = load("a.md", text)
    report = check_chapter(chapter)
    assert "the logarithm of -" in report.claims[0].message
    assert "no value in this draw: the logarithm of -" in "\n".join(explain(chapter, "eq:c"))
    with pytest.raises(MathError, match="the logarithm of -"):
        Values(chapter)("c")
    condition = load("a.md", TABLE + "$$ a = a + 0 a \\quad \\text{for } \\log(-1 - a^2) > 0 $$\n")
    assert check_chapter(condition).exit_code in (1, 2)
