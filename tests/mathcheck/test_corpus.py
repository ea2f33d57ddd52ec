"""The corpus: chapters whose verdicts are known, and for each right equation several wrong ones.

``corpus/*.md`` are written as an author would write them. After an equation, a comment lists
edits that make it wrong, one a line::

    <!-- wrong
    FIND => REPLACE -- why
    FIND => REPLACE -- [shape] why
    FIND => REPLACE -- why @ eq:other
    -->

FIND stands once in the equation's source. The edited equation must then fail because it is false,
or, marked ``[shape]``, because its shapes or ranges do not fit (``[any]``: either). An edited
definition is caught by a later claim, named after the ``@``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from mathcheck.claims.chapter import Chapter, load
from mathcheck.claims.checker import Checker, Result

CORPUS = Path(__file__).parent / "corpus"
EQUATION = re.compile(
    r"^\$\$\n(?P<tex>.*?)\n\$\$\n(?:<!-- wrong\n(?P<wrong>.*?)-->\n)?", re.M | re.S
)
LABEL = re.compile(r"\\label\{(eq:[^}]+)\}")
EDIT = re.compile(
    r"(?P<find>.+?) =>(?P<replace>.*?) ?-- "
    r"(?:\[(?P<kind>\w+)\] )?(?P<why>.+?)(?: @ (?P<at>eq:\S+))?$"
)


@dataclass(frozen=True)
class Wrong:
    """One edit that makes an equation wrong."""

    path: Path
    label: str  # of the equation that is edited
    text: str  # the section that it stands in, edited
    kind: str  # "claim", "shape" or "any"
    at: str  # the label of the equation that must fail
    why: str


def sections(source: str) -> list[str]:
    """Cuts a file at its second-level headings: each has its own table, or they share the first."""
    parts = re.split(r"^(?=## )", source, flags=re.M)
    return parts if source.count("| Symbol |") > 1 else [source]


def read_wrong(path: Path) -> list[Wrong]:
    """Every wrong variant that the file at ``path`` lists."""
    cases = []
    for section in sections(path.read_text(encoding="utf-8")):
        for equation in EQUATION.finditer(section):
            (label,) = LABEL.findall(equation["tex"])
            for line in (equation["wrong"] or "").splitlines():
                edit = EDIT.fullmatch(line)
                assert edit, f"{path.name}: not an edit: {line}"
                find, replace = edit["find"], edit["replace"].strip()
                assert equation["tex"].count(find) == 1, f"{path.name}: {label}: not once: {find}"
                start = equation.start("tex") + equation["tex"].index(find)
                text = section[:start] + replace + section[start + len(find) :]
                kind = edit["kind"] or "claim"
                cases.append(Wrong(path, label, text, kind, edit["at"] or label, edit["why"]))
    return cases


FILES = sorted(CORPUS.glob("*.md"))
WRONG = [case for path in FILES for case in read_wrong(path)]


@cache
def chapter(path: Path) -> tuple[Chapter, Checker]:
    read = load(path)
    return read, Checker(read)


def results(checker: Checker, read: Chapter, label: str) -> Iterator[Result]:
    """Checks the claims of an equation, as long as somebody asks."""
    return (checker.check(claim) for claim in read.claims if claim.equation.label == label)


def is_false(result: Result) -> bool:
    wrong = ("not ", "the left side has", "the right side has")
    return not result.ok and result.error is None and result.message.startswith(wrong)


def is_unfit(result: Result) -> bool:
    return not result.ok and result.error is not None


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_right(path: Path) -> None:
    read, checker = chapter(path)
    assert not read.errors
    for claim in read.claims:
        result = checker.check(claim)
        assert result.ok, f"{claim.id}: {result.message}"


@pytest.mark.parametrize("case", WRONG, ids=lambda case: f"{case.path.stem}-{case.label}")
def test_wrong(case: Wrong) -> None:
    read = load(case.path, case.text)
    found = results(Checker(read), read, case.at)
    if case.kind == "claim":
        assert not read.errors, case.why
        assert any(map(is_false, found)), case.why
    elif case.kind == "shape":
        assert read.errors or any(map(is_unfit, found)), case.why
    else:
        assert read.errors or any(is_false(one) or is_unfit(one) for one in found), case.why


def test_the_corpus_is_large_enough() -> None:
    claims = {(path, claim.equation.id) for path in FILES for claim in chapter(path)[0].claims}
    assert len(claims) >= 150
    assert len(WRONG) >= 3 * 150
