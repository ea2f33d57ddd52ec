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
from dataclasses import dataclass
from pathlib import Path


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
    text: str  # the whole file, edited
    kind: str  # "claim", "shape" or "any"
    at: str  # the label of the equation that must fail
    why: str


def read_wrong(path: Path) -> list[Wrong]:
    """Every wrong variant that the file at ``path`` lists."""
    source = path.read_text(encoding="utf-8")
    cases = []
    for equation in EQUATION.finditer(source):
        label = LABEL.findall(equation["tex"])[0]
        for line in (equation["wrong"] or "").splitlines():
            edit = EDIT.fullmatch(line)
            assert edit, f"{path.name}: not an edit: {line}"
            find, replace = edit["find"], edit["replace"].strip()
            assert equation["tex"].count(find) == 1, f"{path.name}: {label}: not once: {find}"
            start = equation.start("tex") + equation["tex"].index(find)
            text = source[:start] + replace + source[start + len(find) :]
            kind = edit["kind"] or "claim"
            cases.append(Wrong(path, label, text, kind, edit["at"] or label, edit["why"]))
    return cases


FILES = sorted(CORPUS.glob("*.md"))
WRONG = {path: read_wrong(path) for path in FILES}
