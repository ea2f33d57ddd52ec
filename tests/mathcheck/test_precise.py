"""What floats cannot tell apart is computed to eighty digits."""

import math
from decimal import Decimal

import pytest

from mathcheck.claims.chapter import load
from mathcheck.claims.checker import Checker
from mathcheck.claims.report import check_chapter
from mathcheck.values.precise import Precise

TABLE = r"""
| Symbol | Shape |
|---|---|
| $a$ | scalar |
| $b$ | scalar, in (0.5, 2) |
| $p$ | scalar, positive |
| $h$ | = 0.1 |
| $x_n$ | (N,) |
| $s_n$ | (N,), -1 or 1 |
| $t_n$ | (N,), 0 or 1 |
| $\omega_k$ | (K,), probabilities over k |
| $f$ | function |
| $g$ | function |
| $u$ | scalar |
"""


def holds(tex: str) -> bool:
    report = check_chapter(load("precise.md", f"{TABLE}\n$$\n{tex}\n$$\n"))
    assert [str(error) for error in report.errors] == []
    return report.ok


def value(tex: str, before: str = "") -> Decimal | None:
    """The value of a claim's left side in the first draw."""
    text = f"{TABLE}\n{before}\n$$\n{tex} = 3\n$$\n"
    chapter = load("precise.md", text)
    assert [str(error) for error in chapter.errors] == []
    claim = chapter.claims[-1]
    return Precise(Checker(chapter).context(0, claim.state)).value(claim.left, {})


NUMBERS = {
    r"\pi": "3.14159265358979323846264338327950288419716939937510582097494",
    "e": "2.71828182845904523536028747135266249775724709369995957496697",
    r"\sqrt{2}": "1.41421356237309504880168872420969807856967187537694807317668",
    r"\sqrt[3]{-8}": "-2",
    r"\log 2": "0.693147180559945309417232121458176568075500134360255254120680",
    r"\sin 1": "0.841470984807896506652502321630298999622563060798371065672752",
    r"\cos 1": "0.540302305868139717400936607442976603732310420617922227670097",
    r"\tan 1": "1.55740772465490223050697480745836017308725077238152003838395",
    r"\arctan 3": "1.24904577239825442582991707728109012307782940412989671905466",
    r"\arcsin 1": "1.57079632679489661923132169163975144209858469968755291048747",
    r"\arccos \frac12": "1.04719755119659774615421446109316762806572313312503527365831",
    r"\sinh 1": "1.17520119364380145688238185059560081515571798133409587022956",
    r"\cosh 1": "1.54308063481524377847790562075706168260152911236586370473740",
    r"\tanh 1": "0.761594155955764888119458282604793590412768597257936551596810",
    r"\sigma(1)": "0.731058578630004879251159241821836274365144640165",
    r"2^{-3}": "0.125",
    r"2^{\frac12} \cdot 2^{\frac12}": "2",
    r"\lfloor -2.5 \rfloor + \lceil -2.5 \rceil": "-5",
    r"|-3| + \operatorname{sgn}(-2) + \max(1, 2) + \min(1, 2)": "5",
    r"\mathrm{ReLU}(-3) + \mathrm{ReLU}(2)": "2",
    r"\sum_{k=1}^{4} k^2 - \prod_{k=1}^{4} k": "6",
    r"\max_{1 \le k \le 3} (k - 2)^2": "1",
    r"50\% \cdot 3": "1.5",
    r"\mathrm{erf}(1)": "0.842700792949714869341220635082609259296066997966302908459937",
    r"\Phi(0)": "0.5",
    r"\Gamma(\frac12)": "1.77245385090551602729816748334114518279754945612238712821381",
    "5! + 0!": "121",
    r"\log_2 8 + \log_{10} 1000": "6",
    r"\mathrm{softplus}(1) - \mathrm{softplus}(-1)": "1",
    r"\mathrm{swish}(1)": "0.731058578630004879251159241821836274365144640165",
    r"\cot 1 \tan 1 + \sec 1 \cos 1 + \csc 1 \sin 1 + \coth 1 \tanh 1": "4",
    r"\mathrm{arsinh}(\sinh 2) + \mathrm{arcosh}(\cosh 3) + \mathrm{artanh}(\tanh 1)": "6",
    r"\mathrm{logit}(\sigma(2))": "2",
    r"h + h + h": "0.3",
    r"\sum_{n=1}^\infty 2^{-n}": "1",
    r"\sum_{n=0}^\infty \frac{1}{n!}": "2.71828182845904523536028747135266249775724709369",
    r"\sum_{n=0}^\infty \frac{(-1)^n}{2 n + 1}": "0.78539816339744830961566084581987572104929235",
    r"\begin{cases} 2 & \text{if } 1 < 2 \\ 7 & \text{otherwise} \end{cases}": "2",
}


