r"""Sixty equations as other texts write them, with the verdict that each deserves.

The verdicts were written down before the checker read the equations. Each has three wrong variants,
by edits FIND => REPLACE: none of them may pass, whatever becomes of the equation itself.
"""

from dataclasses import dataclass

import pytest

from mathcheck.claims.chapter import load
from mathcheck.claims.report import ChapterReport, check_chapter

HOLDS, REFUSED = "holds", "refused"


@dataclass(frozen=True)
class Foreign:
    """An equation, what its text says before it, what is to come of it, and how to make it wrong."""

    rows: str  # `x_n (N,); a scalar`
    before: tuple[str, ...]
    equation: str
    verdict: str
    wrong: tuple[tuple[str, str], ...]


def text(case: Foreign, equation: str) -> str:
    found = ["| Symbol | Code | Shape | Meaning |", "|---|---|---|---|"]
    for row in filter(None, case.rows.split("; ")):
        name, shape = row.split(" ", 1)
        found.append(f"| ${name}$ | | {shape} | |")
    table = "\n".join(found) if case.rows else ""
    return table + "".join(f"\n\n$$\n{each}\n$$" for each in (*case.before, equation)) + "\n"


def report(case: Foreign, equation: str) -> ChapterReport:
    return check_chapter(load("foreign.md", text(case, equation)))


NET = r"\mathbf{X} (N, D); \mathbf{W} (D, M); \mathbf{b} (M,)"
LIN = r"X_{ij} (N, D); y_i (N,); w_j (D,)"
VEC = r"u_i (D,); v_i (D,); A_{ij} (D, D); a scalar; b scalar"
LOG = r"z_k (K,); y_k (K,), one-hot; a scalar"
PQ = r"p_k (K,), probabilities; q_k (K,), probabilities"
XY = r"X random, in 1..K; Y random, in 1..J; a scalar; b scalar; c scalar"
FUN = r"f function; g function; x scalar; a scalar; b scalar"

