"""What is printed runs: the functions that a chapter shows, in the file that its page offers.

A chapter's code gets NumPy, `NamedTuple` and `partial`, what earlier chapters showed, and `shapes`,
or in its place a declaration that does nothing. It may use no other name, so nothing stays behind
the page; and the examples of all its functions come out as they say.

What chapters show of `backprop.fast`, of methods, and of the handling of data and of PyTorch's
weights stands on more than the page has.
"""

import builtins
import dis
import doctest
import inspect
import re
import sys
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType

import pytest

from book.known.printed import printed, program
from book.known.source import Library

ROOT = Path(__file__).parents[2]


def chapters():
    """The names of the chapters, in the order of the book."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    return re.findall(r"^ *- chapters/([\w-]+)\.md$", text, re.MULTILINE)


@cache
def shown():
    """What each chapter shows of plain modules."""
    library = Library(ROOT)
    texts = {name: (ROOT / "docs/chapters" / f"{name}.md").read_text() for name in chapters()}
    return {name: printed(text, library) for name, text in texts.items()}


def download(name):
    """The file that the page of a chapter offers, but for what it says of itself."""
    earlier = [shown()[each] for each in chapters()[: chapters().index(name)]]
    return program(["Code."], shown()[name], earlier)


def globals_of(code):
    """The global names that a function uses, those of functions within it too."""
    inner = (const for const in code.co_consts if isinstance(const, CodeType))
    names = {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
    return names.union(*map(globals_of, inner))


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("name", chapters())
def test_a_chapter_runs_with_what_it_and_earlier_ones_show(name, declared, monkeypatch):
    if not declared:
        monkeypatch.setitem(sys.modules, "backprop.shapes", None)  # as if it were not installed
    scope = {"__name__": "printed"}
    exec(compile(download(name), name, "exec", dont_inherit=True), scope)
    for member in shown()[name]:
        function = scope[member]
        inner = inspect.unwrap(function)
        if isinstance(inner, FunctionType):
            unknown = globals_of(inner.__code__) - set(scope) - set(dir(builtins))
            assert not unknown, f"{member} uses {unknown}, which no page shows"
        parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
        examples = parser.get_doctest(inner.__doc__ or "", dict(scope), member, None, None)
        said = []
        runner.run(examples, out=said.append)
        assert not runner.failures, "".join(said)


def test_most_chapters_have_code_to_take_along():
    """So that the test above is not passed by files that hold nothing."""
    assert sum(bool(download(name)) for name in chapters()) >= len(chapters()) - 3
    assert not download("arrays")
