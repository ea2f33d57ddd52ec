"""What the tests of the code against a chapter share: the lines that cite, and the comparison."""

import re
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
MARK = re.compile(r"#((?:\s+eq:[\w-]+)+)\s*$", re.MULTILINE)
LABEL = re.compile(r"\\label\{(eq:[\w-]+)\}")


@pytest.fixture(scope="session")
def marked():
    """Returns a function: the equations of a chapter that lines of `lib/backprop` cite."""
    sources = (file.read_text(encoding="utf-8") for file in (ROOT / "lib/backprop").rglob("*.py"))
    cited = {label for text in sources for found in MARK.findall(text) for label in found.split()}

    def of_chapter(name):
        text = (ROOT / "docs/chapters" / f"{name}.md").read_text(encoding="utf-8")
        return cited & set(LABEL.findall(text))

    return of_chapter


@pytest.fixture
def chapter(mathcheck_values):
    """Returns a function that gives the values of a chapter, as the checker draws them."""
    return mathcheck_values


@pytest.fixture
def values_of(chapter, request):
    """Returns a function: the values of the part of a chapter that an equation belongs to.

    The test's module says which `CHAPTER` it is, and in `LAST`, by how a label begins, behind which
    equation all of a part is defined.
    """

    def values(label, draw):
        at = next(last for start, last in request.module.LAST.items() if label.startswith(start))
        return chapter(request.module.CHAPTER, at, draw=draw)

    return values


@pytest.fixture
def same():
    """Asserts that what the code computes has the shape and, to 1e-10, the values wanted."""

    def assert_same(computed, wanted):
        computed = np.asarray(computed)
        assert computed.shape == np.shape(wanted)
        np.testing.assert_allclose(computed, wanted, rtol=1e-10, atol=1e-14)

    return assert_same


@pytest.fixture
def computes(chapter, same):
    """Asserts that code computes what a chapter's equation has on each of its sides.

    What a `compute` returns has one array for each statement of the equation. `place` is where the
    definitions are complete, if not at the equation itself.
    """

    def assert_computes(name, label, compute, draw, place=None):
        values = chapter(name, place or label, draw=draw)
        computed = compute(values)
        computed = computed if isinstance(computed, tuple) else (computed,)
        for result, sides in zip(computed, values.sides(label), strict=True):
            for side in sides:
                same(result, side)

    return assert_computes


@pytest.fixture
def line_computes(chapter, same):
    """Asserts that the variable which a marked line writes has each side of its equation.

    `call` runs the code on a chapter's values, and returns its variables. Of a recurrence, the last
    statement is the step, and not the start.
    """

    def assert_computes(name, label, call, variable, draw):
        values = chapter(name, label, draw=draw)
        computed = call(values)[variable]
        sides = values.sides(label)[-1]
        assert len(sides) > 1
        for side in sides:
            same(np.reshape(computed, np.shape(side)), side)

    return assert_computes
