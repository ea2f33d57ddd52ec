"""What must hold of every equation: how it is typed does not matter, what it says does."""

import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mathcheck.text.parser import parse
from mathcheck.text.printer import latex

CORPUS = Path(__file__).parent / "corpus"
EQUATIONS = [
    re.sub(r"\\label\{[^}]*\}", "", tex).strip()
    for path in sorted(CORPUS.glob("*.md"))
    for tex in re.findall(r"^\$\$\n(.*?)\n\$\$$", path.read_text(encoding="utf-8"), re.M | re.S)
]
# What stands in \text, \mathrm or \begin is kept whole: it is not mathematics.
TOKEN = re.compile(
    r"\\(?:text|mathrm|mathbf|mathbb|operatorname|begin|end)\s*(?:\{[^}]*\})?"
    r"|\\(?:left|right|[bB]igg?[lr])\s*(?:\\[a-zA-Z]+|\\.|.)"
    r"|\\[a-zA-Z]+|\\.|&+|\d+(?:\.\d+)?|\s+|."
)
BRACKETS = {"(": ")", "[": "]", r"\{": r"\}"}
SPACES = ["", "", "", " ", "  ", "\n", r"\,", r"\; ", r"\! ", r"\: ", "~", "{}"]
examples = settings(max_examples=120, deadline=None, derandomize=True)


def tokens_of(tex: str) -> list[str]:
    return [token for token in TOKEN.findall(tex) if not token.isspace()]


@given(st.sampled_from(EQUATIONS))
@examples
def test_printing_and_parsing_again_gives_the_same_tree(tex: str) -> None:
    for statement in parse(tex):
        for side in statement.sides:
            (again,) = parse(f"{latex(side)} = 0")
            assert again.sides[0] == side


@given(st.sampled_from(EQUATIONS), st.data())
@examples
def test_spaces_change_nothing(tex: str, data: st.DataObject) -> None:
    styled = ""
    for token in tokens_of(tex):
        # What still awaits its argument must not find a space for one.
        space = "" if re.search(r"[_^]$|\\[dt]?frac\d?$|\\sqrt$", styled) else None
        space = data.draw(st.sampled_from(SPACES)) if space is None else space
        if space == "{}" and re.search(r"\\[a-zA-Z]+$|\d$|&$|\\\\$|\}$", styled):
            space = " "
        if re.search(r"\\[a-zA-Z]+$", styled) and token[0].isalpha() and not space:
            space = " "
        if re.search(r"\d$", styled) and token[0].isdigit():
            space = r"\,"
        styled += space + token
    assert parse(styled) == parse(tex)


@given(st.sampled_from(EQUATIONS), st.data())
@examples
def test_sized_brackets_change_nothing(tex: str, data: st.DataObject) -> None:
    styled, closing = [], []
    for token in tokens_of(tex):
        if token in BRACKETS:
            size = data.draw(
                st.sampled_from([("", ""), (r"\left", r"\right"), (r"\Bigl", r"\Bigr")])
            )
            closing.append((BRACKETS[token], size[1]))
            token = size[0] + token
        elif closing and token == closing[-1][0]:
            token = closing.pop()[1] + token
        styled.append(token)
    assert parse(" ".join(styled)) == parse(tex)


@given(st.sampled_from(EQUATIONS), st.data())
@examples
def test_braces_round_one_letter_change_nothing(tex: str, data: st.DataObject) -> None:
    styled = tex
    for script in ["_i", "_j", "_t", "_n", "^2", "^t", r"^\top"]:
        if data.draw(st.booleans()):
            bare = re.escape(script) + r"(?![a-zA-Z])"
            styled = re.sub(bare, lambda match: f"{match[0][0]}{{{match[0][1:]}}}", styled)
    styled = styled.replace(r"\frac12", r"\frac{1}{2}").replace(r"\tfrac12", r"\tfrac{1}{2}")
    assert parse(styled) == parse(tex)
