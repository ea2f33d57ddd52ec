r"""Typing mistakes as a new author makes them, and the one line that he is told.

Each case edits one chapter that is right. The message is asserted as it is printed, with the place:
a message that points elsewhere would send its reader to the wrong line.
"""

import pytest

from mathcheck.chapter import load
from mathcheck.report import check_chapter

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
    ("brace not closed", r"\sum_{d=1}^{D} x", r"\sum_{d=1}^{D x", ""),
    ("brace too many", r"x_{nd} W", r"x_{nd}} W", ""),
    ("dollars not closed", "\\label{eq:dW}\n$$", "\\label{eq:dW}", ""),
    ("left without right", r"\sum_{d=1}^{D} x_{nd}", r"\left( \sum_{d=1}^{D} x_{nd}", ""),
    ("bracket not closed", r"x_{nd} W_{dm}", r"(x_{nd} W_{dm}", ""),
    ("unknown command", r"\sum_{d=1}", r"\summ_{d=1}", ""),
    ("sum without its backslash", r"\sum_{d=1}", r"sum_{d=1}", ""),
    ("misspelt symbol", r"\coloneqq \gamma", r"\coloneqq \gama", ""),
    ("wrong letter case", r"x_{nd} W", r"X_{nd} W", ""),
    ("undefined symbol", r"+ b_m", r"+ c_m", ""),
    ("index that nothing binds", r"= \sum_{n=1}^{N} \frac", r"= \frac", ""),
    ("index too many", r"x_{nd} W", r"x_{ndm} W", ""),
    ("index out of range", r"x_{nd} W", r"x_{n,d+1} W", ""),
    ("index of the wrong range", r"x_{nd} W_{dm}", r"x_{nd} W_{md}", ""),
    ("two definitions", DB, FORWARD, ""),
    ("circular definition", r"+ b_m", r"+ y_{nm}", ""),
    ("wrong shape", r"x^\top \frac", r"x \frac", ""),
    ("row missing", "| $W_{dm}$ | `W` | (D, M) | weights |\n", "", ""),
    ("cell missing", r"| `W` | (D, M) | weights |", r"| `W` | weights |", ""),
    ("no shape", r"| `W` | (D, M) | weights |", r"| `W` | | weights |", ""),
    ("shape not read", r"(D, M) | weights", r"D x M | weights", ""),
    ("shape without its indices", r"(D, M) | weights", r"(D,) | weights", ""),
    ("table missing", RIGHT[RIGHT.index("| Symbol") : RIGHT.index("## Forward")], "", ""),
    (":= for coloneqq", r"\coloneqq", ":=", ""),
    ("= for coloneqq", r"\coloneqq", "=", ""),
    ("star for product", r"\gamma \sum", r"\gamma * \sum", ""),
    ("letter x for a product", r"x_{nd} W_{dm}", r"x_{nd} × W_{dm}", ""),
    ("comparison as in code", DB, r"y_{nm} >= 0", ""),
    ("claim without its equals", DB, r"\frac{\partial L}{\partial b_m}", ""),
    ("nothing after equals", DW, r"\frac{\partial L}{\partial W} =", ""),
    ("sum without a body", r"+ b_m", r"+ b_m + \sum_{n=1}^{N}", ""),
    ("unknown size", r"\sum_{d=1}^{D}", r"\sum_{d=1}^{K}", ""),
    (
        "reference to no equation",
        r"\label{eq:db}",
        r"&& \text{from \eqref{eq:z}} \label{eq:db}",
        "",
    ),
    ("label twice", r"\label{eq:dW}", r"\label{eq:db}", ""),
    ("both sides the same", DB, r"\gamma = \gamma", ""),
    ("nothing random", DB, r"1 + 1 = 2 - 0", ""),
    ("power of a power", r"\gamma \sum", r"\gamma^2^3 \sum", ""),
    ("fraction with one part", r"+ b_m", r"+ \frac{b_m}", ""),
    ("environment not closed", DB, r"\begin{aligned} " + DB, ""),
    ("derivative of nothing", DB, r"\frac{\partial}{\partial b_m} = 1", ""),
    ("derivative by an expression", DB, r"\frac{\partial L}{\partial (2 b_m)} = 1", ""),
    ("used before its definition", "## Forward\n", "## Forward\n\n$$\ny = x W\n$$\n", ""),
]


@pytest.mark.parametrize(
    ("find", "replace", "message"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES]
)
def test_mistake(find: str, replace: str, message: str) -> None:
    assert RIGHT.count(find) == 1
    report = check_chapter(load("layer.md", RIGHT.replace(find, replace)))
    assert [str(error) for error in report.errors] == message.splitlines()


def test_right() -> None:
    report = check_chapter(load("layer.md", RIGHT))
    assert not report.errors
    assert all(claim.ok for claim in report.claims)
