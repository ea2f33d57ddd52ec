"""Functions and index sets that need no row: what each means, and wrong variants that fail."""

import pytest

from mathcheck.claims.chapter import load
from mathcheck.claims.report import check_chapter

TABLE = r"""
| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $v_i$ | | (N,) | |
| $w_i$ | | (5,) | |
| $A_{ij}$ | | (N, N) | |
| $Q_{nd}$ | | (N, D) | |
| $R_{nd}$ | | (N, D) | |
| $a$ | | scalar | |
| $b$ | | scalar | |
| $p$ | | scalar, positive | |
| $L$ | | any scalar function of $v$ | |
"""


def holds(equation: str) -> bool:
    return check_chapter(load("functions.md", f"{TABLE}\n$$\n{equation}\n$$\n")).ok


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"5! = 120", r"5! = 24"),
        (r"\frac{4!}{2!} = 12", r"\frac{4!}{2!} = 2"),
        (r"\binom{5}{2} = 10", r"\binom{5}{3} = 5"),
        (r"{5 \choose 2} = 10", r"{5 \choose 2} = 20"),
        (r"(a + b)^3 = \sum_{k=0}^{3} \binom{3}{k} a^k b^{3-k}",
         r"(a + b)^3 = \sum_{k=0}^{3} \binom{4}{k} a^k b^{3-k}"),
        (r"\sum Q = \sum_{n,d} Q_{nd}", r"\sum Q = \sum_n Q_{n1}"),
        (r"(Q \oslash R)_{nd} R_{nd} = Q_{nd}", r"(Q \oslash R)_{nd} Q_{nd} = R_{nd}"),
        (r"17 \equiv 2 \pmod{5}", r"17 \equiv 3 \pmod{5}"),
        (r"\sum_{\substack{i=1 \\ i \ne 2}}^{N} v_i = \sum_i v_i - v_2", r"\sum_{\substack{i=1 \\ i \ne 2}}^{N} v_i = \sum_i v_i"),
        (r"\sum_{i \in \{1, \dots, N\} \setminus \{2\}} v_i = \sum_i v_i - v_2",
         r"\sum_{i \in \{1, \dots, N\} \setminus \{2\}} v_i = \sum_i v_i - v_1"),
        (r"\sum_{i \in \{1, 2, 4\} \setminus \{2\}} w_i = w_1 + w_4", r"\sum_{i \in \{1, 2, 4\} \setminus \{2\}} w_i = w_1 + w_2 + w_4"),
        (r"7!! = 105", r"7!! = 5040!"),
        (r"\gcd(12, 18) = 6", r"\gcd(12, 18) = 36"),
        (r"\text{lcm}(4, 6) = 12", r"\text{lcm}(4, 6) = 24"),
        (r"\Gamma(5) = 4!", r"\Gamma(5) = 5!"),
        (r"\cot(p) \tan(p) = 1", r"\cot(p) \tan(p) = -1"),
        (r"\text{artanh}(\tanh a) = a", r"\text{artanh}(\tanh a) = -a"),
        (r"\text{clip}(a, -1, 1) = \max(-1, \min(1, a))", r"\text{clip}(a, -1, 1) = a"),
        (r"\Phi(-a) = 1 - \Phi(a)", r"\Phi(-a) = \Phi(a)"),
        (r"17 \bmod 5 = 2", r"17 \bmod 5 = 3"),
        (r"(-7) \bmod 3 = 2", r"(-7) \bmod 3 = -1"),
        (r"\sqrt[3]{a^3} = a", r"\sqrt[4]{a^4} = a"),
        (r"(a^5)^{3/5} = a^3", r"(a^4)^{3/4} = a^3"),
        (r"\sqrt[3]{-27} = -3", r"\sqrt[3]{-27} = 3"),
        (r"\text{abs}(a) = \max(a, -a)", r"\text{abs}(a) = a"),
        (r"\operatorname{round}(2.4) = 2", r"\operatorname{round}(2.6) = 2"),
        (r"\text{softplus}(a) = \log(1 + e^a)", r"\text{softplus}(a) = \log(1 - e^{-a})"),
        (r"\text{SiLU}(a) = a \, \sigma(a)", r"\text{SiLU}(a) = \sigma(a)"),
        (r"\text{erf}(-a) = -\text{erf}(a)", r"\text{erf}(-a) = \text{erf}(a)"),
        (r"\text{GELU}(a) = \frac{a}{2} \left( 1 + \text{erf} \left( \frac{a}{\sqrt 2} \right) \right)",
         r"\text{GELU}(a) = \frac{a}{2} \left( 1 + \tanh a \right)"),
        (r"\frac{\partial \text{GELU}(v_i)}{\partial v_i} = \frac{\text{GELU}(v_i)}{v_i}"
         r" + \frac{v_i}{\sqrt{2 \pi}} e^{-v_i^2/2}",
         r"\frac{\partial \text{GELU}(v_i)}{\partial v_i} = \frac{\text{GELU}(v_i)}{v_i}"),
        (r"\|v\|_3 = \left( \sum_i |v_i|^3 \right)^{1/3}", r"\|v\|_3 = \left( \sum_i v_i^3 \right)^{1/3}"),
        (r"\|v\|_p^p = \sum_i |v_i|^p", r"\|v\|_p = \sum_i |v_i|^p"),
        (r"\langle v, v \rangle = \|v\|^2", r"\langle v, v \rangle = \|v\|"),
        (r"\langle Q, R \rangle = \sum_n \sum_d Q_{nd} R_{nd}", r"\langle Q, R \rangle = \sum_n Q_{n1} R_{n1}"),
        (r"(Q^{\odot 3})_{nd} = Q_{nd}^3", r"(Q^{\odot 3})_{nd} = Q_{nd}^2"),
        (r"(Q \circ R)_{nd} = Q_{nd} R_{nd}", r"(Q \circ R)_{nd} = Q_{nd} + R_{nd}"),
        (r"\log \sigma(a) = -\log(1 + e^{-a})", r"\log \sigma(a) = -\log(1 + e^{a})"),
        (r"e^{-10} \approx 4.54 \times 10^{-5}", r"e^{-10} \approx 4.55 \times 10^{-5}"),
        (r"e^{10} \approx 2.203 \cdot 10^4", r"e^{10} \approx 2.205 \cdot 10^4"),
        (r"\sum_{i \in \{1, 3\}} w_i = w_1 + w_3", r"\sum_{i \in \{1, 3\}} w_i = w_1 + w_2 + w_3"),
        (r"\prod_{i \in \{2, 4\}} w_i = w_2 w_4", r"\prod_{i \in \{2, 4\}} w_i = w_2 w_3 w_4"),
        (r"\sum_{i \in \{1, \dots, N\}} v_i = \sum_i v_i", r"\sum_{i \in \{2, \dots, N\}} v_i = \sum_i v_i"),
        (r"\sum_{1 \le i < j \le N} A_{ij} = \sum_{i=1}^{N} \sum_{j=i+1}^{N} A_{ij}",
         r"\sum_{1 \le i < j \le N} A_{ij} = \sum_{i=1}^{N} \sum_{j=i}^{N} A_{ij}"),
        (r"\sum_{j=1, j \ne 2}^{N} v_j = \sum_j v_j - v_2", r"\sum_{j=1, j \ne 2}^{N} v_j = \sum_j v_j"),
        (r"\mathbb{1}[a \in [0, 1]] = \mathbb{1}[a \ge 0] \, \mathbb{1}[a \le 1]",
         r"\mathbb{1}[a \in [0, 1]] = \mathbb{1}[a \ge 0]"),
        (r"\mathbb{1}[a \notin (0, 1]] = 1 - \mathbb{1}[a \in (0, 1]]",
         r"\mathbb{1}[a \notin (0, 1]] = \mathbb{1}[a \in (0, 1]]"),
    ],
)  # fmt: skip
def test_right_and_wrong(right: str, wrong: str) -> None:
    assert holds(right)
    assert not holds(wrong)


@pytest.mark.parametrize(
    "equation",
    [
        r"2.5! = 3.3",
        r"a + 7 \bmod 3 = a + 1",  # of 7, or of the sum?
        r"-7 \bmod 3 = -1",
        r"a \pm b = a + b",
        r"v * v = v \odot v",
        r"\|Q\|_3 = \left( \sum_n \sum_d |Q_{nd}|^3 \right)^{1/3}",
        r"\|v\|_0 = N",
        r"\sum_{i \in S} v_i = \sum_i v_i",
        r"\sum_{i \in \{1, 3, \dots, N\}} v_i = \sum_i v_i",
        r"\log a b = \log(a) b",
        r"\lim_{b \to 0} a b = 0",
        r"a \sim b",
        r"a \implies b",
        r"v_1 + \dots = \sum_i v_i",
    ],
)
def test_what_is_refused(equation: str) -> None:
    report = check_chapter(load("functions.md", f"{TABLE}\n$$\n{equation}\n$$\n"))
    assert not report.ok
