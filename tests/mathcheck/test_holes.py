"""Wrong or empty equations that look right to a careless checker: each must be refused."""

import pytest

from mathcheck.claims.chapter import load
from mathcheck.claims.report import check_chapter

CHAPTER = r"""# Holes

## Symbols

| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $x_{nd}$ | `x` | (N, D) | numbers |
| $W_{dm}$ | `W` | (D, M) | more |
| $Q_{ij}$ | `Q` | (I, I) | a square |
| $v_n$ | `v` | (N,) | a vector |
| $u_d$ | `u` | (D,) | another |
| $a$ | `a` | () | a number |
| $b$ | `b` | () | another |
| $p$ | `p` | (), positive | a positive number |
| $r$ | `r` | (), in (0, 1) | a fraction |
| $k_n$ | `k` | (N,), in 1..K | classes |
| $t_{nk}$ | `t` | (N, K), one-hot over k | the same, one-hot |
| $q_{nk}$ | `q` | (N, K), probabilities over k | soft |
| $s_n$ | `s` | (N,), $\pm 1$ | signs |
| $m_n$ | `mask` | (N,), 0 or 1 | mask |
| $y_{nm}$ | `y` | (N, M) | defined below |
| $h_t$ | `h` | (T,) | defined below |
| $w_n$ | `w` | (N,) | for a definition of one's own |
| $c$ | `c` | () | for a definition of one's own |
| $L$ | | any scalar function of $y$ | loss |

## Text

$$
y \coloneqq x W, \qquad h_0 \coloneqq a, \qquad h_t \coloneqq r h_{t-1} + b
$$

$$
@
\label{eq:hole}
$$
"""

