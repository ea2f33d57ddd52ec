"""Whatever is typed, the answer is a verdict or a message with its place: no traceback, no hang."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mathcheck.text.errors import TreeError
from mathcheck.text.parser import parse

CORPUS = Path(__file__).parent / "corpus"
EQUATIONS = [
    tex
    for path in sorted(CORPUS.glob("*.md"))
    for tex in re.findall(r"^\$\$\n(.*?)\n\$\$$", path.read_text(encoding="utf-8"), re.M | re.S)
]
PIECES = sorted({piece for tex in EQUATIONS for piece in re.findall(r"\\[a-zA-Z]+|\\.|\S", tex)})
SLOW = 2.0  # seconds of this process; an equation of the usual size takes a hundredth of it
examples = settings(max_examples=300, deadline=None, derandomize=True)


def read(tex: str) -> None:
    """Parses; what cannot be read must be refused at a place within the text, in one line."""
    began = time.process_time()
    message, offset = "none", 0
    try:
        parse(tex)
    except TreeError as error:
        message, offset = error.message, error.offset
    assert message
    assert "\n" not in message
    assert 0 <= offset <= len(tex)
    assert time.process_time() - began < SLOW


@given(st.text(max_size=60))
@examples
def test_any_text(tex: str) -> None:
    read(tex)


@given(st.text(alphabet=r"\{}[]()_^&$|'xyn12+-=,. ", max_size=80))
@examples
def test_any_punctuation(tex: str) -> None:
    read(tex)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join))
@examples
def test_any_commands(tex: str) -> None:
    read(tex)


@given(st.sampled_from(EQUATIONS), st.data())
@examples
def test_equations_cut_short(tex: str, data: st.DataObject) -> None:
    read(tex[: data.draw(st.integers(0, len(tex)))])


@given(st.sampled_from(EQUATIONS), st.data())
@examples
def test_equations_with_slips(tex: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(tex)))
        gone = data.draw(st.integers(0, 3))
        tex = tex[:at] + data.draw(st.sampled_from(["", " ", *PIECES])) + tex[at + gone :]
    read(tex)


@pytest.mark.parametrize(
    ("opening", "inner", "closing"),
    [
        ("(", "x", ")"),
        ("{", "x", "}"),
        (r"\frac{1}{", "x", "}"),
        (r"\sqrt{", "x", "}"),
        ("x_{", "x", "}"),
        ("x^{", "x", "}"),
        ("|", "x", "|"),
        (r"\left(", "x", r"\right)"),
        (r"\begin{cases}", "x", r"\end{cases}"),
        ("-(", "x", ")"),
        (r"\exp ", "x", ""),
        (r"\sum_n ", "x", ""),
        (r"\hat{", "x", "}"),
        ("x + ", "x", ""),
        ("x ", "x", ""),
        ("x = ", "x", ""),
        ("x, ", "x", ""),
        ("x - ", "x", ""),
        (r"x \cdot ", "x", ""),
        ("x_n ", "x", ""),
        (r"x \\ ", "x", ""),
        ("(", "x", ""),
        ("", "x", ")"),
    ],
)
@pytest.mark.parametrize("depth", [40, 400, 4000])
def test_deep_nesting(opening: str, inner: str, closing: str, depth: int) -> None:
    read(f"y = {opening * depth}{inner}{closing * depth}")
