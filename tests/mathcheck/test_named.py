"""What is not read is called by its name, with what to write instead."""

import pytest

from mathcheck.claims.chapter import load
from mathcheck.claims.explain import explain
from mathcheck.claims.report import check_chapter

TABLE = "| Symbol | Shape |\n|---|---|\n| $a$ | scalar |\n| $b$ | scalar |\n| $v_n$ | (N,) |\n\n"


def refused(tex: str) -> str:
    report = check_chapter(load("a.md", f"{TABLE}$$\n{tex}\n$$\n"))
    assert report.exit_code == 2
    (error,) = report.errors
    return error.message


@pytest.mark.parametrize("tex", ["y = 2 a", "y_n = 2 v_n", "L(w) = a^2", "y' = a"])
def test_an_unknown_left_side_may_be_a_definition(tex: str) -> None:
    assert refused(tex).endswith("; to define it here write \\coloneqq")


@pytest.mark.parametrize("tex", ["a = 2 y", "2 y = a", "y^2 = a", "y > a"])
def test_what_is_no_definition_is_not_taken_for_one(tex: str) -> None:
    assert refused(tex).endswith(" is not in the symbols table")


@pytest.mark.parametrize(
    ("tex", "said"),
    [
        (r"a \sim \mathcal{N}(0, 1)", "declare the distribution in the table"),
        (r"x \sim \mathcal{N}(0, 1)", "declare the distribution in the table"),
        (r"{\rm a} = 1", r"\rm is not read: write \mathrm{…}"),
        (r"a \perp b", r"\perp is not read"),
        (r"a \preceq b", r"\preceq is not read"),
        (r"\because a = b", r"\because is not read"),
        (r"\mbox{if} a = 1", r"\mbox is not read: write \text{…}"),
        (r"\hbox{a} = 1", r"\hbox is not read: write \text{…}"),
        (r"a = 1 \land b = 1", r"\land joins conditions"),
    ],
)
def test_it_is_called_by_its_name(tex: str, said: str) -> None:
    assert said in refused(tex)


def test_a_command_is_not_offered_for_itself() -> None:
    for command in (r"\rm", r"\textnormal", r"\mathnormal"):
        assert f"is {command} meant" not in refused(f"a {command} = b")


def test_a_power_is_not_shown_as_the_value_of_its_base() -> None:
    chapter = load("a.md", TABLE + "$$\na^3 + v_n^2 = 1\n\\label{eq:c}\n$$\n")
    shown = (line.split(" = ") for line in explain(chapter, "eq:c")[3:])
    values = {name.strip(): value for name, value in shown}
    cube, square = float(values["+ a^{3}"]), float(values["+ v_{n}^{2}"])
    assert cube == pytest.approx(float(values["a"]) ** 3)
    assert square == pytest.approx(float(values["v_{n}"]) ** 2)
    assert float(values["left"]) == pytest.approx(cube + square)
