"""Links in the text, for those who hear it."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
SAYS_NOTHING = re.compile(
    r"\[(?:click |right )?(?:here|more|this|learn more|go)\]\([^)]*\)", re.IGNORECASE
)
FORMULA_ALONE = re.compile(r"\[\$[^$\n]+\$\]\([^)]*\)")


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.stem)
def test_a_link_has_words(page):
    """A link that is a formula alone has no name that is read out; some words are none either."""
    text = page.read_text(encoding="utf-8")
    assert FORMULA_ALONE.findall(text) + SAYS_NOTHING.findall(text) == []
