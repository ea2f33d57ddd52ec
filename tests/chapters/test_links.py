"""Links in the text, for those who hear it."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
FORMULA_ALONE = re.compile(r"\[\$[^$\n]+\$\]\([^)]*\)")


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.stem)
def test_a_link_has_words(page):
    """A link that is a formula alone has no name that is read out."""
    assert FORMULA_ALONE.findall(page.read_text(encoding="utf-8")) == []
