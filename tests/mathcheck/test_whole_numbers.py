"""Whole numbers keep all of their digits, or what depends on these is refused."""

import pytest

from mathcheck.claims.chapter import load
from mathcheck.claims.report import ChapterReport, check_chapter

TABLE = "| Symbol | Shape |\n|---|---|\n| $a$ | scalar |\n| $v_n$ | (N,) |\n\n"
UNKNOWN = ("more than 15 digits", "too large for a number")


def check(tex: str) -> ChapterReport:
    return check_chapter(load("a.md", f"{TABLE}$$\n{tex}\n$$\n"))


@pytest.mark.parametrize(
    ("true", "false"),
    [
        (r"3^{300} \bmod 2 = 1", r"3^{300} \bmod 2 = 0"),
        (r"12345678901234567891 \bmod 2 = 1", r"12345678901234567891 \bmod 2 = 0"),
        (r"(3^{300} + 1 - 3^{300}) \bmod 2 = 1", r"(3^{300} + 1 - 3^{300}) \bmod 2 = 0"),
        (r"\gcd(\prod_{k=1}^{80} 3, 2) = 1", r"\gcd(\prod_{k=1}^{80} 3, 2) = 2"),
        (r"100! \bmod 101 = 100", r"100! \bmod 101 = 0"),
        (r"\binom{100}{50} \bmod 2 = 0", r"\binom{100}{50} \bmod 2 = 1"),
        (r"\gcd(3^{300}, 2) = 1", r"\gcd(3^{300}, 2) = 2"),
        (r"\gcd(10^{85}, 3) = 1", r"\gcd(10^{85}, 3) = 3"),
        (r"\mathrm{lcm}(3^{300}, 2) = 2 \cdot 3^{300}", r"\mathrm{lcm}(3^{300}, 2) = 3^{300}"),
        (r"(-1)^{3^{300}} = -1", r"(-1)^{3^{300}} = 1"),
        (r"\sum_{k=0}^{299} 2 \cdot 3^k = 3^{300} - 1", r"\sum_{k=0}^{299} 2 \cdot 3^k = 3^{300}"),
        (r"\lfloor 10^{20}/3 \rfloor \bmod 2 = 1", r"\lfloor 10^{20}/3 \rfloor \bmod 2 = 0"),
        (
            r"\lceil 10^{100}/3 \rceil = \lfloor 10^{100}/3 \rfloor + 1",
            r"\lceil 10^{100}/3 \rceil = \lfloor 10^{100}/3 \rfloor",
        ),
        (r"\lceil -7/2 \rceil = -3", r"\lceil -7/2 \rceil = -4"),
        (r"\lfloor a/2 \rfloor \le a/2", r"\lfloor a/2 \rfloor \ge a/2"),
    ],
)
def test_whole_numbers_are_exact(true: str, false: str) -> None:
    assert check(true).exit_code == 0
    assert check(false).exit_code == 1


@pytest.mark.parametrize(
    "tex",
    [
        r"10^{400} \bmod 7 = 4",
        r"10^{400} \bmod 7 = 0",
        r"(-1)^{10^{400} + 1} = 1",
        r"\gcd(\sqrt{10^{40}}, 3) = 1",
        r"\binom{\sqrt{10^{40}}}{1} = 1",
        r"\sqrt{10^{40}} \bmod 2 = 0",
        r"\lceil 10^{100}/3 + 1 \rceil = \lfloor 10^{100}/3 + 1 \rfloor",
        r"\mathrm{round}(a + 10^{20}) = 10^{20}",
        r"\lfloor v_n + 10^{20} \rfloor = 10^{20}",
    ],
)
def test_without_all_digits_nothing_is_said(tex: str) -> None:
    report = check(tex)
    assert report.exit_code == 2
    assert any(why in report.errors[0].message for why in UNKNOWN)


def test_of_two_whole_numbers_the_larger_is_known() -> None:
    report = check(r"\max(3^{300}, 3^{300} + 1) = 3^{300}")
    assert report.exit_code == 1
