"""A chapter begins with a picture."""

from pathlib import Path

import pytest

CHAPTERS = sorted((Path(__file__).parents[2] / "docs/chapters").glob("*.md"))


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.stem)
def test_the_first_section_opens_with_a_figure(page):
    """What a chapter asks is seen before it is said."""
    _, _, section = page.read_text(encoding="utf-8").partition("\n## ")
    _, _, text = section.partition("\n")
    assert text.lstrip().startswith('{{ figure("')
