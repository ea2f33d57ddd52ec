"""Probabilities and averages: of random quantities with finitely many values, and of normal ones."""

import pytest

from mathcheck.claims.chapter import load
from mathcheck.claims.report import ChapterReport, check_chapter

TABLE = r"""
| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $X$ | | random, in 1..K | |
| $Y$ | | random, in 0..J | |
| $Z$ | | random, 0 or 1 | |
| $a$ | | scalar, in (-2, 2) | |
| $s$ | | scalar, positive | |
| $f$ | | function | |
| $r_k$ | | (K,), probabilities | |
| $q_{nk}$ | | (N, K), probabilities over k | |
| $g_{nk}$ | | (N, K), probabilities over n | |
| $v_k$ | | (K,) | |
"""


def report(equation: str) -> ChapterReport:
    return check_chapter(load("probability.md", f"{TABLE}\n$$\n{equation}\n$$\n"))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"\sum_x P(X = x) = 1", r"\sum_x P(X = x) = K"),
        (r"P(x) = \sum_y P(x, y)", r"P(x) = \sum_y P(x) P(y)^2"),
        (r"P(X \mid Y, Z) = \frac{P(X, Y \mid Z)}{P(Y \mid Z)}",
         r"P(X \mid Y, Z) = \frac{P(X, Y)}{P(Y)}"),
        (r"P(x, y, z) = P(x) P(y \mid x) P(z \mid x, y)", r"P(x, y, z) = P(x) P(y \mid x) P(z \mid y)"),
        (r"P(X \le 2) = P(X = 1) + P(X = 2)", r"P(X < 2) = P(X = 1) + P(X = 2)"),
        (r"P(Z = 1) = 1 - P(Z = 0)", r"P(Z = 1) = P(Z = 0)"),
        (r"\Pr(X = 1, Z = 0) = \Pr(X = 1) - \Pr(X = 1, Z = 1)", r"\Pr(X = 1, Z = 0) = \Pr(X = 1)"),
        (r"\mathbb{E}_{k \sim r}[v_k] = \sum_k r_k v_k", r"\mathbb{E}_{k \sim r}[v_k] = \sum_k v_k"),
        (r"\mathbb{E}_{j \sim r}[j^2] = \sum_k r_k k^2", r"\mathbb{E}_{j \sim r}[j^2] = \sum_k r_k k"),
        (r"\mathbb{E}_{k \sim q_n}[f(k)] = \sum_k q_{nk} f(k)", r"\mathbb{E}_{k \sim q_n}[f(k)] = \sum_k q_{1k} f(k)"),
        (r"\text{Var}_{k \sim r}(k) = \sum_k r_k k^2 - \mathbb{E}_{j \sim r}[j]^2",
         r"\text{Var}_{k \sim r}(k) = \sum_k r_k k^2"),
        (r"\mathbb{E}[Z] = P(Z = 1)", r"\mathbb{E}[Z] = P(Z = 0)"),
        (r"\mathbb{E}[X] = \sum_x x P(X = x)", r"\mathbb{E}[X] = \sum_x P(X = x)"),
        (r"\mathbb{E}[f(X)] = \sum_x f(x) P(x)", r"\mathbb{E}[f(X)] = f(\mathbb{E}[X])"),
        (r"\mathbb{E}[X] = \sum_y P(y) \mathbb{E}[X \mid Y = y]", r"\mathbb{E}[X] = \sum_y \mathbb{E}[X \mid Y = y]"),
        (r"\text{Var}(X + Y) = \text{Var}(X) + \text{Var}(Y) + 2 \, \text{Cov}(X, Y)",
         r"\text{Var}(X + Y) = \text{Var}(X) + \text{Var}(Y)"),
        (r"\text{Cov}(X, a Y) = a \, \text{Cov}(X, Y)", r"\text{Cov}(X, a Y) = \text{Cov}(X, Y)"),
        (r"\mathbb{E}[X]^2 \le \mathbb{E}[X^2]", r"\mathbb{E}[X]^2 \ge \mathbb{E}[X^2]"),
        (r"\mathbb{E}_{x \sim \mathcal{N}(a, s)}[x] = a", r"\mathbb{E}_{x \sim \mathcal{N}(a, s)}[x] = s"),
        (r"\mathbb{E}_{x \sim \mathcal{N}(0, s)}[x^3] = 0 \cdot s", r"\mathbb{E}_{x \sim \mathcal{N}(0, s)}[x^3] = 10^{-9} s"),
        (r"\text{Var}_{x \sim \mathcal{N}(a, s)}[3 x] = 9 s", r"\text{Var}_{x \sim \mathcal{N}(a, s)}[3 x] = 3 s"),
        (r"\mathbb{E}_{x \sim \mathcal{U}(0, s)}[x^2] = \frac{s^2}{3}",
         r"\mathbb{E}_{x \sim \mathcal{U}(0, s)}[x^2] = \frac{s^2}{2}"),
        (r"\mathbb{E}_{x \sim \mathcal{N}(0, 1)}[f(x)] + 1 = \mathbb{E}_{x \sim \mathcal{N}(0, 1)}[f(x) + 1]",
         r"\mathbb{E}_{x \sim \mathcal{N}(0, 1)}[f(x)] = f(0)"),
    ],
)  # fmt: skip
def test_right_and_wrong(right: str, wrong: str) -> None:
    found = report(right)
    assert found.ok, [*found.errors, *(claim.message for claim in found.failed)]
    assert not report(wrong).ok


@pytest.mark.parametrize(
    "equation",
    [
        r"P(X, Y) = P(X) P(Y)",  # nobody said that they are independent
        r"P(X = 1) > 0",  # nor that every value has a chance
        r"\text{Var}(Z) > 0",
        r"X + 1 = 2",
        r"P(a) = 1",
        r"P(X \in S) = 1",
        r"\mathbb{E}_{x \sim q}[x] = a",
        r"\mathbb{E}_{x \sim \mathcal{N}(0, \mathbf{I})}[x] = 0",
        r"\mathbb{E}_{x \sim \mathcal{N}(0, 1)}[e^{x^2}] = 0",
        r"\mathbb{E}_X[X] = 1",
        r"\mathbb{E}_{k \sim v}[k] = \sum_k v_k k",  # no probabilities
        r"\mathbb{E}_{k \sim q}[k] = 1",
        r"\mathbb{E}_{k \sim g_n}[k] = \sum_k g_{nk} k",  # of which the columns add up to 1
        r"\mathbb{E}_{k \sim r}[v] = v",
        r"\mathbb{E}_{2 \sim r}[k] = 2",
        r"\text{Cov}(X) = 0",
        r"X \sim \mathcal{N}(0, 1)",
    ],
)
def test_what_does_not_pass(equation: str) -> None:
    assert not report(equation).ok
