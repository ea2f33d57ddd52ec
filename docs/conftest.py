"""Runs the examples of the chapters: every `pycon` fence of a Markdown file, solutions included.

The examples of a page share one namespace and run in the order in which a reader meets them. What
stands there to be pasted, without prompts (`python` fences with a title), runs among them. All of a
page is one test, so that pytest-xdist cannot hand it to different processes.
"""

from collections.abc import Iterable

from sybil import Document, Example, Region, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.example import SybilFailure
from sybil.parsers.abstract.doctest import DocTestStringParser
from sybil.parsers.markdown.lexers import FencedCodeBlockLexer

FENCES = FencedCodeBlockLexer("pycon")
DOCTESTS = DocTestStringParser()
TO_PASTE = FencedCodeBlockLexer('python title="to paste"')
PYTHON = PythonEvaluator()


def examples(document: Document) -> Iterable[Region]:
    """Finds the examples of a page, in order, and the blocks to paste."""
    for fence in FENCES(document):
        source = fence.lexemes["source"]
        for example in DOCTESTS(source, document.path):
            example.adjust(fence, source)
            yield example
    for fence in TO_PASTE(document):
        yield Region(fence.start, fence.end, fence.lexemes["source"], PYTHON, fence.lexemes)


def whole_page(document: Document) -> Iterable[Region]:
    """Yields the examples of a page as one, if there are any."""
    if any(examples(document)):
        yield Region(0, document.end, evaluator=run_page)


def run_page(page: Example) -> str:
    """Runs the examples of a page; returns what went wrong, and in which lines."""
    failures = []
    for example in Document.parse(page.path, examples):
        try:
            example.evaluate()
        except SybilFailure as failure:
            failures.append(f"{failure}\n{example.parsed.source}")
    return "\n".join(failures)


pytest_collect_file = Sybil([whole_page], pattern="*.md").pytest()
