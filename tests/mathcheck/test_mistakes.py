r"""Typing mistakes as a new author makes them, and the one line that he is told.

Each case edits one chapter that is right. The message is asserted as it is printed, with the place:
a message that points elsewhere would send its reader to the wrong line.
"""

from pathlib import Path

import pytest

from mathcheck.__main__ import main

RIGHT = r"""# A layer

## Symbols

| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $x_{nd}$ | `x` | (N, D) | input |
| $W_{dm}$ | `W` | (D, M) | weights |
| $b_m$ | `b` | (M,) | bias |
| $\gamma$ | `gamma` | () | gain |
| $y_{nm}$ | `y` | (N, M) | output |
| $L$ | | any scalar function of $y$ | loss |

## Forward

$$
y_{nm} \coloneqq \gamma \sum_{d=1}^{D} x_{nd} W_{dm} + b_m
\label{eq:y}
$$

## Backward

$$
\frac{\partial L}{\partial b_m} = \sum_{n=1}^{N} \frac{\partial L}{\partial y_{nm}}
\label{eq:db}
$$

$$
\frac{\partial L}{\partial W} = \gamma \, x^\top \frac{\partial L}{\partial y}
\label{eq:dW}
$$
"""

FORWARD = r"y_{nm} \coloneqq \gamma \sum_{d=1}^{D} x_{nd} W_{dm} + b_m"
DB = r"\frac{\partial L}{\partial b_m} = \sum_{n=1}^{N} \frac{\partial L}{\partial y_{nm}}"
DW = r"\frac{\partial L}{\partial W} = \gamma \, x^\top \frac{\partial L}{\partial y}"

