"""What must hold of every equation: how it is typed does not matter, what it says does."""

import re
import string
from pathlib import Path

import numpy as np
import pytest
import sympy
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mathcheck import check_text, load_text
from mathcheck.errors import MathError
from mathcheck.parser import parse
from mathcheck.printer import to_latex

CORPUS = Path(__file__).parent / "corpus"
EQUATIONS = [
    re.sub(r"\\label\{[^}]*\}", "", tex).strip()
    for path in sorted(CORPUS.glob("*.md"))
    for tex in re.findall(r"^\$\$\n(.*?)\n\$\$$", path.read_text(encoding="utf-8"), re.M | re.S)
]
# Words are kept whole: what stands in \text, \mathrm or \begin is not mathematics.
TOKEN = re.compile(
    r"\\(?:text|mathrm|operatorname|begin|end|tilde|hat|bar|overrightarrow|overleftarrow)\s*\{[^}]*\}"
    r"|\\(?:left|right|[bB]igg?[lr])\s*(?:\\.|\\[a-z]+|.)|\\[a-zA-Z]+|\\.|\d+(?:\.\d+)?|\s+|."
)
fuzz = settings(max_examples=300, deadline=2000, suppress_health_check=[HealthCheck.too_slow])


@given(st.sampled_from(EQUATIONS))
def test_printing_and_parsing_again_gives_the_same_tree(tex: str) -> None:
    tree = parse(tex)
    assert [parse(to_latex(statement)) for statement in tree] == [[s] for s in tree]


@st.composite
def restyled(draw: st.DrawFn) -> tuple[str, str]:
    """An equation, and the same as another author would type it."""
    tex = draw(st.sampled_from(EQUATIONS))
    out = []
    tokens = [token for token in TOKEN.findall(tex) if not token.isspace()]
    for before, token in zip(["", *tokens], tokens, strict=False):
        script = before in {"_", "^"} and (token.isalnum() or re.fullmatch(r"\\[a-z]+", token))
        if script and token not in {r"\mathrm", r"\frac"} and draw(st.booleans()):
            token = "{" + token + "}"
        out.append(token)
        # A space may follow everything but what still awaits its argument.
        if token not in {"_", "^"}:
            out.append(draw(st.sampled_from(["", "", " ", "  ", "\n", r"\,", r"\;", r"\! "])))
        if re.fullmatch(r"\\[a-zA-Z]+", token) and out[-1] == "":
            out[-1] = " "
    return tex, "".join(out)


@given(restyled())
@settings(max_examples=300)
def test_spacing_and_braces_change_nothing(pair: tuple[str, str]) -> None:
    plain, styled = pair
    assert parse(styled) == parse(plain)