@pytest.mark.parametrize(("tex", "wanted"), NUMBERS.items(), ids=NUMBERS)
def test_many_digits(tex: str, wanted: str) -> None:
    found = value(tex)
    assert found is not None
    digits = min(len(wanted), 58)
    assert abs(found - Decimal(wanted)) <= Decimal(10) ** (2 - digits) * max(1, abs(found))


@pytest.mark.parametrize(
    ("tex", "wanted"),
    [
        (r"\sum_{n=1}^\infty \frac{1}{n^2}", "1.6449340668482264364724151666460251892189499"),
        (r"\sum_{n=1}^\infty \frac{1}{n^{3/2}}", "2.6123753486854883433485675679240716305708"),
    ],
)
def test_a_slow_series_says_how_far_it_is_known(tex: str, wanted: str) -> None:
    chapter = load("precise.md", f"{TABLE}\n$$\n{tex} = 3\n$$\n")
    claim = chapter.claims[-1]
    precise = Precise(Checker(chapter).context(0, claim.state))
    found = precise.value(claim.left, {})
    assert found is not None
    error = abs(found / Decimal(wanted) - 1)
    assert error < Decimal("1e-16")
    assert error < precise.uncertain < Decimal("1e-13")


@pytest.mark.parametrize("tex", [r"\sum_{n=1}^\infty \frac1n", r"\sum_{n=0}^\infty (-1)^n"])
def test_a_series_without_a_sum_has_no_value(tex: str) -> None:
    assert value(tex) is None


def test_a_drawn_number_is_what_is_printed_of_it() -> None:
    found = value("a + 0")
    assert found is not None
    assert repr(float(found)) == str(found)


def test_drawn_shares_add_up_to_one() -> None:
    found, whole = value(r"\omega_1"), value(r"\sum_k \omega_k")
    assert found is not None
    assert 0 < found < 1
    assert whole is not None
    assert abs(whole - 1) < Decimal("1e-100")


def test_definitions_are_opened() -> None:
    assert value("u", "$$\nu \\coloneqq 0.1 + 0.2\n$$") == Decimal("0.3")
    found = value("g(0.1)", "$$\ng(c) \\coloneqq c + 0.2\n$$")
    assert found == Decimal("0.3")


@pytest.mark.parametrize(
    "tex", [r"f(1)", "x", r"\sin 10^{16}", r"2^{10^{10}}", r"\infty", r"\sqrt{-1}"]
)
def test_what_is_not_known_so_precisely(tex: str) -> None:
    assert value(tex) is None


