import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import mathcheck
from mathcheck.claims.chapter import load
from mathcheck.claims.chapter_values import Values
from mathcheck.text.errors import MathError

CHAPTER = r"""
# Gain

## Symbols

| Symbol | Code | Shape | Meaning |
|---|---|---|---|
| $x_{nd}$ | `x` | (N, D) | input |
| $g_d$ | `g` | (D,) | gain |
| $y_{nd}$ | `y` | (N, D) | output |
| $L$ | | any scalar function of $y$ | loss |

## Layer

$$
y_{nd} \coloneqq g_d \, x_{nd}
\label{eq:gain-y}
$$

$$
\begin{aligned}
\frac{\partial L}{\partial g_d}
  &= \sum_{n=1}^{N} \frac{\partial L}{\partial y_{nd}} \frac{\partial y_{nd}}{\partial g_d} \\
  &= \sum_{n=1}^{N} \frac{\partial L}{\partial y_{nd}} \, x_{nd}
\end{aligned}
\label{eq:gain-dg}
$$

$$
\frac{\partial L}{\partial x_{nd}} = g_d \, \frac{\partial L}{\partial y_{nd}}
$$
"""

pytest_plugins = ["pytester"]


@pytest.fixture
def site(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeini("[pytest]\nmathcheck = true\nmathcheck_files = chapters/*\n")
    (pytester.path / "chapters").mkdir()
    return pytester


def write(site: pytest.Pytester, text: str) -> None:
    (site.path / "chapters" / "gain.md").write_text(text, encoding="utf-8")


def run(site: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return site.runpytest_inprocess("-p", "no:cacheprovider", *arguments)


@pytest.mark.parametrize("asked", [[], ["--mathcheck"]])
def test_who_does_not_ask_for_it_meets_nothing_of_it(
    pytester: pytest.Pytester, asked: list[str]
) -> None:
    docs = pytester.mkdir("docs")
    (docs / "a.md").write_text("$$E = mc^2$$\n", encoding="utf-8")
    pytester.makepyfile(
        """
        import sys

        import pytest

        @pytest.fixture
        def chapter():
            return 1

        def test_own(chapter):
            assert chapter == 1

        def test_loaded(request):
            assert ("mathcheck.collection" in sys.modules) == bool(
                request.config.getoption("mathcheck")
            )
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--strict-config", *asked)
    result.assert_outcomes(passed=2, failed=len(asked))
    fixtures = pytester.runpytest_subprocess("--fixtures", *asked).stdout.str()
    assert ("mathcheck_values" in fixtures) == bool(asked)


def test_the_package_is_light_until_something_of_it_is_asked_for() -> None:
    program = (
        "import sys, mathcheck.plugin; assert not {'lark', 'numpy'} & set(sys.modules); "
        "import mathcheck; [getattr(mathcheck, name) for name in mathcheck.__all__]"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    with pytest.raises(AttributeError, match="mathcheck has no nothing"):
        mathcheck.nothing  # noqa: B018


def test_each_claim_is_a_test_with_the_equations_id(site: pytest.Pytester) -> None:
    write(site, CHAPTER)
    result = run(site, "-v", "chapters")
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(
        [
            "chapters/gain.md::eq:gain-dg[[]1[]] PASSED*",
            "chapters/gain.md::eq:gain-dg[[]2[]] PASSED*",
            "chapters/gain.md::line 29 PASSED*",
        ]
    )


def test_a_wrong_step_fails_with_its_place_and_both_sides(site: pytest.Pytester) -> None:
    write(site, CHAPTER.replace(r"\, x_{nd}" + "\n\\end", r"\, y_{nd}" + "\n\\end"))
    result = run(site, "chapters")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        ["chapters/gain.md:24:6: not equal: at d = * the left side is *, the right side *"]
    )


def test_a_definition_without_a_value_fails_though_no_claim_asks_for_it(
    site: pytest.Pytester,
) -> None:
    write(site, CHAPTER + "\n$$\nh_d \\coloneqq g_{d+1}\n$$\n")
    result = run(site, "chapters")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["chapters/gain.md:34:*"])


def test_a_claim_under_a_condition_may_leave_a_branch_of_a_definition_aside(
    site: pytest.Pytester,
) -> None:
    text = CHAPTER + (
        "\n## Bent\n\n| Symbol | Code | Shape | Meaning |\n|---|---|---|---|\n"
        "| $a$ | | scalar | a number |\n| $r$ | | scalar | it, bent |\n\n"
        "$$\nr \\coloneqq \\max(0, a)\n$$\n\n"
        "$$\n\\frac{\\mathrm{d} r}{\\mathrm{d} a} = 1 \\quad \\text{if } a > 0\n$$\n"
    )
    write(site, text)
    run(site, "chapters").assert_outcomes(passed=5)


def test_what_cannot_be_read_fails_with_a_caret(site: pytest.Pytester) -> None:
    write(site, CHAPTER.replace(r"g_d \, \frac", r"q_d \, \frac"))
    result = run(site, "chapters")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        ["chapters/gain.md:30:38: q_{d} is not in the symbols table", " *^"]
    )


def test_a_single_claim_can_be_named(site: pytest.Pytester) -> None:
    write(site, CHAPTER)
    run(site, "chapters/gain.md::eq:gain-dg[2]").assert_outcomes(passed=1)


def test_notebooks_and_a_file_of_symbols(site: pytest.Pytester) -> None:
    site.makeini(
        "[pytest]\nmathcheck = true\nmathcheck_files = *.ipynb *.md\nmathcheck_symbols = s.txt\n"
    )
    (site.path / "s.txt").write_text("| Symbol | Shape |\n|---|---|\n| $a$ | scalar |\n")
    cell = {"cell_type": "markdown", "source": ["$$\n", "a = a + 1\n", "$$"]}
    (site.path / "n.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    (site.path / "b.md").write_bytes(b"\xff")
    result = run(site, ".")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        ["b.md:1:1: the byte 0xff is not UTF-8*", "*n.ipynb:1:*: not equal: here*"]
    )


def test_other_markdown_is_left_alone(site: pytest.Pytester) -> None:
    (site.path / "README.md").write_text(CHAPTER, encoding="utf-8")
    run(site, ".").assert_outcomes()


def test_the_fixture_hands_out_values_by_code_name(site: pytest.Pytester) -> None:
    write(site, CHAPTER)
    site.makepyfile(
        r"""
        import numpy as np

        def test_code(mathcheck_values):
            layer = mathcheck_values("gain")
            np.testing.assert_allclose(layer["y"], layer["g"] * layer["x"], rtol=1e-12)
            dg = (layer(r"\frac{\partial L}{\partial y}") * layer["x"]).sum(axis=0)
            np.testing.assert_allclose(dg, layer(r"\frac{\partial L}{\partial g}"), rtol=1e-12)
        """
    )
    run(site).assert_outcomes(passed=5)


def test_an_unknown_text_is_told(site: pytest.Pytester) -> None:
    site.makepyfile('def test_code(mathcheck_values):\n    mathcheck_values("gain")\n')
    result = run(site)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*there is no text called gain among the files*"])


@pytest.fixture
def sheet(tmp_path: Path) -> Values:
    path = tmp_path / "gain.md"
    path.write_text(CHAPTER, encoding="utf-8")
    return Values(load(path), "Layer")


def test_an_expression_with_indices_makes_axes_in_their_order(sheet: Values) -> None:
    np.testing.assert_allclose(sheet("x_{nd} g_d"), sheet["y"], rtol=1e-12)
    np.testing.assert_allclose(sheet("g_d x_{nd}"), sheet["y"].T, rtol=1e-12)
    assert sheet(r"\sum_{n=1}^N \sum_{d=1}^D x_{nd}") == pytest.approx(sheet["x"].sum())


def test_the_sides_of_an_equation_are_its_values_from_left_to_right(sheet: Values) -> None:
    ((left, right),) = sheet.sides("eq:gain-y")
    np.testing.assert_array_equal(left, sheet["y"])
    np.testing.assert_array_equal(right, sheet["g"] * sheet["x"])
    ((dg, by_chain_rule, result),) = sheet.sides("eq:gain-dg")
    assert dg.shape == by_chain_rule.shape == result.shape == sheet["g"].shape
    np.testing.assert_allclose(dg, result, rtol=1e-12)


def test_the_sides_of_no_equation_are_refused(sheet: Values) -> None:
    with pytest.raises(KeyError, match="has no equation 'eq:gain-dy'"):
        sheet.sides("eq:gain-dy")


def test_draws_differ_and_each_is_the_same_again(tmp_path: Path) -> None:
    path = tmp_path / "gain.md"
    path.write_text(CHAPTER, encoding="utf-8")
    first, again, other = (Values(load(path), draw=draw) for draw in (0, 0, 1))
    np.testing.assert_array_equal(first["x"], again["x"])
    assert not np.array_equal(first["g"].flat[0], other["g"].flat[0])


def test_an_unknown_name_is_told_with_those_there_are(sheet: Values) -> None:
    with pytest.raises(KeyError, match="W is not in the symbols table; it has g, x, y"):
        sheet["W"]


def test_an_unknown_section_is_told(tmp_path: Path) -> None:
    path = tmp_path / "gain.md"
    path.write_text(CHAPTER, encoding="utf-8")
    with pytest.raises(KeyError, match="no equation and no section 'Pooling'"):
        Values(load(path), "Pooling")


def test_an_expression_without_a_value_is_told(sheet: Values) -> None:
    with pytest.raises(MathError, match="does not depend on"):
        sheet(r"\frac{\mathrm{d} g}{\mathrm{d} x}")
