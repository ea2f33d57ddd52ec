"""A bound that fails at one point is found out, though no draw hits that point."""

import pytest

from mathcheck.claims.chapter import load
from mathcheck.claims.report import check_chapter

TABLE = r"""
| Symbol | Shape |
|---|---|
| $a$ | scalar |
| $b$ | scalar |
| $p$ | scalar, positive |
| $q$ | scalar, negative |
| $r$ | scalar, in (0, 1) |
| $z$ | scalar, in [0, 1] |
| $z_0$ | scalar, in (0, 1) |
| $w$ | scalar, in (0, 1] |
| $x_n$ | (N,) |
| $x_0$ | scalar |
| $y_n$ | (N,), positive |
| $S_{ij}$ | (I, I), symmetric |
| $f$ | function |
"""


def message(tex: str) -> str:
    report = check_chapter(load("bounds.md", f"{TABLE}\n$$\n{tex}\n$$\n"))
    assert [str(error) for error in report.errors] == []
    return " ".join(claim.message for claim in report.failed)


FALSE = [
    r"r (1 - r) < 0.2499",
    r"r (1 - r) < \frac14",
    r"a^4 - 3 a^2 + 2 > -0.25",
    r"\sin a \cos b < 0.9999",
    r"a^2 - 5 a + 6 \ge -0.2499",
    r"(a - 1)^2 + (b - 2)^2 > 0.0001",
    r"-r \log r - (1 - r) \log(1 - r) < 0.6931",
    r"p \log p \ge -0.3678",
    r"(q + 17.3)^2 > 10^{-5}",
    r"\frac{1}{1 + (a - 3.217)^2} \le 0.99999",
    r"\sum_n (x_n - 3.7)^2 \ge 0.001",
    r"p + \frac{1}{p} > 2",
    r"z_0^2 - z_0 > -\frac14",
    r"x_0^2 - x_0 > -\frac14",
    r"0.2499 > r - r^2",
    r"(a - b)^2 - (a - b) > -0.25",
    # which hold for any multiple of the values, or fail at it
    r"\sqrt{p} + \sqrt{-q} \ge 1.0001 \sqrt{p - q}",
    r"a^2 + b^2 \ge 2.0001 a b",
    # where few draws meet the condition
    r"a > 100 \implies \sin a < 0.99",
    r"\cos a > -0.9999 \quad \text{for } a > 60",
    r"a b < 6 \quad \text{for } 0 < a < 2 \text{ and } 0 < b < 3.0001",
    r"p^2 > 40000 \quad \text{for } p > 199.99",
]
TRUE = [
    r"r (1 - r) \le \frac14",
    r"a^2 - 5 a + 6 \ge -\frac14",
    r"p \log p \ge -\frac1e",
    r"p + \frac1p \ge 2",
    r"e^{a} > 0",
    r"a^2 > -10^{-30}",
    r"(a - 1)^2 + 10^{-20} > 0",
    r"\frac{a^2}{1 + a^2} < 1",
    r"\tanh p < 1",
    r"\log(1 + p) < p",
    r"a^2 + b^2 \ge 2 a b",
    r"\left(\prod_n y_n\right)^{1/N} \le \frac1N \sum_n y_n",
    r"\sum_n \log(1 + y_n) < \sum_n y_n",
    r"q < 0",
    r"0 < \frac{e^{x_n}}{\sum_m e^{x_m}} \le 1",
    r"a > 2 \implies a^2 > 4",
    r"\mathrm{tr}(S^2) \ge 0",
    r"a > 100 \implies \sin a \le 1",
    r"\frac1p < 0.01 \quad \text{for } p > 100",
    r"a b < 6 \quad \text{for } 0 < a < 2 \text{ and } 0 < b < 3",
    r"z^2 \le z",
    r"\log w \le 0",
]
# An end that belongs to a range is one of its values.
ENDS = [r"z > 0", r"z < 1", r"z (1 - z) > 0", r"w < 1", r"\sqrt{1 - z^2} > 0"]


@pytest.mark.parametrize("tex", [*FALSE, *ENDS])
def test_false(tex: str) -> None:
    assert message(tex)


@pytest.mark.parametrize("tex", [*TRUE, r"w > 0", r"z \ge 0", r"z \le 1"])
def test_true(tex: str) -> None:
    assert message(tex) == ""


def test_where_it_fails_is_said() -> None:
    assert "the left side is 0.25" in message(r"r (1 - r) < 0.2499")


def test_two_sides_that_touch_where_no_float_is() -> None:
    assert "the sides touch" in message(r"a^4 - 3 a^2 + 2 > -\frac14")
    assert "the sides touch" in message(r"(a^2 - 2)^2 > 0")
