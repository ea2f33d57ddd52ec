import pytest

from mathcheck.claims.chapter import load
from mathcheck.claims.report import ChapterReport, check_chapter

CHAPTER = r"""
| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $x_{nd}$ | `x` | (N, D) | |
| $W_{dm}$ | `W` | (D, M) | |
| $v_n$ | `v` | (N,) | |
| $a$ | `a` | scalar | |
| $p$ | `p` | scalar, positive | |
| $y_{nm}$ | `y` | (N, M) | |
| $m_t$ | `m` | (T,) | |
| $z_{nd}$ | `z` | (N, D) | |
| $L$ | | any scalar function of $y$ | |

$$
y \coloneqq x W, \qquad m_0 \coloneqq a, \qquad m_t \coloneqq \tfrac12 m_{t-1}
$$

$$
@
$$
"""


def check(text: str) -> ChapterReport:
    return check_chapter(load("t.md", CHAPTER.replace("@", text)))


def message(text: str) -> str:
    report = check(text)
    assert not report.ok
    return " / ".join([*(e.message for e in report.errors), *(c.message for c in report.failed)])


@pytest.mark.parametrize(
    "text",
    [
        r"y_{nm} = \sum_d x_{nd} W_{dm}",
        r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} W^\top",
        r"(x W)^\top = W^\top x^\top",
        r"m_t = 2^{-t} a",
        r"m_T = 2^{-T} a",
        r"m_t - m_{t-1} = -m_t \quad \text{for } t > 1",
        r"\sum_n (v_n - \frac{1}{N} \sum_i v_i) = 0",
        r"1 + 1 = 2",
        r"\pi \approx 3.14",
        r"-\pi \approx -3.1416",
        r"p + 0.001 \approx p \quad \text{within 0.01}",
        "\\begin{pmatrix} \\frac{8}{3} & 2 \\end{pmatrix} "
        "\\approx \\begin{pmatrix} 2.67 & 2 \\end{pmatrix}",
        r"p > 0",
        r"|v_n| \ge v_n",
        r"\max(0, a) - \max(0, -a) = a",
        r"z_{nd} \coloneqq 2 x_{nd} = x_{nd} + x_{nd}",
    ],
)
def test_right(text: str) -> None:
    report = check(text)
    assert report.ok, report.errors or report.failed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (r"y_{nm} = \sum_d x_{nd} W_{dm} + 10^{-6} a", "not equal: at n ="),
        (r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} W", "multiplies (N, M)"),
        (r"v_n = \sum_i v_i", "not equal"),
        (r"\pi \approx 3.142857", "not near enough"),
        (r"p < 0", "not <"),
        (r"\frac{a}{0 \cdot a} = a", "not equal"),
        (r"\log(-p) = \log(-p) + a", "has no value here: the logarithm of -"),
        (r"x_{nd} = x_{nd}", "this claim cannot fail: both sides are the same"),
        (r"a - a = 0", "this claim cannot fail: both sides are always 0"),
        (r"m_0 = 2 a \quad \text{for } t > 9", "a condition on t, which is no index"),
        (r"v_n = v_n + 0 a \quad \text{for } n > 99", "this claim holds nowhere"),
        (r"a \approx p", "how near is ≈?"),
        (r"a \approx 2 \quad \text{within 1000}", "this claim cannot fail: so wide"),
        (r"m_{t+1} = \tfrac12 m_t", "index"),
        (r"v_n = x_{nd}", "nothing binds the index d"),
        (r"y = v", "the left side has 2 axes, this 1 axis"),
        (r"y \coloneqq 2 x W", "y is defined twice, first in line 14"),
        (r"z_{nd} \coloneqq z_{nd} + 1", "is defined by itself"),
        (r"z_{nd} \coloneqq v_n v_i", "nothing binds the index i"),
        (r"z_{nd} = \sum_n x_{nd}", "not equal"),
        (r"z \coloneqq x W", "z is (N, D) in the table, this gives (N, M)"),
        (r"2 \coloneqq a", "a definition has a symbol of the table on its left"),
        (r"a = b \coloneqq c", "a definition stands first in its chain"),
    ],
)  # fmt: skip
def test_wrong(text: str, said: str) -> None:
    assert said in message(text)


