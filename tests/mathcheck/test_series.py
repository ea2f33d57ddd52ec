"""Ellipses, sums of infinitely many terms, integrals: what each is, and what is refused."""

import pytest

from mathcheck.claims.chapter import load
from mathcheck.claims.report import ChapterReport, check_chapter
from mathcheck.meaning.ellipsis import written_out
from mathcheck.text.errors import TreeError
from mathcheck.text.parser import parse_expression
from mathcheck.text.printer import latex

TABLE = r"""
| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $x_i$ | | (N,) | |
| $w_i$ | | (N,) | |
| $a$ | | scalar, in (-3, 2) | |
| $b$ | | scalar, in (0, 3) | |
| $\gamma$ | | scalar, in (0, 0.9) | |
| $f$ | | function | |
"""


def report(equation: str) -> ChapterReport:
    return check_chapter(load("series.md", f"{TABLE}\n$$\n{equation}\n$$\n"))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (r"x_1 + \dots + x_n", r"\sum_{… = 1}^{n} x_{…}"),
        (r"x_1 + x_2 + \cdots + x_n + b", r"\sum_{… = 1}^{n} x_{…} + b"),
        (r"c - x_1 - \dots - x_n", r"c - \sum_{… = 1}^{n} x_{…}"),
        (r"a_2 b_2 + a_3 b_3 + \dots + a_n b_n", r"\sum_{… = 2}^{n} a_{…} \, b_{…}"),
        (r"x + x^2 + \dots + x^n", r"\sum_{… = 1}^{n} x^{…}"),
        (r"x_1 x_2 \cdots x_n", r"(\prod_{… = 1}^{n} x_{…})"),
        (r"c \, a_1 b_1 \cdots a_n b_n", r"c \, (\prod_{… = 1}^{n} a_{…} \, b_{…})"),
        (r"1 + 2 + \dots + 10", r"\sum_{… = 1}^{10} …"),
        (r"1 - 2 - 3 - \dots - n", r"1 - \sum_{… = 2}^{n} …"),
        (r"1 + 3 + \dots + (2n - 1)", r"\sum_{… = 1}^{n} (2 \, … - 1)"),
        (r"c + 1 + 4 + 9 + \dots + n^2", r"c + \sum_{… = 1}^{n} …^{2}"),
        (r"1 + 2 + 4 + \dots + 2^n", r"\sum_{… = 0}^{n} 2^{…}"),
        (
            r"\frac12 + \frac14 + \frac18 + \dots + \frac{1}{2^n}",
            r"\sum_{… = 1}^{n} \frac{1}{2^{…}}",
        ),
        (r"1 + 3 + 5 + \dots + 99", r"\sum_{… = 0}^{49} {1 + 2 \, …}"),
        (r"3 + 6 + 12 + \dots + 96", r"\sum_{… = 0}^{5} 3 \cdot 2^{…}"),
        (r"9 + 7 + 5 + \dots + 1", r"\sum_{… = 0}^{4} {9 + (-2) \, …}"),
    ],
)
def test_what_an_ellipsis_stands_for(text: str, meant: str) -> None:
    assert latex(written_out(parse_expression(text))) == meant


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"w_1 x_1 + \dots + w_N x_N = w^\top x", r"w_1 x_1 + \dots + w_N x_N = \sum_i x_i"),
        (r"x_1 x_2 \cdots x_N = \prod_i x_i", r"x_2 x_3 \cdots x_N = \prod_i x_i"),
        (r"1 + 2 + \dots + N = \frac{N (N + 1)}{2}", r"1 + 2 + \dots + N = \frac{N^2}{2}"),
        (r"\max(x_1, \dots, x_N) = \max_i x_i", r"\min(x_1, \dots, x_N) = \max_i x_i"),
        (r"\sum_{t=0}^\infty \gamma^t = \frac{1}{1 - \gamma}",
         r"\sum_{t=1}^\infty \gamma^t = \frac{1}{1 - \gamma}"),
        (r"e^a = \sum_{n=0}^\infty \frac{a^n}{n!}", r"e^a = \sum_{n=0}^\infty \frac{a^n}{(n + 1)!}"),
        (r"\frac{\partial}{\partial \gamma} \sum_{t=0}^\infty \gamma^t = \frac{1}{(1 - \gamma)^2}",
         r"\frac{\partial}{\partial \gamma} \sum_{t=0}^\infty \gamma^t = \frac{1}{1 - \gamma}"),
        (r"\int_0^1 t^2 \, dt = \frac{1}{3}", r"\int_0^1 t^2 \, dt = \frac{1}{2}"),
        (r"\int_{-\infty}^{\infty} e^{-t^2} \, dt = \sqrt{\pi}", r"\int_0^{\infty} e^{-t^2} \, dt = \sqrt{\pi}"),
        (r"\int_a^b f'(t) \, dt = f(b) - f(a)", r"\int_a^b f'(t) \, dt = f(a) - f(b)"),
        (r"\int_0^{-1} 1 \, dt = -1", r"\int_0^{-1} 1 \, dt = 1"),
        (r"\frac{d}{db} \int_0^b f(t) \, dt = f(b)", r"\frac{d}{db} \int_0^b f(t) \, dt = f(b) - f(0)"),
        (r"\int_0^1 \int_0^t s \, ds \, dt = \frac16", r"\int_0^1 \int_0^t s \, ds \, dt = \frac14"),
    ],
)  # fmt: skip
def test_right_and_wrong(right: str, wrong: str) -> None:
    assert report(right).ok
    assert not report(wrong).ok