# What is done wrong, what is edited into what, what the author is told.
MISTAKES = [
    (
        "brace not closed",
        r"\sum_{d=1}^{D} x",
        r"\sum_{d=1}^{D x",
        "layer.md:17:36: '{' is never closed",
    ),
    ("brace too many", r"x_{nd} W", r"x_{nd}} W", "layer.md:17:46: '}' closes nothing"),
    (
        "dollars not closed",
        "\\label{eq:dW}\n$$",
        "\\label{eq:dW}",
        "layer.md:28:1: this $$ is never closed",
    ),
    (
        "left without right",
        r"\sum_{d=1}^{D} x_{nd}",
        r"\left( \sum_{d=1}^{D} x_{nd}",
        "layer.md:17:30: '(' is never closed",
    ),
    (
        "bracket not closed",
        r"x_{nd} W_{dm}",
        r"(x_{nd} W_{dm}",
        "layer.md:17:40: '(' is never closed",
    ),
    (
        "unknown command",
        r"\sum_{d=1}",
        r"\summ_{d=1}",
        r"layer.md:17:25: unknown command \summ: is \sum meant?",
    ),
    (
        "sum without its backslash",
        r"\sum_{d=1}",
        r"sum_{d=1}",
        "layer.md:17:25: s is not in the symbols table",
    ),
    (
        "misspelt symbol",
        r"\coloneqq \gamma",
        r"\coloneqq \gama",
        r"layer.md:17:18: unknown command \gama: is \gamma meant?",
    ),
    (
        "wrong letter case",
        r"x_{nd} W",
        r"X_{nd} W",
        "layer.md:17:40: X_{nd} is not in the symbols table: is x meant?",
    ),
    ("undefined symbol", r"+ b_m", r"+ c_m", "layer.md:17:56: c_{m} is not in the symbols table"),
    (
        "index that nothing binds",
        r"= \sum_{n=1}^{N} \frac",
        r"= \frac",
        "layer.md:24:65: nothing binds the index n",
    ),
    ("index too many", r"x_{nd} W", r"x_{ndm} W", "layer.md:17:40: x has 2 indices, not 3"),
    (
        "index out of range",
        r"x_{nd} W",
        r"x_{n,d+1} W",
        "layer.md:17:40: index 2 of x is …",
    ),
    (
        "index of the wrong range",
        r"x_{nd} W_{dm}",
        r"x_{nd} W_{md}",
        "layer.md:17:47: index …",
    ),
    (
        "two definitions",
        "\n## Backward\n\n$$\n" + DB,
        "\n$$\n" + FORWARD,
        "layer.md:22:1: y is defined twice, first in line 16",
    ),
    (
        "circular definition",
        r"+ b_m",
        r"+ y_{nm}",
        "layer.md:17:56: y at (1, 1) is defined by itself",
    ),
    (
        "wrong shape",
        r"x^\top \frac",
        r"x \frac",
        r"layer.md:29:33: `x \frac{\partial L}{\partial y}` multiplies (N, D) by (N, M)",
    ),
    (
        "row missing",
        "| $W_{dm}$ | `W` | (D, M) | weights |\n",
        "",
        (
            "layer.md:16:47: W_{dm} is not in the symbols table\n"
            "layer.md:28:28: W is not in the symbols table"
        ),
    ),
    (
        "cell missing",
        r"| `W` | (D, M) | weights |",
        r"| `W` | weights |",
        "layer.md:8:20: this row of the symbols table has 3 cells, its header has 4",
    ),
    (
        "no shape",
        r"| `W` | (D, M) | weights |",
        r"| `W` | | weights |",
        "layer.md:8:20: a shape is written (N, D), (D,), scalar, or 'any scalar function of $y$'",
    ),
    (
        "shape not read",
        r"(D, M) | weights",
        r"D x M | weights",
        "layer.md:8:20: a shape is written (N, D), (D,), scalar, or 'any scalar function of $y$'",
    ),
    (
        "shape without its indices",
        r"(D, M) | weights",
        r"(D,) | weights",
        (
            "layer.md:17:18: the left side has no axes, this has 1 axis\n"
            "layer.md:29:28: W is not in the symbols table; it has W_{d,m}"
        ),
    ),
    (
        "table missing",
        RIGHT[RIGHT.index("| Symbol") : RIGHT.index("## Forward")],
        "",
        (
            "layer.md:8:18: no symbols table governs this section\n"
            "layer.md:15:16: no symbols table governs this section\n"
            "layer.md:20:16: no symbols table governs this section"
        ),
    ),
    (
        "= for coloneqq",
        r"\coloneqq",
        "=",
        (
            "layer.md:24:1: L does not depend on b\n"
            "layer.md:29:1: L does not depend on W\n"
            "layer.md:17:10: eq:y: not equal: …; nothing defines y: is \\coloneqq meant?"
        ),
    ),
    ("star for product", r"\gamma \sum", r"\gamma * \sum", r"layer.md:17:27: write \cdot, not *"),
    ("comparison as in code", DB, r"y_{nm} != 0", r"layer.md:24:8: write \ne, not !="),
    (
        "claim without its equals",
        DB,
        r"\frac{\partial L}{\partial b_m}",
        "layer.md:24:1: neither a definition nor a claim: no = here",
    ),
    (
        "nothing after equals",
        DW,
        r"\frac{\partial L}{\partial W} =",
        "layer.md:29:31: nothing stands behind this",
    ),
    (
        "sum without a body",
        r"+ b_m",
        r"+ b_m + \sum_{n=1}^{N}",
        "layer.md:17:75: something is missing here",
    ),
    (
        "unknown size",
        r"\sum_{d=1}^{D}",
        r"\sum_{d=1}^{K}",
        "layer.md:17:37: K is not in the symbols table",
    ),
    (
        "label twice",
        r"\label{eq:dW}",
        r"\label{eq:db}",
        "layer.md:28:1: the label eq:db is taken, by the equation in line 23",
    ),
    (
        "both sides the same",
        DB,
        r"\gamma = \gamma",
        "layer.md:24:10: eq:db: this claim cannot fail: both sides are the same",
    ),
    (
        "power of a power",
        r"\gamma \sum",
        r"\gamma^2^3 \sum",
        "layer.md:17:26: a second superscript",
    ),
    (
        "fraction with one part",
        r"+ b_m",
        r"+ \frac{b_m}",
        "layer.md:17:65: something is missing here",
    ),
    (
        "environment not closed",
        DB,
        r"\begin{aligned} " + DB,
        r"layer.md:24:1: '\begin{aligned}' is never closed",
    ),
    (
        "derivative of nothing",
        DB,
        r"\frac{\partial}{\partial b_m} = 1",
        "layer.md:24:1: write what is differentiated above the line",
    ),
    (
        "derivative by an expression",
        DB,
        r"\frac{\partial L}{\partial (2 b_m)} = 1",
        "layer.md:24:28: a derivative is taken by a symbol of the table",
    ),
    (
        "used before its definition",
        "## Forward\n",
        "## Forward\n\n$$\ny = x W\n$$\n",
        "layer.md:17:1: y is defined only later, in line 20",
    ),
]


def told(
    text: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[str]:
    """What the author reads, but for the lines that quote his own and for the closing line."""
    monkeypatch.chdir(folder)
    Path("layer.md").write_text(text, encoding="utf-8")
    main(["check", "--quiet", "layer.md"])
    lines = capsys.readouterr().out.splitlines()[:-1]
    return [line for line in lines if line.startswith("layer.md:")]


@pytest.mark.parametrize(
    ("find", "replace", "message"),
    [mistake[1:] for mistake in MISTAKES],
    ids=[mistake[0] for mistake in MISTAKES],
)
def test_mistake(
    find: str,
    replace: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert RIGHT.count(find) == 1
    lines = told(RIGHT.replace(find, replace), tmp_path, monkeypatch, capsys)
    expected = message.splitlines()
    assert len(lines) == len(expected)
    for line, start in zip(lines, expected, strict=True):
        if "…" in start:  # the values of a draw
            first, last = start.split("…")
            assert line.startswith(first)
            assert line.endswith(last)
        else:
            assert line == start


def test_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(RIGHT, tmp_path, monkeypatch, capsys) == []
