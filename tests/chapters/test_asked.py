"""What exercises ask a reader to type: a right answer holds, a wrong one is found."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIELD = re.compile(r"^( *)``` \{ \.text \.try \.asked \}\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
# Of each field, in the order of the chapter: what is right in place of its question marks, and two
# tries that are wrong. What stands for one of them is spoilt alone.
ANSWERS = {
    "backpropagation": [
        ((r"\frac{1}{b}", r"-\frac{a}{b^2}"), [("b", None), (None, r"\frac{a}{b^2}")])
    ],
    "convolutional-networks": [
        (("13", "14", "28"), [("12", None, None), (None, "15", None), (None, None, "29")])
    ],
    "fully-connected": [(("s + x s (1 - s)",), [("s (1 - s)",), ("s + x (1 - s)",)])],
    "initialization": [((r"\sqrt{\frac{6}{D}}",), [(r"\sqrt{\frac{3}{D}}",), (r"\frac{6}{D}",)])],
    "lstm": [
        (("(c_0 - g) f (1 - f)",), [("c_0 f (1 - f)",), ("(g - c_0) f (1 - f)",)]),
        (("e^{-1/64}",), [(r"1 - \frac{1}{64}",), ("0.98",)]),
    ],
    "neurons": [(("|x|", "x"), [("x", None), (None, "-x"), ("0", None)])],
    "regularization": [((r"\frac{3}{1 + \lambda}",), [(r"\frac{3}{\lambda}",), (r"3 - \lambda",)])],
}


def fields(chapter):
    """Returns the texts that a reader can edit."""
    text = (ROOT / "docs" / "chapters" / f"{chapter}.md").read_text(encoding="utf-8")
    return [re.sub(f"^{indent}", "", field, flags=re.M) for indent, field in FIELD.findall(text)]


def filled(field, answers):
    """Returns a field with an answer in place of each question mark."""
    parts = field.split("?")
    assert len(parts) == len(answers) + 1
    return parts[0] + "".join(map("".join, zip(answers, parts[1:], strict=True)))


def test_every_field_has_its_answer():
    asked = {path.stem: len(fields(path.stem)) for path in (ROOT / "docs/chapters").glob("*.md")}
    assert {name: count for name, count in asked.items() if count} == {
        name: len(answers) for name, answers in ANSWERS.items()
    }


@pytest.mark.parametrize("chapter", ANSWERS)
def test_the_right_answer_holds_and_a_wrong_one_is_found(chapter):
    check = runpy.run_path(str(ROOT / "docs/assets/run/examples.py"))["Examples"]().check
    for field, (right, wrong) in zip(fields(chapter), ANSWERS[chapter], strict=True):
        told = []
        assert check(filled(field, right), lambda *each: told.append(each)), told  # noqa: B023
        for answers in wrong:
            spoilt = [other or one for other, one in zip(answers, right, strict=True)]
            assert not check(filled(field, spoilt), lambda *each: None), (chapter, spoilt)
        assert not check(field, lambda *each: None), "a question mark is no answer"