@pytest.mark.parametrize(
    "equation",
    [
        r"x_1 + x_3 + \dots + x_N = \sum_i x_i - x_2",  # in steps of 2
        r"\dots + x_N = \sum_i x_i",
        r"x_1 + \dots = \sum_i x_i",
        r"x_1 + w_2 + \dots + x_N = \sum_i x_i",
        r"x_1 + \dots - x_N = \sum_i x_i",
        r"\sum_{t=0}^\infty 2^t = -1",
        r"\sum_{n=0}^\infty \mathbb{1}[n = 700] = 0",
        r"\sum_{n=0}^\infty e^{-(n - 200)^2} = 0",
        r"\sum_{k=1}^\infty \frac{1}{k} = 20",
        r"\prod_{k=1}^\infty \gamma = 0",
        r"\int_0^1 \frac{1}{t} \, dt = 30",
        r"\int_{-\infty}^\infty e^{-(t - 90)^2} \, dt = 0",
        r"\int_0^{1000} e^{-1000 (t - 500.1)^2} \, dt = 0",
        r"\int f(t) \, dt = f(b)",
        r"\int_0^1 t^2 = \frac{1}{3}",
        r"\int_0^1 x \, dx_1 = 1",
    ],
)
def test_what_does_not_pass(equation: str) -> None:
    assert not report(equation).ok


@pytest.mark.parametrize(
    "text",
    [
        r"1 + 2 + \dots + 2^n",  # all numbers, or the powers?
        r"1 + 3 + 6 + \dots + (2n - 1)",
        r"2 + 4 + \dots + 64",  # all even numbers, or the powers?
        r"1 + 2 + 4 + \dots + n",
        r"1 + 3 + 5 + \dots + 98",
        r"1 + 2 + 4 + \dots + 1000",
        r"1 + 3 + \dots + n m",
        r"1 + 1 + \dots + 1",
        r"0 + 0 + \dots + n",
        r"2 + 4 + 6 + \dots + 4",
    ],
)
def test_numbers_that_do_not_say_how_they_go_on(text: str) -> None:
    with pytest.raises(TreeError, match="what does this ellipsis stand for"):
        written_out(parse_expression(text))


SLOW = [
    r"\sum_{t=1}^\infty \frac{1}{t^2} = \frac{\pi^2}{6}",
    r"\sum_{t=1}^\infty \frac{1}{t(t+1)} = 1",
    r"\sum_{t=0}^\infty \frac{1}{(2t+1)^2} = \frac{\pi^2}{8}",
    r"\sum_{t=0}^\infty \frac{(-1)^t}{2t+1} = \frac{\pi}{4}",
    r"\sum_{t=1}^\infty \frac{(-1)^{t+1}}{t} = \ln 2",
    r"\sum_{t=1}^\infty \frac{1}{t \sqrt t} \approx 2.612375",
    r"\sum_{t=0}^\infty \frac{10^t}{t!} = e^{10}",
]
SLOW_AND_FALSE = [
    r"\sum_{t=1}^\infty \frac{1}{t^2} = \frac{\pi^2}{6.000001}",
    r"\sum_{t=1}^\infty \frac{(-1)^{t+1}}{t} = 0.6931471",
    r"\sum_{t=1}^\infty \frac{1}{t(t+1)} = 1.00000001",
]
NO_SUM = {
    r"\sum_{t=1}^\infty \frac{1}{t} = 100": "which has no sum",
    r"\sum_{t=1}^\infty \frac{1}{\sqrt t} \approx -1.46": "which has no sum",
    r"\sum_{t=1}^\infty (-1)^t \approx -0.5": "do not become small",
    r"\sum_{t=1}^\infty \frac{(-1)^t t}{t+1} \approx -0.3": "do not become small",
    r"\sum_{t=1}^\infty \frac{t}{t+1} = 1": "do not become small",
    r"\sum_{t=2}^\infty \frac{1}{t \log t} \approx 3": "too slowly",
    r"\sum_{t=1}^\infty \frac{1}{t^{1.01}} \approx 100.6": "too slowly",
    r"\sum_{t=0}^\infty \frac{t!}{200^t} \approx 1.00505": "a factorial, that is too large",
    r"\sum_{t=0}^\infty \frac{t!}{10^{4 t}} \approx 1.0001": "a factorial, that is too large",
    r"\sum_{t=0}^\infty t! \approx 3": "does it converge?",
}


@pytest.mark.parametrize("equation", SLOW)
def test_sums_that_settle_slowly(equation: str) -> None:
    found = report(equation)
    assert found.ok, [str(error) for error in found.errors] + [c.message for c in found.failed]


@pytest.mark.parametrize("equation", SLOW_AND_FALSE)
def test_false_sums_that_settle_slowly(equation: str) -> None:
    found = report(equation)
    assert not found.errors
    assert not found.ok


@pytest.mark.parametrize(("equation", "why"), NO_SUM.items(), ids=NO_SUM)
def test_sums_that_do_not_settle(equation: str, why: str) -> None:
    (error,) = report(equation).errors
    assert why in error.message