# Each is refused: as false, as empty, or as not to be read. None may pass.
REFUSED = {
    # claims that could not fail
    "one more than it is": r"501760000 \cdot 8 = 4014080001",
    "in white": r"\textcolor{white}{a +} b = b + a",
    "in a tag": r"v_n + a - v_n = a \tag{$a > b$}",
    "one more in a sum": r"\sum_{n=1}^{100000} n = 5000050001",
    "the same twice": r"x_{nd} = x_{nd}",
    "the same, spaced": r"x_{nd} W_{dm} = x_{n d}\, {W_{d m}}",
    "the same in a chain": r"v_n + w_n = v_n + w_n",
    "zero and zero": r"0 = 0",
    "zero times something": r"0 \cdot v_n = 0",
    "something less itself": r"v_n - v_n = 0",
    "an empty sum": r"\sum_{n=2}^{1} v_n = 0",
    "nowhere to hold": r"v_n = 2 v_n \quad \text{for } n > 1000",
    "a condition never true": r"v_n = 2 v_n \qquad (n < n)",
    "derivative of what does not depend": r"\frac{\partial v_n}{\partial u_d} = 0",
    "derivative of a loss that does not depend": r"\frac{\partial L}{\partial v_n} = 0",
    "indicator never true": r"\mathbb{1}[v_n > 10^{9}] = 0",
    # not a number
    "NaN is NaN": r"\log(-p) = \log(-2 p)",
    "root of a negative": r"\sqrt{-p} = \sqrt{-2 p}",
    "nought by nought": r"\frac{0 \cdot p}{0 \cdot p} = \frac{0 \cdot a}{0 \cdot p}",
    "infinity is infinity": r"\frac{1}{0 \cdot p} = \frac{2}{0 \cdot p}",
    "the logarithm of 0": r"\log 0 = 3",
    "the logarithm of what is 0": r"\log(a - a) = b",
    "one by the logarithm of 0": r"\frac{1}{\log 0} + a = a",
    "one by one by 0": r"\frac{1}{1 / 0} + a = a",
    "an exponential of minus infinity": r"e^{-1 / 0} + a = a",
    "a number by infinity": r"\frac{a}{\infty} + b = b",
    "the arctangent of infinity": r"\arctan(-\infty) + a = a - \frac{\pi}{2}",
    "an integral that steps over all there is": r"\int_0^{10^{300}} e^{-t} \, dt = 2",
    "overflow": r"\exp(1000 p + 1000) = \exp(2000 p + 2000)",
    "a power of a negative": r"(-p)^{0.5} = (-p)^{0.5} + 1",
    "not to the digits": r"\log(-1) \approx 3.14",
    # a constant for a size
    "two for N": r"\frac{1}{N} \sum_n v_n = \frac{1}{2} \sum_n v_n",
    "three for N": r"\frac{1}{N} \sum_n v_n = \frac{1}{3} \sum_n v_n",
    "four for N": r"\frac{1}{N} \sum_n v_n = \frac{1}{4} \sum_n v_n",
    "five for N": r"\frac{1}{N} \sum_n v_n = \frac{1}{5} \sum_n v_n",
    "one size by another": r"a (N + 1) = a D",
    "one size by another, the other way": r"a N = a (D + 1)",
    "double for square": r"a N^2 = 2 a N",
    "sum of sizes": r"a N = a (D + M)",
    "a sum to another size": r"\sum_{n=1}^{N} a = \sum_{n=1}^{D} a",
    "divided by another size": r"\frac{1}{N} \sum_n v_n = \frac{1}{D} \sum_n v_n",
    # sampled too tamely
    "all positive": r"|v_n| = v_n",
    "all negative": r"|v_n| = -v_n",
    "a rectifier never at work": r"\max(0, a) = a",
    "a rectifier always at work": r"\max(0, v_n) = 0",
    "all of one sign": r"s_n = 1",
    "all kept": r"m_n = 1",
    "all dropped": r"m_n + a = a",
    "classes all the same": r"a k_n = a k_1",
    "one-hot all the same": r"t_{nk} = t_{1k}",
    "soft is one-hot": r"q_{nk}^2 = q_{nk}",
    "uniform": r"q_{nk} = \frac{1}{K}",
    "numbers in the unit interval": r"\max(v_n, -1) = v_n",
    "smaller than one": r"\min(|a|, 1) = |a|",
    "larger than one": r"\max(|a|, 1) = |a|",
    "larger than a": r"\max(a, b) = b",
    "positive below one": r"\min(p, 1) = p",
    "positive above one": r"\max(p, 1) = p",
    "all rows alike": r"x_{nd} = x_{1d}",
    "symmetric by chance": r"Q_{ij} = Q_{ji}",
    "a loss that is linear": (
        r"\frac{\partial L}{\partial y_{nm}} = \frac{\partial L}{\partial "
        r"y_{1m}}"
    ),
    "a loss of sums": r"\frac{\partial L}{\partial y_{nm}} = \frac{\partial L}{\partial y_{n1}}",
    # indices
    "two free indices": r"v_n = v_i",
    "the diagonal for all": r"x_{nd} = x_{nn}",
    "an index that only one side has": r"v_n = \sum_d x_{nd} u_d",
    "a bound index outside its sum": r"\sum_n v_n + v_n = 2 \sum_n v_n",
    "delta of nothing": r"\delta_{nn} v_n = 2 v_n",
    "past the end": r"v_{n+1} - v_{n+1} = 0",
    "before the start": r"v_0 = v_0 + 0 a",
    "far past the end": r"v_{1000} = v_{1000} + 0 a",
    "an index of the wrong range": r"\sum_{d=1}^{D} v_d = \sum_{n=1}^{N} v_n",
    "half an index": r"v_{n/2} = v_{n/2} + 0 a",
    "an index that is a number": r"v_{2a} = v_{2a} + 0 b",
    # derivatives
    "partial for total": r"\frac{\partial h_2}{\partial r} = \frac{\mathrm{d} h_2}{\mathrm{d} r}",
    "total for partial": r"\frac{\mathrm{d} h_2}{\mathrm{d} h_0} = 0 a",
    "the square's derivative": r"\frac{\mathrm{d} (a^2)}{\mathrm{d} a} = a",
    "modulus": r"\frac{\mathrm{d} |a|}{\mathrm{d} a} = 1",
    "modulus, the other sign": r"\frac{\mathrm{d} |a|}{\mathrm{d} a} = -1",
    "derivative of a norm": r"\frac{\mathrm{d} \|v\|}{\mathrm{d} v_n} = v_n",
    "derivative of a maximum": r"\frac{\mathrm{d} \max_n v_n}{\mathrm{d} v_i} = 1",
    "second derivative taken for nought": (
        r"\frac{\mathrm{d}}{\mathrm{d} a} \left( \frac{\mathrm{d} a^3}{\mathrm{d} a} "
        r"\right) = 0 a"
    ),
    "second derivative wrong": (
        r"w_n \coloneqq \frac{\mathrm{d} (v_n^3)}{\mathrm{d} v_n}, \quad \frac{\mathrm{d} "
        r"w_n}{\mathrm{d} v_n} = 3 v_n"
    ),
    "derivative by an integer": r"\frac{\partial (a k_n)}{\partial k_n} = a",
    "derivative of a step": r"\frac{\mathrm{d} \mathbb{1}[a > 0]}{\mathrm{d} a} = a",
    # what the eye reads and the checker might not
    "a claim behind text": r"y = x W + 0 a \quad \text{so that} \quad v_n = 2 v_n",
    "a claim behind a comma": r"y = x W + 0 a, \; v_n = 2 v_n",
    "a claim behind a semicolon": r"y = x W + 0 a; \quad v_n = 2 v_n",
    "a claim behind a full stop": r"y = x W + 0 a. \quad v_n = 2 v_n.",
    "a claim in a note": r"\begin{aligned} y &= x W + 0 a && v_n = 2 v_n \end{aligned}",
    "a claim in a third column": r"\begin{aligned} y &= x W + 0 a & v_n &= 2 v_n \end{aligned}",
    "a claim behind a note": (
        r"\begin{aligned} y &= x W + 0 a && \text{so} & v_n &= 2 v_n "
        r"\end{aligned}"
    ),
    "a claim in text": r"y = x W + 0 a \text{ and so } v_n = 2 v_n",
    "a claim in the text itself": r"\text{it follows that } v_n = 2 v_n",
    "a claim below a row without one": r"\begin{aligned} v_n \\ &= 2 v_n \end{aligned}",
    "a chain over rows": r"\begin{aligned} v_n &= v_n + 0 a \\ &= 2 v_n \end{aligned}",
    "a chain's middle": r"v_n = 2 v_n = v_n",
    "a chain begun by a definition": r"w_n \coloneqq v_n = 2 v_n",
    "an aligned within": r"\begin{gathered} y = x W + 0 a \\ v_n = 2 v_n \end{gathered}",
    "no claim at all": r"x W",
    "in a fraction's condition": r"\begin{cases} v_n = 2 v_n & \text{if } a > 0 \end{cases}",
    "proportional": r"v_n \propto 2 v_n",
    "equivalent": r"v_n \equiv 2 v_n",
    "not equal": r"v_n \neq v_n",
    "a comment sign": "v_n = v_n % + 1",
    "a tag": r"v_n = 2 v_n \tag{1}",
    "phantom": r"v_n \phantom{+ v_n} = 2 v_n",
    # a second claim is no condition
    "an inequality behind a comma": r"a^2 \ge 0, \; a \ge b",
    "an inequality behind an equation": r"y = x W + 0 a, \quad a > 0",
    "an inequality behind hence": r"a^2 \ge 0 \quad \text{hence} \quad a \ge b",
    "an inequality behind so": r"y = x W + 0 a \quad \text{so} \quad p > 1",
    "an inequality behind and": r"a^2 \ge 0 \text{ and } a \ge b",
    "an inequality behind and, after a condition": (
        r"|a| = a \quad \text{for } a > 0, \quad \text{so } b > 0"
    ),
    "an inequality behind as": r"y = x W + 0 a \quad \text{as } a > 0",
    "an inequality in a note": (
        r"\begin{aligned} y &= x W + 0 a && \text{since } a > 0 \end{aligned}"
    ),
    "a bare inequality in a note": r"\begin{aligned} |a| &= a && a > 0 \end{aligned}",
    "an equation between texts in a note": (
        r"\begin{aligned} y &= x W + 0 a && \text{as } a = 7 b \text{ here} \end{aligned}"
    ),
    # a text is not dropped where it stands in a formula
    "a function in text": r"\text{softmax}(v)_n = v_n",
    "a factor in text": r"v_n + 0 a = v_n \, \text{Dropout}(v_n) + 5 v_n",
    "a factor in text without brackets": r"v_n + 0 a = v_n \text{Dropout}",
    "a factor in text behind a space": r"v_n + 0 a = v_n \; \text{Dropout} v_n",
    "a sum behind a text": r"v_n + 0 a = v_n \quad \text{plus} + 5 v_n",
    "a sum behind a remark": r"v_n + 0 a = v_n \quad \text{in short} + 5 v_n",
    "mathematics in dollars in a text": r"y = x W + 0 a \quad \text{and $a = 7 b$}",
    "an equation in words": r"y = x W + 0 a \quad \text{and a = 7b}",
    "an inequality in words": r"y = x W + 0 a \quad \text{since a > 0}",
    # tolerances
    "about nothing": r"v_n \approx w_n",
    "about an expression": r"v_n \approx 2 v_n",
    "about, to no digits": r"1000 p \approx 1000",
    "about, to a stated lot": r"v_n \approx 2 v_n \quad \text{(within 1000)}",
    "nearly": r"a + 10^{-7} a = a",
    "nearly nothing": r"10^{-12} a = 0",
    "small elements beside large": r"a \cdot 10^{-12 n} v_n = 2 a \cdot 10^{-12 n} v_n",
    # read in one way by some and in another by others
    "two factors behind a maximum": r"\max_n v_n m_n = m_1 \max_n v_n",
    "a maximum of nothing": r"\max_n a = a",
    "two factors behind a logarithm": r"\log p r = r \log p",
    "two factors behind a slash": r"a / 2 b = \frac{a}{2 b} + 0 a",
    "the spectral norm": r"\|x\|_2 = \|x\|_F + 0 a",
    "the largest column sum": r"\|x\|_1 = \sum_{n,d} |x_{nd}|",
    "the square of a matrix": r"Q^2 = Q \odot Q",
    "an inverse function": r"\sin^{-1} a = \frac{1}{\sin a}",
    "a letter bound twice": r"\sum_n \sum_n v_n = N \sum_n v_n",
    "a product in a tangent": r"\tanh a b = b \tanh a",
    "minus and a power": r"-a^2 = (-a)^2",
    # definitions
    "defined with a free index": r"w_n \coloneqq v_i",
    "defined with the wrong size": r"w \coloneqq u",
    "defined twice": r"y \coloneqq 2 x W",
    "defined in a circle": r"c \coloneqq c + 1",
    "defined through itself": r"w_n \coloneqq 2 w_n",
    "defined backwards and forwards": r"w_n \coloneqq w_{n-1} + w_{n+1}",
    "a number defined": r"2 \coloneqq 1 + 1",
    "an input defined after its use": r"x_{nd} \coloneqq 1",
    "an element defined": r"w_1 \coloneqq a, \quad w_2 = a",
    "a base case that is never reached": (
        r"w_1 \coloneqq a, \quad w_n \coloneqq w_{n+1}, \quad w_2 = "
        r"a"
    ),
    "defined for some": r"w_n \coloneqq v_n \quad \text{for } n < 2, \qquad w_2 = v_2 + a",
    "a claim of an undefined symbol": r"w_n = v_n",
}

