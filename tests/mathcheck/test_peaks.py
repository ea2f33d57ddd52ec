"""Integrals of what is narrow: computed where the formula says where it is, else refused."""

import math

import pytest

from mathcheck.claims.chapter import load
from mathcheck.claims.report import ChapterReport, check_chapter
from mathcheck.values.peaks import steep_places

TABLE = r"""
| Symbol | Shape |
|---|---|
| $\mu$ | scalar |
| $\sigma$ | scalar, positive |
| $v_n$ | (N,) |
"""
NORMAL = r"\frac{1}{\sigma \sqrt{2 \pi}} e^{-\frac{(t - \mu)^2}{2 \sigma^2}}"


def report(*equations: str) -> ChapterReport:
    shown = "".join(f"\n$$\n{equation}\n$$\n" for equation in equations)
    return check_chapter(load("peaks.md", TABLE + shown))


@pytest.mark.parametrize(
    ("true", "false"),
    [
        (
            r"\int_0^{1000} e^{-(t - 500)^2 10^4} dt > 10^{-2}",
            r"\int_0^{1000} e^{-(t - 500)^2 10^4} dt < 10^{-3}",
        ),
        (
            r"\int_{-\infty}^\infty e^{-10^4 (t - 1000)^2} dt = \frac{\sqrt{\pi}}{100}",
            r"\int_{-\infty}^\infty e^{-10^4 (t - 1000)^2} dt < 10^{-9}",
        ),
        (
            r"\int_0^1 e^{-10^{12} (t - 0.3)^2} dt = 10^{-6} \sqrt{\pi}",
            r"\int_0^1 e^{-10^{12} (t - 0.3)^2} dt < 10^{-9}",
        ),
        (
            r"\int_0^1 e^{-(2000 t - 600)^2 10^6} dt > 10^{-7}",
            r"\int_0^1 e^{-(2000 t - 600)^2 10^6} dt < 10^{-9}",
        ),
        (
            r"\int_0^{1000} (1 + e^{-10^4 (t - 500)^2}) dt = 1000 + \frac{\sqrt{\pi}}{100}",
            r"\int_0^{1000} (1 + e^{-10^4 (t - 500)^2}) dt = 1000",
        ),
        (r"\int_0^1 e^{-10^{12} t} dt = 10^{-12}", r"\int_0^1 e^{-10^{12} t} dt < 10^{-15}"),
        (
            r"\int_0^1 \frac{1}{1 + 10^{12} (t - 0.3)^2} dt > 10^{-6}",
            r"\int_0^1 \frac{1}{1 + 10^{12} (t - 0.3)^2} dt < 10^{-9}",
        ),
        (
            r"\int_0^{10} \frac{1}{1 + e^{-10^9 (t - 3)}} dt = 7",
            r"\int_0^{10} \frac{1}{1 + e^{-10^9 (t - 3)}} dt = 7.001",
        ),
        (
            rf"\int_{{-\infty}}^\infty {NORMAL} \, dt = 1",
            rf"\int_{{-\infty}}^\infty {NORMAL} \, dt = 1.001",
        ),
        (
            rf"\int_{{-\infty}}^\infty t \, {NORMAL} \, dt = \mu",
            rf"\int_{{-\infty}}^\infty t \, {NORMAL} \, dt = 1.001 \mu",
        ),
    ],
)
def test_what_is_narrow_is_not_stepped_over(true: str, false: str) -> None:
    assert report(true).exit_code == 0
    assert report(false).exit_code == 1


def test_what_a_function_is_made_of_counts_too() -> None:
    define = r"g(s) \coloneqq e^{-10^{12} (s - 0.3)^2}"
    assert report(define, r"\int_0^1 g(t) \, dt < 10^{-9}").exit_code == 1
    assert report(define, r"\int_0^1 g(t) \, dt > 10^{-7}").exit_code == 0


def test_every_element_of_an_array_counts() -> None:
    several = r"\int_{-\infty}^\infty (\sum_n e^{-(t - v_n)^2 10^4}) \, dt < 10^{-9}"
    assert report(several).exit_code == 1


def test_where_nothing_but_0_was_seen_nothing_is_said() -> None:
    hidden = r"\int_0^1 e^{-10^{12} (t^3 + t - 0.3)^2} dt < 10^{-9}"
    assert "nothing but 0 was seen" in report(hidden).errors[0].message


def test_too_many_integrals_in_one_another_are_refused_at_once() -> None:
    found = report(r"\int_0^1 \int_0^1 \int_0^1 x y z \, dx \, dy \, dz = \frac18")
    assert "more than 1,500,000 steps" in found.errors[0].message


def test_what_is_smooth_is_not_split() -> None:
    for smooth in (math.sin, math.exp, lambda x: x * x, lambda x: 1 / (2 + x)):
        assert steep_places(smooth, [0.1, 0.5], 0.0, 1.0) == []


@pytest.mark.parametrize("width", [1e-3, 1e-6, 1e-9])
def test_a_step_is_split_down_to_its_width(width: float) -> None:
    places = steep_places(lambda x: math.tanh((x - 0.5) / width), [0.5], 0.0, 1.0)
    gaps = [abs(place - 0.5) for place in places if place != 0.5]
    assert 0.5 in places
    assert 0.05 * width < min(gaps) < 2 * width
    assert max(gaps) > width