def test_each_link_is_a_claim_with_a_number() -> None:
    report = check(r"\begin{aligned} 2 v_n &= v_n + v_n \\ &= 3 v_n - v_n \\ &= v_n \end{aligned}")
    assert [(claim.id, claim.ok) for claim in report.claims] == [
        ("t.md:18[1]", True),
        ("t.md:18[2]", True),
        ("t.md:18[3]", False),
    ]


def test_one_mistake_is_told_once() -> None:
    text = CHAPTER.replace("x W,", r"x W_z,").replace(
        "@", r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} W^\top"
    )
    report = check_chapter(load("t.md", text))
    assert [str(error) for error in report.errors] == ["t.md:15:17: nothing binds the index z"]
    assert not report.failed
    assert report.exit_code == 2


def test_a_definition_that_no_claim_uses_is_evaluated_too() -> None:
    assert "`W x` multiplies (D, M) by (N, D)" in message(r"z \coloneqq W x")


def test_unchecked_equations_are_counted_with_their_reason() -> None:
    text = CHAPTER.replace("@\n$$", "x \\longmapsto y\n$$\n<!-- unchecked: an arrow -->")
    report = check_chapter(load("t.md", text))
    assert not report.errors
    assert report.unchecked == {18: "an arrow"}


def test_a_later_section_may_define_anew() -> None:
    text = CHAPTER.replace("@", "y = x W + 0 a") + (
        "\n# Again\n\n$$\ny \\coloneqq 2 x W\n$$\n\n"
        "$$\n\\frac{\\partial L}{\\partial x} = 2 \\frac{\\partial L}{\\partial y} W^\\top\n$$\n"
    )
    report = check_chapter(load("t.md", text))
    assert report.ok, report.failed


TWO_CELLS = r"""
| Symbol | Shape | Meaning |
|---|---|---|
| $x_t$ | (T,) | |
| $w$ | scalar | |
| $h_0$ | scalar | |
| $a_t$ | (T,) | |
| $b_t$ | (T,) | |
| $h_t$ | (T,) | |
| $y_t$ | (T,) | |
| $g_t$ | (T,) | |
| $L$ | any scalar function of $y$ | |

# One

$$
a_t \coloneqq w h_{t-1}, \qquad h_t \coloneqq \tanh(a_t) + x_t, \qquad y_t \coloneqq h_t
$$

$$
g_t \coloneqq \frac{\partial L}{\partial a_t}
    = \frac{\partial L}{\partial h_t} \left( 1 - \tanh^2(a_t) \right)
$$

# Other

$$
b_t \coloneqq 2 h_{t-1}, \qquad h_t \coloneqq b_t + x_t, \qquad y_t \coloneqq h_t
$$

$$
g_t \coloneqq \frac{\partial L}{\partial b_t} = \frac{\partial L}{\partial h_t}
$$
"""


def test_a_later_section_may_define_a_part_of_a_recurrence_anew() -> None:
    """With rows said once: what the first section says is judged by its own definitions."""
    report = check_chapter(load("t.md", TWO_CELLS))
    assert not report.errors
    assert report.ok
    assert len(report.claims) == 2


def test_what_a_later_section_defines_anew_is_no_excuse() -> None:
    wrong = TWO_CELLS.replace(r"= \frac{\partial L}{\partial h_t}" + "\n$$\n", "= 0\n$$\n")
    assert wrong != TWO_CELLS
    assert len(check_chapter(load("t.md", wrong)).failed) == 1
    early = TWO_CELLS.replace(r"a_t \coloneqq w h_{t-1}", r"a_t \coloneqq w h_{t-1} + b_t")
    messages = [error.message for error in check_chapter(load("t.md", early)).errors]
    assert messages == ["b is defined only later, in line 27"]
