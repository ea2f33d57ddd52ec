"""Symbols that need no row of a table: what a text defines, and what it says the shape of."""

from pathlib import Path

import pytest

from mathcheck.claims.cache import check_cached
from mathcheck.claims.chapter import load
from mathcheck.claims.report import ChapterReport, check_chapter

TABLE = r"""
| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $X_{nd}$ | | (N, D) | |
| $W_{dm}$ | | (D, M) | |
| $b_m$ | | (M,) | |
| $v_d$ | | (D,) | |
| $a$ | | scalar | |
"""


def report(*equations: str, rows: bool = False, table: str = TABLE) -> ChapterReport:
    text = table + "".join(f"\n$$\n{equation}\n$$\n" for equation in equations)
    return check_chapter(load("rows.md", text, rows=rows))


@pytest.mark.parametrize(
    ("definition", "right", "wrong"),
    [
        (r"y := X W + b", r"y_{nm} = \sum_d X_{nd} W_{dm} + b_m", r"y_{nm} = \sum_d X_{nd} W_{dm}"),
        (r"y_{nm} := \sum_d X_{nd} W_{dm}", r"y = X W", r"y = X W + b"),
        (r"s_n \triangleq \sum_d X_{nd}", r"\sum_n s_n = \sum_{n,d} X_{nd}", r"\sum_n s_n = 0"),
        (r"\hat{y} \gets 2 v", r"\hat{y}_d = 2 v_d", r"\hat{y}_d = v_d"),
        (r"v^* \stackrel{\text{def}}{=} -v", r"v^* + 2 v = v", r"v^* = v"),
        (r"v' := 3 v", r"v'_d = 3 v_d", r"v'_d = v_d"),
        (r"W^{(2)} := W^\top", r"W^{(2)}_{md} = W_{dm}", r"W^{(2)}_{md} = 2 W_{dm}"),
        (r"b_\text{out} := b + 1", r"b_{\text{out}, m} = b_m + 1", r"b_{\text{out}, m} = b_m"),
        (r"\text{loss} := a^2", r"\text{loss} = a a", r"\text{loss} = a"),
        (r"\sigma_v^2 := \frac{1}{D} \sum_d v_d^2", r"D \sigma_v^2 = \|v\|^2", r"\sigma_v^2 = \|v\|^2"),
        (r"u := \begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"u_1 + u_2 = 3", r"u_1 + u_2 = 4"),
        (r"G := v v^\top", r"G_{de} = v_d v_e", r"G_{de} = v_d + v_e"),
        (r"q := \frac{\partial \|v\|^2}{\partial v}", r"q = 2 v", r"q = v"),
        (r"f(s) := s^2 + a", r"f(2) = 4 + a", r"f(2) = 2 + a"),
        (r"f(\mathbf{u}; a) := a \mathbf{u}^2", r"f(3; 2) = 18", r"f(3; 2) = 36"),
        (r"f(v) := \sum_d v_d^2", r"f(2 v) = 4 f(v)", r"f(2 v) = 2 f(v)"),
        (r"\mathbf{Q} \in \mathbb{R}^{K \times 3}",
         r"\sum_{k=1}^K \sum_{j=1}^3 (\mathbf{Q} + \mathbf{Q})_{kj} = 2 \sum_{k=1}^K \sum_{j=1}^3 \mathbf{Q}_{kj}",
         r"\sum_{k=1}^K \sum_{j=1}^3 (\mathbf{Q} + \mathbf{Q})_{kj} = \sum_{k=1}^K \sum_{j=1}^3 \mathbf{Q}_{kj}"),
        (r"t \in \mathbb{R}", r"(t + 1)^2 = t^2 + 2 t + 1", r"(t + 1)^2 = t^2 + 1"),
    ],
)  # fmt: skip
def test_a_definition_makes_a_symbol_known(definition: str, right: str, wrong: str) -> None:
    assert report(definition, right).ok
    assert not report(definition, wrong).ok
    assert report(definition, right, rows=True).errors  # to those who want rows it is unknown


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        (r"X \in \mathbb{R}^{N \times D}", True),
        (r"X \in \mathbb{R}^{D \times N}", False),
        (r"X W \in \mathbb{R}^{N \times M}", True),
        (r"X W \in \mathbb{R}^{N \times D}", False),
        (r"v \in \mathbb{R}^{D}", True),
        (r"v \in \mathbb{R}^{D \times 1}", False),
        (r"X^\top X \in \mathbb{R}^{D \times D}", True),
        (r"v \in \mathbb{R}^{M}", False),
    ],
)
def test_a_shape_that_is_stated_is_checked(claim: str, right: bool) -> None:
    assert report(claim).ok is right


@pytest.mark.parametrize(
    ("equations", "message"),
    [
        ((r"z = X W",), "z is not in the symbols table"),
        ((r"h_t := h_{t-1} + 1",), "h_{t - 1} is not in the symbols table"),
        ((r"e := 2 a",), "e is a number"),
        ((r"y := X W", r"y := X W + b"), "y is defined twice"),
        ((r"J(v) := \|v\|^2", r"J(2) = 4"), "J is of an array with other axes"),
        ((r"p(x \mid y) := x y",), "p is not in the symbols table"),
    ],
)
def test_what_stays_unknown(equations: tuple[str, ...], message: str) -> None:
    errors = report(*equations).errors
    assert message in str(errors[0])


def test_a_later_section_defines_its_own() -> None:
    text = (
        TABLE
        + r"""
## One

$$
y := X W
$$

## Two

$$
y_m = b_m
$$

$$
y := v
$$

$$
y_d = v_d
$$
"""
    )
    assert len(check_chapter(load("rows.md", text)).errors) == 1
    assert check_chapter(load("rows.md", text.replace("y_m = b_m", r"y = X W + 0 b"))).ok


def test_a_value_that_is_written_with_what_it_depends_on() -> None:
    table = TABLE + "| $J$ | | scalar | |\n"
    definition = r"J(v, a) := a \|v\|^2"
    assert report(definition, r"J(v, a) = a \sum_d v_d^2", table=table).ok
    assert report(definition, r"J = a \sum_d v_d^2", table=table).ok
    assert not report(definition, r"J(v, a) = \sum_d v_d^2", table=table).ok
    assert report(definition, r"J(2 v, a) = 4 J", table=table).errors


def test_a_shape_that_the_text_states_is_part_of_what_is_remembered(tmp_path: Path) -> None:
    text = (
        TABLE
        + r"""
$$
\mathbf{Q} \in \mathbb{R}^{3}
$$

$$
\mathbf{1}^\top (\mathbf{Q} - \mathbf{Q} + 1) = 3
$$
"""
    )
    assert check_cached(load("rows.md", text), tmp_path).ok
    assert not check_cached(load("rows.md", text.replace("R}^{3}", "R}^{4}")), tmp_path).ok