# Right, and said as people say it.
ACCEPTED = {
    "a condition in words": r"|a| = a \quad \text{for } a > 0",
    "a condition in brackets": r"|v_n| = v_n \quad (v_n > 0)",
    "two conditions": r"|a| + |b| = a + b \quad \text{if } a > 0 \text{ and } b > 0",
    "a condition for two": r"|a| = a, \quad |a| \ne -a \quad \text{for } a > 0",
    "two claims": r"a^2 \ge 0, \; p > 0",
    "a remark": r"y = x W + 0 a \quad \text{by the rule for } x",
    "a remark close by": r"y = x W + 0 a \text{ by definition}",
    "a remark in brackets": r"y = x W + 0 a \text{ (by definition)}",
    "for all": r"v_n + a = a + v_n \quad \text{for all } n",
    "an index that is picked": (
        r"\begin{aligned} v_n &= \sum_i \delta_{in} v_i && \text{only } i = n \text{ is left}"
        r" \end{aligned}"
    ),
    "a reason that holds": (
        r"\begin{aligned} y &= x W + 0 a && \text{as } (a + b)^2 = a^2 + 2 a b + b^2"
        r" \end{aligned}"
    ),
}


# Where an equation may stand, and be passed over.
PLACES = {
    "on one line": "$$ {} $$",
    "second on a line": "$$ v_n = v_n + 0 a $$ and $$ {} $$",
    "in a list": "- text\n\n    $$\n    {}\n    $$",
    "in a quotation": "> $$\n> {}\n> $$",
    "in a hidden solution": "??? success\n    $$\n    {}\n    $$",
    "in a block of HTML": "<div>\n$$\n{}\n$$\n</div>",
    "behind a fence": "~~~\n$$\nx\n$$\n~~~\n\n$$\n{}\n$$",
    "behind dollars in code": "`$$`\n\n$$\n{}\n$$",
    "with other delimiters": "\\[\n{}\n\\]",
    "in an environment of its own": "\\begin{{equation}}\n{}\n\\end{{equation}}",
    "unchecked without a reason": "$$\n{}\n$$\n<!-- unchecked -->",
    "unchecked before it stands": "<!-- unchecked: no -->\n$$\n{}\n$$",
    "with another system's line ends": "$$\r\n{}\r\n$$\r",
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_found(place: str) -> None:
    text = CHAPTER[: CHAPTER.rindex("$$\n@")] + place.format("v_n = 2 v_n") + "\n"
    report = check_chapter(load("holes.md", text))
    assert report.errors or report.failed


@pytest.mark.parametrize("tex", REFUSED.values(), ids=REFUSED)
def test_refused(tex: str) -> None:
    report = check_chapter(load("holes.md", CHAPTER.replace("@", tex)))
    failed = [claim for claim in report.claims if not claim.ok]
    assert report.errors or failed


@pytest.mark.parametrize("tex", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(tex: str) -> None:
    report = check_chapter(load("holes.md", CHAPTER.replace("@", tex)))
    assert [str(error) for error in report.errors] == []
    assert [claim.message for claim in report.claims if not claim.ok] == []


def test_the_rest_of_the_chapter_is_right() -> None:
    report = check_chapter(load("holes.md", CHAPTER.replace("@", r"y_{nm} = \sum_d x_{nd} W_{dm}")))
    assert not report.errors
    assert all(claim.ok for claim in report.claims)
