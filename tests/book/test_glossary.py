"""The glossary: each term stands where it is said to be defined, in three languages."""

import re
from pathlib import Path

import pytest

from book.known.glossary import Term, glossary, section, terms

ROOT = Path(__file__).parents[2]
TERMS = terms(ROOT)
MARKS = re.compile(r"\*+|\[@[^\]]*\]|\[(?=[^\]]*\]\()|\]\([^)]*\)")
HAN = re.compile(r"[\u4e00-\u9fff]")
KANA_OR_HAN = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.en)
def test_a_term_stands_where_it_is_said_to_be_defined(term: Term) -> None:
    text = (ROOT / "docs" / term.page).read_text(encoding="utf-8")
    found = section(text, term.anchor)
    assert found is not None, f"{term.page} has no heading {term.anchor}"
    words = " ".join(MARKS.sub("", found).split())
    assert re.search(
        rf"(?<!\w){re.escape(term.words or term.en)}(?:s|es)?(?!\w)", words, re.IGNORECASE
    )


def test_each_term_is_there_once_in_each_language() -> None:
    assert 110 <= len(TERMS) <= 150
    names = [term.en.lower() for term in TERMS]
    assert len(set(names)) == len(names)
    for term in TERMS:
        is_name = term.zh == term.ja and term.zh.isascii()  # the same everywhere
        assert is_name or HAN.search(term.zh), term
        assert is_name or KANA_OR_HAN.search(term.ja), term


def test_the_table_has_the_symbols_of_the_pages() -> None:
    rows = dict(re.findall(r"^\| \[([^\]]+)\]\(([^|]*) \|", glossary(ROOT), re.MULTILINE))
    assert len(rows) == len(TERMS)
    assert rows["cell state"] == "chapters/lstm.md#the-question), $c_{tnj}$"
    assert rows["standard deviation"].endswith(r"), $\sigma_d$")
    assert rows["loss"].endswith("), $L$")
    assert rows["Adam"] == "chapters/optimizers.md#adam)"


@pytest.mark.parametrize(
    ("anchor", "found"),
    [
        ("", "# One\na"),
        ("two", "## Two\nb\n### Three {#x}\nc"),
        ("x", "### Three {#x}\nc"),
        ("four", "## Four\nd"),
        ("none", None),
    ],
)
def test_a_section_ends_with_the_next_of_its_rank(anchor: str, found: str | None) -> None:
    assert section("# One\na\n## Two\nb\n### Three {#x}\nc\n## Four\nd", anchor) == found
