"""Derivatives in every notation, of functions of several arguments and of arrays, twice."""

import pytest

from mathcheck.claims.chapter import load
from mathcheck.claims.report import check_chapter

TABLE = r"""
| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $X_{ij}$ | | (N, D) | |
| $y_i$ | | (N,) | |
| $w_j$ | | (D,) | |
| $A_{jk}$ | | (D, D) | |
| $z_k$ | | (K,) | |
| $a$ | | scalar | |
| $x$ | | scalar | |
| $c$ | | scalar | |
| $f$ | | function | |
| $g$ | | function | |
| $L$ | | any scalar function of $w$ | |

$$
c \coloneqq a^2
$$

$$
h(u, v) \coloneqq u^2 v, \quad J(w) \coloneqq \frac{1}{N} \|X w - y\|^2
$$
"""


def report(equation: str):
    return check_chapter(load("derivatives.md", f"{TABLE}\n$$\n{equation}\n$$\n"))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"\frac{d c}{d a} = 2 a", r"\frac{d c}{d a} = a"),
        (r"\frac{d}{d x} x^3 = 3 x^2", r"\frac{d}{d x} x^3 = 3 x"),
        (r"\frac{d}{dx} \left( f(x) g(x) \right) = f'(x) g(x) + f(x) g'(x)",
         r"\frac{d}{dx} \left( f(x) g(x) \right) = f'(x) g'(x)"),
        (r"\frac{\partial}{\partial x} (a x)^2 = 2 a^2 x", r"\frac{\partial}{\partial x} (a x)^2 = 2 a x"),
        (r"\partial_x (x^2 a) = 2 a x", r"\partial_x (x^2 a) = x^2"),
        (r"\frac{d^2}{dx^2} x^4 = 12 x^2", r"\frac{d^2}{dx^2} x^4 = 4 x^3"),
        (r"\frac{\partial^2}{\partial x \partial a} (x^2 a^3) = 6 x a^2",
         r"\frac{\partial^2}{\partial x \partial a} (x^2 a^3) = 2 a^3"),
        (r"\frac{d^2 f}{d x^2} = f''(x)", r"\frac{d^2 f}{d x^2} = f'(x)^2"),
        (r"\frac{d f}{d x} = f'(x)", r"\frac{d f}{d x} = f''(x)"),
        (r"\frac{\partial J}{\partial w} = \nabla J(w)", r"\frac{\partial J}{\partial w} = -\nabla J(w)"),
        (r"\frac{d^2 c}{d a^2} = 2", r"\frac{d^2 c}{d a^2} = 2 a"),
        (r"\nabla_w J(w) = \frac{2}{N} X^\top (X w - y)", r"\nabla_w J(w) = \frac{2}{N} X^\top (y - X w)"),
        (r"\nabla J(w) = \frac{2}{N} X^\top (X w - y)", r"\nabla J(w) = 2 X^\top (X w - y)"),
        (r"\nabla_w^2 J(w) = \frac{2}{N} X^\top X", r"\nabla_w^2 J(w) = \frac{1}{N} X^\top X"),
        (r"\frac{\partial J}{\partial w_j} = \frac{2}{N} \sum_i X_{ij} \left( \sum_k X_{ik} w_k - y_i \right)",
         r"\frac{\partial J}{\partial w_j} = \frac{2}{N} \sum_i X_{ij} y_i"),
        (r"\frac{\partial^2 J}{\partial w_j \partial w_k} = \frac{2}{N} \sum_i X_{ij} X_{ik}",
         r"\frac{\partial^2 J}{\partial w_j \partial w_k} = \frac{2}{N} \sum_i X_{ij} X_{ij}"),
        (r"\nabla_w (w^\top A w) = (A + A^\top) w", r"\nabla_w (w^\top A w) = 2 A w"),
        (r"\nabla_w w^\top A w = (A + A^\top) w", r"\nabla_w w^\top A w = A w"),
        (r"\nabla J(w)^\top w = \sum_j w_j \frac{\partial J}{\partial w_j}",
         r"\nabla J(w)^\top w = \sum_j \frac{\partial J}{\partial w_j}"),
        (r"\partial_{z_j} \log \sum_k e^{z_k} = \text{softmax}(z)_j",
         r"\partial_{z_j} \log \sum_k e^{z_k} = e^{z_j}"),
        (r"\frac{\partial \text{softmax}(z)_k}{\partial z_j} = \text{softmax}(z)_k"
         r" \left( \delta_{kj} - \text{softmax}(z)_j \right)",
         r"\frac{\partial \text{softmax}(z)_k}{\partial z_j} = \text{softmax}(z)_k"
         r" \left( 1 - \text{softmax}(z)_j \right)"),
        (r"\frac{\partial h(x, a)}{\partial x} = 2 x a", r"\frac{\partial h(x, a)}{\partial x} = x^2"),
        (r"\frac{\partial L(w)}{\partial w_j} = \frac{\partial L}{\partial w_j}",
         r"L(w) = \sum_j L w_j"),
        (r"h(2, x) = 4 x", r"h(x, 2) = 4 x"),
        (r"\nabla_w L = \frac{\partial L}{\partial w} + 0 w", r"\nabla_w L = -\frac{\partial L}{\partial w}"),
    ],
)  # fmt: skip
def test_right_and_wrong(right: str, wrong: str) -> None:
    assert report(right).ok
    assert not report(wrong).ok


@pytest.mark.parametrize(
    "equation",
    [
        r"\frac{d}{dx} (x + a) x = 2 x + a",  # of the sum, or of the product?
        r"\partial_x x \cdot x = 2 x",
        r"\nabla L = 0",
        r"\nabla_w (X w) = X",
        r"\frac{\partial^3}{\partial x^3} x^3 = 6",
        r"\frac{\partial^2 c}{\partial a} = 2",
        r"\frac{\partial c}{\mathrm{d} a} = 2 a",
        r"\partial c = 2 a",
        r"h(x) = x^2",
        r"J(x) = 0",
        r"\frac{\partial h}{\partial x} = 0",
    ],
)
def test_what_is_refused(equation: str) -> None:
    assert report(equation).errors


def test_a_kink_between_the_differences_is_no_second_derivative() -> None:
    assert report(r"\frac{d^2}{dx^2} \max(0, x)^3 = 6 \max(0, x)").ok
    assert not report(r"\frac{d^2}{dx^2} \max(0, x)^3 = 3 \max(0, x)").ok


def test_a_function_of_numbers_is_taken_element_by_element() -> None:
    text = (
        TABLE
        + r"""
$$
r(s) \coloneqq \begin{cases} s & s > 0 \\ 0 & \text{otherwise} \end{cases}
$$

$$
r(y)_i = \max(0, y_i)
$$
"""
    )
    assert check_chapter(load("derivatives.md", text)).ok


def test_an_argument_is_as_large_as_its_namesake() -> None:
    errors = report(r"J(z) = 0").errors
    assert "is of w, (D,), not of (K,)" in str(errors[0])