FALSE = [
    r"\tanh 20 = 1",
    r"\binom{50}{25} = 126410606437751",
    r"\left(7 \bmod 4\right) \pi = 9.42477796076938",
    r"\cosh 50 = \sinh 50",
    r"\mathrm{erf}(6) = 1",
    r"\mathrm{softplus}(40) = 40",
    r"\sum_{k=0}^{17} \frac{1}{k!} = e",
    r"\sin(\pi N) = 10^{-17}",
    r"\sigma(40) = 1",
    r"\cos 10^{-9} = 1",
    r"\sin 10^{-9} = 10^{-9}",
    r"e^{10^{-10}} = 1 + 10^{-10}",
    r"\sqrt{10^{16} + 1} = 10^8",
    r"\sqrt 2 = 1.4142135623730951",
    r"\sqrt[3]{10} = 2.154434690031884",
    "e = 2.718281828459045",
    r"\pi = 3.141592653589793",
    r"\log 2 = 0.6931471805599453",
    r"\sum_{n=1}^{100} \frac{1}{n^2} = 1.63498390018489",
    r"e^{\pi \sqrt{163}} = 262537412640768744",
    r"\tan \frac{\pi}{2} = 16331239353195370",
    r"\sin \pi = 1.2246467991473532 \times 10^{-16}",
    r"(1 + 10^{-15}) a = a",
    r"\frac{b}{b + 10^{-14}} = 1",
    r"\sqrt{b^2 + 10^{-20}} = b",
    r"\tanh(20 b) = 1",
    r"x_n + 10^{-13} = x_n",
    r"p + 10^{-12} > p + 2 \cdot 10^{-12}",
    r"\sum_n s_n < N",
    r"\sum_n t_n < N",
    r"p > 10^{-9}",
    # what is too large for eighty digits, and gone in the end
    r"\frac{e^{500}}{e^{500} + e^{501}} = \frac12",
    r"\log(e^{500} + e^{500}) = 500",
    r"\frac{100! + 99!}{98! + 97!} = 7",
    r"\arctan(10^{90} + 1) = \frac{\pi}{4}",
    r"\left(10^{95} + a\right) 10^{-95} = 2",
    r"\left(10^{95} + 1\right)^{1/95} = 10.1",
    r"2^{10^{90} - 10^{90}} = 3",
    r"\prod_{k=1}^{3} \frac{10^{90} + k}{10^{90}} = 2",
]
TRUE = [
    r"\sin \pi = 0",
    r"\binom{50}{25} = 126410606437752",
    r"\left(7 \bmod 4\right) \pi = 3 \pi",
    r"\cos \frac{\pi}{5} = \frac{1 + \sqrt 5}{4}",
    r"\sqrt 2 \sqrt 3 = \sqrt 6",
    "0.1 + 0.2 = 0.3",
    r"\log_2 8 = 3",
    r"4 \arctan 1 = \pi",
    r"0 < \sigma(a) < 1",
    r"-1 < \tanh a < 1",
    r"\log(1 + p) < p",
    r"\sigma(a) + \sigma(-a) = 1",
    r"\tanh a = \frac{e^{a} - e^{-a}}{e^{a} + e^{-a}}",
    r"e^{\log p} = p",
    r"\sum_n t_n \le N",
    r"\left(\sum_n x_n\right)^2 = \sum_n x_n^2 + \sum_{n \ne m} x_n x_m",
    r"\sin(a + p) = \sin a \cos p + \cos a \sin p",
    r"p^{1/3} p^{2/3} = p",
    r"\frac{e^{500}}{e^{500} + e^{501}} = \frac{1}{1 + e}",
    r"\log(e^{500} + e^{500}) = 500 + \log 2",
    r"\frac{100! + 99!}{98! + 97!} = 98 \cdot 101",
    r"\frac{10^{90} + a}{10^{90}} = 1 + 10^{-90} a",
]


@pytest.mark.parametrize("tex", FALSE)
def test_false_by_little(tex: str) -> None:
    assert not holds(tex)


@pytest.mark.parametrize("tex", TRUE)
def test_true_however_floats_round(tex: str) -> None:
    assert holds(tex)


def test_no_value_where_a_tangent_has_none() -> None:
    report = check_chapter(load("a.md", f"{TABLE}\n$$\n\\tan\\frac{{\\pi}}{{2}} = 7\n$$\n"))
    assert not report.ok
    assert math.isfinite(report.claims[0].seconds)
