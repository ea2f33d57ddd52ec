from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mathcheck.claims.chapter import load
from mathcheck.claims.chapter_values import Values
from mathcheck.text.errors import MathError

HEADER = "| Symbol | Code | Shape | Meaning |\n|---|---|---|---|\n"
LAYER = r"""
| $x_{nd}$ | `x` | (N, D) | |
| $W_{dm}$ | `W` | (D, M) | |
| $b_m$ | `b` | (M,) | |
| $a_{nm}$ | `a` | (N, M) | |
| $y_{nm}$ | `y` | (N, M) | |
| $k_n$ | `k` | (N,), in 1..M | |
| $Q_{de}$ | `Q` | (D, D) | |
| $L$ | `loss` | any scalar function of $y$ | |

$$
a \coloneqq x W + b, \qquad y_{nm} \coloneqq \tanh a_{nm}
$$
"""


def values(rows: str, draw: int = 0) -> Values:
    return Values(load("t.md", HEADER + rows.lstrip()), draw=draw)


@pytest.fixture
def layer() -> Values:
    return values(LAYER)


def numerical(function: Any, x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Central differences, which know nothing of complex steps."""
    slope = np.zeros_like(x)
    for at in np.ndindex(x.shape):
        for sign in (1, -1):
            moved = x.copy()
            moved[at] += sign * 1e-6
            slope[at] += sign * function(moved) / 2e-6
    return slope


def test_definitions_by_matrices_and_by_elements(layer: Values) -> None:
    assert_allclose(layer["y"], np.tanh(layer["x"] @ layer["W"] + layer["b"]), rtol=1e-14)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\sum_{n,d} x_{nd}^2", lambda v: (v["x"] ** 2).sum()),
        (r"\prod_d x_{1d}", lambda v: v["x"][0].prod()),
        (r"\max_m b_m", lambda v: v["b"].max()),
        (r"\arg\max_m b_m", lambda v: v["b"].argmax() + 1),
        (r"\|b\|", lambda v: np.sqrt((v["b"] ** 2).sum())),
        (r"\|b\|_1", lambda v: np.abs(v["b"]).sum()),
        (r"x^\top a", lambda v: v["x"].T @ v["a"]),
        (r"b^\top b", lambda v: v["b"] @ v["b"]),
        (r"b b^\top", lambda v: np.outer(v["b"], v["b"])),
        (r"\operatorname{softmax}(a)", lambda v: np.exp(v["a"]) / np.exp(v["a"]).sum(1)[:, None]),
        (r"\operatorname{tr}(Q)", lambda v: np.trace(v["Q"])),
        (r"\operatorname{diag}(b)", lambda v: np.diag(v["b"])),
        (r"Q + 2 I", lambda v: v["Q"] + 2 * np.eye(len(v["Q"]))),
        (r"a_{n k_n}", lambda v: v["a"][np.arange(len(v["a"])), v["k"] - 1]),
        (r"\sum_{d \ne 1} x_{nd}", lambda v: v["x"][:, 1:].sum(1)),
        (r"\sum_{n=1}^N \sum_{d=1}^n 1", lambda v: sum(range(1, len(v["x"]) + 1))),
        (r"\mathbb{1}[x_{nd} > 0]", lambda v: (v["x"] > 0) * 1.0),
        (r"\begin{cases} 1 & b_m > 0 \\ b_m & \text{otherwise} \end{cases}",
         lambda v: np.where(v["b"] > 0, 1, v["b"])),
        (r"(x^\top)_{dn}", lambda v: v["x"].T),
        (r"\frac{N}{D}", lambda v: v.sizes["N"] / v.sizes["D"]),
        (r"\lfloor 7 / 2 \rfloor", lambda v: 3),
    ],
)  # fmt: skip
def test_expressions_agree_with_numpy(layer: Values, text: str, expected: Any) -> None:
    assert_allclose(layer(text), expected(layer), rtol=1e-13)


def test_the_loss_is_differentiated_through_everything(layer: Values) -> None:
    dy = layer(r"\frac{\partial L}{\partial y}")
    da = dy * (1 - layer["y"] ** 2)
    assert_allclose(layer(r"\frac{\partial L}{\partial W}"), layer["x"].T @ da, rtol=1e-12)
    assert_allclose(layer(r"\frac{\partial L}{\partial b_m}"), da.sum(0), rtol=1e-12)


def test_a_partial_derivative_stops_at_names(layer: Values) -> None:
    slope = layer(r"\frac{\partial y_{nm}}{\partial a_{ij}}")
    diagonal = np.einsum("nmnm->nm", slope)
    assert_allclose(diagonal, 1 - layer["y"] ** 2, rtol=1e-13)
    assert slope.sum() == pytest.approx(diagonal.sum())


def test_complex_steps_agree_with_differences() -> None:
    point = values(
        "| $x$ | `x` | scalar, positive | |\n| $y$ | `y` | scalar | |\n\n"
        "$$\ny \\coloneqq \\frac{\\log(1 + x^2) \\sqrt{x}}{\\cosh x} + x^{-3/2}\n$$\n"
    )

    def by_hand(x: Any) -> float:
        return float(np.log(1 + x**2) * np.sqrt(x) / np.cosh(x) + x**-1.5)

    slope = numerical(by_hand, np.array(point["x"]))
    assert point(r"\frac{\mathrm d y}{\mathrm d x}") == pytest.approx(float(slope), rel=1e-7)


def test_recurrences_run_either_way() -> None:
    chain = values(
        "| $g_t$ | `g` | (T,) | |\n| $f_t$ | `f` | (T,) | |\n| $r_t$ | `r` | (T,) | |\n\n"
        "$$\nf_0 \\coloneqq 0, \\quad f_t \\coloneqq f_{t-1} + g_t\n$$\n\n"
        "$$\nr_{T+1} \\coloneqq 0, \\quad r_t \\coloneqq r_{t+1} + g_t\n$$\n"
    )
    assert_allclose(chain["f"], np.cumsum(chain["g"]))
    assert_allclose(chain["r"], np.cumsum(chain["g"][::-1])[::-1])


def test_a_derivative_by_a_base_case() -> None:
    chain = values(
        "| $a$ | `a` | scalar | |\n| $h_t$ | `h` | (T,) | |\n"
        "| $L$ | | any scalar function of $h$ | |\n\n"
        "$$\nh_0 \\coloneqq 1, \\quad h_t \\coloneqq a h_{t-1}\n$$\n"
    )
    first = chain(r"\frac{\partial L}{\partial h_0}")
    assert first == pytest.approx(chain["a"] * chain(r"\frac{\partial L}{\partial h_1}"))


def test_functions_of_the_chapter_and_their_derivatives() -> None:
    there = values(
        "| $a$ | `a` | scalar | |\n| $f(s)$ | | function | |\n"
        "| $\\varphi$ | | any function of one number | |\n\n$$\nf(s) \\coloneqq a s^2\n$$\n"
    )
    assert there("f(3)") == pytest.approx(9 * there["a"])
    assert there("f'(3)") == pytest.approx(6 * there["a"])
    slope = numerical(lambda x: there(rf"\varphi({x})"), np.array(0.5))
    assert there(r"\varphi'(0.5)") == pytest.approx(float(slope), rel=1e-6)


def test_draws_differ_and_sizes_are_distinct() -> None:
    draws = [values(LAYER, draw) for draw in range(3)]
    assert len({float(draw["b"][0]) for draw in draws}) == 3
    for draw in draws:
        assert len(set(draw.sizes.values())) == len(draw.sizes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (r"\frac{\partial L}{\partial k_1}", "no derivative by k: it is not a real number"),
        (r"\frac{\partial L}{\partial Q}", "L does not depend on Q"),
        (r"x_{n+1,d}", "index 1 of x is"),
        (r"x_{1.5,1}", "the index 1.5 is no whole number"),
        (r"W x", "`W x` multiplies"),
        (r"\frac{\partial x_{nd}}{\partial W_{de}}", "x does not depend on W"),
        (r"\begin{cases} 1 & 1 > 2 \end{cases}", "none of the cases holds"),
    ],
)
def test_what_has_no_value(layer: Values, text: str, message: str) -> None:
    with pytest.raises(MathError, match=message):
        layer(text)
