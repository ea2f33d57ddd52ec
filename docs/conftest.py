"""Runs the examples of the chapters: every `pycon` fence of a Markdown file, solutions included.

The examples of one file share one namespace and run in the order in which a reader meets them. So
they must stay together when pytest-xdist hands out tests to several processes.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest
from sybil import Document, Region, Sybil
from sybil.parsers.abstract.doctest import DocTestStringParser
from sybil.parsers.markdown.lexers import FencedCodeBlockLexer

FENCES = FencedCodeBlockLexer("pycon")
DOCTESTS = DocTestStringParser()


def parse(document: Document) -> Iterable[Region]:
    """Finds the examples of a page."""
    for fence in FENCES(document):
        source = fence.lexemes["source"]
        for example in DOCTESTS(source, document.path):
            example.adjust(fence, source)
            yield example


pytest_collect_file = Sybil([parse], pattern="*.md").pytest()


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups the examples of each page, for `pytest --dist loadgroup`."""
    for item in items:
        if item.path.suffix == ".md" and item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group(str(item.path)))
