"""Maxima and minima by all their names, and what is none of these."""

import numpy as np
import pytest

from mathcheck.claims.chapter import load
from mathcheck.claims.report import ChapterReport, check_chapter
from mathcheck.meaning import terms
from mathcheck.text.tree import Number
from mathcheck.values.arrays import collect, extreme
from mathcheck.values.closures import compile_term

TABLE = "| Symbol | Shape |\n|---|---|\n| $a$ | scalar |\n| $b$ | scalar |\n| $v_n$ | (N,) |\n\n"


def check(tex: str) -> ChapterReport:
    return check_chapter(load("a.md", f"{TABLE}$$\n{tex}\n$$\n"))


NAMES = [
    r"\mathrm{@}_n",
    r"\operatorname{@}_n",
    r"\operatorname*{@}_n",
    r"\text{@}_n",
    r"\mathop{\mathrm{@}}_n",
    r"\mathop{\text{@}}_n",
    r"\underset{n}{\mathrm{@}} \,",
    r"\underset{n}{\operatorname{@}} \,",
    r"\underset{n}{\text{@}} \,",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_says_which(name: str) -> None:
    largest, smallest = name.replace("@", "max"), name.replace("@", "min")
    assert check(rf"{largest} v_n = -\min_n (-v_n)").exit_code == 0
    assert check(rf"{smallest} v_n = -\max_n (-v_n)").exit_code == 0
    for false in (
        rf"{largest} v_n = -\max_n (-v_n)",
        rf"{largest} v_n = {largest} (2 v_n)",
        rf"{smallest} v_n > 0",
        rf"{smallest} v_n \ge 1",
    ):
        assert check(false).exit_code == 1


@pytest.mark.parametrize(
    ("name", "arg"),
    [
        *((name, arg) for name in NAMES for arg in ("arg", "arg ")),
        *((name, r"arg\,") for name in NAMES if "text" not in name),
    ],
)
def test_the_name_says_where(name: str, arg: str) -> None:
    largest, smallest = name.replace("@", f"{arg}max"), name.replace("@", f"{arg}min")
    assert check(rf"{largest} v_n = \arg\min_n (-v_n)").exit_code == 0
    assert check(rf"{largest} v_n = \arg\max_n (-v_n)").exit_code == 1
    assert check(rf"{smallest} v_n = \arg\max_n (-v_n)").exit_code == 0
    assert check(rf"{smallest} v_n = \arg\min_n (-v_n)").exit_code == 1


def test_of_several_numbers() -> None:
    assert check(r"\mathrm{max}(a, b) + \mathrm{min}(a, b) = a + b").exit_code == 0
    assert check(r"\mathrm{max}(a, b) = \mathrm{min}(a, b)").exit_code == 1
    assert "max of a single number" in check(r"\mathrm{max} v_n = v_n").errors[0].message
    assert check(r"\mathrm{max} v = \max_n v_n").exit_code == 0


def test_what_nothing_computes_is_no_minimum() -> None:
    one = terms.Literal(0, Number("1"), 1.0)
    over = terms.Range("n", one, one, ())
    with pytest.raises(KeyError):
        compile_term(terms.Reduce(0, Number("1"), "median", over, (), one))
    with pytest.raises(KeyError):
        extreme([1, 2], "median")
    with pytest.raises(KeyError):
        collect("argmedian", np.ones((2, 1)), 1)