CASES = [
    Foreign(NET, (r"\mathbf{H} \gets \mathbf{X} \mathbf{W} + \mathbf{b}",),
            r"h_{nm} = \sum_{d=1}^{D} x_{nd} w_{dm} + b_m.", HOLDS,
            ((r"+ b_m", ""), (r"w_{dm}", r"w_{dm}^2"), (r"x_{nd}", r"x_{1d}"))),
    Foreign(NET, (r"\mathbf{H} := \text{ReLU}(\mathbf{X} \mathbf{W} + \mathbf{b})",),
            r"\mathbf{H}_{nm} = \max\left(0, \sum_d x_{nd} w_{dm} + b_m\right)", HOLDS,
            ((r"\max", r"\min"), (r"+ b_m", r"- b_m"), (r"\max\left(0, ", r"\max\left(1, "))),
    Foreign(LOG, (), r"\text{softmax}(z)_j = \frac{\exp(z_j)}{\sum_{k=1}^{K} \exp(z_k)}", HOLDS,
            ((r"\sum_{k=1}^{K}", r"\sum_{k=2}^{K}"), (r"\exp(z_j)", r"\exp(-z_j)"), (r"\exp(z_k)}", r"z_k}"))),
    Foreign(LOG, (), r"\log \text{softmax}(z)_j = z_j - \log \sum_k \exp(z_k)", HOLDS,
            ((r"= z_j", r"= -z_j"), (r"- \log", r"+ \log"), (r"\exp(z_k)", r"z_k^2"))),
    Foreign(LOG, (), r"\partial_{z_j} \log \sum_k e^{z_k} = \mathrm{softmax}(z)_j", HOLDS,
            ((r"\log \sum", r"\sum"), (r"(z)_j", r"(2 z)_j"), (r"= \mathrm", r"= -\mathrm"))),
    Foreign(LOG, (r"\ell := -\sum_k y_k \log \frac{e^{z_k}}{\sum_j e^{z_j}}",),
            r"\frac{\partial \ell}{\partial z_j} = \text{softmax}(z)_j - y_j,", HOLDS,
            ((r"- y_j", r"+ y_j"), (r"(z)_j", r"(z)_j^2"), (r"= \text", r"= 1 - \text"))),
    Foreign(LOG, (), r"\sigma(-a) = 1 - \sigma(a)", HOLDS,
            (("-a", "a"), ("1 -", "2 -"), (r"\sigma(a)", r"\sigma(2 a)"))),
    Foreign(LOG, (), r"\log \sigma(a) = -\text{softplus}(-a)", HOLDS,
            ((r"(-a)", "(a)"), (r"= -", "="), (r"\sigma(a)", r"\sigma(-a)"))),
    Foreign(LOG, (), r"\tanh(a) = 2 \sigma(2a) - 1", HOLDS,
            (("2a", "a"), ("- 1", "+ 1"), ("2 \\sigma", "\\sigma"))),
    Foreign(LOG, (), r"\frac{d \sigma(a)}{d a} = \sigma(a) \left( 1 - \sigma(a) \right)", HOLDS,
            ((r"\left( 1 -", r"\left( 2 -"), (r"= \sigma(a)", r"= \sigma(a)^2"), (r"1 - \sigma", r"1 + \sigma"))),
    Foreign(LIN, (r"L(w) \stackrel{\text{def}}{=} \frac{1}{2N} \| X w - y \|^2",),
            r"\nabla_w L(w) = \frac{1}{N} X^\top (X w - y)", HOLDS,
            ((r"X^\top", "X"), (r"\frac{1}{N}", r"\frac{2}{N}"), (r"- y", "+ y"))),
    Foreign(LIN, (r"L(w) \triangleq \frac{1}{2N} \| X w - y \|^2",), r"\nabla_w^2 L(w) = \frac{1}{N} X^\top X", HOLDS,
            ((r"\frac{1}{N}", ""), (r"X^\top X", r"X^\top X + 1"), (r"= ", "= -"))),
    Foreign(LIN + "; \\lambda scalar", (r"J(w) := \| X w - y \|^2 + \lambda \|w\|^2",),
            r"\frac{\partial J}{\partial w} = 2 X^\top (X w - y) + 2 \lambda w", HOLDS,
            ((r"2 \lambda w", r"\lambda w"), (r"X^\top (", r"X^\top X ("), (r"+ 2", "- 2"))),
    Foreign(LIN, (), r"\hat{y} = X w \quad \Rightarrow \quad \hat{y}_i = \sum_j X_{ij} w_j", REFUSED,
            ((r"X_{ij} w_j", "w_j"), ("X w", "2 X w"), (r"\sum_j", ""))),
    Foreign(VEC, (), r"\langle u, v \rangle = u^\top v = \sum_{i=1}^{D} u_i v_i", HOLDS,
            (("u_i v_i", "u_i"), (r"\sum_{i=1}", r"\sum_{i=2}"), (r"u^\top v", r"u^\top u"))),
    Foreign(VEC, (), r"u_1 v_1 + u_2 v_2 + \dots + u_D v_D = \langle u, v \rangle", HOLDS,
            (("u_D v_D", "u_D"), ("+ u_2", "- u_2"), (r"u, v \r", r"u, u \r"))),
    Foreign(VEC, (), r"|\langle u, v \rangle| \leq \|u\|_2 \, \|v\|_2", HOLDS,
            ((r"\leq", r"\geq"), (r"\|u\|_2", r"0.1 \|u\|_2"), (r"u, v", r"u, u"))),
    Foreign(VEC, (), r"\|u + v\| \le \|u\| + \|v\|", HOLDS,
            ((r"\le", r"\ge"), (r"+ \|v\|", r"- \|v\|"), (r"\|u + v\|", r"\|u + 2 v\|"))),
    Foreign(VEC, (), r"\|u\|_\infty \le \|u\|_2 \le \|u\|_1", HOLDS,
            ((r"\|u\|_\infty \le", r"\|u\|_1 \le"), (r"\|u\|_1", r"\|u\|_\infty"), (r"_2 \le", r"_2 \ge"))),
    Foreign(VEC, (), r"\nabla_u \, (u^\top A u) = (A + A^\top) u", HOLDS,
            ((r"+ A^\top", ""), ("(A +", "(A -"), (r"^\top) u", r"^\top) v"))),
    Foreign(VEC, (), r"\frac{\partial (A u)_i}{\partial u_j} = A_{ij}", HOLDS,
            (("A_{ij}", "A_{ji}"), ("= A", "= -A"), (r"(A u)_i", r"(A v)_i"))),
    Foreign(VEC, (), r"(A \circ A)_{ij} = A_{ij}^2", HOLDS,
            ((r"A \circ A", "A A"), ("^2", "^3"), ("A_{ij}^2", "A_{ji}^2"))),
    Foreign(VEC, (), r"A \in \mathbb{R}^{D \times D}", HOLDS,
            ((r"D \times D", r"D \times D \times D"), (r"D \times D", r"D \times 2"), (r"^{D \times D}", ""))),
    Foreign(VEC, (r"w^* := 2 u",), r"w^* - u = u", HOLDS,
            (("- u", "+ u"), ("= u", "= v"), ("w^*", "2 w^*"))),
    Foreign(VEC, (r"u' := u - a v",), r"u'_i + a v_i = u_i", HOLDS,
            (("a v_i", "v_i"), ("= u_i", "= v_i"), ("u'_i", "u_i"))),
    Foreign(VEC, (), r"u \leftarrow u - a v", REFUSED,
            (("- a", "+ a"), ("a v", "v"), ("u - a v", "2 u"))),
    Foreign(VEC, (), r"(u * v)_i = \sum_j u_j v_{i-j}", REFUSED,
            (("v_{i-j}", "v_{i+j}"), ("u_j", "u_i"), (r"\sum_j", ""))),
    Foreign(PQ, (), r"D_{\text{KL}}(p \,\|\, q) = \sum_k p_k \log \frac{p_k}{q_k}", REFUSED,
            ((r"\frac{p_k}{q_k}", r"\frac{q_k}{p_k}"), ("p_k \\log", "\\log"), (r"= \sum", r"= -\sum"))),
    Foreign(PQ, (), r"\sum_k p_k \log \frac{p_k}{q_k} \geq 0", HOLDS,
            ((r"\geq", r"\leq"), (r"\geq 0", r"\geq 1"), (r"\sum_k p_k", r"\sum_k"))),
    Foreign(PQ, (r"H := -\sum_k p_k \log p_k", r"\text{KL} := \sum_k p_k \log \frac{p_k}{q_k}"),
            r"-\sum_k p_k \log q_k = H + \text{KL}", HOLDS,
            ((r"+ \text", r"- \text"), ("log q_k", "log p_k"), ("-\\sum", "\\sum"))),
    Foreign(PQ, (r"H := -\sum_k p_k \log p_k",), r"H \le \log K", HOLDS,
            ((r"\le", r"\ge"), (r"\log K", r"0.5 \log K"), ("H", "2 H"))),
    Foreign(XY, (), r"P(X \mid Y) = \frac{P(Y \mid X) P(X)}{P(Y)}", HOLDS,
            (("{P(Y)}", "{P(X)}"), (r"P(Y \mid X)", r"P(X \mid Y)"), (") P(X)}", ")}"))),
    Foreign(XY, (), r"P(Y) = \sum_x P(Y \mid X = x) P(X = x)", HOLDS,
            ((r"P(Y \mid X = x)", r"P(Y)^2"), (") P(X = x)", ")"), ("P(Y) =", "2 P(Y) ="))),
    Foreign(XY, (), r"P(X, Y) = P(X \mid Y) \, P(Y)", HOLDS,
            ((r"P(X \mid Y)", "P(X)"), (r"\, P(Y)", ""), (r"P(X \mid Y)", r"P(Y \mid X)"))),
    Foreign(XY, (), r"\text{Var}(X) = E[X^2] - E[X]^2", HOLDS,
            (("- E[X]^2", "+ E[X]^2"), ("E[X^2]", "E[X]"), ("- E[X]^2", "- E[X]"))),
    Foreign(XY, (), r"\mathbb{E}[a X + b] = a \, \mathbb{E}[X] + b", HOLDS,
            (("] + b", "]"), (r"a \, ", ""), ("a X", "X"))),
    Foreign(XY, (), r"\text{Var}(a X + b) = a^2 \, \text{Var}(X)", HOLDS,
            (("a^2", "a"), (r"\text{Var}(X)", r"\text{Var}(X) + b"), ("= a^2", "= -a^2"))),
    Foreign(XY, (), r"\text{Cov}(X, Y) = E[X Y] - E[X] E[Y]", HOLDS,
            (("E[X] E[Y]", "E[X]"), ("E[X Y]", "E[X]"), ("- E", "+ E"))),
    Foreign(XY, (), r"P(X, Y) = P(X) P(Y)", REFUSED,
            (("P(X) P(Y)", "P(X)"), ("P(X) P(Y)", "P(Y)"), ("= P(X)", "= 2 P(X)"))),
    Foreign(r"\mu scalar; \sigma scalar, positive", (),
            r"\mathbb{E}_{x \sim \mathcal{N}(\mu, \sigma^2)}[x^2] = \mu^2 + \sigma^2", HOLDS,
            (("+ \\sigma^2", "+ \\sigma"), ("[x^2]", "[x]"), (r"\mu^2", r"\mu"))),
    Foreign(r"a scalar, in (-3, 3)", (), r"\mathbb{E}_{z \sim \mathcal{N}(0, 1)}[e^{a z}] = e^{a^2 / 2}", HOLDS,
            (("a^2 / 2", "a^2"), ("e^{a z}", "e^{z}"), ("(0, 1)", "(1, 1)"))),
    Foreign(r"\gamma scalar, in (0, 0.9)", (), r"\sum_{t=0}^{\infty} \gamma^t = \frac{1}{1 - \gamma}", HOLDS,
            (("t=0", "t=1"), (r"1 - \gamma", r"1 + \gamma"), (r"\gamma^t", r"\gamma^{2t}"))),
    Foreign("x scalar, in (-3, 3)", (), r"e^{x} = 1 + \sum_{n=1}^{\infty} \frac{x^{n}}{n!}", HOLDS,
            (("1 +", "2 +"), ("n!", "n"), ("n=1", "n=0"))),
    Foreign("n = 5", (), r"\binom{n}{2} = \frac{n!}{2! \, (n - 2)!}", HOLDS,
            (("2! ", "3! "), ("(n - 2)!", "(n - 1)!"), (r"\binom{n}{2}", r"\binom{n}{1}"))),
    Foreign(VEC, (), r"(a + b)^4 = \sum_{k=0}^{4} \binom{4}{k} a^{k} b^{4-k}", HOLDS,
            (("k=0", "k=1"), (r"\binom{4}{k} ", ""), ("b^{4-k}", "b^{k}"))),
    Foreign(FUN, (), r"\frac{d}{dx} \left[ f(x) g(x) \right] = f'(x) g(x) + f(x) g'(x)", HOLDS,
            (("+ f", "- f"), ("f'(x) g(x)", "f'(x) g'(x)"), ("f(x) g'(x)", "g'(x)"))),
    Foreign(FUN, (), r"\frac{d}{dx} f(g(x)) = f'(g(x)) \, g'(x)", HOLDS,
            ((r"f'(g(x))", r"f'(x)"), (r"\, g'(x)", ""), ("f'(g(x))", "f(g(x))"))),
    Foreign(FUN, (), r"\frac{d^2}{dx^2} f(x)^2 = 2 f'(x)^2 + 2 f(x) f''(x)", HOLDS,
            (("2 f'(x)^2 +", ""), ("f''(x)", "f'(x)"), ("2 f(x)", "f(x)"))),
    Foreign(FUN, (), r"f'(x) = \lim_{h \to 0} \frac{f(x + h) - f(x)}{h}", REFUSED,
            (("- f(x)", "+ f(x)"), ("f'(x)", "f(x)"), ("{h}", "{2h}"))),
    Foreign(FUN, (), r"\int_a^b f'(t) \, dt = f(b) - f(a)", HOLDS,
            (("f(b) - f(a)", "f(a) - f(b)"), ("f'(t)", "f(t)"), ("f(b) -", "f(b) +"))),
    Foreign("", (), r"\int_0^1 x^2 \, dx = \frac{1}{3}", HOLDS,
            (("x^2", "x"), (r"\frac{1}{3}", r"\frac{1}{2}"), ("_0^1", "_0^2"))),
    Foreign("", (), r"\int_{-\infty}^{\infty} e^{-x^{2}} \, dx = \sqrt{\pi}", HOLDS,
            ((r"\sqrt{\pi}", r"\pi"), (r"_{-\infty}", "_0"), ("x^{2}", "2 x^{2}"))),
    Foreign(FUN, (), r"F(x) = \int f(x) \, dx", REFUSED,
            ((r"\int f", r"\int 2 f"), ("F(x)", "2 F(x)"), (r"\, dx", r"\, da"))),
    Foreign("c_t (T,); g_t (T,); i_t (T,); f_t (T,)", (r"\tilde{c}_t := f_t \odot c_t + i_t \odot g_t",),
            r"\frac{\partial \tilde{c}_t}{\partial f_t} = c_t", HOLDS,
            (("= c_t", "= g_t"), (r"\partial f_t", r"\partial i_t"), ("= c_t", "= f_t"))),
    Foreign(r"m_t (T,); m_0 scalar; g_t (T,); \beta_1 scalar, in (0, 1)",
            (r"m_0 := 0", r"m_t \gets \beta_1 m_{t-1} + (1 - \beta_1) g_t"),
            r"m_t = (1 - \beta_1) \sum_{i=1}^{t} \beta_1^{t-i} g_i", HOLDS,
            (("{t-i}", "{t-i+1}"), ("(1 - \\beta_1)", ""), ("g_i", "g_t"))),
    Foreign(r"x_i (m,); \epsilon scalar, positive",
            (r"\mu := \frac{1}{m} \sum_{i=1}^{m} x_i", r"v := \frac{1}{m} \sum_{i=1}^{m} (x_i - \mu)^2",
             r"\hat{x}_i \triangleq \frac{x_i - \mu}{\sqrt{v + \epsilon}}"),
            r"\frac{1}{m} \sum_i \hat{x}_i^2 = \frac{v}{v + \epsilon}", HOLDS,
            ((r"\frac{v}{v + \epsilon}", "1"), (r"\hat{x}_i^2", r"\hat{x}_i"), (r"\frac{1}{m}", ""))),
    Foreign("x_i (N,); y_i (N,)", (),
            # Where both are equal there is no derivative, and this says that it is 1.
            r"\frac{\partial \max(x_i, y_i)}{\partial x_i} = \mathbb{1}(x_i >= y_i)", REFUSED,
            (("x_i >= y_i", "y_i >= x_i"), (r"\max", r"\min"), (">=", "<="))),
    Foreign("x scalar", (),
            r"\text{LeakyReLU}(x) := \begin{cases} x, & \text{if } x > 0, \\ 0.01 x, & \text{otherwise}. \end{cases}"
            "\n$$\n\n$$\n" r"\text{LeakyReLU}(x) = \max(x, 0.01 x)", HOLDS,
            ((r"= \max", r"= \min"), ("0.01 x,", "0.1 x,"), ("x > 0", "x < 0"))),
    Foreign("z_k (K,)", (), r"\operatorname*{argmax}_k z_k = \operatorname*{argmax}_k e^{z_k}", HOLDS,
            ((r"e^{z_k}", r"e^{-z_k}"), (r"= \operatorname*{argmax}", r"= \operatorname*{argmin}"), ("{argmax}_k z_k", "{argmax}_k z_k^2"))),
    Foreign("z_k (K,)", (), r"\underset{k}{\max} \, z_k \ge \frac{1}{K} \sum_k z_k", HOLDS,
            ((r"\ge", r"\le"), (r"{\max}", r"{\min}"), (r"\frac{1}{K}", ""))),
    Foreign("w_i (5,)", (), r"\sum_{i \in \{1, 3, 5\}} w_i = w_1 + w_3 + w_5", HOLDS,
            (("3, 5", "5"), ("+ w_5", ""), ("w_3", "w_2"))),
    Foreign(LIN, (),
            r"L = \underbrace{\frac{1}{N} \sum_i y_i}_{\text{data loss}} + \underbrace{\|w\|^2}_{\text{weights}}", REFUSED,
            ((r"\frac{1}{N}", ""), ("^2", ""), ("+ \\under", "- \\under"))),
    Foreign(LIN, (),
            r"L := \underbrace{\frac{1}{N} \sum_i y_i}_{\text{data loss}} + \underbrace{\|w\|^2}_{\text{weights}}"
            "\n$$\n\n$$\n" r"N L = \textcolor{blue}{\sum_i y_i} + N \textcolor{red}{\|w\|^2}", HOLDS,
            ((r"+ N ", r"+ "), (r"N L", "L"), (r"red}{\|w\|^2}", r"red}{\|w\|}"))),
    Foreign(r"\mathbf{q}_d (D,); \mathbf{K}_{nd} (N, D)", (r"\alpha := \text{softmax}(\mathbf{K} \mathbf{q})",),
            r"\sum_{n=1}^{N} \alpha_n = 1", HOLDS,
            (("= 1", "= N"), (r"n=1", r"n=2"), (r"\alpha_n", r"\alpha_n^2"))),
]  # fmt: skip


def test_there_are_sixty() -> None:
    assert len(CASES) >= 60
    assert all(len(case.wrong) == 3 for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.equation)
def test_the_verdict_is_as_expected(case: Foreign) -> None:
    found = report(case, case.equation)
    said = [*map(str, found.errors), *(claim.message for claim in found.failed)]
    assert found.ok is (case.verdict == HOLDS), said


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.equation)
def test_no_wrong_variant_passes(case: Foreign) -> None:
    for find, replace in case.wrong:
        assert case.equation.count(find) >= 1, find
        changed = case.equation.replace(find, replace, 1)
        assert not report(case, changed).ok, changed
